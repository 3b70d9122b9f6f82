/**
 * What the command line says of the HNS backend.
 *
 * @module
 */
import { HNS_DEFAULTS, type HnsConfig, type HostAddress, normalMac } from "../../backends/mod.ts";
import { parseIp } from "../../core/mod.ts";
import type { FlagValues } from "../cli/flags.ts";
import { UsageError } from "../cli/usage_error.ts";
import type { Io } from "../io.ts";

/** The environment variables that the HNS backend reads. */
export const HNS_ENV: readonly string[] = ["KUBE_NETWORK"];

/**
 * The flags of the HNS backend as its configuration.
 *
 * @param hostAddresses Gives the addresses of this machine; asked only where flags leave it open.
 * @throws {UsageError} If a value makes no sense, or the network's name is missing.
 */
export function winkernelConfig(
  flags: FlagValues,
  io: Pick<Io, "env">,
  hostAddresses: () => readonly HostAddress[] = platformAddresses,
): HnsConfig {
  const networkName = flags.networkName ?? io.env("KUBE_NETWORK") ?? "";
  if (networkName === "") {
    throw new UsageError(
      "Flag --network-name is missing, and $KUBE_NETWORK is not set: the HNS network of the CNI is " +
        "never guessed",
      TOPIC,
    );
  }
  const nodeIp = ipOf("--node-ip", flags.nodeIp);
  const hostMac = macOf(flags.hostMac ?? "");
  return {
    networkName,
    sourceVip: givenSourceVip(flags) ?? "",
    nodeIp,
    hostMac,
    hosts: nodeIp === "" || hostMac === "" ? hostAddresses().filter(isNodeAddress) : [],
    enableDsr: flags.enableDsr,
    forwardHealthCheckVip: flags.forwardHealthcheckVip,
    rootEndpointName: flags.rootHnsendpointName,
    healthzPort: portOf(flags.healthzServer),
  };
}

const TOPIC = "to-winkernel";

/**
 * The address that `--source-vip` gives; `null` where it is to be found: without the flag, with
 * `auto`, or with an empty value.
 *
 * @throws {UsageError} If it is something else.
 */
export function givenSourceVip({ sourceVip }: Pick<FlagValues, "sourceVip">): string | null {
  return sourceVip === "auto" ? null : ipOf("--source-vip", sourceVip) || null;
}

function ipOf(flag: string, given: string | null): string {
  if (given === null || given === "") return "";
  const ip = parseIp(given);
  if (ip !== null) return ip.text;
  throw new UsageError(
    `Cannot read flag ${flag}: "${given}" is not an IP address; write 10.244.1.2, say`,
    TOPIC,
  );
}

function macOf(given: string): string {
  const mac = normalMac(given);
  if (mac !== "" || given === "") return mac;
  throw new UsageError(
    `Cannot read flag --host-mac: "${given}" is not a MAC address; write 00-15-5d-00-00-01, say`,
    TOPIC,
  );
}

/** The port of `IP[:PORT]`; 0 where there is no health server. */
function portOf(given: string | null): number {
  if (given === "") return 0;
  if (given === null || parseIp(given) !== null) return HNS_DEFAULTS.healthzPort;
  const port = /:(\d{1,5})$/.exec(given)?.[1];
  if (port !== undefined && Number(port) <= 65535) return Number(port);
  throw new UsageError(
    `Cannot read flag --healthz-bind-address: "${given}" is not IP:PORT; write 0.0.0.0:10256, say`,
    TOPIC,
  );
}

function isNodeAddress({ address }: HostAddress): boolean {
  const ip = parseIp(address);
  return ip?.family === "IPv4" && !/^(127\.|169\.254\.)/.test(ip.text);
}

/** The addresses of this machine, if the program may know them. */
function platformAddresses(): readonly HostAddress[] {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "networkInterfaces" });
  return state === "granted" ? Deno.networkInterfaces() : [];
}
