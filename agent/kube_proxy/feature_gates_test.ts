import assert from "node:assert/strict";
import { checkFeatureGates, FEATURE_GATES } from "./feature_gates.ts";

Deno.test.each([
  { gates: { WinDSR: true, WinOverlay: true }, problems: 0, warnings: 0 },
  { gates: { WinDSR: false }, problems: 1, warnings: 0 },
  { gates: { IPv6DualStack: true, EndpointSliceProxying: true }, problems: 0, warnings: 2 },
  { gates: { AllAlpha: true }, problems: 0, warnings: 0 },
  { gates: { PreferSameTrafficDistribution: false }, problems: 0, warnings: 1 },
])("checkFeatureGates() on $gates", ({ gates, problems, warnings }) => {
  const checked = checkFeatureGates(gates as Record<string, boolean>);
  assert.equal(checked.problems.length, problems);
  assert.equal(checked.warnings.length, warnings);
});

Deno.test("every locked gate refuses to be set against its lock, and takes what it is locked to", () => {
  for (const { name, locked } of FEATURE_GATES) {
    if (locked === null) continue;
    assert.equal(checkFeatureGates({ [name]: !locked }).problems.length, 1, name);
    assert.equal(checkFeatureGates({ [name]: locked }).problems.length, 0, name);
  }
});
