import assert from "node:assert/strict";
import { RECOVERY, type ServiceDefinition } from "./definition.ts";
import {
  addressOfBytes,
  readU32,
  readWide,
  readWideList,
  textBehind,
  wide,
  wideList,
} from "./memory.ts";
import { readStatus, STATUS_PROCESS_SIZE, statusStructure } from "./service_status.ts";
import { settingsOf } from "./settings.ts";
import { meaningOf, Win32Error } from "./win32_error.ts";

Deno.test("texts and lists of texts are read as they were written", () => {
  assert.equal(readWide(wide("Grüße 🚪"), 0), "Grüße 🚪");
  assert.deepEqual(readWideList(wideList(["hns", "kubelet"]), 0), ["hns", "kubelet"]);
  assert.deepEqual(readWideList(wideList([]), 0), []);
  assert.deepEqual([...wide("a")], [97, 0, 0, 0]);
});

Deno.test("a text is found behind the field that leads to it", () => {
  const bytes = new Uint8Array(64);
  new DataView(bytes.buffer).setBigUint64(16, addressOfBytes(bytes) + 32n, true);
  bytes.set(wide("hns"), 32);
  assert.equal(textBehind(bytes, 16), 32);
  assert.equal(readWide(bytes, textBehind(bytes, 16) ?? 0), "hns");
  assert.equal(textBehind(bytes, 24), null);
});

Deno.test("SERVICE_STATUS has each field in its place", () => {
  const running = {
    state: "running",
    accepts: true,
    checkpoint: 0,
    waitHintMs: 0,
    exitCode: 0,
  } as const;
  assert.deepEqual(fields(statusStructure(running), 7), [16, 4, 5, 0, 0, 0, 0]);
  const stopping = { ...running, state: "stop-pending", accepts: false, checkpoint: 2 } as const;
  assert.deepEqual(fields(statusStructure({ ...stopping, waitHintMs: 9 }), 7), [
    16,
    3,
    0,
    0,
    0,
    2,
    9,
  ]);
  const failed = { ...running, state: "stopped", accepts: false, exitCode: 2 } as const;
  assert.deepEqual(fields(statusStructure(failed), 7), [16, 1, 0, 1066, 2, 0, 0]);
});

Deno.test("the exit code is read from the field that Windows names", () => {
  assert.deepEqual(readStatus(statusProcess([16, 4, 5, 0, 0, 0, 0, 4711, 0])), {
    state: "running",
    pid: 4711,
    checkpoint: 0,
    waitHintMs: 0,
    exitCode: 0,
  });
  assert.equal(readStatus(statusProcess([16, 1, 0, 1066, 2, 0, 0, 0, 0])).exitCode, 2);
  assert.equal(readStatus(statusProcess([16, 1, 0, 1077, 2, 0, 0, 0, 0])).exitCode, 1077);
  assert.throws(() => readStatus(statusProcess([16, 99])), /state 99/);
});

Deno.test("recovery: restarted after 5, 5 and 30 seconds, forgotten after a day", () => {
  const definition: ServiceDefinition = {
    name: "windlass",
    displayName: "Windlass",
    description: "Serves",
    commandLine: '"w.exe"',
    start: "delayed",
    dependsOn: [],
    recovery: RECOVERY,
  };
  const settings = settingsOf(definition);
  assert.deepEqual(settings.map(({ level }) => level), [1, 2, 4, 3]);
  const actions = settings[1]?.info;
  assert(actions !== undefined);
  assert.equal(readU32(actions.bytes, 0), 86_400);
  assert.equal(readU32(actions.bytes, 24), 3);
  assert.deepEqual(fields(actions.behind[0] ?? new Uint8Array(), 6), [1, 5000, 1, 5000, 1, 30_000]);
  assert.deepEqual(settingsOf({ ...definition, start: "auto" }).map(({ level }) => level), [
    1,
    2,
    4,
  ]);
});

Deno.test("an error of Windows says what it means and what would be right", () => {
  assert.equal(
    new Win32Error('start service "x"', 5).message,
    'Cannot start service "x": access is denied; run it as an administrator (an elevated prompt) ' +
      "(error 5)",
  );
  assert.match(meaningOf(4242), /error 4242.*net helpmsg 4242/);
});

function fields(bytes: Uint8Array<ArrayBuffer>, count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => readU32(bytes, 4 * at));
}

function statusProcess(values: readonly number[]): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(STATUS_PROCESS_SIZE / 4);
  words.set(values);
  return new Uint8Array(words.buffer);
}
