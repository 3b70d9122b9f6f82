/**
 * What HNS tells by itself: that networks come and go, and that the service went away. HNS calls on a
 * thread of its own and waits there until JavaScript has heard it. A registration ends with the
 * service, so it is made anew before HNS is asked again.
 *
 * @module
 */
import type { Logger } from "../../../core/mod.ts";
import { describeCode, hex } from "../hns_error.ts";
import type { HnsEvent } from "../transport.ts";
import type { Libraries } from "./libraries.ts";

/** `void callback(DWORD type, void* context, HRESULT status, PCWSTR data)`. */
const SIGNATURE = {
  parameters: ["u32", "pointer", "i32", "pointer"],
  result: "void",
} as const satisfies Deno.UnsafeCallbackDefinition;

/** The notifications that matter here. */
const TYPES: ReadonlyMap<number, HnsEvent["type"]> = new Map([
  [0x00000002, "network-created"],
  [0x00000004, "network-deleted"],
  [0x01000000, "disconnected"],
]);

const GUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

/** A registration that stands. */
interface Registration {
  readonly callback: Deno.UnsafeCallback<typeof SIGNATURE>;
  readonly handle: Deno.PointerValue;
}

/** Listens to HNS for as long as somebody wants to hear it. */
export class ServiceCallback {
  readonly #libraries: Libraries;
  readonly #log: Logger;
  readonly #listeners = new Set<(event: HnsEvent) => void>();
  /** Registering and unregistering, one after the other. */
  #work: Promise<void> = Promise.resolve();
  #registration: Registration | null = null;
  #wanted: "nothing" | "registered" | "anew" = "nothing";

  /** Nobody listens yet, so nothing is registered. */
  constructor(libraries: Libraries, log: Logger) {
    this.#libraries = libraries;
    this.#log = log;
  }

  /** Calls the listener for what HNS tells, until the answer is called. */
  watch(listener: (event: HnsEvent) => void): () => void {
    this.#listeners.add(listener);
    if (this.#wanted === "nothing") {
      this.#wanted = "registered";
      this.#next(() => this.#register());
    }
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Sees to it that HNS is listened to, if anybody wants to, before it is asked anything: so nothing
   * that changes after a look at it goes unheard.
   */
  async ready(): Promise<void> {
    if (this.#wanted === "anew") {
      this.#wanted = "registered";
      this.#next(async () => {
        await this.#unregister();
        await this.#register();
      });
    }
    await this.#work;
  }

  /** Listens no more. */
  async close(): Promise<void> {
    this.#listeners.clear();
    this.#wanted = "nothing";
    this.#next(() => this.#unregister());
    await this.#work;
  }

  #next(step: () => Promise<void>): void {
    this.#work = this.#work.then(step);
  }

  async #register(): Promise<void> {
    const { events } = this.#libraries;
    if (events === null) {
      this.#log.v(1)?.info("This build of Windows does not tell of changes in HNS");
      return;
    }
    const callback = Deno.UnsafeCallback.threadSafe(SIGNATURE, (type, _context, _status, data) => {
      this.#hear(type, data);
    });
    callback.unref(); // listening alone keeps no program running
    const cell = new BigUint64Array(1);
    const hresult = await events.HcnRegisterServiceCallback(
      callback.pointer,
      null,
      new Uint8Array(cell.buffer),
    );
    if (hresult < 0) {
      callback.close();
      this.#refused(hresult);
      return;
    }
    this.#registration = { callback, handle: Deno.UnsafePointer.create(cell[0] ?? 0n) };
  }

  /** Without HNS it is tried again before each call; what HNS refuses it will refuse again. */
  #refused(hresult: number): void {
    if (describeCode(hresult)?.class === "unavailable") {
      if (this.#wanted === "registered") this.#wanted = "anew";
      return;
    }
    this.#log.warn("Cannot listen to HNS: changes are seen when it is looked at", {
      hresult: hex(hresult),
    });
  }

  async #unregister(): Promise<void> {
    const registration = this.#registration;
    if (registration === null) return;
    this.#registration = null;
    // It waits for a callback that is under way, and that one for JavaScript: so not on this thread.
    const { events } = this.#libraries;
    const hresult = await events?.HcnUnregisterServiceCallback(registration.handle) ?? 0;
    if (hresult < 0) {
      this.#log.v(2)?.info("HNS did not take the registration back", { hresult: hex(hresult) });
    }
    registration.callback.close();
  }

  /** Runs while HNS waits. Nothing may be thrown into its thread. */
  #hear(number: number, data: Deno.PointerValue): void {
    const type = TYPES.get(number);
    if (type === undefined) return;
    if (type === "disconnected" && this.#wanted === "registered") this.#wanted = "anew";
    const event: HnsEvent = type === "disconnected"
      ? { type }
      : { type, id: GUID.exec(this.#libraries.text(data))?.[0] ?? "" };
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#log.error("A listener to HNS failed", { event: type, error: String(error) });
      }
    }
  }
}
