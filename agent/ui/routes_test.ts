import assert from "node:assert/strict";
import { router } from "../health/router.ts";
import { ASSETS } from "./assets.ts";
import { uiRoutes, type UiRoutesOptions } from "./routes.ts";

const NONE: UiRoutesOptions = {
  ready: () => true,
  overview: () => Promise.reject(new Error("not asked")),
  join: () => Promise.resolve(null),
  find: (query) => Promise.resolve([query]),
  details: () => Promise.resolve(null),
};

async function ask(
  url: string,
  { options = NONE, ...init }: RequestInit & { readonly options?: UiRoutesOptions } = {},
): Promise<Response> {
  return await router(uiRoutes(options))(new Request(url, init));
}

const HERE = "http://127.0.0.1:10249";

Deno.test("the page lies in a folder, to which its path leads by a relative way", async () => {
  const answer = await ask(`${HERE}/ui`);
  assert.deepEqual([answer.status, answer.headers.get("location")], [307, "ui/"]);
  const page = await ask(`${HERE}/ui/`);
  assert.equal(page.headers.get("content-type"), "text/html; charset=utf-8");
  assert.match(await page.text(), /^<!doctype html>/);
  assert.equal((await ask(`${HERE}/ui/none.js`)).status, 404);
});

Deno.test("what the page refers to is there, small, and from nowhere else", async () => {
  let bytes = 0;
  for (const [name, { text }] of ASSETS) {
    bytes += text.length;
    assert.equal((await ask(`${HERE}/ui/${name}`)).status, 200);
    // An SVG's namespace is a name that looks like an address.
    assert.doesNotMatch(text.replaceAll("http://www.w3.org/2000/svg", ""), /https?:\/\//, name);
    for (
      const [, link = ""] of text.matchAll(/(?:src|href)="([^"#]+)"|^import .* from "\.\/(.*)"/gm)
    ) {
      if (link !== "") assert.ok(ASSETS.has(link), `${name} refers to ${link}`);
    }
    for (const [, module = ""] of text.matchAll(/^import .* from "\.\/(.*)"/gm)) {
      assert.ok(ASSETS.has(module), `${name} imports ${module}`);
    }
  }
  assert.ok(bytes < 100_000, `${bytes} bytes`);
});

Deno.test("a browser may run no script but the page's own, and show it in no frame", async () => {
  const { headers } = await ask(`${HERE}/ui/`);
  const policy = headers.get("content-security-policy") ?? "";
  for (const part of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"]) {
    assert.ok(policy.includes(part), part);
  }
  assert.doesNotMatch(policy, /unsafe/);
  assert.equal(headers.get("x-content-type-options"), "nosniff");
});

Deno.test.each([
  { url: "http://127.0.0.1:10249/ui/", status: 200 },
  { url: "http://[::1]:10249/ui/", status: 200 },
  { url: "http://localhost:10249/ui/", status: 200 },
  { url: "http://evil.example:10249/ui/", status: 421 },
  { url: "http://evil.example:10249/ui/api/find?q=a", status: 421 },
])("a name that others may bend to this address is refused: $url", async ({ url, status }) => {
  assert.equal((await ask(url)).status, status);
});

Deno.test.each([
  { site: "cross-site", mode: "cors", status: 421 },
  { site: "cross-site", mode: "navigate", status: 200 },
  { site: "same-origin", mode: "cors", status: 200 },
])("another site's $mode request ($site) gets $status", async ({ site, mode, status }) => {
  const headers = { "sec-fetch-site": site, "sec-fetch-mode": mode };
  assert.equal((await ask(`${HERE}/ui/api/find?q=a`, { headers })).status, status);
});

Deno.test.each([
  { method: "POST", path: "/ui/", status: 405 },
  { method: "DELETE", path: "/ui/api/service", status: 405 },
  { method: "GET", path: "/ui/api/service?name=default/none", status: 404 },
  { method: "GET", path: "/ui/api/events", status: 503 },
  { method: "HEAD", path: "/ui/api/events", status: 200 },
])("$method $path gets $status", async ({ method, path, status }) => {
  assert.equal((await ask(`${HERE}${path}`, { method })).status, status);
});

Deno.test("a query is cut where it is too long", async () => {
  const answer = await ask(`${HERE}/ui/api/find?q=${"x".repeat(5000)}`);
  assert.deepEqual(await answer.json(), ["x".repeat(200)]);
});

Deno.test("before the agent runs there is a page, and nothing to tell", async () => {
  const options = { ...NONE, ready: () => false };
  assert.equal((await ask(`${HERE}/ui/`, { options })).status, 200);
  assert.equal((await ask(`${HERE}/ui/api/overview`, { options })).status, 503);
});
