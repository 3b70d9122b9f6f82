import assert from "node:assert/strict";
import { hasFeature } from "./features.ts";

Deno.test.each(
  [
    { feature: "v2", yes: ["9.2", "10.0", "16.0"], no: ["9.1", "8.5"] },
    { feature: "dsr", yes: ["9.3", "9.9", "10.2", "11.0"], no: ["9.2", "10.0", "10.1"] },
    { feature: "dual-stack", yes: ["11.10", "12.0"], no: ["11.9", "10.5"] },
    { feature: "session-affinity", yes: ["12.0", "13.1"], no: ["11.11"] },
    { feature: "modify-load-balancer", yes: ["15.5", "16.0"], no: ["15.4", "14.9"] },
  ] as const,
)("$feature: HNS $yes have it, $no have not", ({ feature, yes, no }) => {
  for (const version of yes) assert(hasFeature(parse(version), feature), version);
  for (const version of no) assert(!hasFeature(parse(version), feature), version);
});

function parse(version: string): { readonly major: number; readonly minor: number } {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return { major, minor };
}
