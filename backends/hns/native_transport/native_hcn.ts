/**
 * The functions of HNS, called by this process. Each call runs on a thread of its own; whatever it
 * gives is freed and closed on every path, and what it reads stays in memory until it has ended.
 *
 * Needs the permissions that `libraries.ts` names.
 *
 * @module
 */
import { type Logger, unreachable } from "../../../core/mod.ts";
import { errorRecord } from "../hcn/answers.ts";
import { type HcnAnswer, type HcnApi, type HcnCall, LOCAL_HRESULTS } from "../hcn/calls.ts";
import { within } from "../hcn/patient.ts";
import type { HnsEvent, HnsKind } from "../transport.ts";
import { DELETE, FUNCTIONS } from "./functions.ts";
import type { Libraries } from "./libraries.ts";
import { type Bytes, guidBytes, OutCells, wideText } from "./memory.ts";
import { ServiceCallback } from "./service_callback.ts";

/** How long an end waits for HNS; a program that ends may leave it what it holds. */
const CLOSE_MS = 2_000;

/** An answer, and the handle that came with it. */
interface Handled {
  readonly answer: HcnAnswer;
  readonly handle: Deno.PointerValue;
}

/** Calls the functions of HNS. */
export class NativeHcn implements HcnApi {
  readonly name = "native";
  readonly concurrency: number;
  readonly #libraries: Libraries;
  readonly #callback: ServiceCallback;
  /** What calls under way read and write: only so does nothing collect it before they end. */
  readonly #inUse = new Set<readonly Bytes[]>();
  #underWay = 0;
  #closed = false;
  #unloaded = false;

  /**
   * Takes the libraries over.
   *
   * @param concurrency How many calls may be under way at a time. HNS itself does one after the other
   * for the most part.
   */
  constructor(libraries: Libraries, concurrency: number, log: Logger) {
    this.#libraries = libraries;
    this.concurrency = concurrency;
    this.#callback = new ServiceCallback(libraries, log);
  }

