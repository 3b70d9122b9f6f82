/**
 * Scenarios of the kernel backend as files: a node's HNS, steps of cluster state, and what HNS must
 * have after each, as lines. Each step is one run of `to-winkernel --once` on the file that the step
 * before left.
 *
 * @module
 */
import { join } from "node:path";
import { load } from "js-yaml";
import { main } from "../../agent/mod.ts";
import { fakeIo } from "../../agent/test_io.ts";

/** What came of one step. */
export interface Played {
  /** What the step is called. */
  readonly name: string;
  /** The exit code and HNS' objects, as lines. */
  readonly found: readonly string[];
  /** The same, as the scenario wants it. */
  readonly wanted: readonly string[];
  /** What was written to standard error. */
  readonly log: string;
}

const SCENARIOS = new URL("scenarios/", import.meta.url);

/** The names of all scenarios. */
export function scenarioNames(): readonly string[] {
  return Array.from(Deno.readDirSync(SCENARIOS), ({ name }) => name)
    .filter((name) => name.endsWith(".yaml")).sort();
}

/** Plays a scenario, step by step. */
export async function play(name: string): Promise<readonly Played[]> {
  const scenario: unknown = load(await Deno.readTextFile(new URL(name, SCENARIOS)));
  const folder = await Deno.makeTempDir();
  try {
    const hns = join(folder, "hns.json");
    const input = join(folder, "cluster.yaml");
    const state = field(scenario, "hns");
    if (state !== undefined) await Deno.writeTextFile(hns, JSON.stringify(state));
    const played: Played[] = [];
    for (const step of list(field(scenario, "steps"))) {
      const objects = list(field(step, "objects")).map((each) => JSON.stringify(each));
      await Deno.writeTextFile(input, objects.join("\n---\n"));
      const io = fakeIo();
      const code = await main([
        ...["file", "to-winkernel", "--once", `--input=${input}`, `--hns=emulator:${hns}`],
        ...["--node-name=test-hostname", "--node-ip=10.0.0.1", "--host-mac=00-11-22-33-44-55"],
        ...list(field(scenario, "flags")).map(String),
      ], io);
      const after: unknown = JSON.parse(await Deno.readTextFile(hns));
      played.push({
        name: String(field(step, "name") ?? "sync"),
        found: [`exit ${code}`, ...linesOf(after)],
        wanted: [
          `exit ${field(step, "exit") ?? 0}`,
          ...list(field(step, "endpoints")).map(String).sort(),
          ...list(field(step, "loadBalancers")).map(String).sort(),
        ],
        log: io.err(),
      });
    }
    return played;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Endpoints, then load balancers, one line each; the id of an endpoint only where somebody chose it. */
function linesOf(state: unknown): readonly string[] {
  const endpoints = list(field(state, "Endpoints"));
  const ipOf = new Map(endpoints.map((each) => [text(each, "ID").toLowerCase(), ipsOf(each)]));
  return [
    ...endpoints.map(endpointLine).sort(),
    ...list(field(state, "LoadBalancers")).map((each) => loadBalancerLine(each, ipOf)).sort(),
  ];
}

function endpointLine(endpoint: unknown): string {
  const remote = (Number(field(endpoint, "Flags") ?? 0) & 1) !== 0;
  const provider = list(field(endpoint, "Policies"))
    .filter((each) => text(each, "Type") === "ProviderAddress")
    .map((each) => ` via ${text(field(each, "Settings"), "ProviderAddress")}`);
  return `${ipsOf(endpoint)} ${remote ? "remote" : "local"} ${
    text(endpoint, "MacAddress").toLowerCase()
  }${provider.join("")}`;
}

function loadBalancerLine(loadBalancer: unknown, ipOf: ReadonlyMap<string, string>): string {
  const number = (from: unknown, name: string) => Number(field(from, name) ?? 0);
  const vips = list(field(loadBalancer, "FrontendVIPs")).map(String);
  const mappings = list(field(loadBalancer, "PortMappings")).map((each) =>
    `${number(each, "Protocol")} ${vips.join() || "*"} ${number(each, "ExternalPort")}>${
      number(each, "InternalPort")
    } flags ${number(each, "Flags")} distribution ${number(each, "DistributionType")}`
  );
  const endpoints = list(field(loadBalancer, "HostComputeEndpoints"))
    .map((id) => ipOf.get(String(id).toLowerCase()) ?? String(id)).sort();
  const source = text(loadBalancer, "SourceVIP") || "none";
  return `${mappings.join("; ")} lb ${number(loadBalancer, "Flags")} source ${source} to ${
    endpoints.join(" ")
  }`;
}

function ipsOf(endpoint: unknown): string {
  return list(field(endpoint, "IpConfigurations")).map((each) => text(each, "IpAddress")).join();
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown, name: string): string {
  const found = field(value, name);
  return typeof found === "string" ? found : "";
}
