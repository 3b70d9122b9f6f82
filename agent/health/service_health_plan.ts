/**
 * From a node's view to its health-check node ports: for each Service with external traffic policy
 * Local, how many endpoints this node has for it. Pure, and as cheap as the change is small.
 *
 * @module
 */
import { IP_FAMILIES, type IpFamily, type NodeView, type ServiceView } from "../../core/mod.ts";

/** What the health-check node port of one Service must say. */
export interface HealthCheckPort {
  /** The Service's namespace. */
  readonly namespace: string;
  /** The Service's name. */
  readonly name: string;
  /** The port. */
  readonly port: number;
  /** The endpoints of each IP family that the Service has here: distinct addresses, ready and local. */
  readonly endpoints: ReadonlyMap<IpFamily, number>;
}

/** One Service whose health-check node port came, changed or went. */
export interface HealthCheckChange {
  /** The Service, `namespace/name`. */
  readonly service: string;
  /** What it is now, `null` if there is none. */
  readonly now: HealthCheckPort | null;
}

/** What turns the health-check node ports of one view into those of another. */
export function healthCheckChanges(
  before: NodeView,
  after: NodeView,
): readonly HealthCheckChange[] {
  const changes: HealthCheckChange[] = [];
  for (const change of after.services.changesSince(before.services)) {
    const was = change.before === undefined ? null : healthCheckPort(change.before);
    const now = change.after === undefined ? null : healthCheckPort(change.after);
    if (!same(was, now)) changes.push({ service: change.key, now });
  }
  return changes.sort((a, b) => a.service < b.service ? -1 : 1);
}

/** The health-check node port of one Service, `null` if it has none. */
export function healthCheckPort({ servicePorts }: ServiceView): HealthCheckPort | null {
  const checked = servicePorts.filter((entry) => entry.healthCheckNodePort !== 0);
  const [first] = checked;
  if (first === undefined) return null;
  const addresses = new Map<IpFamily, Set<string>>();
  for (const { family, endpoints } of checked) {
    const known = addresses.get(family) ?? new Set();
    for (const { ip, local, ready } of endpoints) if (local && ready) known.add(ip);
    addresses.set(family, known);
  }
  const families = IP_FAMILIES.filter((family) => addresses.has(family));
  return {
    namespace: first.namespace,
    name: first.service,
    port: first.healthCheckNodePort,
    endpoints: new Map(families.map((family) => [family, addresses.get(family)?.size ?? 0])),
  };
}

function same(a: HealthCheckPort | null, b: HealthCheckPort | null): boolean {
  if (a === null || b === null) return a === b;
  return a.port === b.port && a.endpoints.size === b.endpoints.size &&
    [...a.endpoints].every(([family, count]) => b.endpoints.get(family) === count);
}
