import assert from "node:assert/strict";
import fc from "fast-check";
import { withDefaults } from "./config_defaults.ts";
import { fieldPaths, FIELDS, type PartialConfig } from "./fields.ts";
import type { Kind, Value } from "./kinds.ts";
import { readConfig } from "./read_config.ts";
import { configYaml } from "./write_config.ts";

const WINDOWS = true;

Deno.test("configYaml() writes the defaults of Windows as kube-proxy has them", async () => {
  const golden = new URL("./testdata/defaults_windows.yaml", import.meta.url);
  assert.equal(configYaml(withDefaults({}, WINDOWS)), await Deno.readTextFile(golden));
});

const NAME = fc.stringMatching(/^[a-z]\w{0,8}$/);

const ARBITRARY: Readonly<Record<Kind, fc.Arbitrary<Value>>> = {
  text: fc.string(),
  bool: fc.boolean(),
  whole: fc.integer(),
  number: fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0)),
  duration: fc.nat(10 ** 10),
  texts: fc.array(fc.string()),
  switches: fc.dictionary(NAME, fc.boolean(), { noNullPrototype: true }),
  levels: fc.array(
    fc.record({ filePattern: fc.string(), verbosity: fc.nat() }, { noNullPrototype: true }),
  ),
};

Deno.test("readConfig() reads what configYaml() writes", () => {
  const sets = fc.record(
    Object.fromEntries(fieldPaths().map((path) => [path, ARBITRARY[FIELDS[path].kind]])),
    { requiredKeys: [] },
  );
  fc.assert(fc.property(sets, (set) => {
    const config = withDefaults(set as PartialConfig, WINDOWS);
    const { set: again, problems } = readConfig(configYaml(config));
    assert.deepEqual(problems, []);
    assert.deepEqual(withDefaults(again, WINDOWS), config);
  }));
});
