/**
 * Looks at this machine: one probe for each part of the facts, all at once, each on its own.
 *
 * Needs the permissions `sys` for the release of the system and the network interfaces, and those of
 * the single probes.
 *
 * @module
 */
import {
  type HnsTransport,
  inspectServiceInterface,
  type InterfaceWish,
  programAt,
  PROGRAMS,
  type RunProgram,
} from "../../backends/mod.ts";
import {
  found,
  type HnsFacts,
  type InterfaceFacts,
  type NodeFacts,
  type PortFacts,
  type Probed,
  type ServiceInterfaceFacts,
  type SystemFacts,
} from "./facts.ts";
import { readHns } from "./hns_facts.ts";
import { readBooks } from "./ipam.ts";
import { readDynamicRange, readExcludedRanges } from "./port_ranges.ts";
import { runningProxies } from "./processes.ts";
import { findSourceVip, type SourceVip } from "./source_vip_rules.ts";
import { systemFacts } from "./system.ts";
import { chooseNetwork } from "./networks.ts";

/** What the probes are told. */
export interface ProbeOptions {
  /** The node's name. */
  readonly name: string;
  /** The HNS network of the CNI, `null` for none named. */
  readonly networkName: string | null;
  /** What `--source-vip` says, `null` for nothing. */
  readonly sourceVip: string | null;
  /** Where the CNI keeps its books. */
  readonly ipamFolder: string;
  /** Which interface the operator wants for service addresses. */
  readonly wish: InterfaceWish;
  /** Opens HNS; `null` where this system has none. */
  readonly openHns: (() => Promise<HnsTransport>) | null;
  /** Runs netsh; a test gives a stand-in. */
  readonly netsh?: RunProgram;
  /** The operating system. */
  readonly os?: typeof Deno.build.os;
}

/** Why Linux is not asked for what Windows is. */
const PROC = "Linux tells in /proc, which Deno opens to programs with all permissions only";

/** How long a probe may take. */
const TIMEOUT_MS = 30_000;

/** Looks at this machine. */
export async function probeNode(options: ProbeOptions): Promise<NodeFacts> {
  const { name, networkName, os = Deno.build.os } = options;
  const [system, interfaces, hns, serviceInterface, ports, proxies] = await Promise.all([
    probe<SystemFacts>(() => systemFacts(os, Deno.osRelease())),
    probe<readonly InterfaceFacts[]>(interfaceFacts),
    hnsOf(options),
    os === "windows"
      ? probe<ServiceInterfaceFacts>(() => serviceInterfaceOf(options.wish))
      : notHere("the userspace backend takes the interface windlass0 on Linux, which it makes"),
    os === "windows"
      ? probe<readonly PortFacts[]>(() => windowsPorts(options.netsh))
      : notHere(PROC),
    os === "windows" ? probe(runningProxies) : notHere(PROC),
  ]);
  const sourceVip = await sourceVipOf(options, hns);
  return {
    name,
    networkName,
    system,
    interfaces,
    hns,
    sourceVip,
    serviceInterface,
    ports,
    proxies,
  };
}

/** Runs a probe to its end or its time limit; what it throws is what is known. */
async function probe<T>(look: () => T | Promise<T>): Promise<Probed<T>> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`it took longer than ${TIMEOUT_MS / 1000} s`)),
    TIMEOUT_MS,
  );
  try {
    return found(await Promise.race([Promise.resolve().then(look), late.promise]));
  } catch (error) {
    return { state: "failed", why: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}

function notHere(why: string): Probed<never> {
  return { state: "not-here", why };
}

async function hnsOf({ openHns }: ProbeOptions): Promise<Probed<HnsFacts>> {
  if (openHns === null) return notHere("the Host Network Service is a part of Windows");
  return await probe(async () => {
    const transport = await openHns();
    try {
      return await readHns(transport, AbortSignal.timeout(TIMEOUT_MS));
    } finally {
      await transport.close();
    }
  });
}

async function sourceVipOf(
  { networkName, sourceVip, ipamFolder }: ProbeOptions,
  hns: Probed<HnsFacts>,
): Promise<Probed<SourceVip>> {
  if (hns.state !== "found") {
    return hns.state === "failed" ? { state: "failed", why: "HNS cannot be asked" } : hns;
  }
  const chosen = chooseNetwork(hns.value.networks, networkName);
  if (!chosen.ok) return { state: "failed", why: chosen.why };
  return await probe(async () => {
    const { reservations } = await readBooks(ipamFolder, chosen.network.name);
    const { endpoints } = hns.value;
    return findSourceVip({ given: sourceVip, network: chosen.network, endpoints, reservations });
  });
}

async function serviceInterfaceOf(wish: InterfaceWish): Promise<ServiceInterfaceFacts> {
  const interfaceFound = await inspectServiceInterface(wish);
  if (!interfaceFound.ok) throw new Error(interfaceFound.why);
  return { name: interfaceFound.on.name, rule: interfaceFound.rule };
}

function interfaceFacts(): readonly InterfaceFacts[] {
  const byName = new Map<string, InterfaceFacts>();
  for (const { name, mac, cidr } of Deno.networkInterfaces()) {
    const addresses = [...byName.get(name)?.addresses ?? [], cidr];
    byName.set(name, { name, mac, addresses });
  }
  return [...byName.values()];
}

/** The ports that Windows keeps for itself, of TCP first. */
export async function windowsPorts(
  netsh: RunProgram = programAt(PROGRAMS.netsh),
): Promise<readonly PortFacts[]> {
  const answers: PortFacts[] = [];
  for (const protocol of ["tcp", "udp"] as const) {
    const show = ["interface", "ipv4", "show"];
    const { text, code } = await netsh([...show, "dynamicportrange", protocol], TIMEOUT_MS);
    const dynamic = readDynamicRange(text);
    if (dynamic === null) {
      const said = text === "" ? "nothing" : JSON.stringify(text.slice(0, 80));
      throw new Error(
        `netsh does not tell the dynamic port range: it ended with ${code} and ${said}`,
      );
    }
    const excluded = await netsh([...show, "excludedportrange", protocol], TIMEOUT_MS);
    answers.push({
      of: `${protocol.toUpperCase()} over IPv4`,
      dynamic,
      excluded: readExcludedRanges(excluded.text),
    });
  }
  return answers;
}
