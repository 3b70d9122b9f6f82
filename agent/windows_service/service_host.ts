/**
 * Joins this process to the service control manager of Windows, which has started it: Windows calls
 * `ServiceMain`, then the handler for each control, both from threads of its own, which wait until
 * JavaScript has answered.
 *
 * @module
 */
import { RunError } from "../run_error.ts";
import { REAL_TIMERS } from "../timers.ts";
import { type Advapi32, openAdvapi32 } from "./advapi32.ts";
import { tellEventLog } from "./event_log.ts";
import { addressOfBytes, structure, wide } from "./memory.ts";
import { programPlace } from "./program_place.ts";
import { ServiceLife } from "./service_life.ts";
import { statusStructure } from "./service_status.ts";

/** What a program that runs as a service has of Windows. */
export interface ServiceSession {
  /** Its life, as Windows sees it. */
  readonly life: ServiceLife;
  /** Writes to the event log why it has failed. */
  tellFailure(text: string): void;
}

/** Runs a program as a service. The answer is its exit code, which Windows has been told by then. */
export type ServiceHost = (
  program: (session: ServiceSession) => Promise<number>,
) => Promise<number>;

/** The name counts for nothing where a process has only one service; it names the event source. */
const NAME = "windlass";

/**
 * Runs a program as the service that Windows has started this process for.
 *
 * @throws {RunError} If it has not, or this is not Windows.
 */
export const windowsHost: ServiceHost = async (program) => {
  const library = openAdvapi32();
  // Windows starts services in its own folder; a path that is not whole counts from the program's.
  Deno.chdir(programPlace().folder);
  const begun = Promise.withResolvers<ServiceLife>();
  const broken = Promise.withResolvers<never>();
  let life: ServiceLife | null = null;
  const handler = Deno.UnsafeCallback.threadSafe(
    { parameters: ["u32", "u32", "pointer", "pointer"], result: "u32" },
    (code) => life === null ? 0 : life.control(Number(code)),
  );
  const serviceMain = Deno.UnsafeCallback.threadSafe(
    { parameters: ["u32", "pointer"], result: "void" },
    () => {
      try { // nobody above would catch it
        life = beginLife(library, handler.pointer, broken.reject);
        begun.resolve(life);
      } catch (error) {
        broken.reject(error);
      }
    },
  );
  const name = wide(NAME);
  const table = structure(32, [
    [0, addressOfBytes(name)],
    [8, BigInt(Deno.UnsafePointer.value(serviceMain.pointer))],
  ]);
  const dispatching = library.symbols.StartServiceCtrlDispatcherW(table);
  const refused = dispatching.then(() => null);
  const service = await Promise.race([begun.promise, broken.promise, refused]);
  if (service !== null) {
    const tellFailure = (text: string): void => tellEventLog(library, NAME, text);
    const exitCode = await Promise.race([
      program({ life: service, tellFailure }),
      broken.promise, // all stays open then: Windows may still call, until the process is gone
    ]);
    service.ended(exitCode);
    await Promise.race([dispatching, broken.promise]); // it returns once the last of its services has stopped
    close();
    return exitCode;
  }
  close();
  throw notStartedByWindows();

  function close(): void {
    serviceMain.close();
    handler.close();
    library[Symbol.dispose]();
  }
};

/** Registers the handler and begins the life that it is for. */
function beginLife(
  library: Advapi32,
  handler: Deno.PointerValue,
  broken: (error: unknown) => void,
): ServiceLife {
  const { symbols } = library;
  const status = library.handle(
    "register for the controls of the service control manager",
    symbols.RegisterServiceCtrlHandlerExW(wide(NAME), handler, null),
  );
  return new ServiceLife({
    timers: REAL_TIMERS,
    report(report) {
      const answer = symbols.SetServiceStatus(status, statusStructure(report));
      try { // it is called by Windows and by timers, and neither would catch it
        library.done(`tell Windows that the service is ${report.state}`, answer);
      } catch (error) {
        broken(error);
      }
    },
  });
}

function notStartedByWindows(): RunError {
  return new RunError(
    "Cannot run as a Windows service: this process was not started by the service control manager; " +
      'run "windlass service install -- …" and "windlass service start", or leave out ' +
      "--windows-service",
  );
}
