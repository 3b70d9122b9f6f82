/**
 * A prober that watches, as the test reads it: round after round.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Round } from "../../agent/probe/model.ts";
import { addressOf } from "../../core/mod.ts";
import { FAMILIES, PORTS, type Told } from "./_cluster.ts";
import type { Program } from "./namespaces.ts";

/** A prober that watches. */
export interface Watcher {
  /** Waits until everybody knows exactly these endpoints of `web`. No cell may be wrong meanwhile. */
  rightWith(endpoints: readonly Told[]): Promise<Round>;
  /** Waits for a round that is so. */
  until(found: (round: Round) => boolean): Promise<Round>;
}

/** A change takes two or three rounds to arrive. */
const PATIENCE_ROUNDS = 200;

/** Reads what a program prints that was started with `--watch -o json`. */
export function watcherOf(program: Program): Watcher {
  async function until(found: (round: Round) => boolean): Promise<Round> {
    for (let rounds = 0; rounds < PATIENCE_ROUNDS; rounds++) {
      const round: Round = JSON.parse(await program.line(/^\{/));
      if (found(round)) return round;
    }
    throw new Error(`${PATIENCE_ROUNDS} rounds have passed without what is waited for`);
  }
  return {
    until,
    rightWith(endpoints) {
      const wanted = FAMILIES.map((_, family) => {
        return endpoints.map(({ ips }) => addressOf(ips[family] ?? "", PORTS.pod)).toSorted()
          .join();
      });
      return until((round) => {
        assert.deepEqual([wrongIn(round), round.failures], [[], []]);
        return round.columns.every(({ cells }) => {
          return FAMILIES.every((family, index) => endpointsOfWeb(cells, family) === wanted[index]);
        });
      });
    },
  };
}

type Cells = Round["columns"][number]["cells"];

/** The endpoints by which a prober judges, as its view has them. */
function endpointsOfWeb(cells: Cells, family: typeof FAMILIES[number]): string {
  const cell = cells.find((each) => {
    return each.name === "default/web:tcp" && each.kind === "ExternalIP" && each.family === family;
  });
  return cell?.expected.answer === "one-of" ? cell.expected.endpoints.toSorted().join() : "";
}

/** The wrong cells: `n2 → default/web:tcp ClusterIP 10.96.0.10:80: nobody answers …`. */
export function wrongIn({ columns }: Round): readonly string[] {
  return columns.flatMap(({ from, cells }) =>
    cells.filter(({ mark }) => mark === "wrong").map(({ name, kind, ip, port, why, sights }) =>
      `${from} → ${name} ${kind} ${addressOf(ip, port)}: ${why}: ${sights.map(({ seen }) => seen)}`
    )
  );
}

/** Every cell: `n2 → web:tcp ClusterIP 10.96.0.10:80 ok`. */
export function verdictsIn({ columns }: Round): readonly string[] {
  return columns.flatMap(({ from, cells }) =>
    cells.map(({ name, kind, ip, port, mark }) =>
      `${from} → ${name.replace("default/", "")} ${kind} ${addressOf(ip, port)} ${mark}`
    )
  );
}
