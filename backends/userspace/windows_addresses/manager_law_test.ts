import assert from "node:assert/strict";
import fc from "fast-check";
import type { AddressManager } from "../addresses.ts";
import { Machine, NIC } from "./_machine.ts";
import type { Journal, OwnAddresses } from "./journal.ts";
import { openWindowsAddresses } from "./open.ts";

const { signal } = new AbortController();

const IPS = ["10.96.0.1", "fd00::1"];

/** What can happen on a node. */
type Happening =
  | {
    readonly type: "assign" | "release" | "stranger adds" | "stranger removes";
    readonly ip: string;
  }
  | { readonly type: "crash" | "interface goes" | "interface comes" | "look after" }
  | { readonly type: "refuse"; readonly code: number };

const happenings: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 6, arbitrary: of(fc.constantFrom("assign", "release")) },
  { weight: 2, arbitrary: of(fc.constantFrom("stranger adds", "stranger removes")) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constantFrom("crash", "interface goes", "interface comes", "look after"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("refuse"), code: fc.constantFrom(0, 5) }) },
);

function of<Type extends string>(
  type: fc.Arbitrary<Type>,
): fc.Arbitrary<{ readonly type: Type; readonly ip: string }> {
  return fc.record({ type, ip: fc.constantFrom(...IPS) });
}

class Node {
  readonly machine = new Machine();
  /** The addresses that others have put there: with a prefix of their network. */
  readonly strangers = new Set<string>();
  readonly #alarms = new Set<() => void>();
  #own: OwnAddresses = new Map();
  readonly #journal: Journal = {
    read: () => Promise.resolve(this.#own),
    write: (own) => {
      this.#own = new Map(Array.from(own, ([name, ips]) => [name, new Set(ips)]));
      return Promise.resolve();
    },
  };
  #manager: AddressManager | null = null;

  /** Starts the program; what ran before is gone without a word. */
  async start(): Promise<void> {
    this.#alarms.clear();
    const opened = await openWindowsAddresses({
      way: "iphelper",
      named: null,
      fromEnvironment: null,
      journal: this.#journal,
      open: () => Promise.resolve({ ok: true, way: this.machine }),
      setTimer: (callback) => {
        this.#alarms.add(callback);
        return () => this.#alarms.delete(callback);
      },
    });
    assert.ok(opened.ok);
    this.#manager = opened.manager;
  }

  async happens(happening: Happening): Promise<void> {
    const { machine, strangers } = this;
    switch (happening.type) {
      case "assign":
      case "release": {
        const result = await this.#manager?.[happening.type](happening.ip, signal);
        const there = machine.addresses.some(({ ip }) => ip === happening.ip);
        if (happening.type === "assign") assert.equal(result?.ok, there);
        return;
      }
      case "stranger adds":
        if (!machine.interfaces.includes(NIC)) return;
        if (machine.addresses.some(({ ip }) => ip === happening.ip)) return;
        machine.has(happening.ip, NIC, { prefix: 24, skipAsSource: false });
        return void strangers.add(happening.ip);
      case "stranger removes":
        machine.addresses = machine.addresses.filter(({ ip }) => ip !== happening.ip);
        return void strangers.delete(happening.ip);
      case "crash":
        return await this.start();
      case "interface goes":
        machine.drop(NIC);
        return strangers.clear();
      case "interface comes":
        machine.interfaces = ["Ethernet", NIC];
        return;
      case "look after":
        for (const each of [...this.#alarms]) each();
        this.#alarms.clear();
        for (let turn = 0; turn < 100; turn++) await Promise.resolve();
        return;
      case "refuse":
        machine.refuses = happening.code;
        return;
    }
  }

  /** Our addresses on the machine. */
  ours(): readonly string[] {
    return this.machine.addresses.filter(({ prefix }) => prefix !== 24).map(({ ip }) => ip);
  }

  /** Those that the journal would find after a crash. */
  remembered(): ReadonlySet<string> {
    return new Set([...this.#own.values()].flatMap((ips) => [...ips]));
  }
}

Deno.test("whatever happens, strangers' addresses stay, and none of ours is forgotten", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happenings, { maxLength: 30 }), async (history) => {
      const node = new Node();
      await node.start();
      for (const happening of history) {
        await node.happens(happening);
        const there = new Set(node.machine.addresses.map(({ ip }) => ip));
        for (const ip of node.strangers) assert.ok(there.has(ip), `${ip} was a stranger's`);
        for (const ip of node.ours()) assert.ok(node.remembered().has(ip), `${ip} is forgotten`);
      }
      node.machine.refuses = 0;
      node.machine.interfaces = ["Ethernet", NIC];
      await node.start();
      assert.deepEqual(node.ours(), [], "a restart takes off what is ours");
    }),
    { numRuns: 2000 },
  );
});
