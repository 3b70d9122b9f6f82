/**
 * `windlass view`: prints what a node would do for each service, and does nothing.
 *
 * @module
 */
import { textTable } from "../cli/table.ts";
import {
  addressOf,
  type EndpointView,
  type Frontend,
  frontendAddress,
  type NodeView,
  type ServicePortView,
  type ViewJson,
  viewToJson,
} from "../../core/mod.ts";
import { EXIT } from "../exit_code.ts";
import type { CommandContext } from "./command.ts";
import { dataText } from "./print.ts";
import { readOnce } from "./read_once.ts";

/** Runs `windlass view`. */
export async function run(context: CommandContext): Promise<number> {
  const { state: { view } } = await readOnce(context);
  context.io.stdout.write(viewText(view, context.flags.outputTextJsonYaml));
  return EXIT.done;
}

/** The view as text of the form asked for, with a line break at the end. */
export function viewText(view: NodeView, format: "text" | "json" | "yaml"): string {
  return format === "text" ? viewTable(view) : dataText(viewToJson(view), format);
}

function viewTable(view: NodeView): string {
  const services = [...view.services.values()];
  const entries = services.flatMap((service) => service.servicePorts)
    .sort((a, b) => a.key < b.key ? -1 : 1);
  const skipped: ViewJson["skipped"] = viewToJson(view).skipped;
  const rows = entries.flatMap(entryRows);
  const lines = [
    `Node ${view.node}: ${count(entries.length, "service port")}, ` +
    `${count(skipped.length, "service")} not proxied`,
  ];
  if (rows.length > 0) {
    const head = ["NAME", "PROTOCOL", "FAMILY", "REACHED AT", "", "ENDPOINTS"];
    lines.push("", ...textTable([head, ...rows]));
  }
  if (skipped.length > 0) {
    const head = ["NOT PROXIED", "RULE"];
    lines.push("", ...textTable([head, ...skipped.map(({ service, rule }) => [service, rule])]));
  }
  return `${lines.join("\n")}\n`;
}

/** One row for each frontend, or one that says that there is none; the name stands in the first one only. */
function entryRows(entry: ServicePortView): readonly (readonly string[])[] {
  if (entry.frontends.length === 0) {
    return [[entry.name, entry.protocol, entry.family, "nowhere", "", "none"]];
  }
  return entry.frontends.map((frontend, index) => [
    ...(index === 0 ? [entry.name, entry.protocol, entry.family] : ["", "", ""]),
    frontend.kind,
    frontendAddress(frontend),
    endpointList(entry.endpoints.filter((each) => serves(each, frontend))),
  ]);
}

function serves(endpoint: EndpointView, frontend: Frontend): boolean {
  return frontend.kind === "ClusterIP" ? endpoint.internal : endpoint.external;
}

const SHOWN = 3;

function endpointList(endpoints: readonly EndpointView[]): string {
  if (endpoints.length === 0) return "none";
  const shown = endpoints.slice(0, SHOWN).map(({ ip, port }) => addressOf(ip, port)).join(", ");
  return endpoints.length > SHOWN ? `${shown} and ${endpoints.length - SHOWN} more` : shown;
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}
