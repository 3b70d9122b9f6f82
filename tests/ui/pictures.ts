/**
 * Takes the pictures of the status page for the documentation, of a made-up node with made-up traffic:
 * `deno task docs:pictures`. Needs a Chromium.
 *
 * @module
 */
import { findChromium, Page } from "./chromium.ts";
import { KernelWorld } from "./_kernel.ts";
import { nameOf, objectsOf, World } from "./_world.ts";

const IMAGES = new URL("../../docs/images/", import.meta.url);
const SERVICES = 240;
const SYNCS = 90;
const SECONDS = 14;
/** A service with every kind of frontend. */
const SHOWN = 35;

/** The same numbers each time, from 0 up to 1. */
function* numbers(seed: number): Generator<number, never> {
  let state = seed;
  while (true) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

/** Whether the service with that number has endpoints here. */
function isReached(i: number): boolean {
  return i % 13 !== 5 && i % 11 !== 3 && i % 17 !== 9;
}

async function main(): Promise<void> {
  const chromium = await findChromium();
  if (chromium === null) {
    throw new Error("Cannot take pictures: there is no chromium on this machine");
  }
  await userspacePictures(chromium);
  await kernelPicture(chromium);
}

/** A node with the kernel backend, one of whose load balancers has just drifted. */
async function kernelPicture(chromium: string): Promise<void> {
  await using world = new KernelWorld(60);
  await world.firstSync;
  await using page = await Page.open(chromium, { width: 1440, height: 1500 });
  await page.prefer("light");
  await page.go(world.url);
  for (let i = 0; i < 24; i++) {
    world.change(objectsOf(i, (pod) => pod !== i % 3));
    await new Promise((resolve) => setTimeout(resolve, 50)); // a sync each
  }
  for (let i = 0; i < 12; i++) await world.carry(20_000 + 1000 * i);
  world.drift();
  await page.value(`location.hash = "#${nameOf(7)}"`);
  await page.until(`document.querySelector("#platform-body").textContent.includes("found some")`);
  await page.until(`document.querySelector("#detail-body").textContent.includes("Objects")`);
  await Deno.writeFile(new URL("status_page_kernel.png", IMAGES), await page.picture());
}

async function userspacePictures(chromium: string): Promise<void> {
  const random = numbers(7);
  const next = (below: number) => Math.floor(random.next().value * below);
  await using world = new World(SERVICES);
  for (let i = 0; i < SYNCS; i++) {
    const one = next(SERVICES);
    const down = next(3);
    const tookMs = i === 0 ? 210 : 0.8 + 30 * random.next().value ** 6;
    world.change(objectsOf(one, (pod) => i % 2 === 0 || pod !== down), tookMs);
  }
  await using page = await Page.open(chromium, { width: 1440, height: 1180 });
  await page.prefer("light");
  await page.go(world.url);
  for (let second = 0; second < SECONDS; second++) {
    for (let i = 0; i < 40; i++) {
      const i = next(next(SERVICES) + 1);
      if (isReached(i)) world.carry(nameOf(i), 1 + next(6), next(60_000));
    }
    await new Promise((resolve) => setTimeout(resolve, 1000)); // traffic takes its time
  }
  await page.value(`[...document.querySelectorAll("#heads button")]
    .find((each) => each.textContent.startsWith("Conn")).click()`);
  await Deno.writeFile(new URL("status_page_light.png", IMAGES), await page.picture());
  await page.prefer("dark");
  await page.value(`location.hash = "#${nameOf(SHOWN)}"`);
  await page.until(`document.querySelector("#detail-body").textContent.includes("Endpoints")`);
  world.change(objectsOf(SHOWN, (pod) => pod !== 1));
  for (let i = 0; i < SERVICES; i++) {
    if (isReached(i)) world.carry(nameOf(i), 1 + next(3), next(30_000));
  }
  await page.value("new Promise((resolve) => setTimeout(resolve, 1500))"); // the next update
  await Deno.writeFile(new URL("status_page_dark.png", IMAGES), await page.picture());
}

await main();
