import assert from "node:assert/strict";
import { blocksOf, DEFAULT_PORTS, freeBlocks, PORT_BLOCK } from "./port_blocks.ts";

const dynamic = { first: 1000, last: 1000 + 4 * PORT_BLOCK - 1 };

Deno.test.each([
  { what: "nothing", excluded: [], free: 4 },
  { what: "a port in the middle", excluded: [{ first: 1128, last: 1128 }], free: 3 },
  { what: "the first block", excluded: [{ first: 1000, last: 1063 }], free: 3 },
  {
    what: "what lies outside",
    excluded: [{ first: 1, last: 999 }, { first: 3000, last: 3001 }],
    free: 4,
  },
  { what: "all", excluded: [{ first: 1, last: 5000 }], free: 0 },
  {
    what: "ranges in no order that overlap",
    excluded: [{ first: 1192, last: 1300 }, { first: 990, last: 1020 }, {
      first: 1000,
      last: 1063,
    }],
    free: 2,
  },
])("without $what there are $free blocks", ({ excluded, free }) => {
  assert.equal(freeBlocks({ dynamic, excluded }), free);
});

Deno.test("Windows' own range has 256 blocks", () => {
  assert.equal(blocksOf(DEFAULT_PORTS.dynamic), 256);
  assert.equal(freeBlocks(DEFAULT_PORTS), 256);
});
