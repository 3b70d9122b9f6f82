/**
 * The status page of a server of KPNG in a real headless Chromium: its clients, the services of the
 * cluster, and what any node does with them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { main } from "../../agent/mod.ts";
import { fakeIo } from "../../agent/test_io.ts";
import { findChromium, KEYS, Page } from "./chromium.ts";
import { nameOf, objectsOf } from "./_world.ts";

const CHROMIUM = await findChromium();
const HERE = "127.5.34.1"; // nobody else listens here
/** A service whose traffic policy is Local; its pods are on n2. */
const LOCAL = 3;

const text = (selector: string) =>
  `document.querySelector(${JSON.stringify(selector)}).textContent`;

Deno.test({
  name: "a server of KPNG shows its clients, and explains a service for the node that is named" +
    (CHROMIUM === null ? " (skipped: there is no chromium)" : ""),
  ignore: CHROMIUM === null,
  async fn() {
    const folder = await Deno.makeTempDir();
    const input = `${folder}/all.json`;
    const items = Array.from({ length: 30 }, (_, i) => objectsOf(i)).flat();
    await Deno.writeTextFile(input, JSON.stringify({ apiVersion: "v1", kind: "List", items }));
    const io = fakeIo();
    const args = [
      ...["file", "to-api", `--input=${input}`, `--listen=tcp://${HERE}:0`, "-v=2"],
      ...["--healthz-bind-address=", `--metrics-bind-address=${HERE}:0`],
    ];
    const code = main(args, io);
    const found = (pattern: RegExp) => pattern.exec(io.err())?.[1] ?? "";
    const api = () => found(/Serving KPNG's API" address="tcp:\/\/([\d.:]+)"/);
    const port = () => found(/"Listening" server="metrics" .*port=(\d+)/);
    const ended = code.then((code) => assert.fail(`it ended with code ${code}: ${io.err()}`));
    await Promise.race([io.until(() => api() !== "" && port() !== ""), ended]);
    ended.catch(() => {}); // from here on it may end
    const client = fakeIo({ hostname: "n2" });
    const following = main(["api", "to-print", `--api=${api()}`, "--node-name=n2"], client);
    await client.until(() => client.out().includes(nameOf(LOCAL)));
    {
      await using page = await Page.open(CHROMIUM ?? "", { width: 1440, height: 1000 });
      await page.go(`http://${HERE}:${port()}/ui`);
      await page.until(`/Clients1with 1 stream(?!s)/.test(${text("#tiles")})`);
      assert.match(await page.value(text("#verdict")), /^serving/);
      assert.match(await page.value(text("#about")), /^every node · to-api/);
      assert.equal(await page.value("document.querySelector('#ops').hidden"), true);
      assert.match(await page.value(text("#source-body")), /^file is ok/);
      await page.value(`location.hash = "#${nameOf(LOCAL)}"`);
      await page.until(`${text("#detail-body")}.includes("not used")`);
      await page.value(`document.querySelector("#node").focus()`);
      await page.write("n2");
      await page.press(KEYS.enter);
      await page.until(`${text("#detail-body")}.includes("used local")`);
      assert.match(await page.value(text("#detail-body")), /no node "n2"/); // the file has no Nodes
      assert.deepEqual(page.complaints, []);
    }
    client.signal("SIGTERM");
    assert.equal(await following, 0);
    io.signal("SIGTERM");
    assert.equal(await code, 0, io.err());
    await Deno.remove(folder, { recursive: true });
  },
});
