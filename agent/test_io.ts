/**
 * A world for tests: what a command writes can be read, and signals come when the test says so.
 *
 * @module
 */
import { type Io, OutputClosed, type StopSignal } from "./io.ts";

/** A world for tests. */
export interface FakeIo extends Io {
  /** What was written to standard output so far. */
  out(): string;
  /** What was written to standard error so far. */
  err(): string;
  /** Sends a signal. */
  signal(name: StopSignal): void;
  /** Resolves when standard output or standard error has so much. */
  until(found: (io: FakeIo) => boolean): Promise<void>;
  /** Closes the reader's side of standard output. */
  closeOut(): void;
}

/** What a test decides about its world. */
export interface FakeIoOptions {
  /** The environment. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * The host name.
   *
   * @default {"HOST-1"}
   */
  readonly hostname?: string;
}

/** Makes a world for tests. */
export function fakeIo({ env = {}, hostname = "HOST-1" }: FakeIoOptions = {}): FakeIo {
  const text = { out: "", err: "" };
  const listeners = new Set<(signal: StopSignal) => void>();
  const watchers = new Set<() => void>();
  let outClosed = false;
  const output = (to: keyof typeof text): Io["stdout"] => ({
    isTerminal: false,
    size: () => null,
    write(more) {
      if (to === "out" && outClosed) throw new OutputClosed("Closed by the test");
      text[to] += more;
      for (const look of watchers) look();
    },
  });
  const io: FakeIo = {
    stdout: output("out"),
    stderr: output("err"),
    env: (name) => env[name],
    hostname: () => hostname,
    addresses: () => ["127.0.0.1", "192.168.1.10"],
    now: () => Date.UTC(2026, 10, 21),
    onStopSignal(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    out: () => text.out,
    err: () => text.err,
    signal(name) {
      for (const listener of listeners) listener(name);
    },
    until: (found) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!found(io)) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      }),
    closeOut() {
      outClosed = true;
    },
  };
  return io;
}
