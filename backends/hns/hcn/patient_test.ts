import assert from "node:assert/strict";
import { hnsEmulator } from "../emulator/emulator.ts";
import { NEVER } from "../test_node.ts";
import type { HcnApi } from "./calls.ts";
import { hcnTransport } from "./hcn_transport.ts";
import { patient } from "./patient.ts";
import { emulatedHcn } from "./test_emulated_hcn.ts";

Deno.test("a call that hangs has timed out; when too many hang no more are made, until one ends", async () => {
  const gates = [1, 2, 3].map(() => Promise.withResolvers<void>());
  const emulator = hnsEmulator({ Networks: [], Endpoints: [], LoadBalancers: [] }, {
    delay: ({ n }) => gates[n - 1]?.promise ?? Promise.resolve(),
  });
  const hcn = emulatedHcn(emulator, 1);
  const calls: Promise<unknown>[] = [];
  const call: HcnApi["call"] = (each) => {
    const calling = hcn.call(each);
    calls.push(calling);
    return calling;
  };
  const transport = hcnTransport(patient({ ...hcn, call }, { callMs: 20, mostHanging: 2 }));
  await assert.rejects(transport.version(NEVER), /timed-out "no answer within 20 ms"/);
  await assert.rejects(transport.version(NEVER), /timed-out/);
  await assert.rejects(transport.version(NEVER), /2 calls hang in HNS/);
  assert.equal(emulator.calls.all, 2);
  gates[0]?.resolve();
  await calls[0];
  gates[2]?.resolve();
  assert.deepEqual(await transport.version(NEVER), { major: 16, minor: 0 });
  gates[1]?.resolve();
  await transport.close();
});
