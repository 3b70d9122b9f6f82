/**
 * Which figures of a suite are shown together: ratios, the cases of one measure, figures by size.
 *
 * @module
 */
import type { CaseResult } from "../harness.ts";
import type { LineChart, Series } from "./line_chart.ts";
import { bandOf } from "./band.ts";

/** The cases of one measure, which can be compared by their bars. */
export interface MeasureGroup {
  /** The measure: what their names have in common. */
  readonly measure: string;
  /** The unit of all of them. */
  readonly unit: string;
  /** The cases. */
  readonly cases: readonly CaseResult[];
}

/** A name in two parts: the measure, and what was measured by it. */
export function partsOf(name: string): { readonly measure: string; readonly what: string } {
  const cut = name.lastIndexOf(": ");
  return cut < 0
    ? { measure: name, what: name }
    : { measure: name.slice(0, cut), what: name.slice(cut + 2) };
}

/** Windlass' own, beside other people's programs and ways. */
export function isOwn({ name, peer }: CaseResult, cases: readonly CaseResult[]): boolean {
  const named = cases.filter((each) => NAMED_OWN.test(partsOf(each.name).what));
  if (named.length > 0) return NAMED_OWN.test(partsOf(name).what);
  const isPeer = cases.some((each) => each.peer === name);
  return peer !== null || !isPeer;
}

/** Windlass, and its engine without the rest of the program. */
const NAMED_OWN = /^(windlass|engine alone)\b/;

/** The ratios that count: Windlass' to its peers, and those that should reach something. */
export function chiefRatios(cases: readonly CaseResult[]): readonly CaseResult[] {
  const own = cases.filter((each) => each.timesBetter !== null && isOwn(each, cases));
  const aimed = own.filter(({ target }) => target?.kind === "times-better");
  return aimed.length > 0 ? aimed : own;
}

/** Cases of the same measure and unit that differ in what was measured, two at least. */
export function measureGroups(cases: readonly CaseResult[]): readonly MeasureGroup[] {
  const groups = Map.groupBy(cases, ({ name, unit }) => `${partsOf(name).measure}\n${unit}`);
  return [...groups.values()].flatMap((members) => {
    const [first] = members;
    if (first === undefined || members.length < 2) return [];
    return [{ measure: partsOf(first.name).measure, unit: first.unit, cases: members }];
  });
}

/** Figures of a suite that go with a size. */
interface Family {
  readonly suite: string;
  readonly title: string;
  readonly size: string;
  /** Matches the names of its cases: `size` and, where there are several lines, `line`. */
  readonly pattern: RegExp;
}

const FAMILIES: readonly Family[] = [
  {
    suite: "pipeline",
    title: "Time of a sync by the size of the cluster",
    size: "Services",
    pattern: /^(?<size>\d+) × \d+: (?<line>naive.*|first sync.*|one endpoint.*|1000 endpoints.*)$/,
  },
  {
    suite: "data-path",
    title: "Datagrams by the number of clients",
    size: "clients",
    pattern: /^datagrams of (?<size>\d+) clients?: (?<line>.+)$/,
  },
];

/** The lines of a suite; families that have but one size in this run are left out. */
export function linesOf(suite: string, cases: readonly CaseResult[]): readonly LineChart[] {
  return FAMILIES.filter((family) => family.suite === suite).flatMap((family) => {
    const found = cases.flatMap((each) => {
      const { size, line = each.name } = family.pattern.exec(each.name)?.groups ?? {};
      return size === undefined || !Number.isFinite(each.median)
        ? []
        : [{ line, point: { x: Number(size), y: each.median, band: bandOf(each) }, each }];
    });
    if (new Set(found.map(({ point }) => point.x)).size < 2) return [];
    const series = [...Map.groupBy(found, ({ line }) => line)].map(([label, members]): Series => ({
      label,
      points: members.map(({ point }) => point).sort((a, b) => a.x - b.x),
      own: members.some(({ each }) => isOwn(each, cases)),
    }));
    return [{ title: family.title, size: family.size, unit: found[0]?.each.unit ?? "", series }];
  });
}
