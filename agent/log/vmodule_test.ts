import assert from "node:assert/strict";
import { createLog } from "./log.ts";
import { parseVmodule, verbosityOf } from "./vmodule.ts";

Deno.test.each([
  { text: "", levels: [] },
  { text: "sync=4", levels: [{ pattern: "sync", level: 4 }] },
  {
    text: "user*=5,sync=2",
    levels: [{ pattern: "user*", level: 5 }, { pattern: "sync", level: 2 }],
  },
  { text: "sync=99", levels: [{ pattern: "sync", level: 10 }] },
  { text: "sync", levels: null },
  { text: "sync=", levels: null },
  { text: "=3", levels: null },
  { text: "sync=-1", levels: null },
])("parseVmodule() reads '$text'", ({ text, levels }) => {
  assert.deepEqual(parseVmodule(text), levels);
});

Deno.test.each([
  { component: "sync", text: "sync=4", level: 4 },
  { component: "syncs", text: "sync=4", level: 1 },
  { component: "userspace", text: "user*=5", level: 5 },
  { component: "userspace", text: "u?erspace=5", level: 5 },
  { component: "sync", text: "s*=2,sync=9", level: 2 },
  { component: "sync", text: "pkg/proxy/sync=3", level: 3 },
  { component: "sync", text: "s.nc=3", level: 1 },
])("verbosityOf() gives $component $level with $text", ({ component, text, level }) => {
  assert.equal(verbosityOf(component, parseVmodule(text) ?? [], 1), level);
});

Deno.test("--vmodule lets one part of the program say more, and another less", () => {
  const lines: string[] = [];
  using log = createLog({
    verbosity: 2,
    vmodule: parseVmodule("sync=4,feed=0") ?? [],
    format: "plain",
    now: () => 0,
    write: (line) => void lines.push(line),
  });
  for (const part of ["sync", "feed", "userspace"]) {
    log.named(part).v(4)?.info(`${part} 4`);
    log.named(part).v(2)?.info(`${part} 2`);
  }
  assert.deepEqual(lines, ["sync 4\n", "sync 2\n", "userspace 2\n"]);
});
