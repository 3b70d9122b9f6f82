import assert from "node:assert/strict";
import fc from "fast-check";
import { HnsError } from "../hns_error.ts";
import { readEndpoint, readLoadBalancer, readNetwork } from "../read_documents.ts";
import { NEVER } from "../test_node.ts";
import { documentsOf } from "./documents_of.ts";
import { hnsdiagTransport } from "./mod.ts";
import type { HnsdiagResult } from "./run_hnsdiag.ts";

const NETWORK = {
  ID: "8E3C0C3A-3B54-4F8F-9D8A-51A0B8B6F5A1",
  Name: "vxlan0",
  Type: "Overlay",
  ManagementIP: "172.16.0.20",
  Subnets: [{ AddressPrefix: "10.244.2.0/24", GatewayAddress: "10.244.2.1", Policies: [] }],
  Extensions: [{ Name: "Erweiterung für die {Filterung}", Id: "x" }],
  Version: 64424509444,
};

const ENDPOINT = {
  ID: "C55B2C86-BD06-400E-BCA7-8FB7DE11E635",
  Name: "Ethernet",
  VirtualNetwork: NETWORK.ID,
  IPAddress: "10.244.3.9",
  IPv6Address: "",
  PrefixLength: 32,
  MacAddress: "02-11-0a-f4-03-09",
  IsRemoteEndpoint: true,
  Policies: [{ Type: "PA", PA: "172.16.0.23" }],
  State: 1,
};

const BALANCER = {
  ID: "3599612C-54B4-4B9D-9258-4FC5E2100549",
  Flags: 0,
  Health: { LastErrorCode: 2151350274 },
  Policies: [{
    Type: "ELB",
    Protocol: 6,
    InternalPort: 8080,
    ExternalPort: 80,
    IsDSR: true,
    LocalRoutedVip: true,
    SourceVIP: "10.244.2.2",
    VIPs: ["10.96.0.10"],
  }],
  References: ["/endpoints/c55b2c86-bd06-400e-bca7-8fb7de11e635"],
  State: 4,
  Version: 64424509440,
};

const printed = (documents: readonly unknown[]): string =>
  documents.map((each) => `${JSON.stringify(each, null, 4)}\r\n`).join("");

/** A hnsdiag that has these load balancers, and notes how it was called. */
class Fake {
  readonly calls: string[] = [];
  balancers: readonly { readonly ID: string }[] = [BALANCER];
  answers: Partial<HnsdiagResult> | null = null;

  readonly transport = hnsdiagTransport({
    run: ([command = "", object = "", ...rest]) => {
      this.calls.push([command, object, ...rest].join(" "));
      const good = { notRun: null, code: 0, stdout: "", stderr: "" };
      if (this.answers !== null) return Promise.resolve({ ...good, ...this.answers });
      if (command === "delete") {
        this.balancers = this.balancers.filter(({ ID }) => ID !== rest[0]);
        return Promise.resolve(good);
      }
      const all =
        { networks: [NETWORK], endpoints: [ENDPOINT], loadbalancers: this.balancers }[object];
      return Promise.resolve({ ...good, stdout: printed(all ?? []) });
    },
  });
}

Deno.test("hnsdiag's schema-1 documents say in schema 2 what they know", async () => {
  const { transport, calls } = new Fake();
  const [network] = await transport.list("network", NEVER);
  const { name, overlay, providerAddress } = readNetwork(network) ?? {};
  assert.deepEqual([name, overlay, providerAddress], ["vxlan0", true, "172.16.0.20"]);
  const [endpoint] = await transport.list("endpoint", NEVER);
  assert.deepEqual(readEndpoint(endpoint), {
    id: ENDPOINT.ID,
    name: "Ethernet",
    networkId: NETWORK.ID.toLowerCase(),
    ips: ["10.244.3.9"],
    mac: "02-11-0a-f4-03-09",
    remote: true,
    providerAddress: "172.16.0.23",
    degraded: false,
  });
  const [balancer] = await transport.list("load-balancer", NEVER);
  assert.deepEqual(readLoadBalancer(balancer), {
    id: BALANCER.ID,
    endpoints: ["c55b2c86-bd06-400e-bca7-8fb7de11e635"],
    sourceVip: "10.244.2.2",
    vips: ["10.96.0.10"],
    mappings: [{ protocol: 6, internalPort: 8080, externalPort: 80, distribution: 0, flags: 2 }],
    flags: 1,
    degraded: true,
  });
  assert.deepEqual(await transport.version(NEVER), { major: 15, minor: 4 });
  assert.deepEqual(calls, [
    "list networks -d",
    "list endpoints -d",
    "list loadbalancers -d",
    "list networks -d",
  ]);
});

