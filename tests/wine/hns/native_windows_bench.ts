/**
 * What a call by the native transport costs, without what HNS itself takes: the stand-in answers at
 * once. Build it as `on_wine_test.ts` does, set `WINDLASS_HNS_DLL`, and run `deno bench` by the Windows
 * build of Deno.
 *
 * @module
 */
import {
  openNativeTransport,
  SYSTEM_LIBRARIES,
} from "../../../backends/hns/native_transport/mod.ts";
import { NEVER } from "../../../backends/hns/test_node.ts";

const DLL = Deno.env.get("WINDLASS_HNS_DLL") ?? "";
const libraries = { ...SYSTEM_LIBRARIES, computenetwork: DLL, vmcompute: DLL, ole32: DLL };
const opened = DLL === "" ? null : openNativeTransport({ libraries });
const transport = opened?.ok ? opened.transport : null;
const id = "5f3e2a10-0000-5000-8000-000000000001";
const ignore = transport === null;

Deno.bench({
  name: "one call: enumerate",
  ignore,
  fn: async () => void await transport?.list("endpoint", NEVER),
});

Deno.bench({
  name: "three calls: open, query, close",
  ignore,
  fn: async () => void await transport?.get("endpoint", id, NEVER),
});

Deno.bench({
  name: "three calls, a hundred times, four at a time",
  ignore,
  fn: async () => {
    await Promise.all(Array.from({ length: 100 }, () => transport?.get("endpoint", id, NEVER)));
  },
});
