/**
 * Reading an EndpointSlice: what spoils the whole of it, what only one endpoint or port, and the
 * defaults of nil.
 *
 * @module
 */
import assert from "node:assert/strict";
import { pathOf, readBadly, readWell, replaced, RICH_SLICE, slice } from "./_fixtures.ts";
import type { EndpointSlice, Finding } from "./objects.ts";

function readSlice(value: unknown): { object: EndpointSlice; findings: readonly Finding[] } {
  const { object, findings } = readWell(value);
  assert.ok(object.kind === "EndpointSlice");
  return { object, findings };
}

Deno.test("every field of an EndpointSlice is read", () => {
  const { object, findings } = readSlice(RICH_SLICE);
  assert.deepEqual(findings, []);
  assert.deepEqual(object, {
    kind: "EndpointSlice",
    namespace: "shop",
    name: "web-abc12",
    labels: { "kubernetes.io/service-name": "web" },
    service: "web",
    addressType: "IPv4",
    ports: [
      { name: "http", protocol: "TCP", port: 8080 },
      { name: "dns", protocol: "UDP", port: 53 },
    ],
    endpoints: [
      {
        addresses: ["10.244.1.5"],
        ready: true,
        serving: true,
        terminating: false,
        node: "n1",
        zone: "a",
        zoneHints: ["a"],
        nodeHints: ["n1"],
        hostname: "web-0",
        pod: "web-0",
      },
      {
        addresses: ["10.244.2.5"],
        ready: false,
        serving: true,
        terminating: true,
        node: "n2",
        zone: "b",
        zoneHints: [],
        nodeHints: [],
        hostname: "",
        pod: "",
      },
    ],
    triggeredAt: "2026-01-02T03:04:05Z",
  });
});

Deno.test.each(
  [
    ["addressType", undefined, "it is missing; one of IPv4, IPv6, FQDN belongs here"],
    ["addressType", "ipv4", '"ipv4" is not one of IPv4, IPv6, FQDN'],
    ["metadata.labels", "web", '"web" is not an object'],
    ["metadata.labels.app", 5, "5 is not a text"],
    ["metadata.annotations", [], "[] is not an object"],
    ["ports", { port: 80 }, '{"port":80} is not a list'],
    ["endpoints", "10.244.1.5", '"10.244.1.5" is not a list'],
  ] as const,
)("an EndpointSlice is rejected for %s = %j", (path, value, says) => {
  const { ref, findings } = readBadly(replaced(RICH_SLICE, pathOf(path), value));
  assert.deepEqual(ref, { kind: "EndpointSlice", namespace: "shop", name: "web-abc12" });
  assert.deepEqual(findings, [{ path, message: says }]);
});

Deno.test.each(
  [
    ["endpoints[0]", null, "null is not an object"],
    ["endpoints[0]", "10.244.1.5", '"10.244.1.5" is not an object'],
    ["endpoints[0].addresses", "10.244.1.5", '"10.244.1.5" is not a list'],
    ["endpoints[0].addresses[0]", 5, "5 is not a text"],
    ["endpoints[0].addresses[0]", "10.0.0.300", '"10.0.0.300" is not an IP address'],
    ["endpoints[0].addresses[0]", "10.0.0.1 ", '"10.0.0.1 " is not an IP address'],
    [
      "endpoints[0].addresses[0]",
      "2001:db8::5",
      '"2001:db8::5" is not an IPv4 address, as the slice\'s addressType says',
    ],
    ["endpoints[0].conditions", true, "true is not an object"],
    ["endpoints[0].conditions.ready", "true", '"true" is not true or false'],
    ["endpoints[0].conditions.serving", 1, "1 is not true or false"],
    ["endpoints[0].conditions.terminating", {}, "{} is not true or false"],
    ["endpoints[0].nodeName", 5, "5 is not a text"],
    ["endpoints[0].zone", 5, "5 is not a text"],
    ["endpoints[0].hostname", 5, "5 is not a text"],
    ["endpoints[0].targetRef", "web-0", '"web-0" is not an object'],
    ["endpoints[0].targetRef.name", 5, "5 is not a text"],
    ["endpoints[0].hints", [], "[] is not an object"],
    ["endpoints[0].hints.forZones", "a", '"a" is not a list'],
    ["endpoints[0].hints.forZones[0]", "a", '"a" is not an object'],
    ["endpoints[0].hints.forZones[0].name", 5, "5 is not a text"],
    ["endpoints[0].hints.forNodes", "n1", '"n1" is not a list'],
    ["endpoints[0].hints.forNodes[0].name", null, "null is not a text"],
  ] as const,
)("an endpoint is left out for %s = %j, and the other stays", (path, value, says) => {
  const { object, findings } = readSlice(replaced(RICH_SLICE, pathOf(path), value));
  assert.deepEqual(findings, [{ path, message: says }]);
  assert.deepEqual(object.endpoints, readSlice(RICH_SLICE).object.endpoints.slice(1));
  assert.deepEqual(object.ports, readSlice(RICH_SLICE).object.ports);
});

