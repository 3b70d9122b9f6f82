import assert from "node:assert/strict";
import { join } from "node:path";
import { OWNER, readBooks, release, reserve } from "./ipam.ts";

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const NONE: ReadonlySet<string> = new Set();

Deno.test("books that nobody has written are empty", async () => {
  await inFolder(async (folder) => {
    assert.deepEqual(await readBooks(folder, "vxlan0"), { taken: new Set(), reservations: [] });
  });
});

Deno.test("books are read as host-local writes them", async () => {
  await inFolder(async (folder) => {
    const books = join(folder, "vxlan0");
    await Deno.mkdir(books);
    const files = {
      "10.244.1.2": "0d1f\r\neth0",
      "10.244.1.3": "dummy\r\neth0",
      "10.244.1.4": "dummy",
      "10.244.1.5": "kube-proxy\r\nsource-vip",
      "fd00__2": "0d1f\r\neth0",
      "last_reserved_ip.0": "10.244.1.3",
      lock: "",
    };
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(join(books, name), text);
    }
    const { taken, reservations } = await readBooks(folder, "vxlan0");
    assert.deepEqual([...taken], [
      "10.244.1.2",
      "10.244.1.3",
      "10.244.1.4",
      "10.244.1.5",
      "fd00::2",
    ]);
    assert.deepEqual(reservations.map(({ ip, owner }) => [ip, owner]), [
      ["10.244.1.3", "dummy"],
      ["10.244.1.4", "dummy"],
      ["10.244.1.5", "kube-proxy"],
    ]);
  });
});

Deno.test("the highest free address is reserved, as host-local would write it", async () => {
  await inFolder(async (folder) => {
    const options = { folder, network: "vxlan0", subnet: "10.244.1.0/24" };
    await Deno.mkdir(join(folder, "vxlan0"));
    await Deno.writeTextFile(join(folder, "vxlan0", "10.244.1.254"), "a pod");
    const made = await reserve({ ...options, inUse: new Set(["10.244.1.253"]) });
    assert.equal(made?.ip, "10.244.1.252");
    assert.equal(await Deno.readTextFile(made?.path ?? ""), `${OWNER}\r\neth0`);
    assert.deepEqual((await readBooks(folder, "vxlan0")).reservations, [made]);
  });
});

Deno.test("many at a time never get the same address", async () => {
  await inFolder(async (folder) => {
    const options = { folder, network: "vxlan0", subnet: "10.244.1.0/27", inUse: NONE };
    const made = await Promise.all(Array.from({ length: 29 }, () => reserve(options)));
    assert.equal(new Set(made.map((each) => each?.ip)).size, 29);
    assert.equal(await reserve(options), null, "30 addresses less the gateway's");
    assert.ok(!made.some((each) => each?.ip === "10.244.1.1"));
  });
});

Deno.test("only what is ours is given back", async () => {
  await inFolder(async (folder) => {
    const made = await reserve({ folder, network: "n", subnet: "10.244.1.0/29", inUse: NONE });
    assert.ok(made !== null);
    assert.equal(await release({ ...made, owner: "dummy" }), false);
    assert.equal(await release(made), true);
    assert.deepEqual((await readBooks(folder, "n")).taken, new Set());
  });
});

Deno.test.each(["", "10.244.1.0", "fd00::/64"])("nothing is reserved of %s", async (subnet) => {
  await assert.rejects(
    reserve({ folder: "nowhere", network: "n", subnet, inUse: NONE }),
    /it is no CIDR of IPv4/,
  );
});
