import assert from "node:assert/strict";
import { openLibc } from "./libc.ts";
import { openSys } from "./open_sys.ts";
import { askForSlice, sliceOf } from "./slice.ts";

const isLinux = Deno.build.os === "linux";
const isWindows = Deno.build.os === "windows";
const [major = 0, minor = 0] = Deno.osRelease().split(".").map(Number);
const takesWishes = isLinux && (major > 6 || (major === 6 && minor >= 12));

Deno.test("a thread can ask for short slices without a privilege", { ignore: !isLinux }, () => {
  const libc = openLibc();
  const before = sliceOf(libc);
  try {
    assert.equal(askForSlice(libc, 200_000), true);
    assert.equal(sliceOf(libc), takesWishes ? 200_000 : before);
    using sys = openSys();
    assert.equal(sys.runSoon(), true);
    assert.notEqual(sliceOf(libc), 200_000);
  } finally {
    askForSlice(libc, 0); // 0: what the system thinks is right
    assert.equal(sliceOf(libc), before);
    libc.close();
  }
});

Deno.test("Windows lets a thread ask to run soon", { ignore: !isWindows }, () => {
  using sys = openSys();
  assert.equal(sys.runSoon(), true);
});
