/**
 * `windlass service`: this program as a Windows service.
 *
 * @module
 */
import { unreachable } from "../../core/mod.ts";
import { didYouMean } from "../cli/suggest.ts";
import { UsageError } from "../cli/usage_error.ts";
import { SERVICE_ACTIONS } from "../cli/words.ts";
import { EXIT } from "../exit_code.ts";
import { RunError } from "../run_error.ts";
import { REAL_TIMERS, type Timers, waitAtMost } from "../timers.ts";
import {
  commandLineOf,
  openServiceManager,
  programPlace,
  RECOVERY,
  serviceLine,
  type ServiceManager,
  type ServiceState,
  type ServiceStatus,
} from "../windows_service/mod.ts";
import type { CommandContext } from "./command.ts";
import { dataText } from "./print.ts";

/** What the command has of the world beyond its context. */
export interface ServiceWorld {
  /** Opens the service control manager. */
  readonly openManager: () => ServiceManager;
  /** The clock. */
  readonly timers: Timers;
}

const WORLD: ServiceWorld = { openManager: openServiceManager, timers: REAL_TIMERS };

/** How often a service that starts or stops is looked at. */
const LOOK_EVERY_MS = 200;

/** Runs `windlass service ACTION`. */
export async function run(
  context: CommandContext,
  { openManager, timers }: ServiceWorld = WORLD,
): Promise<number> {
  const action = actionOf(context);
  const line = action === "install" ? serviceLine(context.form.rest.slice(1)) : [];
  using manager = openManager();
  const service = new Service(context, manager, timers);
  switch (action) {
    case "install":
      return service.install(line);
    case "uninstall":
      return await service.uninstall();
    case "start":
      return await service.start();
    case "stop":
      return await service.stop();
    case "status":
      return service.status();
    default:
      return unreachable(action);
  }
}

function actionOf({ form: { rest: [given = "", extra] } }: CommandContext) {
  const action = SERVICE_ACTIONS.find((each) => each === given);
  if (action === undefined) {
    const near = didYouMean(given, SERVICE_ACTIONS);
    throw new UsageError(
      `Unknown action "${given}"${near}; it is one of ${SERVICE_ACTIONS.join(", ")}`,
      "service",
    );
  }
  if (extra !== undefined && action !== "install") {
    throw new UsageError(
      `Unexpected argument "${extra}": windlass service ${action} [flags]`,
      "service",
    );
  }
  return action;
}

/** The service that the flags name. */
class Service {
  readonly #context: CommandContext;
  readonly #manager: ServiceManager;
  readonly #timers: Timers;
  readonly #name: string;

  constructor(context: CommandContext, manager: ServiceManager, timers: Timers) {
    this.#context = context;
    this.#manager = manager;
    this.#timers = timers;
    this.#name = context.flags.serviceName;
  }

  install(line: readonly string[]): number {
    const { serviceStart, dependOn } = this.#context.flags;
    const commandLine = commandLineOf([...programPlace().start, ...line]);
    const troubles = this.#manager.install({
      name: this.#name,
      displayName: this.#name === "windlass" ? "Windlass" : `Windlass (${this.#name})`,
      description: "Serves the Services of Kubernetes on this node",
      commandLine,
      start: serviceStart,
      dependsOn: dependOn,
      recovery: RECOVERY,
    });
    for (const { message } of troubles) this.#warn(message);
    return this.#say(`is installed; it runs\n  ${commandLine}`);
  }

  async uninstall(): Promise<number> {
    const status = this.#manager.status(this.#name);
    if (status === null) return this.#say("is not installed");
    if (status.state !== "stopped") await this.#end(status);
    this.#manager.uninstall(this.#name);
    return this.#say("is removed");
  }

  async start(): Promise<number> {
    const before = this.#manager.status(this.#name);
    if (before?.state === "running") return this.#say("is running already");
    if (before?.state !== "start-pending") this.#manager.start(this.#name);
    const { state, exitCode, pid } = await this.#until("running", "start");
    if (state === "running") return this.#say(`runs as process ${pid}`);
    throw new RunError(
      `Service "${this.#name}" has ended with code ${exitCode} instead of running; its log and the ` +
        "Application log in Event Viewer say why",
    );
  }

  async stop(): Promise<number> {
    const status = this.#manager.status(this.#name);
    if (status?.state === "stopped") return this.#say("is not running");
    await this.#end(status);
    return this.#say("has stopped");
  }

  status(): number {
    const { flags, io } = this.#context;
    const status = this.#manager.status(this.#name);
    const service = this.#manager.query(this.#name);
    const format = flags.outputTextJsonYaml;
    const data = { name: this.#name, state: status?.state ?? "not-installed" };
    if (status === null || service === null) {
      if (format === "text") this.#say("is not installed");
      else io.stdout.write(dataText(data, format));
      return EXIT.failed;
    }
    const { pid, exitCode } = status;
    const all = { ...data, pid, exitCode, ...service };
    io.stdout.write(
      format === "text"
        ? Object.entries(all).map(([key, value]) => `${key.padEnd(12)}  ${value}\n`).join("")
        : dataText(all, format),
    );
    return EXIT.done;
  }

  async #end(status: ServiceStatus | null): Promise<void> {
    if (status?.state !== "stop-pending") this.#manager.stop(this.#name);
    await this.#until("stopped", "stop");
  }

  /** Waits until it is in that state, or has ended. */
  async #until(wanted: ServiceState, verb: string): Promise<ServiceStatus> {
    const { serviceTimeout } = this.#context.flags;
    const end = this.#timers.now() + serviceTimeout;
    for (;;) {
      const status = this.#manager.status(this.#name);
      if (status === null) {
        throw new RunError(`Service "${this.#name}" was removed while it was to ${verb}`);
      }
      if (status.state === wanted || status.state === "stopped") return status;
      if (this.#timers.now() >= end) {
        throw new RunError(
          `Service "${this.#name}" is still ${status.state} after ${
            serviceTimeout / 1000
          } s; it goes ` +
            `on to ${verb}. Its log says why it takes so long; --timeout waits longer`,
        );
      }
      await waitAtMost(LOOK_EVERY_MS, this.#timers, null);
    }
  }

  #say(what: string): number {
    this.#context.io.stdout.write(`Service "${this.#name}" ${what}\n`);
    return EXIT.done;
  }

  #warn(message: string): void {
    this.#context.io.stderr.write(`windlass: ${message}; the service is there all the same\n`);
  }
}
