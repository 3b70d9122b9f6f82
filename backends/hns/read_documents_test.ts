import assert from "node:assert/strict";
import fc from "fast-check";
import { readEndpoint, readLoadBalancer, readNetwork } from "./read_documents.ts";

Deno.test("missing is zero, names are numbers, MAC addresses and ids are in lower case", () => {
  assert.deepEqual(readLoadBalancer({ ID: "AbC" }), {
    id: "AbC",
    endpoints: [],
    sourceVip: "",
    vips: [],
    mappings: [],
    flags: 0,
    degraded: false,
  });
  assert.deepEqual(
    readLoadBalancer({
      ID: "x",
      HostComputeEndpoints: ["B", "A"],
      SourceVIP: "010.0.0.1",
      FrontendVIPs: ["FD00:0::7"],
      PortMappings: [{
        Protocol: "TCP",
        InternalPort: "80",
        ExternalPort: 81,
        DistributionType: "SourceIP",
        Flags: "LocalRoutedVIP, VipExternalIP",
      }],
      Flags: "EnableDirectServerReturn,IPv6",
      State: 4,
    }),
    {
      id: "x",
      endpoints: ["a", "b"],
      sourceVip: "10.0.0.1",
      vips: ["fd00::7"],
      mappings: [{ protocol: 6, internalPort: 80, externalPort: 81, distribution: 2, flags: 18 }],
      flags: 3,
      degraded: true,
    },
  );
  const endpoint = readEndpoint({
    ID: "x",
    IpConfigurations: [{ IpAddress: "10.0.0.1" }, {}, { IpAddress: "fd00::1" }],
    MacAddress: "00:15:5D:65:2A:00",
    Flags: 33,
    Policies: [{ Type: "providerAddress", Settings: { ProviderAddress: "172.16.0.23" } }],
  });
  assert.deepEqual(endpoint?.ips, ["10.0.0.1", "fd00::1"]);
  assert.equal(endpoint?.mac, "00-15-5d-65-2a-00");
  assert.equal(endpoint?.remote, true);
  assert.equal(endpoint?.providerAddress, "172.16.0.23");
});

Deno.test.each([
  { what: "a pod's, taken off its container", Flags: 0, State: 4, degraded: false },
  { what: "a pod's", Flags: 0, State: 5, degraded: true },
  { what: "a remote one", Flags: 1, State: 4, degraded: true },
  { what: "a remote one", Flags: 1, State: 5, degraded: true },
  { what: "a remote one", Flags: 1, State: 1, degraded: false },
])("an endpoint in state $State, $what: degraded is $degraded", ({ Flags, State, degraded }) => {
  assert.equal(readEndpoint({ ID: "x", Flags, State })?.degraded, degraded);
});

Deno.test.each([
  { type: undefined, reads: "NAT", overlay: false },
  { type: "OVERLAY", reads: "OVERLAY", overlay: true },
  { type: "L2Bridge", reads: "L2Bridge", overlay: false },
])("a network of type $type is $reads", ({ type, reads, overlay }) => {
  const network = readNetwork({ ID: "x", Type: type });
  assert.equal(network?.type, reads);
  assert.equal(network?.overlay, overlay);
});

Deno.test("nothing that HNS may answer with throws", () => {
  fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
    for (
      const value of [a, { ID: "x", PortMappings: a, IpConfigurations: b, Policies: a }, {
        ID: "x",
        HostComputeEndpoints: a,
        FrontendVIPs: b,
        Flags: a,
      }]
    ) {
      readNetwork(value);
      readEndpoint(value);
      readLoadBalancer(value);
    }
  }));
});
