import assert from "node:assert/strict";
import { BALANCING_POLICIES, UDP_IDLE_TIMEOUT_MS, userspaceBackend } from "../../backends/mod.ts";
import { FLAGS } from "../cli/flags.ts";
import { lex, lexiconOf } from "../cli/lex.ts";
import { readFlags } from "../cli/read_flags.ts";
import { resolve } from "../cli/resolve.ts";
import { userspaceOptions } from "./userspace_options.ts";

function optionsOf(line: string): ReturnType<typeof userspaceOptions> {
  const lexed = lex(line.split(" "), lexiconOf(Object.values(FLAGS)));
  return userspaceOptions(readFlags(lexed, resolve(lexed.words)));
}

Deno.test("the command line knows the backend's policies, and has its defaults", () => {
  assert.deepEqual(FLAGS.balancing.choices, BALANCING_POLICIES);
  assert.deepEqual(optionsOf("file to-userspace"), {
    balancing: "round-robin",
    terminateRemoved: false,
    udpIdleTimeoutMs: UDP_IDLE_TIMEOUT_MS,
    nodePortAddresses: [],
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
