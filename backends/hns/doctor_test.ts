import assert from "node:assert/strict";
import { HNS_DEFAULTS } from "./config.ts";
import { type Diagnosis, examine } from "./doctor.ts";
import { featuresOf } from "./features.ts";
import { observationOf } from "./observation.ts";
import type { PortSpace } from "./port_blocks.ts";

const CONFIG = { ...HNS_DEFAULTS, networkName: "vxlan0", nodeIp: "192.0.2.1" };

function balancer(port: number, flags: number): unknown {
  return {
    ID: `LB-${port}`,
    HostComputeEndpoints: ["E"],
    PortMappings: [{ Protocol: 6, InternalPort: 80, ExternalPort: port }],
    Flags: flags,
  };
}

/** What one check finds on a node with three load balancers, one of them with DSR. */
function found(check: string, ports: PortSpace | null): Diagnosis | undefined {
  const observation = observationOf(
    {
      networks: [{ ID: "N", Name: "vxlan0", Type: "Overlay" }],
      endpoints: [{
        ID: "E",
        HostComputeNetwork: "N",
        IpConfigurations: [{ IpAddress: "10.1.1.1" }],
      }],
      loadBalancers: [balancer(1, 0), balancer(2, 1), balancer(3, 2)],
    },
    "vxlan0",
    featuresOf({ major: 15, minor: 5 }),
  );
  return examine(observation, CONFIG, ports).find((each) => each.check === check);
}

Deno.test.each([
  { ports: null, severity: "info", says: "2 of 256 blocks", room: 254 },
  {
    ports: { dynamic: { first: 33_000, last: 65_535 }, excluded: [] },
    severity: "info",
    says: "2 of 508 blocks",
    room: 506,
  },
  {
    ports: {
      dynamic: { first: 49_152, last: 65_535 },
      excluded: [{ first: 49_500, last: 65_535 }],
    },
    severity: "warning",
    says: "2 of 256 blocks",
    room: 5,
  },
  {
    ports: { dynamic: { first: 49_152, last: 49_279 }, excluded: [] },
    severity: "error",
    says: "2 of 2 blocks",
    room: 0,
  },
])("$says: room for $room more, which is $severity", ({ ports, severity, says, room }) => {
  const diagnosis = found("port-blocks", ports);
  assert.equal(diagnosis?.severity, severity);
  assert(diagnosis?.finding.startsWith(says), diagnosis?.finding);
  assert.match(diagnosis?.finding ?? "", new RegExp(`room for ${room} more`));
});

Deno.test("an overlay network without a source VIP: where one would be found, and how one comes", () => {
  const diagnosis = found("configuration", null);
  assert.match(
    diagnosis?.finding ?? "",
    /a source VIP \(--source-vip\) .* neither given nor found/,
  );
  assert.match(diagnosis?.cause ?? "", /no endpoint "vxlan0_ep"/);
  assert.match(diagnosis?.cure ?? "", /windlass source-vip/);
});
