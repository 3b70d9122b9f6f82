import assert from "node:assert/strict";
import { findInterface, HNS_INTERNAL_NIC } from "./find_interface.ts";
import type { WindowsInterface } from "./way.ts";

function named(name: string, description = ""): WindowsInterface {
  return { name, description, luid: 1n };
}

const ETHERNET = named("Ethernet", "Intel(R) Ethernet");
const SYSTEM = named("Loopback Pseudo-Interface 1", "Software Loopback Interface 1");
const NIC = named(HNS_INTERNAL_NIC, "Hyper-V Virtual Ethernet Adapter #2");
const KM_TEST = named("Ethernet 3", "Microsoft KM-TEST Loopback Adapter");
const ALL = [ETHERNET, SYSTEM, KM_TEST, NIC];

Deno.test.each<{
  interfaces: readonly WindowsInterface[];
  named: string | null;
  fromEnvironment: string | null;
  rule: string;
  on: string;
}>([
  { interfaces: ALL, named: "ethernet", fromEnvironment: "x", rule: "named", on: "Ethernet" },
  {
    interfaces: ALL,
    named: null,
    fromEnvironment: " ETHERNET ",
    rule: "environment",
    on: "Ethernet",
  },
  {
    interfaces: ALL,
    named: null,
    fromEnvironment: null,
    rule: "hns-internal-nic",
    on: HNS_INTERNAL_NIC,
  },
  {
    interfaces: [ETHERNET, SYSTEM, KM_TEST],
    named: null,
    fromEnvironment: null,
    rule: "loopback-adapter",
    on: "Ethernet 3",
  },
])("rule $rule takes $on", ({ interfaces, rule, on, ...wish }) => {
  const found = findInterface(interfaces, wish);
  assert.deepEqual(found.ok && [found.rule, found.on.name], [rule, on]);
});

Deno.test.each([
  { named: "Oops", fromEnvironment: NIC.name, says: /^there is no interface "Oops"; there are/ },
  {
    named: null,
    fromEnvironment: "Oops",
    says: /"Oops", which \$INTERFACE_TO_ADD_SERVICE_IP names/,
  },
  {
    named: null,
    fromEnvironment: null,
    says: /no loopback adapter; there are "Ethernet", "Loopback/,
  },
])("what is named is never replaced by another: $named, $fromEnvironment", ({ says, ...wish }) => {
  const interfaces = wish.named === null && wish.fromEnvironment === null
    ? [ETHERNET, SYSTEM]
    : ALL;
  const found = findInterface(interfaces, wish);
  assert.match(found.ok ? "" : found.why, says);
});

Deno.test("a machine without any interface is said so", () => {
  const found = findInterface([], { named: null, fromEnvironment: null });
  assert.match(found.ok ? "" : found.why, /there is none at all/);
});
