/**
 * Windlass: a Kubernetes service proxy for Windows nodes. As a program it is the command line
 * (`windlass help`); as a library it gives the rule pipeline, the sources, the backends and the agent
 * that joins them.
 *
 * @module
 */
export * from "./core/mod.ts";
export * from "./backends/mod.ts";
export * from "./proto/mod.ts";
export * from "./agent/mod.ts";

import { main } from "./agent/mod.ts";

if (import.meta.main) Deno.exit(await main(Deno.args));
