import assert from "node:assert/strict";
import { networksNamed } from "./network_name.ts";

const NAMES = ["nat", "External", "Calico", "vpcbr06684cbed472", "flannel.4096", "flannelx4096"];

Deno.test.each([
  { wanted: "Calico", found: ["Calico"] },
  { wanted: "calico", found: ["Calico"] },
  { wanted: "Calico.*", found: ["Calico"] },
  { wanted: "vpcbr*", found: ["vpcbr06684cbed472"] },
  { wanted: "VPCBR.*", found: ["vpcbr06684cbed472"] },
  { wanted: "flannel.4096", found: ["flannel.4096"] },
  { wanted: "FLANNEL.4096", found: ["flannel.4096"] },
  { wanted: "flannel*", found: ["flannel.4096", "flannelx4096"] },
  { wanted: "*4", found: [] },
  { wanted: "vpc", found: [] },
  { wanted: "", found: [] },
  { wanted: "**.*", found: NAMES },
])('"$wanted" stands for $found', ({ wanted, found }) => {
  const networks = NAMES.map((name) => ({ name }));
  assert.deepEqual(networksNamed(networks, wanted).map(({ name }) => name), found);
});

Deno.test("a network that is called like a pattern is that network", () => {
  const networks = [{ name: "cbr0" }, { name: "cbr*" }];
  assert.deepEqual(networksNamed(networks, "cbr*"), [{ name: "cbr*" }]);
});

Deno.test("of two networks of one name the first is taken, of two that differ in case both fit", () => {
  const twins = [{ name: "cbr0", id: 1 }, { name: "cbr0", id: 2 }];
  assert.deepEqual(networksNamed(twins, "cbr0"), [{ name: "cbr0", id: 1 }]);
  const alike = [{ name: "Cbr0" }, { name: "CBR0" }];
  assert.deepEqual(networksNamed(alike, "cbr0"), alike);
});
