/**
 * The service control manager of Windows: services are installed, removed, started, stopped and
 * asked how they are.
 *
 * Needs what `advapi32.ts` needs; Windows wants an administrator for everything but to ask.
 *
 * @module
 */
import { type Advapi32, openAdvapi32 } from "./advapi32.ts";
import { type InstalledService, type ServiceDefinition, START_TYPES } from "./definition.ts";
import {
  type Bytes,
  readU32,
  readWide,
  readWideList,
  textBehind,
  wide,
  wideList,
} from "./memory.ts";
import { CONTROLS, OWN_PROCESS, readStatus, type ServiceStatus } from "./service_status.ts";
import { STATUS_PROCESS_SIZE } from "./service_status.ts";
import { settingsOf } from "./settings.ts";
import { Win32Error } from "./win32_error.ts";

/** The service control manager. Dispose it at the end. */
export interface ServiceManager extends Disposable {
  /**
   * Installs a service.
   *
   * @returns What could not be set; the service is there all the same.
   */
  install(definition: ServiceDefinition): readonly Win32Error[];
  /** Removes a service. One that runs goes when it has ended. */
  uninstall(name: string): void;
  /** Starts a service. It is `start-pending` at first. */
  start(name: string): void;
  /** Asks a service to stop. It is `stop-pending` at first. */
  stop(name: string): void;
  /** How the service is; `null` where there is none of that name. */
  status(name: string): ServiceStatus | null;
  /** What is known of the service; `null` where there is none of that name. */
  query(name: string): InstalledService | null;
}

const MANAGER = { connect: 0x1, create: 0x2 } as const;
const SERVICE = {
  queryConfig: 0x1,
  changeConfig: 0x2,
  queryStatus: 0x4,
  start: 0x10,
  stop: 0x20,
  delete: 0x10000,
} as const;
/** A failed start is written to the event log, and the node goes on. */
const ERROR_NORMAL = 1;
const NO_SUCH_SERVICE = 1060;
/** The most that Windows has to say of a service's configuration. */
const CONFIG_SIZE = 8192;

/**
 * Opens the service control manager.
 *
 * @throws {RunError} Anywhere but on Windows.
 */
export function openServiceManager(): ServiceManager {
  const library = openAdvapi32();
  const { symbols } = library;
  return {
    install: (definition) => install(library, definition),
    uninstall(name) {
      using service = openService(library, name, SERVICE.delete, "remove");
      library.done(`remove service "${name}"`, symbols.DeleteService(service.handle));
    },
    start(name) {
      using service = openService(library, name, SERVICE.start, "start");
      library.done(`start service "${name}"`, symbols.StartServiceW(service.handle, 0, null));
    },
    stop(name) {
      using service = openService(library, name, SERVICE.stop, "stop");
      const status = new Uint8Array(28);
      const answer = symbols.ControlService(service.handle, CONTROLS.stop, status);
      library.done(`stop service "${name}"`, answer);
    },
    status: (name) =>
      ifThere(() => {
        using service = openService(library, name, SERVICE.queryStatus, "look at");
        return queryStatus(library, service.handle, name);
      }),
    query: (name) =>
      ifThere(() => {
        using service = openService(library, name, SERVICE.queryConfig, "look at");
        return queryConfig(library, service.handle, name);
      }),
    [Symbol.dispose]: () => library[Symbol.dispose](),
  };
}

/** A handle that is closed at the end of its block. */
interface Handle extends Disposable {
  readonly handle: Deno.PointerObject;
}

function openManager(library: Advapi32, access: number): Handle {
  const { symbols } = library;
  const handle = library.handle(
    "open the service control manager",
    symbols.OpenSCManagerW(null, null, access),
  );
  return owned(library, handle);
}

function openService(library: Advapi32, name: string, access: number, verb: string): Handle {
  using manager = openManager(library, MANAGER.connect);
  const answer = library.symbols.OpenServiceW(manager.handle, wide(name), access);
  return owned(library, library.handle(`${verb} service "${name}"`, answer));
}

function owned(library: Advapi32, handle: Deno.PointerObject): Handle {
  return { handle, [Symbol.dispose]: () => void library.symbols.CloseServiceHandle(handle) };
}

function ifThere<T>(look: () => T): T | null {
  try {
    return look();
  } catch (error) {
    if (error instanceof Win32Error && error.win32 === NO_SUCH_SERVICE) return null;
    throw error;
  }
}

function install(library: Advapi32, definition: ServiceDefinition): readonly Win32Error[] {
  using manager = openManager(library, MANAGER.connect | MANAGER.create);
  const { name, displayName, start, commandLine, dependsOn } = definition;
  const answer = library.symbols.CreateServiceW(
    manager.handle,
    wide(name),
    wide(displayName),
    SERVICE.changeConfig | SERVICE.start,
    OWN_PROCESS,
    START_TYPES[start],
    ERROR_NORMAL,
    wide(commandLine),
    null,
    null,
    wideList(dependsOn),
    null, // LocalSystem: HNS wants it
    null,
  );
  using service = owned(library, library.handle(`install service "${name}"`, answer));
  return settingsOf(definition).flatMap(({ what, level, info }) => {
    const set = library.symbols.ChangeServiceConfig2W(service.handle, level, info.bytes);
    try {
      library.done(`set ${what} of service "${name}"`, set);
      return [];
    } catch (error) {
      if (error instanceof Win32Error) return [error];
      throw error;
    }
  });
}

function queryStatus(library: Advapi32, handle: Deno.PointerObject, name: string): ServiceStatus {
  const bytes = new Uint8Array(STATUS_PROCESS_SIZE);
  const needed = new Uint8Array(4);
  const answer = library.symbols.QueryServiceStatusEx(handle, 0, bytes, bytes.length, needed);
  library.done(`ask how service "${name}" is`, answer);
  return readStatus(bytes);
}

function queryConfig(
  library: Advapi32,
  handle: Deno.PointerObject,
  name: string,
): InstalledService {
  const bytes: Bytes = new Uint8Array(CONFIG_SIZE);
  const needed = new Uint8Array(4);
  const answer = library.symbols.QueryServiceConfigW(handle, bytes, bytes.length, needed);
  library.done(`read the configuration of service "${name}"`, answer);
  const text = (field: number): string => {
    const at = textBehind(bytes, field);
    return at === null ? "" : readWide(bytes, at);
  };
  const dependencies = textBehind(bytes, 40);
  return {
    start: STARTS[readU32(bytes, 4)] ?? "demand",
    commandLine: text(16),
    dependsOn: dependencies === null ? [] : readWideList(bytes, dependencies),
    account: text(48),
    displayName: text(56),
  };
}

const STARTS = ["boot", "system", "auto", "demand", "disabled"] as const;
