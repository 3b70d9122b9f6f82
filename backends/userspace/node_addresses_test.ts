import assert from "node:assert/strict";
import { type Ip, parseIp } from "../../core/mod.ts";
import { keeper } from "./_loopback.ts";
import { LOOK_EVERY_MS, NodeFollower } from "./node_addresses.ts";
import { nodePortRanges } from "./node_port_addresses.ts";

/** A follower of addresses that the test sets, with a timer that it fires. */
function rig(first: readonly string[] | null, cidrs: readonly string[] = []) {
  const host = { ips: first, asked: 0, refusals: 0, answersAsked: 0 };
  const timers: (() => void)[] = [];
  const { lines, log } = keeper();
  const node = new NodeFollower({
    list: () => {
      host.asked++;
      if (host.refusals > 0 && host.refusals-- > 0) throw new Error("Too many open files");
      return host.ips?.map(parseIp).filter((ip): ip is Ip => ip !== null) ?? null;
    },
    ranges: nodePortRanges(cidrs),
    answersFromThere: () => host.answersAsked++ > 0,
    log,
    setTimer(callback, ms) {
      assert.equal(ms, LOOK_EVERY_MS);
      timers.push(callback);
      return () => void timers.splice(timers.indexOf(callback), 1);
    },
  });
  return { host, node, lines, timers, pass: () => timers.shift()?.() };
}

Deno.test("who watches is told of each change of the node's addresses, once, until it is enough", () => {
  const { host, node, lines, timers, pass } = rig(["192.0.2.1"]);
  let told = 0;
  const stop = node.watch(() => told++);
  const before = node.current;
  assert.deepEqual(before.nodePorts("UDP", "IPv4"), ["192.0.2.1"]);
  pass();
  assert.deepEqual([told, node.current === before], [0, true]);
  host.ips = ["192.0.2.2", "2001:db8::1"];
  pass();
  pass();
  assert.equal(told, 1);
  assert.deepEqual(node.current.nodePorts("UDP", "IPv4"), ["192.0.2.2"]);
  assert.deepEqual(node.current.ownRanges("IPv6"), ["2001:db8::1/128"]);
  assert.equal(node.current.hasAddressIn("192.0.2.1/32"), false);
  assert.deepEqual(before.nodePorts("UDP", "IPv4"), ["192.0.2.1"], "what was is not changed");
  assert.equal(lines.length, 1);
  stop();
  assert.equal(timers.length, 0);
});

Deno.test("addresses that nothing hangs on are not listed", () => {
  const { host, node, pass } = rig(["192.0.2.1"]);
  const stop = node.watch(() => assert.fail("told"));
  assert.deepEqual(node.current.nodePorts("TCP", "IPv4"), ["0.0.0.0"]);
  pass();
  assert.equal(host.asked, 0);
  stop();
});

Deno.test("addresses that may not be listed any more are taken to be what they were", () => {
  const { host, node } = rig(["192.0.2.1"]);
  const before = node.current;
  before.nodePorts("UDP", "IPv4");
  host.ips = null;
  assert.equal(node.look(), before);
});

Deno.test("a look that fails is told once of a row, and the next one is still to come", () => {
  const { host, node, lines, timers, pass } = rig(["192.0.2.1"]);
  let told = 0;
  const stop = node.watch(() => told++);
  const before = node.current;
  before.nodePorts("UDP", "IPv4");
  host.refusals = 2;
  host.ips = ["192.0.2.2"];
  pass();
  assert.deepEqual([node.current === before, told, timers.length], [true, 0, 1]);
  pass();
  pass();
  assert.deepEqual([node.current === before, told], [false, 1]);
  host.refusals = 1;
  pass();
  assert.deepEqual(lines.map(([line]) => line), [
    "Cannot list the node's addresses",
    "The node's addresses have changed",
    "Cannot list the node's addresses",
  ]);
  stop();
  assert.equal(timers.length, 0);
});

Deno.test("who is told of a change may have enough of it", () => {
  const { host, node, timers, pass } = rig(["192.0.2.1"]);
  const stop = node.watch(() => stop());
  node.current.nodePorts("UDP", "IPv4");
  host.ips = ["192.0.2.2"];
  pass();
  assert.equal(timers.length, 0);
});

Deno.test("whether the data path answers from where it was asked is found out once", () => {
  const { host, node } = rig(["192.0.2.1"]);
  node.current.nodePorts("UDP", "IPv4");
  host.ips = ["192.0.2.2"];
  assert.deepEqual(node.look().nodePorts("UDP", "IPv4"), ["192.0.2.2"]);
  assert.equal(host.answersAsked, 1);
});

Deno.test("ranges for node ports need the leave to list the node's addresses", () => {
  assert.throws(() => rig(null, ["192.0.2.0/24"]), /Cannot limit node ports .*--allow-sys/);
  rig(null, ["0.0.0.0/0"]);
});
