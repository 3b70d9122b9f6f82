/**
 * What the local API has told so far: Services and their endpoints, by path.
 *
 * @module
 */
import { fromBinary } from "@bufbuild/protobuf";
import {
  type Endpoint,
  EndpointSchema,
  type Service,
  ServiceSchema,
  Set as SetOf,
} from "./api/localv1_pb.ts";
import type { ReceivedRound } from "./received_op.ts";

/** A Service with its endpoints, by their keys. */
export interface ToldEntry {
  /** The Service. */
  readonly service: Service;
  /** Its endpoints by the third part of their paths. */
  readonly endpoints: ReadonlyMap<string, Endpoint>;
}

/** What came of a round. */
export interface LocalChange {
  /** Whether it was a full set. */
  readonly full: boolean;
  /** The Services of which something was said, `namespace/name`. */
  readonly touched: ReadonlySet<string>;
  /** What could not be read, in words. */
  readonly problems: readonly string[];
}

/** Services and endpoints by path. */
interface Told {
  readonly services: Map<string, Service>;
  readonly endpoints: Map<string, Map<string, Endpoint>>;
}

/** Where an operation points: a Service, or an endpoint of it. */
interface Target {
  readonly service: string;
  readonly endpoint: string | null;
}

/** Holds what was told. */
export class LocalState {
  #told: Told = { services: new Map(), endpoints: new Map() };

  /** The Services that are known, `namespace/name`. */
  get paths(): readonly string[] {
    return [...this.#told.services.keys()];
  }

  /** A Service with its endpoints. Endpoints of a Service that is not known belong to nobody. */
  get(path: string): ToldEntry | undefined {
    const service = this.#told.services.get(path);
    if (service === undefined) return undefined;
    return { service, endpoints: this.#told.endpoints.get(path) ?? new Map() };
  }

  /** Takes a round in. A value that cannot be read leaves what was there before. */
  take({ full, ops }: ReceivedRound): LocalChange {
    const before = this.#told;
    if (full) this.#told = { services: new Map(), endpoints: new Map() };
    const touched = new Set<string>();
    const problems: string[] = [];
    for (const op of ops) {
      if (op.set !== SetOf.ServicesSet && op.set !== SetOf.EndpointsSet) continue; // a newer server's
      const target = targetOf(op);
      if (target === null) {
        problems.push(`the path "${op.path}" lacks a part; the operation is left out`);
        continue;
      }
      touched.add(target.service);
      if (op.op === "delete") remove(this.#told, target);
      else {
        const why = store(this.#told, target, op.value, before);
        if (why !== null) problems.push(`the value of "${op.path}" cannot be read: ${why}`);
      }
    }
    return { full, touched, problems };
  }
}

function targetOf({ set, path }: ReceivedRound["ops"][number]): Target | null {
  const [namespace, name, key] = path.split("/");
  if (name === undefined) return null;
  const service = `${namespace}/${name}`;
  if (set === SetOf.ServicesSet) return { service, endpoint: null };
  return key === undefined ? null : { service, endpoint: key };
}

function remove(told: Told, { service, endpoint }: Target): void {
  if (endpoint === null) told.services.delete(service);
  else {
    const endpoints = told.endpoints.get(service);
    endpoints?.delete(endpoint);
    if (endpoints?.size === 0) told.endpoints.delete(service);
  }
}

/** Stores a value, or the one from before where it cannot be read; answers why it cannot. */
function store(
  told: Told,
  { service, endpoint }: Target,
  bytes: Uint8Array,
  before: Told,
): string | null {
  let why: string | null = null;
  const read = <T>(decode: () => T, old: T | undefined): T | undefined => {
    try {
      return decode();
    } catch (error) {
      why = error instanceof Error ? error.message : String(error);
      return old;
    }
  };
  if (endpoint === null) {
    const value = read(() => fromBinary(ServiceSchema, bytes), before.services.get(service));
    if (value !== undefined) told.services.set(service, value);
    return why;
  }
  const old = before.endpoints.get(service)?.get(endpoint);
  const value = read(() => fromBinary(EndpointSchema, bytes), old);
  if (value === undefined) return why;
  const endpoints = told.endpoints.get(service) ?? new Map<string, Endpoint>();
  told.endpoints.set(service, endpoints.set(endpoint, value));
  return why;
}
