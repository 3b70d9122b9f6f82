import assert from "node:assert/strict";
import fc from "fast-check";
import { UsageError } from "../cli/usage_error.ts";
import { effectiveConfig } from "./effective.ts";
import { fieldPaths } from "./fields.ts";
import { KUBE_PROXY_FLAGS } from "./flags.ts";
import { notesOn } from "./notes.ts";
import { readConfig } from "./read_config.ts";
import { readLine } from "./read_line.ts";
import { translate } from "./translate.ts";
import { validateConfig } from "./validate_config.ts";

const WORD = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.constantFrom("true", "0", "5s", "-1", "10.0.0.0/8", "a=1", "A=true", "[::]:1", "%X%", "--"),
);
const NAME = fc.constantFrom(...KUBE_PROXY_FLAGS.keys(), "once", "balancing", "no-such-flag");
const ARGUMENT = fc.oneof(
  WORD,
  NAME.map((name) => `--${name}`),
  fc.tuple(NAME, WORD).map(([name, word]) => `--${name}=${word}`),
);

Deno.test("whatever stands on a command line, it is read or it is bad usage", () => {
  fc.assert(
    fc.property(fc.array(ARGUMENT, { maxLength: 6 }), fc.boolean(), (args, windows) => {
      try {
        const line = readLine(args);
        const effective = effectiveConfig(line, null, windows);
        validateConfig(effective.config);
        notesOn(line, effective);
        translate(effective.config, line, "userspace");
      } catch (error) {
        assert(error instanceof UsageError, String(error));
      }
    }),
    { numRuns: 1000 },
  );
});

const HEAD = "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n";
const KEY = fc.oneof(
  fc.constantFrom(...fieldPaths().flatMap((path) => path.split("."))),
  fc.constantFrom("__proto__", "constructor", "?", "- a"),
);
const LINE = fc.tuple(fc.nat(3), KEY, WORD).map(([depth, key, word]) =>
  `${"  ".repeat(depth)}${key}: ${word}`
);

Deno.test("whatever a configuration file holds, it is read or its problems are told", () => {
  fc.assert(
    fc.property(fc.array(LINE, { maxLength: 8 }), (lines) => {
      const { set, problems } = readConfig(`${HEAD}${lines.join("\n")}`);
      for (const problem of problems) assert.equal(typeof problem, "string");
      validateConfig(effectiveConfig(readLine([]), set, true).config);
    }),
    { numRuns: 1000 },
  );
});
