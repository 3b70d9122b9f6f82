import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import { Patience } from "./patience.ts";

const TURNS = { next: () => new Promise<void>((resolve) => setImmediate(resolve)) };

/** A patience that is closed at the end, so that the test would see a timer that was left. */
function closing(): Patience & Disposable {
  const patience = new Patience(TURNS);
  return Object.assign(patience, { [Symbol.dispose]: () => patience.close() });
}

Deno.test("who waits is called back once, and in order", async () => {
  using patience = closing();
  const over: string[] = [];
  const last = Promise.withResolvers<void>();
  patience.after(16, () => void over.push("first"));
  patience.after(16, () => void over.push("second"));
  patience.after(48, last.resolve);
  await last.promise;
  assert.deepEqual(over, ["first", "second"]);
});

Deno.test("who has cancelled is not called back, others are", async () => {
  using patience = closing();
  const over = Promise.withResolvers<void>();
  const cancel = patience.after(8, () => assert.fail("cancelled"));
  patience.after(8, over.resolve);
  cancel();
  await over.promise;
  cancel();
});

Deno.test("after close() no timer is left, but for those who still wait", async () => {
  const patience = new Patience(TURNS);
  patience.after(60_000, () => {})();
  patience.close();
  const over = Promise.withResolvers<void>();
  patience.after(8, over.resolve);
  patience.after(60_000, () => {})();
  await over.promise;
});

Deno.test("who waits again when called back is called back again", async () => {
  using patience = closing();
  const over = Promise.withResolvers<void>();
  let times = 0;
  const again = () => {
    if (++times === 3) over.resolve();
    else patience.after(8, again);
  };
  again();
  await over.promise;
  assert.equal(times, 3);
});

Deno.test("who is answered by what a last look at the sockets finds is not called back", async () => {
  let looks = 0;
  const over = Promise.withResolvers<void>();
  const patience = new Patience({
    next() {
      if (++looks === 1) cancel();
      return Promise.resolve();
    },
  });
  const cancel = patience.after(8, () => assert.fail("an answer had come"));
  patience.after(8, over.resolve);
  await over.promise;
  patience.close();
  assert.equal(looks, 2, "one look for all whose time is over");
});
