/**
 * `deno task docs:kube-proxy`: writes the generated parts of docs/reference/kube-proxy.md, which are
 * tables from the data by which the program reads kube-proxy's command line and configuration.
 * `kube_proxy_page_test.ts` fails when they are out of date.
 *
 * @module
 */
import { type Field, fieldPaths, FIELDS, FORMER_FIELDS } from "../agent/kube_proxy/fields.ts";
import { FEATURE_GATES } from "../agent/kube_proxy/feature_gates.ts";
import { DOES, type KubeProxyFlag } from "../agent/kube_proxy/flag_row.ts";
import { doesOfField, FLAG_GROUPS, KUBE_PROXY_FLAGS } from "../agent/kube_proxy/flags.ts";
import { type Kind, type Value, valueText } from "../agent/kube_proxy/kinds.ts";
import { CONFIG_RULES } from "../agent/kube_proxy/validate_config.ts";
import { filled } from "./cli_page.ts";
import { code, markdownTable } from "./cli_page_parts.ts";

/** The page. */
export const KUBE_PROXY_PAGE = new URL("../docs/reference/kube-proxy.md", import.meta.url);

/** What makes each part, by its name in the page. */
export const KUBE_PROXY_PARTS: ReadonlyMap<string, () => readonly string[]> = new Map([
  ["answers", answerTable],
  ["flags", flagTables],
  ["flags beside a file", survivors],
  ["fields", fieldTable],
  ["former fields", formerFields],
  ["rules", ruleTable],
  ["feature gates", gateTable],
]);

function answerTable(): readonly string[] {
  const today = [...KUBE_PROXY_FLAGS.values()].map(({ does }) => does);
  const rows = Object.entries(DOES).map(([does, meaning]) => [
    code(does),
    meaning,
    String(today.filter((each) => each === does).length),
  ]);
  return markdownTable(["answer", "meaning: Windlass", "flags"], rows);
}

function flagTables(): readonly string[] {
  return FLAG_GROUPS.flatMap(({ title, flags }) => [
    `### ${title}`,
    "",
    ...markdownTable(["flag", "default", "Windlass", "how"], flags.map(flagRow)),
    "",
  ]).slice(0, -1);
}

function flagRow(flag: KubeProxyFlag): readonly string[] {
  const letter = flag.short === undefined ? "" : `, ${code(`-${flag.short}`)}`;
  const deprecated = flag.deprecated === undefined ? "" : `. Deprecated: ${flag.deprecated}`;
  return [
    code(`--${flag.name}`) + letter,
    presetOf(flag.kind, flag.default),
    flag.does,
    flag.note + deprecated,
  ];
}

function presetOf(kind: Kind, value: Value): string {
  const text = valueText(value, kind);
  return text === "" ? "" : code(text);
}

function survivors(): readonly string[] {
  const names = [...KUBE_PROXY_FLAGS.values()]
    .filter(({ survivesConfig, deprecated }) => survivesConfig === true && deprecated === undefined)
    .map(({ name }) => code(`--${name}`));
  return wrapped(`${names.join(", ")}.`);
}

function fieldTable(): readonly string[] {
  const rows = fieldPaths().map((path) => {
    const { kind, default: value, zeroIsUnset }: Field = FIELDS[path];
    const flag = [...KUBE_PROXY_FLAGS.values()].find(({ field }) => field === path);
    return [
      code(path),
      presetOf(kind, value) + (zeroIsUnset ? ", also for a zero" : ""),
      flag === undefined ? "" : code(`--${flag.name}`),
      doesOfField(path),
    ];
  });
  return markdownTable(["field", "default", "flag", "Windlass"], rows);
}

function formerFields(): readonly string[] {
  return wrapped(`${FORMER_FIELDS.map(code).join(", ")}.`);
}

function ruleTable(): readonly string[] {
  return markdownTable(
    ["rule", "fields"],
    CONFIG_RULES.map(({ name, fields }) => [name, fields.map(code).join(", ")]),
  );
}

function gateTable(): readonly string[] {
  const rows = FEATURE_GATES.map(({ name, stage, on, locked, note }) => [
    code(name),
    stage === "" ? "GA" : stage,
    locked === null ? code(String(on)) : `locked to ${code(String(locked))}`,
    note,
  ]);
  return markdownTable(["gate", "stage", "default", "Windlass"], rows);
}

/** A paragraph in lines of the width that the formatter wants. */
function wrapped(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || `${last} ${word}`.length > 100) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

if (import.meta.main) {
  const text = await Deno.readTextFile(KUBE_PROXY_PAGE);
  await Deno.writeTextFile(KUBE_PROXY_PAGE, await filled(text, KUBE_PROXY_PARTS));
}
