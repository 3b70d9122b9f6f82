import assert from "node:assert/strict";
import type { Change } from "../../core/mod.ts";
import { endpoint, servicePort } from "../test_views.ts";
import { printBackend } from "./print.ts";

const web = servicePort({
  endpoints: ["10.1.0.5:8080", "10.1.0.6:8080"].map((at) => endpoint(at)),
});
const changed = servicePort({
  type: "NodePort",
  frontends: [
    { kind: "ClusterIP", ip: "10.96.0.11", port: 80 },
    { kind: "NodePort", port: 30080 },
  ],
  externalTrafficPolicy: "Local",
  sessionAffinity: { clientIP: { timeoutSeconds: 600 } },
  endpoints: [endpoint("10.1.0.6:8080", { external: false }), endpoint("[fd00::7]:8080")],
});

function add(now = web): Change {
  return { type: "add", key: now.key, now };
}

async function print(changes: readonly Change[], format: "text" | "json"): Promise<string[]> {
  const lines: string[] = [];
  const backend = printBackend({ format, write: (line) => void lines.push(line) });
  for (const op of backend.plan(changes, backend.initial).ops) {
    assert.deepEqual(await backend.apply(op, new AbortController().signal), { ok: true });
  }
  return lines;
}

Deno.test.each([
  {
    what: "a new service port",
    change: add(),
    line: "+ default/web:http IPv4/TCP ClusterIP 10.96.0.10:80 → 2 endpoints",
  },
  {
    what: "one without endpoints in use",
    change: add(servicePort({
      port: "",
      endpoints: [endpoint("10.1.0.5:80", { internal: false, external: false })],
    })),
    line: "+ default/web IPv4/TCP ClusterIP 10.96.0.10:80 → no endpoints",
  },
  {
    what: "one on several frontends",
    change: add(changed),
    line: "+ default/web:http IPv4/TCP ClusterIP 10.96.0.11:80, NodePort *:30080 → 2 endpoints",
  },
  {
    what: "one that is gone",
    change: { type: "remove" as const, key: web.key, before: web },
    line: "- default/web:http IPv4/TCP ClusterIP 10.96.0.10:80",
  },
  {
    what: "one that changed",
    change: { type: "update" as const, key: web.key, before: web, now: changed },
    line: "~ default/web:http IPv4/TCP +ClusterIP 10.96.0.11:80; +NodePort *:30080; " +
      "-ClusterIP 10.96.0.10:80; +[fd00::7]:8080; -10.1.0.5:8080; " +
      "10.1.0.6:8080 internal and external → internal; type ClusterIP → NodePort; " +
      "externalTrafficPolicy Cluster → Local; sessionAffinity None → ClientIP for 600s " +
      "→ 2 endpoints",
  },
  {
    what: "one that changed where nobody sees it",
    change: {
      type: "update" as const,
      key: web.key,
      before: web,
      now: { ...web, annotations: { team: "a" } },
    },
    line: "~ default/web:http IPv4/TCP nothing that traffic would notice → 2 endpoints",
  },
])("print tells $what in a line of text", async ({ change, line }) => {
  assert.deepEqual(await print([change], "text"), [line]);
});

Deno.test("print tells a change as a line of JSON", async () => {
  const update: Change = { type: "update", key: web.key, before: web, now: changed };
  const [line = ""] = await print([update], "json");
  assert.deepEqual(JSON.parse(line), {
    change: "update",
    name: "default/web:http",
    family: "IPv4",
    protocol: "TCP",
    frontends: {
      added: ["ClusterIP 10.96.0.11:80", "NodePort *:30080"],
      removed: ["ClusterIP 10.96.0.10:80"],
    },
    endpoints: {
      added: ["[fd00::7]:8080"],
      removed: ["10.1.0.5:8080"],
      changed: [
        { endpoint: "10.1.0.6:8080", before: "internal and external", now: "internal" },
      ],
      used: 2,
    },
    settings: [
      { setting: "type", before: "ClusterIP", now: "NodePort" },
      { setting: "externalTrafficPolicy", before: "Cluster", now: "Local" },
      { setting: "sessionAffinity", before: "None", now: "ClientIP for 600s" },
    ],
  });
});

Deno.test("plan() gives each line a key of its own, so that none replaces another", () => {
  const backend = printBackend({ write: () => {} });
  const first = backend.plan([add(), add()], backend.initial);
  const second = backend.plan([add()], first.state);
  assert.deepEqual(
    [...first.ops, ...second.ops].map((op) => op.key),
    ["line/1", "line/2", "line/3"],
  );
  assert.deepEqual(backend.plan([], second.state), { ops: [], state: 3 });
});

Deno.test("lines come out in order and one at a time, also from a slow writer", async () => {
  const gate = Promise.withResolvers<void>();
  const lines: string[] = [];
  const backend = printBackend({
    write: async (line) => {
      lines.push(`begin ${line[0]}`);
      await gate.promise;
      lines.push(`end ${line[0]}`);
    },
  });
  const { ops } = backend.plan(
    [add(), { type: "remove", key: web.key, before: web }],
    backend.initial,
  );
  const { signal } = new AbortController();
  const applied = ops.map((op) => backend.apply(op, signal));
  gate.resolve();
  await Promise.all(applied);
  await backend.close(signal);
  assert.deepEqual(lines, ["begin +", "end +", "begin -", "end -"]);
});

Deno.test("a line that cannot be written is a failure that is not repeated", async () => {
  const backend = printBackend({ write: () => Promise.reject(new Error("Broken pipe")) });
  const [op] = backend.plan([add()], backend.initial).ops;
  assert.ok(op);
  assert.deepEqual(await backend.apply(op, new AbortController().signal), {
    ok: false,
    error: 'Cannot print the change of default/web:http: "Broken pipe"; the line is lost',
    retry: false,
  });
});
