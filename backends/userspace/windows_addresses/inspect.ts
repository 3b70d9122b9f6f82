/**
 * Tells which interface service addresses would go on, and changes nothing.
 *
 * @module
 */
import { findInterface, type FoundInterface, type InterfaceWish } from "./find_interface.ts";
import { openIpHelper } from "./ip_helper.ts";
import { platformLook } from "./platform_look.ts";

/** The interface that service addresses would go on, or why there is none. */
export async function inspectServiceInterface(wish: InterfaceWish): Promise<FoundInterface> {
  const opened = openIpHelper();
  if (!opened.ok) return findInterface(platformLook().interfaces, wish);
  try {
    return findInterface((await opened.way.look()).interfaces, wish);
  } finally {
    opened.way.close();
  }
}
