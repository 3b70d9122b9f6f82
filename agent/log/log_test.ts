import assert from "node:assert/strict";
import { createLog, type LogFormat } from "./log.ts";

const TIME = new Date(2026, 10, 21, 10, 53, 11, 123).getTime();

function capture(format: LogFormat, verbosity = 2) {
  const lines: string[] = [];
  const log = createLog({
    verbosity,
    format,
    now: () => TIME,
    pid: 4321,
    write: (line) => void lines.push(line),
  });
  return { log, lines };
}

Deno.test.each([
  {
    name: "fields come after a quoted message",
    write: (log: ReturnType<typeof capture>["log"]) =>
      log.named("sync").info("Synced", { changes: 3, node: "n1", ok: true, keys: ["a"] }),
    line: `I1121 10:53:11.123000    4321 sync:1] "Synced" changes=3 node="n1" ok=true keys=["a"]\n`,
  },
  {
    name: "a message without fields stays as it is",
    write: (log: ReturnType<typeof capture>["log"]) => log.warn(`Left out: "10.0.0.300"`),
    line: `W1121 10:53:11.123000    4321 windlass:1] Left out: "10.0.0.300"\n`,
  },
  {
    name: "the error is the first field",
    write: (log: ReturnType<typeof capture>["log"]) =>
      log.error("Failed", { op: "open", err: new Error(`port "80" is taken`) }),
    line:
      `E1121 10:53:11.123000    4321 windlass:1] "Failed" err="port \\"80\\" is taken" op="open"\n`,
  },
  {
    name: "text of several lines is set apart",
    write: (log: ReturnType<typeof capture>["log"]) => log.info("Dump", { text: "a\nb" }),
    line: `I1121 10:53:11.123000    4321 windlass:1] "Dump" text=<\n\ta\n\tb\n >\n`,
  },
  {
    name: "braces are no placeholders",
    write: (log: ReturnType<typeof capture>["log"]) => log.info("{fields} {{x}", { fields: 1 }),
    line: `I1121 10:53:11.123000    4321 windlass:1] "{fields} {{x}" fields=1\n`,
  },
])("klog: $name", ({ write, line }) => {
  const { log, lines } = capture("klog");
  using _ = log;
  write(log);
  assert.deepEqual(lines, [line]);
  // the pattern that log collectors use for klog
  assert.match(lines.join(""), /^[IWEF][0-9]{4} [0-9:.]{15} +[0-9]+ [^ :]+:[0-9]+\] /);
});

Deno.test("json: info carries v, an error does not, a cycle does not break the line", () => {
  const { log, lines } = capture("json");
  using _ = log;
  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;
  log.named("sync").v(2)?.info("Synced", { changes: 3, size: 1n });
  log.error("Failed", { err: new Error("no") });
  log.info("Odd", { cycle });
  assert.deepEqual(JSON.parse(lines[0] ?? ""), {
    ts: TIME,
    caller: "sync",
    msg: "Synced",
    severity: "info",
    v: 2,
    changes: 3,
    size: "1",
  });
  assert.deepEqual(JSON.parse(lines[1] ?? ""), {
    ts: TIME,
    caller: "windlass",
    msg: "Failed",
    severity: "error",
    err: "no",
  });
  assert.match(lines[2] ?? "", /circular/i);
});

Deno.test("plain: a person reads a warning as a warning", () => {
  const { log, lines } = capture("plain");
  using _ = log;
  log.warn("Left out", { where: "a.yaml" });
  log.error("Failed");
  log.info("Done");
  assert.deepEqual(lines, [`warning: Left out where="a.yaml"\n`, "error: Failed\n", "Done\n"]);
});

Deno.test("v() answers null above the verbosity and the same logger below it", () => {
  const { log, lines } = capture("klog", 4);
  using _ = log;
  assert.equal(log.v(5), null);
  assert.notEqual(log.v(4), null);
  assert.equal(log.v(4), log.v(4));
  log.named("x").v(5)?.info("not written");
  assert.deepEqual(lines, []);
});

Deno.test("a log that takes the place of another gets all lines", () => {
  const first = capture("plain");
  const second = capture("plain");
  using _ = second.log;
  second.log.info("Here");
  assert.deepEqual(first.lines, []);
  assert.deepEqual(second.lines, ["Here\n"]);
});

Deno.test("the verbosity can be changed at work, but not that of a part that has its own", () => {
  const lines: string[] = [];
  using log = createLog({
    verbosity: 0,
    vmodule: [{ pattern: "hns", level: 1 }],
    format: "plain",
    now: () => TIME,
    write: (line) => void lines.push(line),
  });
  const [sync, hns] = [log.named("sync"), log.named("hns")];
  const seen = () =>
    [log, sync, hns].map((each) =>
      Array.from({ length: 12 }, (_, v) => each.v(v)).filter((out) => out !== null).length
    );
  assert.deepEqual(seen(), [1, 1, 2]);
  log.setVerbosity(4);
  assert.deepEqual(seen(), [5, 5, 2]);
  sync.v(4)?.info("Now");
  assert.match(lines.join(""), /Now/);
  log.setVerbosity(0);
  assert.deepEqual(seen(), [1, 1, 2]);
});
