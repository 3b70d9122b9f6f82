import assert from "node:assert/strict";
import { codeOf, HnsError } from "../hns_error.ts";
import { hnsEmulator } from "../emulator/emulator.ts";
import { NEVER, overlayNode } from "../test_node.ts";
import { type HcnAnswer, LOCAL_HRESULTS } from "./calls.ts";
import { hcnTransport } from "./hcn_transport.ts";
import { emulatedHcn } from "./test_emulated_hcn.ts";
import { transportSuite } from "./test_transport_suite.ts";

transportSuite(
  "emulator",
  (transport) => Promise.resolve({ transport, close: () => Promise.resolve() }),
  {
    hears: true,
    listsOneByOne: false,
  },
);

transportSuite("over the functions", (emulator) =>
  Promise.resolve({
    transport: hcnTransport(emulatedHcn(emulator)),
    close: () => Promise.resolve(),
  }), { hears: true, listsOneByOne: true });

Deno.test.each<{ why: string; answer: Partial<HcnAnswer>; hresult: number; says: RegExp }>([
  {
    why: "an error record beside a good HRESULT",
    answer: { error: '{"Success":false,"Error":"Le port existe","ErrorCode":2151350291}' },
    hresult: codeOf("port-exists"),
    says: /"Le port existe"/,
  },
  {
    why: "an error record without a code",
    answer: { output: "[]", error: "something" },
    hresult: LOCAL_HRESULTS.failed,
    says: /"something"/,
  },
  {
    why: "a signed HRESULT, with the function that gave it",
    answer: { hresult: -2143617005, step: "HcnEnumerateEndpoints" },
    hresult: codeOf("port-exists"),
    says: /list endpoints \(HcnEnumerateEndpoints\)/,
  },
  {
    why: "nothing where a list should be",
    answer: { output: "" },
    hresult: LOCAL_HRESULTS.unexpected,
    says: /not JSON/,
  },
  {
    why: "a list of something else",
    answer: { output: '[{"ID":"x"}]' },
    hresult: LOCAL_HRESULTS.unexpected,
    says: /not a list of ids/,
  },
])("a list fails on $why", async ({ answer, hresult, says }) => {
  const api = emulatedHcn(hnsEmulator(overlayNode()));
  api.tamper = () => answer;
  await assert.rejects(hcnTransport(api).list("endpoint", NEVER), (error) => {
    assert(error instanceof HnsError);
    assert.equal(error.hresult, hresult);
    assert.match(error.message, says);
    return true;
  });
});

Deno.test.each([
  { output: '{"Success":true,"Output":{"Major":15,"Minor":4}}', version: { major: 15, minor: 4 } },
  {
    output: '{"Success":true,"Output":"{\\"Major\\":9,\\"Minor\\":5}"}',
    version: { major: 9, minor: 5 },
  },
  { output: '{"Success":false,"Error":"weg","ErrorCode":2147944122}', code: 0x800706ba },
  { output: '{"Success":true}', code: LOCAL_HRESULTS.unexpected },
])("the version in $output", async ({ output, version, code }) => {
  const api = emulatedHcn(hnsEmulator());
  api.tamper = () => ({ output });
  const asked = hcnTransport(api).version(NEVER);
  if (version !== undefined) assert.deepEqual(await asked, version);
  else await assert.rejects(asked, (error) => error instanceof HnsError && error.hresult === code);
});

Deno.test("a list that has failed asks no further", async () => {
  const api = emulatedHcn(hnsEmulator(overlayNode()), 1);
  let queries = 0;
  api.tamper = ({ op }) => {
    if (op === "enumerate") return { output: JSON.stringify(Array.from({ length: 99 }, String)) };
    return ++queries < 3 ? { output: "{}" } : { hresult: codeOf("rpc-failed") };
  };
  await assert.rejects(hcnTransport(api).list("endpoint", NEVER));
  await hcnTransport(api).close();
  assert(queries < 20, String(queries)); // of 99: those that were on their way when it failed
});

Deno.test("who aborts is let go while the call is under way, and the call still ends", async () => {
  const gate = Promise.withResolvers<void>();
  const emulator = hnsEmulator(overlayNode(), { delay: () => gate.promise });
  const transport = hcnTransport(emulatedHcn(emulator));
  const abort = new AbortController();
  const asked = transport.list("network", abort.signal);
  abort.abort(new Error("enough"));
  await assert.rejects(asked, /enough/);
  gate.resolve();
  assert.deepEqual(await transport.version(NEVER), { major: 16, minor: 0 });
  assert.equal(emulator.calls.all, 2);
});
