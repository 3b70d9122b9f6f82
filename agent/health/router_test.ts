import assert from "node:assert/strict";
import { plain, type Route, router } from "./router.ts";

const say = (text: string) => () => plain(200, text);
const ROUTES: readonly Route[] = [
  { path: "/ui", about: "A folder", folder: true, answer: say("ui") },
  { path: "/ui/deep", about: "A deeper folder", folder: true, answer: say("deep") },
  { path: "/metrics", about: "A page", answer: say("metrics") },
  {
    path: "/put",
    about: "Another method",
    methods: ["PUT"],
    answer: async (r) => plain(200, await r.text()),
  },
];

async function ask(path: string, init?: RequestInit): Promise<string> {
  const response = await router(ROUTES)(new Request(`http://127.0.0.1${path}`, init));
  return `${response.status} ${await response.text()}`;
}

Deno.test.each([
  { path: "/metrics", answer: "200 metrics" },
  { path: "/metrics/", answer: "200 metrics" },
  { path: "/metrics?x=1", answer: "200 metrics" },
  { path: "/metrics/slis", answer: "404 404 page not found\n" },
  { path: "/ui", answer: "200 ui" },
  { path: "/ui/style.css", answer: "200 ui" },
  { path: "/ui/deep/er", answer: "200 deep" },
  { path: "/uimage", answer: "404 404 page not found\n" },
  { path: "/", answer: "404 404 page not found\n" },
])("$path is answered with $answer", async ({ path, answer }) => {
  assert.equal(await ask(path), answer);
});

Deno.test("a method that a route does not take is refused with those that it takes", async () => {
  const response = await router(ROUTES)(new Request("http://127.0.0.1/put"));
  assert.equal(response.status, 405);
  assert.equal(response.headers.get("allow"), "PUT");
  assert.equal(await ask("/put", { method: "PUT", body: "4" }), "200 4");
  assert.equal(await ask("/metrics", { method: "HEAD" }), "200 metrics");
});
