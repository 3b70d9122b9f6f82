import assert from "node:assert/strict";
import { load } from "js-yaml";
import { main } from "../main.ts";
import { fakeIo } from "../test_io.ts";

const HNS = {
  Networks: [
    { ID: "52A1B0D7-6D0E-4B0C-8F0B-7C3E0E6F9B02", Name: "vpcbr1", Type: "L2Bridge" },
    { ID: "52A1B0D7-6D0E-4B0C-8F0B-7C3E0E6F9B03", Name: "vpcbr2", Type: "L2Bridge" },
  ],
};

/** Runs an action on a node with two networks. */
async function act(action: string, network: string, ...more: readonly string[]) {
  const path = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await Deno.writeTextFile(path, JSON.stringify(HNS));
    const io = fakeIo();
    const flags = [`--network-name=${network}`, `--hns=emulator:${path}`];
    const code = await main(["hns", action, ...flags, ...more], io);
    return { code, out: io.out(), err: io.err() };
  } finally {
    await Deno.remove(path);
  }
}

Deno.test.each([
  { action: "list", ends: 0 },
  { action: "doctor", ends: 1 },
  { action: "cleanup", ends: 0 },
])("hns $action without the network tells which networks there are", async ({ action, ends }) => {
  const { code, out } = await act(action, "cbr0");
  assert.equal(code, ends);
  assert.match(out, /There is no network "cbr0"; HNS has vpcbr1, vpcbr2/);
});

Deno.test("hns cleanup takes nothing away where it cannot tell which network is meant", async () => {
  const { code, out, err } = await act("cleanup", "vpcbr*");
  assert.equal(code, 1);
  assert.equal(out, "");
  assert.match(err, /Cannot tell which network "vpcbr\*" is: vpcbr1, vpcbr2 fit/);
});

Deno.test("hns doctor tells to name a network where a pattern fits several", async () => {
  const { code, out } = await act("doctor", "vpcbr*");
  assert.equal(code, 1);
  assert.match(out, /vpcbr1, vpcbr2 fit/);
  assert.match(out, /cure: give the whole name/);
});

Deno.test.each(["list", "doctor", "cleanup"])(
  "hns %s tells the same in YAML as in JSON",
  async (action) => {
    const yaml = await act(action, "vpcbr1", "-o=yaml");
    const json = await act(action, "vpcbr1", "-o=json");
    assert.notEqual(yaml.out, json.out);
    assert.deepEqual(load(yaml.out), JSON.parse(json.out));
  },
);