  async call(call: HcnCall): Promise<HcnAnswer> {
    if (this.#closed) return failed(LOCAL_HRESULTS.failed, "", "the transport is closed");
    this.#underWay++;
    try {
      await this.#callback.ready();
      return await this.#carryOut(call);
    } finally {
      this.#underWay--;
      this.#unloadWhenIdle();
    }
  }

  watch(listener: (event: HnsEvent) => void): () => void {
    return this.#callback.watch(listener);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#underWay++; // so that no call that ends meanwhile unloads what the callback needs
    const done = this.#callback.close().finally(() => {
      this.#underWay--;
      this.#unloadWhenIdle();
    });
    await within(CLOSE_MS, done);
  }

  async #carryOut(call: HcnCall): Promise<HcnAnswer> {
    const { hcn, hns } = this.#libraries;
    switch (call.op) {
      case "enumerate": {
        const query = wideText(call.query);
        const step = FUNCTIONS[call.kind].enumerate;
        return (await this.#invoke(
          step,
          [query],
          ({ output, error }) => hcn[step](query, output, error),
        )).answer;
      }
      case "query":
        return await this.#opened(
          call.kind,
          call.id,
          (handle) => this.#query(call.kind, handle, call.query),
        );
      case "create-endpoint":
        return await this.#createEndpoint(call);
      case "create-load-balancer":
        return await this.#createLoadBalancer(call);
      case "modify-load-balancer":
        return await this.#modify(call);
      case "delete": {
        const id = guidBytes(call.id);
        const step = DELETE[call.kind];
        if (id === null) return notGuid(step, call.id);
        return (await this.#invoke(step, [id], ({ error }) => hcn[step](id, error))).answer;
      }
      case "hns": {
        const [method, path, request] = [call.method, call.path, call.request].map(wideText);
        if (method === undefined || path === undefined || request === undefined) {
          throw new RangeError("Cannot call HNSCall: three texts were to be made");
        }
        return (await this.#invoke(
          "HNSCall",
          [method, path, request],
          ({ output }) => hns.HNSCall(method, path, request, output),
        )).answer;
      }
      default:
        return unreachable(call);
    }
  }

  async #createEndpoint(
    { networkId, id, settings, query }: HcnCall & { readonly op: "create-endpoint" },
  ): Promise<HcnAnswer> {
    const step = "HcnCreateEndpoint";
    const guid = guidBytes(id);
    if (guid === null) return notGuid(step, id);
    const text = wideText(settings);
    return await this.#opened("network", networkId, async (network) => {
      const made = await this.#invoke(
        step,
        [guid, text],
        (out) => this.#libraries.hcn.HcnCreateEndpoint(network, guid, text, out.handle, out.error),
      );
      return await this.#readBack("endpoint", made, query);
    });
  }

  async #createLoadBalancer(
    { id, settings, query }: HcnCall & { readonly op: "create-load-balancer" },
  ): Promise<HcnAnswer> {
    const step = "HcnCreateLoadBalancer";
    const guid = guidBytes(id);
    if (guid === null) return notGuid(step, id);
    const text = wideText(settings);
    const made = await this.#invoke(
      step,
      [guid, text],
      (out) => this.#libraries.hcn.HcnCreateLoadBalancer(guid, text, out.handle, out.error),
    );
    return await this.#readBack("load-balancer", made, query);
  }

  async #modify(
    { id, settings }: HcnCall & { readonly op: "modify-load-balancer" },
  ): Promise<HcnAnswer> {
    const step = "HcnModifyLoadBalancer";
    const { modify } = this.#libraries;
    if (modify === null) {
      return failed(LOCAL_HRESULTS.notImplemented, step, "this build of Windows does not have it");
    }
    const text = wideText(settings);
    return await this.#opened(
      "load-balancer",
      id,
      async (handle) =>
        (await this.#invoke(step, [text], ({ error }) => modify(handle, text, error))).answer,
    );
  }

  async #query(kind: HnsKind, handle: Deno.PointerObject, query: string): Promise<HcnAnswer> {
    const text = wideText(query);
    const step = FUNCTIONS[kind].query;
    return (await this.#invoke(
      step,
      [text],
      ({ output, error }) => this.#libraries.hcn[step](handle, text, output, error),
    )).answer;
  }

  /** Opens an object, works with it, and closes it whatever happens. */
  async #opened(
    kind: HnsKind,
    id: string,
    work: (handle: Deno.PointerObject) => Promise<HcnAnswer>,
  ): Promise<HcnAnswer> {
    const step = FUNCTIONS[kind].open;
    const guid = guidBytes(id);
    if (guid === null) return notGuid(step, id);
    const opened = await this.#invoke(
      step,
      [guid],
      ({ handle, error }) => this.#libraries.hcn[step](guid, handle, error),
    );
    return await this.#closing(kind, opened, work);
  }

  /** The document of what was made. A failure is the creation's; the object may be there. */
  async #readBack(kind: HnsKind, made: Handled, query: string): Promise<HcnAnswer> {
    return await this.#closing(kind, made, (handle) => this.#query(kind, handle, query));
  }

  async #closing(
    kind: HnsKind,
    { answer, handle }: Handled,
    work: (handle: Deno.PointerObject) => Promise<HcnAnswer>,
  ): Promise<HcnAnswer> {
    if (handle === null) {
      return answer.hresult < 0 || answer.error !== ""
        ? answer
        : failed(LOCAL_HRESULTS.unexpected, answer.step, "no handle was given");
    }
    try {
      return answer.hresult < 0 || answer.error !== "" ? answer : await work(handle);
    } finally {
      await this.#held([], () => this.#libraries.hcn[FUNCTIONS[kind].close](handle));
    }
  }

  /** One call: reads what it gave and frees it, failed or not. */
  async #invoke(
    step: string,
    inputs: readonly Bytes[],
    run: (out: OutCells) => Promise<number>,
  ): Promise<Handled> {
    const out = new OutCells();
    const cells = [...inputs, out.output, out.error, out.handle];
    const hresult = await this.#held(cells, () => run(out));
    const output = out.outputPointer();
    const error = out.errorPointer();
    const { text, free } = this.#libraries;
    try {
      const answer = { hresult, output: text(output), error: text(error), step };
      return { answer, handle: out.handlePointer() };
    } finally {
      free(output);
      free(error);
    }
  }

  /** Keeps memory, and the libraries, until a call has ended. */
  async #held<T>(memory: readonly Bytes[], run: () => Promise<T>): Promise<T> {
    this.#inUse.add(memory);
    try {
      return await run();
    } finally {
      this.#inUse.delete(memory);
    }
  }

  /** A call into a library that is unloaded would be the end of the process. */
  #unloadWhenIdle(): void {
    if (!this.#closed || this.#underWay > 0 || this.#unloaded) return;
    this.#unloaded = true;
    this.#libraries.close();
  }
}

function failed(hresult: number, step: string, why: string): HcnAnswer {
  return { hresult: hresult | 0, output: "", error: errorRecord(hresult, why), step };
}

function notGuid(step: string, id: string): HcnAnswer {
  return failed(INVALID_ARGUMENT, step, `"${id}" is not a GUID`);
}

const INVALID_ARGUMENT = 0x80070057;
