import assert from "node:assert/strict";
import type { UserspaceStats } from "../../backends/mod.ts";
import { servicePort } from "../../backends/test_views.ts";
import { type NodeView, PersistentMap, type ServiceView, SILENT } from "../../core/mod.ts";
import { FakeTimers, settle } from "../test_timers.ts";
import { Journal } from "./journal.ts";
import { Live, MOST_READERS } from "./live.ts";
import { Store } from "./page/store.js";
import { serviceRow } from "./rows.ts";
import { overviewAt } from "./test_overview.ts";
import type { Update } from "./wire.ts";

function view(service: string, port = 80): ServiceView {
  const frontends = [{ kind: "ClusterIP", ip: "10.96.0.10", port }] as const;
  const [namespace = "", name = ""] = service.split("/");
  const servicePorts = [servicePort({ namespace, service: name, frontends })];
  return { service, skipped: null, servicePorts };
}

/** A node that the test changes, told of by a clock that the test moves. */
class World {
  readonly timers = new FakeTimers();
  readonly journal = new Journal(() => this.timers.now());
  view: NodeView = { node: "n1", services: PersistentMap.empty() };
  asked = 0;
  broken: Error | null = null;
  readonly live: Live;

  constructor(...services: readonly string[]) {
    for (const service of services) this.put(view(service));
    this.live = new Live({
      view: () => this.view,
      stats: (): Promise<UserspaceStats | null> => {
        this.asked++;
        return this.broken === null ? Promise.resolve(null) : Promise.reject(this.broken);
      },
      overview: () => overviewAt(this.timers.now()),
      row: (service) => serviceRow(service),
      journal: this.journal,
      log: SILENT,
      timers: this.timers,
    });
  }

  put(service: ServiceView): void {
    this.view = {
      ...this.view,
      services: this.view.services.set(service.service, service),
    };
  }

  async read(): Promise<Reader> {
    const body = await this.live.join();
    assert.ok(body !== null);
    return new Reader(body);
  }
}

/** Reads updates into a store, as the page does. */
class Reader {
  readonly store = new Store();
  readonly updates: Update[] = [];
  done = false;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;

  constructor(body: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#reader = body.getReader();
  }

  /** Reads so many chunks. */
  async read(chunks = 1): Promise<void> {
    for (let i = 0; i < chunks; i++) {
      const { value, done } = await this.#reader.read();
      this.done ||= done;
      const text = new TextDecoder().decode(value);
      if (!text.startsWith("data: ")) continue;
      const update: Update = JSON.parse(text.slice(6));
      this.updates.push(update);
      this.store.apply(update);
    }
  }

  async leave(): Promise<void> {
    await this.#reader.cancel();
  }
}

Deno.test("a reader is told everything, then what changed, once a second", async () => {
  const world = new World("default/web", "default/db");
  const reader = await world.read();
  await reader.read(3); // the retry line, the state, the rows
  assert.deepEqual([...reader.store.rows.keys()].sort(), ["default/db", "default/web"]);
  assert.equal(reader.store.complete, true);
  world.put(view("default/web", 81));
  world.put(view("shop/cart"));
  world.view = { ...world.view, services: world.view.services.delete("default/db") };
  await world.timers.advance(999);
  await world.timers.advance(1);
  await reader.read();
  const { rows = [], gone } = reader.updates.at(-1) ?? {};
  assert.deepEqual(rows.map(({ service }) => service).sort(), ["default/web", "shop/cart"]);
  assert.deepEqual(gone, ["default/db"]);
  assert.equal(reader.store.rows.get("default/web")?.frontends[0]?.address, "10.96.0.10:81");
  await world.live.close();
});

Deno.test("what happened is told once, to each reader, whenever they come", async () => {
  const world = new World("default/web");
  const happen = (key: string) => {
    world.journal.tried({ op: "open", key, after: [], because: "" }, { ok: true }, 1);
  };
  happen("a");
  const early = await world.read();
  await early.read(3);
  happen("b");
  const late = await world.read(); // b is not told yet: it comes with the next update
  await late.read(3);
  happen("c");
  await world.timers.advance(1000);
  await early.read();
  await late.read();
  for (const { store } of [early, late]) {
    assert.deepEqual(store.ops.map(({ key }) => key), ["a", "b", "c"]);
  }
  await world.live.close();
});

Deno.test("while nobody reads, nothing is asked and no clock runs", async () => {
  const world = new World("default/web");
  await world.timers.advance(60_000);
  assert.equal(world.asked, 0);
  const reader = await world.read();
  await reader.read(3);
  await reader.leave();
  await world.timers.advance(5000);
  const { asked } = world;
  await world.timers.advance(60_000);
  assert.equal(world.asked, asked);
  assert.equal(world.timers.waiting, 0);
  await world.live.close();
});

Deno.test("a reader that comes back is told all that it has missed", async () => {
  const world = new World("default/web");
  await (await world.read()).leave();
  await world.timers.advance(5000);
  world.put(view("shop/cart"));
  const reader = await world.read();
  await reader.read(3);
  assert.deepEqual([...reader.store.rows.keys()].sort(), ["default/web", "shop/cart"]);
  await world.live.close();
});

Deno.test("there is a bound on readers, and who leaves makes room", async () => {
  const world = new World();
  const readers = [];
  for (let i = 0; i < MOST_READERS; i++) readers.push(await world.read());
  assert.equal(await world.live.join(), null);
  await readers[0]?.leave();
  await (await world.read()).leave();
  await world.live.close();
  assert.equal(world.live.readers, 0);
});

Deno.test("a reader that never reads is let go, and the others are told all the same", async () => {
  const world = new World("default/web");
  const deaf = await world.live.join();
  const reader = await world.read();
  await reader.read(3);
  for (let i = 0; i < 70; i++) {
    world.put(view("default/web", 100 + i));
    await world.timers.advance(1000);
    await reader.read();
  }
  assert.equal(world.live.readers, 1);
  assert.equal(reader.store.rows.get("default/web")?.frontends[0]?.address, "10.96.0.10:169");
  await deaf?.cancel();
  await world.live.close();
});

Deno.test("counts that cannot be had are asked for again, and what changed is not lost", async () => {
  const world = new World("default/web");
  const reader = await world.read();
  await reader.read(3);
  world.put(view("shop/cart"));
  world.broken = new Error("a worker has died");
  await world.timers.advance(1000);
  world.broken = null;
  await world.timers.advance(1000);
  await reader.read();
  assert.equal(reader.store.rows.has("shop/cart"), true);
  await world.live.close();
});

Deno.test("closing ends every reader and takes no more", async () => {
  const world = new World("default/web");
  const reader = await world.read();
  await reader.read(3);
  const last = reader.read();
  await world.live.close();
  await last;
  assert.equal(reader.done, true);
  assert.equal(await world.live.join(), null);
  await settle();
  assert.equal(world.timers.waiting, 0);
});

Deno.test("rows of many services come in parts", async () => {
  const world = new World(...Array.from({ length: 1000 }, (_, i) => `default/s${i}`));
  const reader = await world.read();
  while (!reader.store.complete) await reader.read();
  assert.equal(reader.store.rows.size, 1000);
  assert.ok(reader.updates.every(({ rows = [] }) => rows.length <= 250));
  assert.ok(reader.updates.length > 4);
  await world.live.close();
});
