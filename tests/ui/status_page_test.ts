/**
 * The status page in a real headless Chromium: what it shows, by mouse and by keyboard, of a few
 * services and of ten thousand. Skipped where there is no Chromium.
 *
 * @module
 */
import assert from "node:assert/strict";
import { findChromium, KEYS, Page } from "./chromium.ts";
import { nameOf, objectsOf, World } from "./_world.ts";

const CHROMIUM = await findChromium();
const SIZE = { width: 1440, height: 1000 };

function browserTest(
  name: string,
  services: number,
  run: (page: Page, world: World) => Promise<void>,
) {
  Deno.test({
    name: CHROMIUM === null ? `${name} (skipped: there is no chromium)` : name,
    ignore: CHROMIUM === null,
    async fn() {
      await using world = new World(services);
      await using page = await Page.open(CHROMIUM ?? "", SIZE);
      await page.go(world.url);
      await page.until(
        `document.querySelector("#found").textContent.startsWith("${
          services.toLocaleString("en-US")
        } ")`,
      );
      await run(page, world);
      assert.deepEqual(page.complaints, []);
    },
  });
}

const text = (selector: string) =>
  `document.querySelector(${JSON.stringify(selector)}).textContent`;
const rowOf = (service: string) => `[data-service="${service}"]`;

browserTest(
  "the page shows each service, judged, and follows its changes",
  30,
  async (page, world) => {
    const service = nameOf(0);
    assert.match(await page.value<string>(text(rowOf(service))), /^proxied.*10\.96\.0\.1:80.*3$/);
    assert.match(await page.value<string>(text("#verdict")), /^in-sync/);
    world.change(objectsOf(0, (pod) => pod === 0));
    await page.until(`${text(rowOf(service))}.endsWith("1 of 3")`);
    await page.until(`${text("#ops-body")}.includes("endpoints of ${service}")`);
    assert.match(await page.value<string>(text("#chart figcaption")), /1\.5 ms/);
    assert.equal(await page.value<string>("location.pathname"), "/ui/");
  },
);

browserTest(
  "connections and bytes show as rates, and in the explanation",
  30,
  async (page, world) => {
    const service = nameOf(0);
    world.carry(service, 1000, 10 << 20);
    await page.until(`/\\d.*MiB$/.test(${text(rowOf(service))})`);
    await page.value(`document.querySelector(${JSON.stringify(rowOf(service))}).click()`);
    await page.until(`${text("#detail-body")}.includes("1,000")`);
  },
);

browserTest(
  "a service is found by IP and port, and explained, by keyboard alone",
  30,
  async (page) => {
    await page.press(KEYS.slash);
    await page.write("10.244.0.13 8080");
    await page.until(`${text("#found")} === "1 of 30"`);
    await page.press(KEYS.enter);
    await page.press(KEYS.down);
    const active =
      `document.getElementById(document.activeElement.getAttribute("aria-activedescendant"))`;
    await page.until(`${active}?.dataset.service === "${nameOf(12)}"`);
    await page.press(KEYS.enter);
    await page.until(`${text("#detail-body")}.includes("Endpoints")`);
    const said = await page.value<string>(text("#detail-body"));
    for (const word of ["10.96.0.13:80", "10.244.0.13:8080", "used ready", "cluster-ip"]) {
      assert.ok(said.includes(word), word);
    }
    await page.until(`document.activeElement.id === "detail"`);
    await page.press(KEYS.escape);
    await page.until(`document.querySelector("#detail").hidden`);
    assert.equal(await page.value<string>("document.activeElement.id"), "grid");
  },
);

browserTest("those who listen to the page are told of all that others see", 30, async (page) => {
  const { nodes } = await page.call("Accessibility.getFullAXTree");
  const said = (nodes as readonly Said[]) // as the protocol has it
    .map(({ role, name }) => `${role?.value} ${name?.value}`);
  for (
    const each of [
      "heading Windlass",
      "StaticText Live",
      "searchbox Search by name, IP or port",
      "grid Services",
      "columnheader State",
      "row proxied kube-system/cart-1 10.96.0.2:80 3",
    ]
  ) {
    assert.ok(said.some((node) => node.startsWith(each)), each);
  }
  const nameless = `[...document.querySelectorAll("button, input, svg[role=img], section")]
    .filter((each) => !(each.textContent.trim() || each.labels?.length ||
      each.getAttribute("aria-label") || each.getAttribute("aria-labelledby"))).length`;
  assert.equal(await page.value<number>(nameless), 0);
});

interface Said {
  readonly role?: { readonly value: string };
  readonly name?: { readonly value: string };
}

browserTest(
  "an operation that failed is told at the top, with what it met",
  30,
  async (page, world) => {
    world.fail("TCP/0.0.0.0:30000", "Cannot listen: <b>the address</b> is in use");
    await page.until(`${text("#verdict")}.includes("operations-failed")`);
    assert.match(await page.value<string>(text("#verdict td:last-child")), /<b>the address<\/b>/);
    await page.until(`document.title.startsWith("⚠")`);
  },
);

browserTest(
  "the page says that it is cut off, and goes on when it can",
  30,
  async (page, world) => {
    await world.pause();
    await page.until(`document.body.classList.contains("stale")`);
    world.change(objectsOf(0, (pod) => pod === 0));
    world.resume();
    await page.until(`!document.body.classList.contains("stale")`);
    await page.until(`${text(rowOf(nameOf(0)))}.endsWith("1 of 3")`);
    page.complaints.length = 0; // the browser tells of what the test took away
  },
);

browserTest(
  "ten thousand services stay a handful of rows, at both ends of the list",
  10_000,
  async (page, world) => {
    const rows = `document.querySelectorAll("#rows > .row").length`;
    assert.ok(await page.value<number>(rows) < 60);
    await page.value(`document.querySelector("#grid").focus()`);
    await page.press(KEYS.down);
    await page.press(KEYS.end);
    await page.until(`document.querySelector('#rows > .row[aria-rowindex="10001"]') !== null`);
    assert.ok(await page.value<number>(rows) < 60);
    await page.press(KEYS.slash);
    await page.write(nameOf(9876));
    await page.until(`${text("#found")} === "1 of 10,000"`);
    world.change(objectsOf(9876, (pod) => pod === 1));
    await page.until(`${text(rowOf(nameOf(9876)))}.includes("1 of 3")`);
  },
);
