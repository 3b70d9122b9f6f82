/**
 * Carries operations out on HNS. Every one may run twice, after a crash or a lost answer, with the
 * effect of running once; a failure is told with its cause, and never taken for "it is gone".
 *
 * @module
 */
import { unreachable } from "../../core/mod.ts";
import type { ApplyResult } from "../backend.ts";
import type { HostComputeLoadBalancer } from "./documents.ts";
import type { Feature } from "./features.ts";
import { HnsError } from "./hns_error.ts";
import { keysOf } from "./identity.ts";
import {
  type HnsEndpoint,
  type HnsLoadBalancer,
  readEndpoint,
  readLoadBalancer,
} from "./read_documents.ts";
import { sameEndpoint, sameLoadBalancer } from "./same.ts";
import type { HnsOp } from "./spec.ts";
import type { HnsTransport } from "./transport.ts";

/** Carries operations out. */
export class HnsApplier {
  readonly #transport: HnsTransport;
  readonly #onSurprise: (why: string) => void;
  readonly #missing = new Set<Feature>();

  /**
   * Makes it.
   *
   * @param onSurprise Is told when HNS is not as the plan thought, so that a new look is due.
   */
  constructor(transport: HnsTransport, onSurprise: (why: string) => void) {
    this.#transport = transport;
    this.#onSurprise = onSurprise;
  }

  /** The features that were tried and found missing, whatever the version says. */
  get missing(): ReadonlySet<Feature> {
    return this.#missing;
  }

  /** Carries one operation out. */
  async apply(
    op: Exclude<HnsOp, { op: "unsupported" }>,
    signal: AbortSignal,
  ): Promise<ApplyResult> {
    try {
      await this.#carryOut(op, signal);
      return { ok: true };
    } catch (error) {
      if (!(error instanceof HnsError)) throw error;
      this.#onSurprise(`${op.op} ${op.key} failed`);
      return { ok: false, error: error.message, retry: true };
    }
  }

