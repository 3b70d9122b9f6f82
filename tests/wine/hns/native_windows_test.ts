import assert from "node:assert/strict";
import { emulatedHcn } from "../../../backends/hns/hcn/test_emulated_hcn.ts";
import { refused, transportSuite } from "../../../backends/hns/hcn/test_transport_suite.ts";
import { hnsEmulator } from "../../../backends/hns/emulator/emulator.ts";
import {
  openNativeTransport,
  SYSTEM_LIBRARIES,
} from "../../../backends/hns/native_transport/mod.ts";
import { NEVER, overlayNode } from "../../../backends/hns/test_node.ts";
import type { HnsEvent, HnsTransport } from "../../../backends/hns/transport.ts";
import { type DllServer, serveDll } from "./dll_server.ts";

/** The stand-in, and the one of a build that lacks what not all have; set by `on_wine_test.ts`. */
const DLL = Deno.env.get("WINDLASS_HNS_DLL") ?? "";
const OLD_DLL = Deno.env.get("WINDLASS_HNS_OLD_DLL") ?? "";
const ignore = Deno.build.os !== "windows" || DLL === "";

const BOOKS = [
  "allocated",
  "freed",
  "badFrees",
  "opened",
  "closed",
  "badCloses",
  "underWay",
  "peak",
]
  .map((name, index) => ({ name, index }));

/** The stand-in's books, by name. It stays loaded, so they go on from test to test. */
class Books {
  readonly #library: Deno.DynamicLibrary<
    { StandInCounts: { parameters: ["buffer"]; result: "void" } }
  >;

  constructor(path: string) {
    this.#library = Deno.dlopen(path, {
      StandInCounts: { parameters: ["buffer"], result: "void" },
    });
  }

  read(): Readonly<Record<string, number>> {
    const counts = new BigInt64Array(BOOKS.length);
    this.#library.symbols.StandInCounts(new Uint8Array(counts.buffer));
    return Object.fromEntries(BOOKS.map(({ name, index }) => [name, Number(counts[index])]));
  }

  [Symbol.dispose](): void {
    this.#library.close();
  }
}

function librariesOf(path: string) {
  return { ...SYSTEM_LIBRARIES, computenetwork: path, vmcompute: path, ole32: path };
}

function open(server: DllServer, path = DLL): HnsTransport {
  Deno.env.set("WINDLASS_HNS_PORT", String(server.port));
  const opened = openNativeTransport({ libraries: librariesOf(path) });
  assert(opened.ok, opened.ok ? "" : opened.error);
  return opened.transport;
}

transportSuite("native", (emulator) => {
  const server = serveDll(emulatedHcn(emulator));
  const books = new Books(DLL);
  const transport = open(server);
  return Promise.resolve({
    transport,
    close: async () => {
      await server.close();
      using book = books;
      const { allocated, freed, badFrees, opened, closed, badCloses, underWay } = book.read();
      assert.deepEqual(
        { freed, badFrees, closed, badCloses, underWay },
        { freed: allocated, badFrees: 0, closed: opened, badCloses: 0, underWay: 0 },
      );
    },
  });
}, { ignore, hears: true, listsOneByOne: true });

Deno.test({
  name:
    "whatever call of the native transport fails, and however, nothing leaks and nothing crashes",
  ignore,
  fn: async () => {
    const emulator = hnsEmulator(overlayNode());
    const hcn = emulatedHcn(emulator);
    const server = serveDll(hcn);
    using books = new Books(DLL);
    const transport = open(server);
    const [id, networkId] = [
      "5f3e2a10-0000-5000-8000-000000000001",
      "8E3C0C3A-3B54-4F8F-9D8A-51A0B8B6F5A1",
    ];
    const SchemaVersion = { Major: 2, Minor: 0 };
    const work = async () => {
      await transport.version(NEVER);
      await transport.list("endpoint", NEVER);
      const IpConfigurations = [{ IpAddress: "10.244.3.9" }];
      const MacAddress = "02-11-0a-f4-03-09";
      const document = { IpConfigurations, MacAddress, Flags: 1, SchemaVersion };
      await transport.create({ kind: "endpoint", id, networkId, document }, NEVER);
      const PortMappings = [{ Protocol: 6, InternalPort: 80, ExternalPort: 80 }];
      const balancer = { HostComputeEndpoints: [id], PortMappings, SchemaVersion };
      await transport.create({ kind: "load-balancer", id, document: balancer }, NEVER);
      await transport.modifyLoadBalancer(id, balancer, NEVER);
      await transport.delete("load-balancer", id, NEVER);
      await transport.delete("endpoint", id, NEVER);
    };
    const failures = [
      { hresult: 0x800706ba },
      {
        hresult: 0x803b0013,
        error: '{"Success":false,"Error":"Anschluß belegt","ErrorCode":2151350291}',
      },
      { error: '{"Success":false,"Error":"trotzdem","ErrorCode":2151350291}' },
      { error: "not JSON" },
      { output: "not JSON" },
      { output: "" },
    ];
    let calls = 0;
    hcn.tamper = () => (calls++, null);
    await work();
    for (let failing = 1; failing <= calls; failing++) {
      for (const failure of failures) {
        let n = 0;
        hcn.tamper = () => ++n === failing ? failure : null;
        await work().catch((error) => assert.equal(error.code, "hns", String(error)));
        hcn.tamper = () => null;
        for (const kind of ["load-balancer", "endpoint"] as const) {
          if (emulator.state()[kind === "endpoint" ? "Endpoints" : "LoadBalancers"].length > 2) {
            await transport.delete(kind, id, NEVER).catch(() => {}); // whichever of them is there
          }
        }
      }
    }
    await transport.close();
    await server.close();
    const { allocated, freed, badFrees, opened, closed, badCloses } = books.read();
    assert.deepEqual({ freed, badFrees, closed, badCloses }, {
      freed: allocated,
      badFrees: 0,
      closed: opened,
      badCloses: 0,
    });
    assert((allocated ?? 0) > 100 && (opened ?? 0) > 100);
  },
});

