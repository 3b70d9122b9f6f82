/**
 * The status page at `/ui`: what the proxy believes and does, live, to read only.
 *
 * @module
 */
export { winkernelReader } from "./winkernel.ts";
export { type Hooks, StatusPage, type StatusPageOptions, type Watched } from "./status_page.ts";
export type { PlatformObject, PlatformPicture, PlatformReader } from "./platform.ts";