  #carryOut(op: Exclude<HnsOp, { op: "unsupported" }>, signal: AbortSignal): Promise<void> {
    switch (op.op) {
      case "create-endpoint":
        return this.#createEndpoint(op, signal);
      case "delete-endpoint":
        return this.#deleteEndpoint(op.id, signal);
      case "create-load-balancer":
        return this.#createLoadBalancer(op.id, op.document, signal);
      case "update-load-balancer":
        return this.#update(op, signal);
      case "replace-load-balancer":
        return this.#replace(op, signal);
      case "delete-load-balancer":
        return this.#deleteAll(op.remove, signal);
      default:
        return unreachable(op);
    }
  }

  async #createEndpoint(
    op: HnsOp & { readonly op: "create-endpoint" },
    signal: AbortSignal,
  ): Promise<void> {
    const { id, networkId, document } = op;
    const creation = { kind: "endpoint", id, networkId, document } as const;
    try {
      this.#checkId(op.id, readEndpoint(await this.#transport.create(creation, signal)));
    } catch (error) {
      if (error instanceof HnsError && error.is("address-reserved")) {
        this.#missing.add("duplicate-addresses");
      }
      if (!isClass(error, "exists")) throw error;
      const there = readEndpoint(await this.#transport.get("endpoint", id, signal));
      if (there !== null && sameEndpoint(there, document)) return;
      // Our own id with another content, or half alive: made anew, unless something refers to it.
      await this.#delete("endpoint", id, signal);
      await this.#transport.create(creation, signal);
    }
  }

  async #deleteEndpoint(id: string, signal: AbortSignal): Promise<void> {
    await this.#delete("endpoint", id, signal);
    if (this.#missing.has("duplicate-addresses")) this.#onSurprise(`${id} has made room`);
  }

  async #createLoadBalancer(
    id: string,
    document: HostComputeLoadBalancer,
    signal: AbortSignal,
  ): Promise<void> {
    const creation = { kind: "load-balancer", id, document } as const;
    try {
      this.#checkId(id, readLoadBalancer(await this.#transport.create(creation, signal)));
    } catch (error) {
      if (!isClass(error, "exists") || !(error instanceof HnsError)) throw error;
      await this.#takeOver(id, document, error, signal);
    }
  }

  /** Something is in the way: the same thing, which is fine, or a wrong one under our own id. */
  async #takeOver(
    id: string,
    document: HostComputeLoadBalancer,
    error: HnsError,
    signal: AbortSignal,
  ): Promise<void> {
    const all = await this.#transport.list("load-balancer", signal);
    const there = all.flatMap((each) => readLoadBalancer(each) ?? []);
    const wanted = readLoadBalancer({ ...document, ID: id });
    const [key = ""] = wanted === null ? [] : keysOf(wanted);
    const inTheWay = there.filter((each) => keysOf(each).includes(key) || sameId(each.id, id));
    if (inTheWay.some((each) => sameLoadBalancer(each, document))) {
      this.#onSurprise(`${key} was there already`);
      return;
    }
    if (inTheWay.length === 0 || !inTheWay.every((each) => sameId(each.id, id))) {
      const who = inTheWay.map((each) => each.id).join(", ");
      throw new HnsError(
        `create load balancer ${key}` +
          (who === "" ? ", though no load balancer has its frontend" : `, which ${who} has`),
        error.hresult,
        "",
        { cause: error },
      );
    }
    await this.#delete("load-balancer", id, signal);
    await this.#transport.create({ kind: "load-balancer", id, document }, signal);
  }

  async #update(
    op: HnsOp & { readonly op: "update-load-balancer" },
    signal: AbortSignal,
  ): Promise<void> {
    const { id, document, remove } = op;
    await this.#deleteAll(remove, signal);
    if (!this.#missing.has("modify-load-balancer") && await this.#modify(id, document, signal)) {
      return;
    }
    await this.#delete("load-balancer", id, signal);
    await this.#createLoadBalancer(id, document, signal);
  }

  /** Changes it in place and reads back. `false`: it is to be made anew. */
  async #modify(
    id: string,
    document: HostComputeLoadBalancer,
    signal: AbortSignal,
  ): Promise<boolean> {
    let now: HnsLoadBalancer | null = null;
    try {
      await this.#transport.modifyLoadBalancer(id, document, signal);
      now = readLoadBalancer(await this.#transport.get("load-balancer", id, signal));
    } catch (error) {
      if (isClass(error, "unsupported")) {
        this.#missing.add("modify-load-balancer");
        return false;
      }
      // Gone, or half alive: made anew. An endpoint that is gone shows when it is made.
      if (isClass(error, "not-found") || isClass(error, "degraded")) return false;
      throw error;
    }
    if (now !== null && sameLoadBalancer(now, document)) return true;
    this.#missing.add("modify-load-balancer"); // HNS 15.4 answers with success and does nothing
    return false;
  }

  async #replace(
    op: HnsOp & { readonly op: "replace-load-balancer" },
    signal: AbortSignal,
  ): Promise<void> {
    await this.#deleteAll(op.remove, signal);
    await this.#createLoadBalancer(op.id, op.document, signal);
  }

  async #deleteAll(ids: readonly string[], signal: AbortSignal): Promise<void> {
    for (const id of ids) await this.#delete("load-balancer", id, signal);
  }

  /** Deletes an object; one that is gone is deleted, one that only cannot be reached is not. */
  async #delete(
    kind: "endpoint" | "load-balancer",
    id: string,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      await this.#transport.delete(kind, id, signal);
    } catch (error) {
      if (!isClass(error, "not-found")) throw error;
      // A degraded load balancer answers "endpoint not found" and stays: so look.
      if (await this.#isThere(kind, id, signal)) throw error;
    }
  }

  async #isThere(
    kind: "endpoint" | "load-balancer",
    id: string,
    signal: AbortSignal,
  ): Promise<boolean> {
    try {
      await this.#transport.get(kind, id, signal);
      return true;
    } catch (error) {
      if (isClass(error, "not-found")) return false;
      throw error;
    }
  }

  /** HNS may choose another id than the one asked for; then plans must learn it. */
  #checkId(id: string, made: HnsEndpoint | HnsLoadBalancer | null): void {
    if (made === null || !sameId(made.id, id)) {
      this.#onSurprise(`HNS gave another id than ${id}`);
    }
  }
}

function sameId(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function isClass(error: unknown, wanted: HnsError["class"]): boolean {
  return error instanceof HnsError && error.class === wanted;
}