Deno.test("hnsdiag deletes, and is believed only when the object is gone", async () => {
  const fake = new Fake();
  await fake.transport.delete("load-balancer", BALANCER.ID, NEVER);
  assert.deepEqual(fake.balancers, []);
  assert.equal(fake.calls[0], `delete loadbalancers ${BALANCER.ID}`);
  await assert.rejects(
    fake.transport.get("load-balancer", BALANCER.ID, NEVER),
    /element-not-found/,
  );
  fake.answers = { stdout: printed([ENDPOINT]) };
  const kept = fake.transport.delete("endpoint", ENDPOINT.ID.toLowerCase(), NEVER);
  await assert.rejects(kept, /Cannot delete endpoint/);
});

Deno.test.each<{ what: string; answers: Partial<HnsdiagResult>; says: RegExp }>([
  {
    what: "is missing",
    answers: { notRun: "File not found" },
    says: /0x80070002 "File not found \(it comes with the feature Containers\)"/,
  },
  {
    what: "does not know what was asked",
    answers: { stderr: "hnsdiag <command> <object> [options]" },
    says: /not-implemented.*does not know "list endpoints -d"/,
  },
  {
    what: "prints an HRESULT",
    answers: { code: 1, stdout: "Der RPC-Server ist nicht verfügbar. (0x800706BA)" },
    says: /rpc-unavailable/,
  },
  { what: "fails without a word", answers: { code: 5 }, says: /exit code 5/ },
  { what: "prints words", answers: { stdout: "Zugriff verweigert" }, says: /"Zugriff verweigert"/ },
  {
    what: "is cut short",
    answers: { stdout: printed([ENDPOINT]) + '{ "ID": "x", ' },
    says: /not JSON: \{ "ID": "x"/,
  },
])("a hnsdiag that $what is an error, never an empty list", async ({ answers, says }) => {
  const fake = new Fake();
  fake.answers = answers;
  await assert.rejects(fake.transport.list("endpoint", NEVER), (error) => {
    assert(error instanceof HnsError);
    assert.match(error.message, says);
    return true;
  });
});

Deno.test("no objects at all are an empty list; a version cannot be told then", async () => {
  const fake = new Fake();
  fake.answers = { stdout: "\r\n" };
  assert.deepEqual(await fake.transport.list("endpoint", NEVER), []);
  await assert.rejects(fake.transport.version(NEVER), /HNS has none/);
});

Deno.test("hnsdiag creates and changes nothing, and says what does", async () => {
  const { transport, calls } = new Fake();
  const document = {
    HostComputeEndpoints: [],
    PortMappings: [],
    SchemaVersion: { Major: 2, Minor: 0 },
  };
  const creation = { kind: "load-balancer", id: "x", document } as const;
  await assert.rejects(transport.create(creation, NEVER), /not-implemented.*--hns native/);
  await assert.rejects(transport.modifyLoadBalancer("x", document, NEVER), /not-implemented/);
  assert.deepEqual(calls, []);
});

Deno.test("documents are found one after the other, whatever is in their texts", () => {
  const document = fc.dictionary(fc.string(), fc.jsonValue());
  fc.assert(fc.property(fc.array(document), fc.constantFrom("", "\r\n", " "), (documents, gap) => {
    const text = documents.map((each) => JSON.stringify(each, null, 4)).join(gap);
    const found = documentsOf(text);
    assert.deepEqual(found.documents, JSON.parse(JSON.stringify(documents)));
    assert.deepEqual([found.rest, found.broken], ["", null]);
  }));
});
