/**
 * What a configuration says where it says nothing.
 *
 * @module
 */
import { parseIp } from "../../core/mod.ts";
import { type Field, fieldPaths, FIELDS, type PartialConfig, type ProxyConfig } from "./fields.ts";
import type { Value } from "./kinds.ts";

/** The ports of kube-proxy's health and metrics servers. */
export const PORTS = { healthz: 10_256, metrics: 10_249 } as const;

/**
 * The whole configuration, with the defaults where a file sets nothing: those of the platform, and
 * the health and metrics addresses in the family of `bindAddress`.
 */
export function withDefaults(set: PartialConfig, windows: boolean): ProxyConfig {
  const values = fieldPaths().map((path) => [path, orDefault(FIELDS[path], set[path])] as const);
  const config = Object.fromEntries(values) as ProxyConfig; // each from its own field
  const v6 = parseIp(config.bindAddress)?.family === "IPv6";
  const [everywhere, here] = v6 ? ["[::]", "[::1]"] : ["0.0.0.0", "127.0.0.1"];
  return {
    ...config,
    healthzBindAddress: withPort(
      isZero(set.healthzBindAddress) ? everywhere : config.healthzBindAddress,
      PORTS.healthz,
    ),
    metricsBindAddress: withPort(
      isZero(set.metricsBindAddress) ? here : config.metricsBindAddress,
      PORTS.metrics,
    ),
    mode: config.mode === "" ? windows ? "kernelspace" : "userspace" : config.mode,
    "winkernel.rootHnsEndpointName": config["winkernel.rootHnsEndpointName"] === "" && windows
      ? "cbr0"
      : config["winkernel.rootHnsEndpointName"],
  };
}

/** The address with the port, if it is an IP without one. */
export function withPort(address: string, port: number): string {
  const bare = address.replace(/^\[(.*)\]$/, "$1");
  const ip = parseIp(bare);
  if (ip === null) return address;
  return bare.includes(":") ? `[${bare}]:${port}` : `${bare}:${port}`;
}

function orDefault({ default: value, zeroIsUnset = false }: Field, set: Value | undefined): Value {
  return set === undefined || (zeroIsUnset && isZero(set)) ? value : set;
}

function isZero(value: Value | undefined): boolean {
  return value === undefined || value === "" || value === 0;
}
