/**
 * The functions of Windows that deal with services, and the text of what they refuse.
 *
 * Needs `--allow-ffi` for advapi32.dll and kernel32.dll, named by {@linkcode SERVICE_LIBRARIES}.
 *
 * @module
 */
import { RunError } from "../run_error.ts";
import { Win32Error } from "./win32_error.ts";

/** Where Windows has them. Whole paths: a DLL of that name elsewhere is never taken. */
export const SERVICE_LIBRARIES = {
  /** The service control manager and the event log. */
  advapi32: "C:\\Windows\\System32\\advapi32.dll",
  /** Why a call has failed. */
  kernel32: "C:\\Windows\\System32\\kernel32.dll",
} as const;

const ADVAPI32 = {
  OpenSCManagerW: { parameters: ["pointer", "pointer", "u32"], result: "pointer" },
  CreateServiceW: {
    parameters: [
      "pointer", // the manager
      "buffer", // name
      "buffer", // display name
      "u32", // access wanted
      "u32", // type
      "u32", // start
      "u32", // what a failed start means
      "buffer", // command line
      "pointer", // load order group
      "pointer", // tag
      "buffer", // dependencies
      "pointer", // account
      "pointer", // password
    ],
    result: "pointer",
  },
  OpenServiceW: { parameters: ["pointer", "buffer", "u32"], result: "pointer" },
  ChangeServiceConfig2W: { parameters: ["pointer", "u32", "buffer"], result: "i32" },
  QueryServiceConfigW: { parameters: ["pointer", "buffer", "u32", "buffer"], result: "i32" },
  QueryServiceStatusEx: {
    parameters: ["pointer", "u32", "buffer", "u32", "buffer"],
    result: "i32",
  },
  StartServiceW: { parameters: ["pointer", "u32", "pointer"], result: "i32" },
  ControlService: { parameters: ["pointer", "u32", "buffer"], result: "i32" },
  DeleteService: { parameters: ["pointer"], result: "i32" },
  CloseServiceHandle: { parameters: ["pointer"], result: "i32" },
  // It returns when the service has stopped.
  StartServiceCtrlDispatcherW: { parameters: ["buffer"], result: "i32", nonblocking: true },
  RegisterServiceCtrlHandlerExW: {
    parameters: ["buffer", "function", "pointer"],
    result: "pointer",
  },
  SetServiceStatus: { parameters: ["pointer", "buffer"], result: "i32" },
  RegisterEventSourceW: { parameters: ["pointer", "buffer"], result: "pointer" },
  ReportEventW: {
    parameters: [
      "pointer", // the source
      "u16", // how bad
      "u16", // category
      "u32", // event
      "pointer", // user
      "u16", // how many texts
      "u32", // how many bytes
      "buffer", // the texts
      "pointer", // the bytes
    ],
    result: "i32",
  },
  DeregisterEventSource: { parameters: ["pointer"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

const KERNEL32 = {
  GetLastError: { parameters: [], result: "u32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** The libraries, opened. Dispose them when no call is under way. */
export interface Advapi32 extends Disposable {
  /** The functions. */
  readonly symbols: Deno.DynamicLibrary<typeof ADVAPI32>["symbols"];
  /** The answer of a function that says by 0 that it has failed. `what` completes "Cannot …". */
  done(what: string, answer: number): void;
  /** The answer of a function that says by no handle that it has failed. */
  handle(what: string, answer: Deno.PointerValue): Deno.PointerObject;
}

/**
 * Opens the libraries.
 *
 * @throws {RunError} Anywhere but on Windows.
 */
export function openAdvapi32(): Advapi32 {
  if (Deno.build.os !== "windows") {
    throw new RunError(
      `Windows services are there on Windows only, and this is ${Deno.build.os}; ` +
        "run the proxy by what starts programs here (systemd, say)",
    );
  }
  const kernel32 = Deno.dlopen(SERVICE_LIBRARIES.kernel32, KERNEL32);
  const advapi32 = Deno.dlopen(SERVICE_LIBRARIES.advapi32, ADVAPI32);
  const failed = (what: string): Win32Error =>
    new Win32Error(what, kernel32.symbols.GetLastError());
  return {
    symbols: advapi32.symbols,
    done(what, answer) {
      if (answer === 0) throw failed(what);
    },
    handle(what, answer) {
      if (answer === null) throw failed(what);
      return answer;
    },
    [Symbol.dispose]() {
      advapi32.close();
      kernel32.close();
    },
  };
}
