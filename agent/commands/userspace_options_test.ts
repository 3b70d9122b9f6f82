import assert from "node:assert/strict";
import {
  BALANCING_POLICIES,
  DATA_PATHS,
  UDP_IDLE_TIMEOUT_MS,
  userspaceBackend,
} from "../../backends/mod.ts";
import { FLAGS } from "../cli/flags.ts";
import { lex, lexiconOf } from "../cli/lex.ts";
import { readFlags } from "../cli/read_flags.ts";
import { resolve } from "../cli/resolve.ts";
import { RunError } from "../run_error.ts";
import { checkDataPath, userspaceOptions } from "./userspace_options.ts";

function optionsOf(line: string): ReturnType<typeof userspaceOptions> {
  const lexed = lex(line.split(" "), lexiconOf(Object.values(FLAGS)));
  return userspaceOptions(readFlags(lexed, resolve(lexed.words)));
}

Deno.test("the command line knows the backend's policies, and has its defaults", () => {
  assert.deepEqual(FLAGS.balancing.choices, BALANCING_POLICIES);
  assert.deepEqual(FLAGS.dataPath.choices, DATA_PATHS);
  assert.deepEqual(optionsOf("file to-userspace"), {
    balancing: "round-robin",
    terminateRemoved: false,
    udpIdleTimeoutMs: UDP_IDLE_TIMEOUT_MS,
    nodePortAddresses: [],
    dataPath: "auto",
    workers: Math.min(8, navigator.hardwareConcurrency),
  });
});

Deno.test.each(["file to-userspace", "plan file"])(
  "%s takes the flags of the userspace backend",
  (form) => {
    const options = optionsOf(`${form} --balancing maglev --terminate-removed`);
    assert.equal(options.balancing, "maglev");
    assert.equal(options.terminateRemoved, true);
    assert.equal(userspaceBackend(options).name, "userspace");
  },
);

Deno.test("--udp-idle-timeout is read, and one of nothing is refused", () => {
  const options = optionsOf("file to-userspace --udp-idle-timeout 1m");
  assert.equal(options.udpIdleTimeoutMs, 60_000);
  assert.throws(
    () => optionsOf("file to-userspace --udp-idle-timeout 0s"),
    /Cannot read flag --udp-idle-timeout: /,
  );
});

Deno.test("--nodeport-addresses is read, and what is no CIDR is refused", () => {
  const options = optionsOf("file to-userspace --nodeport-addresses 10.0.0.0/8,fd00::/64");
  assert.deepEqual(options.nodePortAddresses, ["10.0.0.0/8", "fd00::/64"]);
  assert.throws(
    () => optionsOf("file to-userspace --nodeport-addresses 10.0.0.1"),
    /Cannot read flag --nodeport-addresses: "10\.0\.0\.1" is not a CIDR/,
  );
});

Deno.test("there are no more workers than cores, and the native data path needs one", () => {
  const { workers, dataPath } = optionsOf("file to-userspace --workers 64 --data-path native");
  assert.deepEqual([workers, dataPath], [navigator.hardwareConcurrency, "native"]);
  assert.equal(optionsOf("file to-userspace --workers 0").workers, 0);
  assert.throws(
    () => optionsOf("file to-userspace --workers 0 --data-path native"),
    /Cannot read flag --workers: the native data path blocks the thread/,
  );
});

Deno.test(
  "the native data path ends the program where it may not be used, and only if it was asked for",
  {
    permissions: { ffi: false },
  },
  () => {
    checkDataPath({ dataPath: "auto" });
    assert.throws(
      () => checkDataPath({ dataPath: "native" }),
      (error) => error instanceof RunError && /--allow-ffi.*--data-path=auto/.test(error.message),
    );
  },
);
