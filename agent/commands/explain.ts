/**
 * `windlass explain`: tells why each address and endpoint of a service is used or not.
 *
 * @module
 */
import { UsageError } from "../cli/usage_error.ts";
import {
  explain,
  explanationText,
  type Ip,
  parseFrontend,
  parseIp,
  route,
  type RouteQuestion,
  routeText,
} from "../../core/mod.ts";
import { EXIT } from "../exit_code.ts";
import type { CommandContext } from "./command.ts";
import { noSuchService } from "./no_such_service.ts";
import { dataText } from "./print.ts";
import { readOnce } from "./read_once.ts";

/** Runs `windlass explain`. */
export async function run(context: CommandContext): Promise<number> {
  const { form, flags, io } = context;
  const service = readServiceName(form.rest[0] ?? "", form.name);
  const clientIP = readClientIp(flags.clientIp, form.name);
  checkFrontend(flags.frontend, form.name);
  const { state } = await readOnce(context);
  const explanation = explain(state, service);
  if (explanation === null) {
    const known = [...state.view.services.keys()];
    io.stderr.write(`windlass: Cannot explain ${noSuchService(service, known)}\n`);
    return EXIT.failed;
  }
  const format = flags.outputTextJsonYaml;
  const print = (data: unknown, text: string) =>
    io.stdout.write(format === "text" ? `${text}\n` : dataText(data, format));
  if (clientIP === null && flags.frontend === null) {
    if (flags.backend !== "winkernel") {
      print(explanation, explanationText(explanation));
      return EXIT.done;
    }
    const entries = state.view.services.get(service)?.servicePorts ?? [];
    const { explainWinkernel } = await import("./winkernel.ts"); // only who asks loads a backend
    const { hns, text } = await explainWinkernel(context, entries);
    print({ ...explanation, hns }, `${explanationText(explanation)}\n\n${text}`);
    return EXIT.done;
  }
  const question: RouteQuestion = { service, frontend: flags.frontend, clientIP };
  const routes = route(state, question);
  print({ ...question, clientIP: clientIP?.text ?? null, routes }, routeText(question, routes));
  return routes.length === 0 ? EXIT.failed : EXIT.done;
}

function readClientIp(given: string | null, topic: string): Ip | null {
  if (given === null) return null;
  const ip = parseIp(given);
  if (ip !== null) return ip;
  throw new UsageError(
    `Cannot read flag --client-ip: "${given}" is not an IP address; write 192.0.2.7, say`,
    topic,
  );
}

function checkFrontend(given: string | null, topic: string): void {
  if (given === null || parseFrontend(given) !== null) return;
  throw new UsageError(
    `Cannot read flag --frontend: "${given}" is neither IP:PORT nor a node port; ` +
      "write 10.96.0.10:80, [2001:db8::1]:80 or 30080, say",
    topic,
  );
}

function readServiceName(given: string, topic: string): string {
  if (/^[^/]+\/[^/]+$/.test(given)) return given;
  const example = given === "" || given.includes("/") ? "default/web" : `default/${given}`;
  throw new UsageError(
    `Cannot read the service's name: "${given}" is not NAMESPACE/NAME; write ${example}, say`,
    topic,
  );
}
