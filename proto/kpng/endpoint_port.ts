/**
 * Which port of an endpoint stands behind a port of its Service.
 *
 * @module
 */
import type { PortMapping, PortName } from "./api/localv1_pb.ts";

/**
 * The override with the port's name, else the one with its target port's name, else the target port;
 * `null` for none. KPNG's own client asks for one name only: an unnamed port with a named target finds
 * nothing there, and an unnamed port never finds the number that the slice gives.
 */
export function endpointPort(
  { Name, TargetPortName, TargetPort }: Pick<PortMapping, "Name" | "TargetPortName" | "TargetPort">,
  overrides: readonly Pick<PortName, "Name" | "Port">[],
): number | null {
  const override = overrides.find((each) => each.Name === Name) ??
    overrides.find((each) => TargetPortName !== "" && each.Name === TargetPortName);
  const port = override?.Port ?? TargetPort;
  return port >= 1 && port <= 65535 ? port : null;
}