Deno.test.each(
  [
    ["ports[0]", 8080, "8080 is not an object"],
    ["ports[0].name", 5, "5 is not a text"],
    ["ports[0].protocol", "ICMP", '"ICMP" is not one of TCP, UDP, SCTP'],
    ["ports[0].port", 70000, "70000 is not a port (1 to 65535)"],
    ["ports[0].port", -1, "-1 is not a port (1 to 65535)"],
    ["ports[0].port", "http", '"http" is not a whole number (1 to 65535)'],
  ] as const,
)("a port is left out for %s = %j, and the other stays", (path, value, says) => {
  const { object, findings } = readSlice(replaced(RICH_SLICE, pathOf(path), value));
  assert.deepEqual(findings, [{ path, message: says }]);
  assert.deepEqual(object.ports, [{ name: "dns", protocol: "UDP", port: 53 }]);
  assert.equal(object.endpoints.length, 2);
});

Deno.test("several bad entries are all told, each with its own place", () => {
  const { object, findings } = readSlice(slice("web-1", "web", [
    "10.0.0.300",
    "10.0.0.1",
    { addresses: ["10.0.0.2"], nodeName: {} },
    "10.0.0.3",
  ]));
  assert.deepEqual(findings.map(({ path }) => path), [
    "endpoints[0].addresses[0]",
    "endpoints[2].nodeName",
  ]);
  assert.deepEqual(object.endpoints.map((each) => each.addresses), [["10.0.0.1"], ["10.0.0.3"]]);
});

Deno.test.each([
  { what: "absent", fields: {} },
  {
    what: "null",
    fields: {
      conditions: null,
      nodeName: null,
      zone: null,
      hostname: null,
      targetRef: null,
      hints: null,
    },
  },
  {
    what: "null inside",
    fields: {
      conditions: { ready: null, serving: null, terminating: null },
      targetRef: { kind: "Pod", name: null },
      hints: { forZones: null, forNodes: null },
    },
  },
])("the defaults of an endpoint fill in where its fields are $what", ({ fields }) => {
  const { object } = readSlice(slice("web-1", "web", [{ addresses: ["10.0.0.1"], ...fields }]));
  assert.deepEqual(object.endpoints, [{
    addresses: ["10.0.0.1"],
    ready: true,
    serving: true,
    terminating: false,
    node: "",
    zone: "",
    zoneHints: [],
    nodeHints: [],
    hostname: "",
    pod: "",
  }]);
});

Deno.test.each([
  { port: {}, read: { name: "", protocol: "TCP", port: 0 } },
  {
    port: { name: null, protocol: null, port: null },
    read: { name: "", protocol: "TCP", port: 0 },
  },
  { port: { name: "a", port: 0 }, read: { name: "a", protocol: "TCP", port: 0 } },
])("the defaults of a slice's port fill in: %j", ({ port, read }) => {
  const { object, findings } = readSlice(slice("web-1", "web", [], { ports: [port] }));
  assert.deepEqual([object.ports, findings], [[read], []]);
});

Deno.test("a placeholder slice, null for both lists, is right and empty", () => {
  const { object, findings } = readSlice(
    slice("web-1", "web", [], { ports: null, endpoints: null }),
  );
  assert.deepEqual([object.ports, object.endpoints, findings], [[], [], []]);
});

Deno.test.each([
  { what: "no labels", metadata: {} },
  { what: "null for labels", metadata: { labels: null } },
  { what: "other labels", metadata: { labels: { app: "web" } } },
  { what: "an empty label", metadata: { labels: { "kubernetes.io/service-name": "" } } },
])("a slice with $what is read, and it is noted that it belongs to no Service", ({ metadata }) => {
  const { object, findings } = readSlice({
    ...slice("web-1", "web", ["10.0.0.1"]),
    metadata: { name: "web-1", ...metadata },
  });
  assert.equal(object.service, "");
  assert.deepEqual(findings, [{
    path: "metadata.labels",
    message: 'label "kubernetes.io/service-name" is missing or empty, so the slice belongs to no ' +
      "Service; set it to the Service's name",
  }]);
});

Deno.test.each([
  ["IPv4", "010.000.000.001", "10.0.0.1"],
  ["IPv4", "::ffff:10.0.0.1", "10.0.0.1"],
  ["IPv6", "2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
  ["FQDN", "Pod.Example.com", "Pod.Example.com"],
])("an address of a slice of type %s is kept in canonical form: %s → %s", (type, given, text) => {
  const { object, findings } = readSlice(slice("web-1", "web", [given], { addressType: type }));
  assert.deepEqual([object.endpoints[0]?.addresses, findings], [[text], []]);
});

Deno.test("an IPv4-mapped address is none of the IPv6 family", () => {
  const { findings } = readSlice(
    slice("web-1", "web", ["::ffff:10.0.0.1"], { addressType: "IPv6" }),
  );
  assert.deepEqual(findings, [{
    path: "endpoints[0].addresses[0]",
    message: '"::ffff:10.0.0.1" is not an IPv6 address, as the slice\'s addressType says',
  }]);
});

Deno.test("of the labels, those that rules look at are kept", () => {
  const labels = {
    app: "web",
    "kubernetes.io/service-name": "web",
    "service.kubernetes.io/headless": "",
    "service.kubernetes.io/service-proxy-name": "other",
  };
  const { object } = readSlice({ ...slice("a", "web"), metadata: { name: "a", labels } });
  const { app: _, ...kept } = labels;
  assert.deepEqual(object.labels, kept);
});
