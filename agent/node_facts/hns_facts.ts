/**
 * What HNS says of itself: its version, what it can do, what it has.
 *
 * @module
 */
import {
  featuresOf,
  type HnsTransport,
  LOAD_BALANCER_FLAGS,
  observeHns,
  versionText,
} from "../../backends/mod.ts";
import { parseCidr } from "../../core/mod.ts";
import type { HnsFacts, NetworkFacts } from "./facts.ts";

/** Asks HNS. */
export async function readHns(transport: HnsTransport, signal: AbortSignal): Promise<HnsFacts> {
  const version = await transport.version(signal);
  const documents = await transport.list("network", signal);
  const { endpoints, loadBalancers } = await observeHns(transport, "", signal);
  return {
    version: versionText(version),
    features: [...featuresOf(version)],
    networks: documents.flatMap((each) => readNetwork(each) ?? []),
    endpoints: endpoints.map(({ name, networkId, ips, remote }) => ({
      name,
      networkId,
      ips,
      remote,
    })),
    loadBalancers: {
      all: loadBalancers.length,
      withPortBlock: loadBalancers.filter(({ flags }) => (flags & LOAD_BALANCER_FLAGS.dsr) === 0)
        .length,
    },
  };
}

function readNetwork(document: unknown): NetworkFacts | null {
  const id = textOf(document, "ID");
  if (id === "") return null;
  const subnets = listOf(document, "Ipams").flatMap((ipam) => listOf(ipam, "Subnets"));
  return {
    name: textOf(document, "Name"),
    type: textOf(document, "Type") || "NAT",
    id,
    subnets: subnets.flatMap((each) => parseCidr(textOf(each, "IpAddressPrefix"))?.text ?? []),
  };
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function textOf(value: unknown, name: string): string {
  const field = fieldOf(value, name);
  return typeof field === "string" ? field : "";
}

function listOf(value: unknown, name: string): readonly unknown[] {
  const field = fieldOf(value, name);
  return Array.isArray(field) ? field : [];
}
