/**
 * The status page of a node with the kernel backend in a real headless Chromium: the objects of an
 * emulated HNS, their drift, the rules behind them, and the Service that is carried beside the kernel.
 *
 * @module
 */
import assert from "node:assert/strict";
import { findChromium, Page } from "./chromium.ts";
import { BESIDE, KernelWorld } from "./_kernel.ts";
import { nameOf, objectsOf } from "./_world.ts";

const CHROMIUM = await findChromium();
const SIZE = { width: 1440, height: 1180 };
const SERVICES = 30;

function browserTest(name: string, run: (page: Page, world: KernelWorld) => Promise<void>) {
  Deno.test({
    name: CHROMIUM === null ? `${name} (skipped: there is no chromium)` : name,
    ignore: CHROMIUM === null,
    async fn() {
      await using world = new KernelWorld(SERVICES);
      await world.firstSync;
      await using page = await Page.open(CHROMIUM ?? "", SIZE);
      await page.go(world.url);
      await page.until(`${text("#found")} === "${SERVICES + 1} services"`);
      await run(page, world);
      assert.deepEqual(page.complaints, []);
    },
  });
}

const text = (selector: string) =>
  `document.querySelector(${JSON.stringify(selector)}).textContent`;

browserTest("the network, its objects and whose they are are shown", async (page) => {
  await page.until(`${text("#verdict")}.startsWith("in-sync")`);
  assert.equal(await page.value(text("#platform-head")), "Platform: Overlay network vxlan0");
  const said = await page.value<string>(text("#platform-body"));
  assert.match(said, /load balancers(\d+)\1endpoints/);
  assert.match(said, /Looked at .* ago.*No drift at the last look/);
});

browserTest(
  "an explanation names the rules, and the objects that serve it",
  async (page, world) => {
    const service = nameOf(12);
    await page.value(`location.hash = "#${service}"`);
    await page.until(`${text("#detail-body")}.includes("Objects of the platform")`);
    const said = await page.value<string>(text("#detail-body"));
    const { LoadBalancers } = world.hns.state();
    const ids = LoadBalancers.map((each) => String(Object(each).ID));
    assert.ok(ids.some((id) => said.includes(id)), said);
    for (
      const word of ["10.244.0.13:8080", "used ready", "cluster-ip", "load balancer", "ours ("]
    ) {
      assert.ok(said.includes(word), `${word} is not in ${said}`);
    }
  },
);

browserTest("what drifts is told, with what was put right", async (page, world) => {
  await page.until(`${text("#platform-body")}.includes("No drift at the last look")`);
  world.drift();
  await page.until(`/[1-9] looks? so far found some/.test(${text("#platform-body")})`);
  await page.until(`/create.*balancer/.test(${text("#ops-body")})`);
});

browserTest("an operation tells what it was done for, and what came of it", async (page, world) => {
  const service = nameOf(0);
  world.change(objectsOf(0, (pod) => pod === 0));
  await page.until(`${text("#ops-body")}.includes("${service}")`);
  world.hns.stop();
  world.change(objectsOf(2, (pod) => pod === 0));
  await page.until(`${text("#verdict")}.includes("retrying")`);
  assert.match(await page.value<string>(text("#ops-body")), /HNS|hns/);
  world.hns.start();
});

browserTest(
  "connections and bytes of what is beside the kernel show beside HNS' objects",
  async (page, world) => {
    await world.carry(1000);
    await page.until(`${text("#tiles")}.includes("Connections")`);
    await page.value(`location.hash = "#${BESIDE}"`);
    await page.until(`${text("#detail-body")}.includes("Listeners")`);
    await page.until(`${text("#detail-body")}.includes("1000 B")`);
    assert.match(await page.value<string>(text("#platform-body")), /load balancers/);
  },
);
