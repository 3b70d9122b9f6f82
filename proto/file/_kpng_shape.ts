/**
 * What the two halves of the KPNG reader share: taking untyped values apart, and the conventions of
 * KPNG's messages.
 *
 * @module
 */
import { type Finding, quote } from "../../core/mod.ts";
import { isJson, type Json } from "../json.ts";

/** Takes values apart; what has the wrong shape becomes a finding and counts as absent. */
export class Shape {
  /** What had the wrong shape so far. */
  readonly findings: Finding[] = [];

  /** The value if it is an object, else an empty one. */
  object(value: unknown, path: string): Json {
    if (isJson(value)) return value;
    return this.#absent(value, path, "an object") ?? {};
  }

  /** The list in a field of an object, else an empty one. */
  list(parent: Json, key: string, path: string): readonly unknown[] {
    const value = parent[key];
    if (Array.isArray(value)) return value;
    return this.#absent(value, path === "" ? key : `${path}.${key}`, "a list") ?? [];
  }

  #absent(value: unknown, path: string, wanted: string): undefined {
    if (value === undefined || value === null) return;
    this.findings.push({ path, message: `${quote(value)} is not ${wanted}` });
  }
}

/** The addresses of a KPNG `IPSet`, IPv4 first. */
export function addresses(
  set: unknown,
  shape: Shape,
  path: string,
): readonly { ip: unknown; family: string }[] {
  const ips = shape.object(set, path);
  return [
    ...shape.list(ips, "v4", path).map((ip) => ({ ip, family: "IPv4" })),
    ...shape.list(ips, "v6", path).map((ip) => ({ ip, family: "IPv6" })),
  ];
}

/** Whether a protobuf field says something: its default value is the same as none. */
export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "" && value !== 0;
}

/** KPNG gives a service without a namespace to `default`. */
export function namespaceOf(service: Json): unknown {
  return isGiven(service["namespace"]) ? service["namespace"] : "default";
}

/** Protocols are the numbers of an enum; what is none of them is left for the reader to refuse. */
export function protocolName(protocol: unknown): unknown {
  return typeof protocol === "number" ? ["TCP", "UDP", "SCTP"][protocol - 1] ?? protocol : protocol;
}
