/**
 * The machine as Deno sees it, for the ways that start programs: quick, and in no one's language. It
 * does not show an interface that has no address at all. Needs the permission `sys` for the network
 * interfaces.
 *
 * @module
 */
import { parseIp } from "../../../core/mod.ts";
import type { Look, WindowsAddress, WindowsInterface } from "./way.ts";

/** An entry of Deno's list. */
export type NetworkInterface = Pick<Deno.NetworkInterfaceInfo, "name" | "address" | "cidr">;

/** Looks at this machine. */
export function platformLook(
  list: () => readonly NetworkInterface[] = () => Deno.networkInterfaces(),
): Look {
  const interfaces = new Map<string, WindowsInterface>();
  const addresses = list().flatMap(({ name, address, cidr }): readonly WindowsAddress[] => {
    interfaces.set(name, { name, description: "", luid: null });
    const ip = parseIp(address)?.text;
    if (ip === undefined) return [];
    const prefix = Number(cidr.split("/")[1] ?? "");
    return [{ ip, prefix, interfaceName: name, state: "unknown", skipAsSource: null }];
  });
  return { interfaces: [...interfaces.values()], addresses };
}
