/**
 * Any sequence of changes and faults: afterwards all is as a fresh list, and nothing went away that was
 * there all the time. Faults that only time reveals are left to the tests of their own.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { addService, type AtWork, atWork, fill, moveEndpoint, removeService } from "./at_work.ts";
import { cutAfter, endAfter, type Fault, refuse, rewrite, say } from "./faults.ts";
import { FaultyServer, type Target } from "./faulty_server.ts";

/** One thing that happens; the names of Services are never used twice, so that a flap shows. */
type Step =
  | { readonly step: "add" }
  | { readonly step: "remove"; readonly which: number }
  | { readonly step: "move"; readonly which: number; readonly to: number }
  | { readonly step: "fault"; readonly target: Target; readonly fault: FaultName }
  | { readonly step: "kill" | "compact" | "bookmark" | "turn" };

const FAULTS = {
  "cut at once": cutAfter(0),
  "cut": cutAfter(400),
  "end": endAfter(400),
  "500": refuse(500),
  "403": refuse(403),
  "410": refuse(410),
  "garbage": say("<html>\n"),
  "ERROR 500": say('{"type":"ERROR","object":{"code":500,"message":"by the test"}}\n'),
  "ERROR 410": say('{"type":"ERROR","object":{"code":410,"message":"by the test"}}\n'),
  "twice": rewrite((text) => `${text}\n${text}`),
  "other kind": rewrite((text) => text.replaceAll(/"kind":"\w+"/g, '"kind":"Pod"')),
} satisfies Readonly<Record<string, Fault>>;

type FaultName = keyof typeof FAULTS;

const isFaultName = (name: string): name is FaultName => name in FAULTS;
const FAULT_NAMES = Object.keys(FAULTS).filter(isFaultName);

const VERBS = ["list", "watch", "stream"] as const;
const KINDS = ["services", "endpointslices", "nodes"] as const;

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Step>({ step: "add" }) },
  { weight: 2, arbitrary: fc.record({ step: fc.constant("remove" as const), which: fc.nat(9) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      step: fc.constant("move" as const),
      which: fc.nat(9),
      to: fc.integer({ min: 2, max: 250 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      step: fc.constant("fault" as const),
      target: fc.tuple(fc.constantFrom(...VERBS), fc.constantFrom(...KINDS))
        .map(([verb, kind]): Target => `${verb} ${kind}`),
      fault: fc.constantFrom(...FAULT_NAMES),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      step: fc.constantFrom(
        "kill" as const,
        "compact" as const,
        "bookmark" as const,
        "turn" as const,
      ),
    }),
  },
);

Deno.test.each([{ lists: "stream" }, { lists: "pages" }] as const)(
  "lists as $lists: any sequence of changes and faults ends in what a fresh list says, without a flap",
  async ({ lists }) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const server = await FaultyServer.start();
        fill(server);
        await using it = await atWork(server, { lists });
        const names = ["s0", "s1", "s2", "s3", "s4"];
        let made = 0;
        for (const each of steps) await take(each, it, names, () => `new-${made++}`);
        await it.agrees();
        assert.deepEqual(it.mirror.flaps, []);
      }),
      { numRuns: 40, seed: 5 },
    );
  },
);

async function take(
  each: Step,
  { server }: AtWork,
  names: string[],
  newName: () => string,
): Promise<void> {
  switch (each.step) {
    case "add": {
      const name = newName();
      names.push(name);
      return addService(server, name);
    }
    case "remove": {
      const [name] = names.splice(each.which % Math.max(1, names.length), 1);
      return name === undefined ? undefined : removeService(server, name);
    }
    case "move": {
      const name = names[each.which % Math.max(1, names.length)];
      return name === undefined ? undefined : moveEndpoint(server, name, `10.1.2.${each.to}`);
    }
    case "fault":
      return void server.next(each.target, FAULTS[each.fault]);
    case "kill":
      await server.kill();
      return await server.revive();
    case "compact":
      return server.api.compact();
    case "bookmark":
      return server.api.sendBookmarks();
    case "turn": // what is under way comes a little further
      return await new Promise((resolve) => setTimeout(resolve, 0));
  }
}
