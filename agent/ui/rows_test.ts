import assert from "node:assert/strict";
import { endpoint, servicePort } from "../../backends/test_views.ts";
import { PersistentMap, type ServicePortView, type ServiceView } from "../../core/mod.ts";
import { findServices, matches, ROW_RULES, serviceRow } from "./rows.ts";

function view(...ports: readonly Partial<ServicePortView>[]): ServiceView {
  return { service: "default/web", skipped: null, servicePorts: ports.map(servicePort) };
}

const READY = [endpoint("10.244.1.5:8080")];
const ELSEWHERE = [endpoint("10.244.1.5:8080", { internal: false, external: false })];
const CASES: readonly {
  readonly rule: string;
  readonly level: string;
  readonly of: ServiceView;
}[] = [
  { rule: "headless", level: "off", of: { ...view(), skipped: "headless" } },
  {
    rule: "no-usable-endpoints",
    level: "bad",
    of: view({ endpoints: READY }, { hasAnyEndpoints: false }),
  },
  {
    rule: "address-claimed",
    level: "bad",
    of: view({
      endpoints: READY,
      dropped: [{ kind: "ExternalIP", value: "1.2.3.4", rule: "claimed", owner: "a/b" }],
    }),
  },
  { rule: "none-on-this-node", level: "warn", of: view({ endpoints: ELSEWHERE }) },
  { rule: "proxied", level: "good", of: view({ endpoints: READY }) },
];

Deno.test.each([...CASES])("a row is judged $rule: $level", ({ rule, level, of }) => {
  const { verdict } = serviceRow(of);
  assert.deepEqual([verdict.rule, verdict.level], [rule, level]);
});

Deno.test("every rule of rows has a case", () => {
  const tried = new Set(CASES.map(({ rule }) => rule));
  for (const { name } of ROW_RULES.slice(1)) assert.ok(tried.has(name), name);
});

Deno.test("a row counts each endpoint once, and shows the first frontends", () => {
  const frontends = [80, 81, 82, 83, 84].map((port) =>
    ({ kind: "ClusterIP", ip: "10.96.0.10", port }) as const
  );
  const row = serviceRow(view({ frontends, endpoints: READY }, { endpoints: READY }));
  assert.deepEqual([row.endpoints, row.used, row.frontends.length, row.more], [1, 1, 3, 3]);
  assert.deepEqual(row.frontends[0], {
    kind: "ClusterIP",
    address: "10.96.0.10:80",
    protocol: "TCP",
  });
});

const SEARCHED = view({
  frontends: [{ kind: "ClusterIP", ip: "10.96.0.10", port: 80 }, {
    kind: "NodePort",
    port: 30_080,
  }],
  endpoints: [endpoint("10.244.1.5:8080"), endpoint("[2001:db8::5]:8080")],
});

Deno.test.each([
  { query: "web", found: true },
  { query: "DEFAULT/W", found: true },
  { query: "10.96.0", found: true },
  { query: "10.244.1.5", found: true },
  { query: "2001:db8::5", found: true },
  { query: "8080", found: true },
  { query: ":30080", found: true },
  { query: "808", found: false },
  { query: "web 8080", found: true },
  { query: "web 8081", found: false },
  { query: "shop", found: false },
])('"$query" finds a service by name, address or whole port: $found', ({ query, found }) => {
  assert.equal(matches(SEARCHED, query), found);
});

Deno.test("a search of many services finds those that match", async () => {
  const names = Array.from({ length: 1200 }, (_, i) => `shop/s${i}`);
  const services = PersistentMap.from(
    names.map((service) => [service, { ...view(), service }] as const),
  );
  assert.deepEqual(await findServices({ node: "n1", services }, "s1199"), ["shop/s1199"]);
});