Deno.test({
  name:
    "the native transport keeps to four calls at a time, and says so when HNS is not there at all",
  ignore,
  fn: async () => {
    const server = serveDll(emulatedHcn(hnsEmulator(overlayNode())));
    using books = new Books(DLL);
    const transport = open(server);
    await Promise.all(Array.from({ length: 40 }, () => transport.version(NEVER)));
    const { peak = 0 } = books.read();
    assert(peak <= 4, String(peak));
    await server.close();
    await refused(transport.version(NEVER), "rpc-unavailable");
    await transport.close();
  },
});

Deno.test({
  name: "a transport that is closed while a call is under way lets it end, and unloads afterwards",
  ignore,
  fn: async () => {
    const gate = Promise.withResolvers<void>();
    const called = Promise.withResolvers<void>();
    const emulator = hnsEmulator(overlayNode(), {
      delay: () => (called.resolve(), gate.promise),
    });
    const server = serveDll(emulatedHcn(emulator));
    const transport = open(server);
    const asked = transport.version(NEVER);
    await called.promise;
    await transport.close();
    gate.resolve();
    assert.deepEqual(await asked, { major: 16, minor: 0 });
    await assert.rejects(transport.version(NEVER), /the transport is closed/);
    await server.close();
  },
});

Deno.test({
  name: "a build that cannot modify says so, and one that tells nothing is listened to in vain",
  ignore,
  fn: async () => {
    const emulator = hnsEmulator(overlayNode());
    const server = serveDll(emulatedHcn(emulator));
    const transport = open(server, OLD_DLL);
    const unwatch = transport.watch(() => assert.fail("nothing was told"));
    const SchemaVersion = { Major: 2, Minor: 0 };
    const document = { HostComputeEndpoints: [], PortMappings: [], SchemaVersion };
    const id = "aaaaaaaa-2222-4333-8444-555555555555";
    await refused(transport.modifyLoadBalancer(id, document, NEVER), "not-implemented");
    await assert.rejects(transport.get("endpoint", "no-guid", NEVER), /"no-guid" is not a GUID/);
    emulator.addNetwork({ ID: id });
    assert.equal((await transport.list("network", NEVER)).length, 3);
    unwatch();
    await transport.close();
    await server.close();
  },
});

Deno.test({
  name: "who listens while HNS is away hears it when it is there again",
  ignore,
  fn: async () => {
    const emulator = hnsEmulator(overlayNode());
    const server = serveDll(emulatedHcn(emulator));
    const transport = open(server);
    emulator.stop();
    const { promise: heard, resolve } = Promise.withResolvers<HnsEvent>();
    const unwatch = transport.watch(resolve);
    await refused(transport.version(NEVER), "rpc-unavailable");
    emulator.start();
    await transport.version(NEVER);
    const id = "aaaaaaaa-0000-4000-8000-000000000001";
    emulator.addNetwork({ ID: id });
    assert.deepEqual(await heard, { type: "network-created", id });
    unwatch();
    await transport.close();
    await server.close();
  },
});

Deno.test.each([
  {
    what: "a missing DLL",
    path: "C:\\nowhere\\computenetwork.dll",
    says: /Module not found|nowhere/,
  },
  { what: "a missing function", path: SYSTEM_LIBRARIES.kernel32, says: /register symbol Hcn/ },
])("$what is an error that names it, and Containers", { ignore }, ({ path, says }) => {
  const opened = openNativeTransport({ libraries: { ...librariesOf(DLL), computenetwork: path } });
  assert(!opened.ok);
  assert.match(opened.error, says);
  assert.match(opened.error, /Cannot reach HNS by .*Install-WindowsFeature Containers/);
});
