import assert from "node:assert/strict";
import fc from "fast-check";
import { type FileSeries, type LogFile, RotatingFile } from "./rotating_file.ts";

/** A disk that the test can fill, and whose files it can read. */
class FakeDisk implements FileSeries {
  readonly name = "the log";
  readonly files: string[] = [];
  /** Thrown by each write while it is set. */
  full: Error | null = null;
  /** Thrown by each opening while it is set. */
  closed: Error | null = null;
  /** How many bytes a write takes at most. */
  mouthful = Infinity;
  openFiles = 0;
  #gate: Promise<void> = Promise.resolve();

  /** Lets no write end until the answer is called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    return resolve;
  }

  next(): Promise<{ readonly file: LogFile; readonly size: number }> {
    if (this.closed !== null) return Promise.reject(this.closed);
    const at = this.files.push("") - 1;
    this.openFiles++;
    const file: LogFile = {
      write: async (bytes) => {
        await this.#gate;
        if (this.full !== null) throw this.full;
        const taken = bytes.subarray(0, this.mouthful);
        this.files[at] += new TextDecoder().decode(taken);
        return taken.length;
      },
      close: () => void this.openFiles--,
    };
    return Promise.resolve({ file, size: 0 });
  }
}

function logTo(disk: FakeDisk, maxBytes = Infinity, maxWaiting = 1000) {
  const troubles: string[] = [];
  const onTrouble = (message: string): void => void troubles.push(message);
  const log = new RotatingFile({ series: disk, maxBytes, maxWaiting, onTrouble });
  return { log, troubles };
}

/** Lets the writes that are under way come to their end. */
function settled(log: RotatingFile): Promise<void> {
  return log[Symbol.asyncDispose]();
}

Deno.test("lines are all there, in order, after the end, whatever a write takes at once", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ minLength: 1, maxLength: 20 }), { maxLength: 30 }),
      fc.integer({ min: 4, max: 50 }),
      fc.integer({ min: 1, max: 100 }),
      async (lines, mouthful, maxBytes) => {
        const disk = new FakeDisk();
        disk.mouthful = mouthful;
        const { log, troubles } = logTo(disk, maxBytes, 10_000);
        for (const [at, line] of lines.entries()) {
          log.write(`${JSON.stringify(line)}\n`);
          if (at % 7 === 0) await Promise.resolve();
        }
        await settled(log);
        assert.equal(
          disk.files.join(""),
          lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
        );
        assert.deepEqual(troubles, []);
        assert.equal(disk.openFiles, 0);
      },
    ),
    { numRuns: 50 },
  );
});

Deno.test("a file that is full gives way to the next one, and no line is split", async () => {
  const disk = new FakeDisk();
  const { log } = logTo(disk, 10);
  for (const line of ["aaaa\n", "bbbb\n", "cccc\n"]) {
    log.write(line);
    await settled(log); // each line goes alone
  }
  assert.deepEqual(disk.files.filter((file) => file.length > 10), []);
  assert.equal(disk.files.join(""), "aaaa\nbbbb\ncccc\n");
});

Deno.test("a full disk is told once, and so is its end, with the number of lines lost", async () => {
  const disk = new FakeDisk();
  const { log, troubles } = logTo(disk);
  disk.full = new Error("No space left on device (os error 28)");
  for (let n = 0; n < 3; n++) {
    log.write("lost\n");
    await settled(log);
  }
  assert.equal(troubles.length, 1);
  assert.match(troubles[0] ?? "", /Cannot write log file the log: No space left .* goes on/);
  disk.full = null;
  log.write("kept\n");
  await settled(log);
  assert.equal(troubles.length, 2);
  assert.match(troubles[1] ?? "", /written again; lines lost .*: 3$/);
  assert.equal(disk.files.join(""), "kept\n");
});

Deno.test("a file that cannot be opened is tried again with the next line", async () => {
  const disk = new FakeDisk();
  const { log, troubles } = logTo(disk);
  disk.closed = new Error("Permission denied");
  log.write("lost\n");
  await settled(log);
  disk.closed = null;
  log.write("kept\n");
  await settled(log);
  assert.equal(disk.files.join(""), "kept\n");
  assert.equal(troubles.length, 2);
});

Deno.test("write() never waits: behind a slow disk lines wait, and beyond the bound they are counted", async () => {
  const disk = new FakeDisk();
  const { log, troubles } = logTo(disk, Infinity, 100);
  const release = disk.hold();
  for (let n = 0; n < 30; n++) log.write("123456789\n");
  assert.deepEqual(troubles, []);
  release();
  await settled(log);
  assert.equal(disk.files.join("").length, 100);
  assert.match(troubles[0] ?? "", /lines lost .*: 20$/);
});
