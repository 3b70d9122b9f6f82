/**
 * `localv1.Endpoint`, written for the hot path.
 *
 * @module
 */
import type { ModelEndpoint, NamedPort } from "./model.ts";
import type { WireWriter } from "./wire_writer.ts";

/** What the local API says of an endpoint beside its addresses and ports. */
export interface EndpointUse {
  /** Whether it runs on the node. */
  readonly local: boolean;
  /** Whether the node uses it for traffic to cluster IPs. */
  readonly internal: boolean;
  /** Whether the node uses it for traffic to all other addresses. */
  readonly external: boolean;
}

/** Writes a `localv1.Endpoint`: with Local and Scopes for a node, without for the global API. */
export function writeEndpoint(
  to: WireWriter,
  { hostname, v4, v6, ports }: Pick<ModelEndpoint, "hostname" | "v4" | "v6" | "ports">,
  use: EndpointUse | null = null,
): void {
  to.text(1, hostname);
  to.message(2, () => {
    for (const ip of sorted(v4)) to.element(1, ip);
    for (const ip of sorted(v6)) to.element(2, ip);
  });
  to.flag(3, use?.local === true);
  for (const port of ports) writePort(to, port);
  if (use === null) return;
  to.message(5, () => {
    to.flag(1, use.internal);
    to.flag(2, use.external);
  });
}

function writePort(to: WireWriter, { name, port }: NamedPort): void {
  to.message(4, () => {
    to.text(1, name);
    to.number(2, port);
  });
}

/** KPNG keeps addresses sorted as text. */
function sorted(ips: readonly string[]): readonly string[] {
  return ips.length < 2 ? ips : ips.toSorted();
}
