/**
 * Opens the system that this process runs on.
 *
 * @module
 */
import type { Sys } from "./sys.ts";
import { openLinux } from "./sys_linux.ts";
import { openWindows } from "./sys_windows.ts";

/**
 * Opens the sockets of this system for the calling thread. Do it once and use the answer for all:
 * functions that are loaded anew are slower to call.
 *
 * @throws {Error} If this system has no native data path, or its library may not be loaded.
 */
export function openSys(): Sys {
  switch (Deno.build.os) {
    case "linux":
      return openLinux();
    case "windows":
      return openWindows();
    default:
      throw new Error(`Cannot open the native data path: there is none for "${Deno.build.os}"`);
  }
}
