/**
 * What Windows' refusals about services mean, and what would be right. A table, so that a message never
 * is a bare number.
 *
 * @module
 */
import { RunError } from "../run_error.ts";

/** What an error means and what to do about it: clauses that follow "Cannot …: ". */
const MEANINGS: Readonly<Record<number, string>> = {
  5: "access is denied; run it as an administrator (an elevated prompt)",
  87: "Windows takes a parameter for wrong",
  123: 'Windows does not allow the name; use letters, digits, "-" and "_"',
  1051: "services that depend on it are running; stop those first",
  1053: "the process has not answered the service control manager in time; its log says why",
  1055: "the database of services is locked; try again in a moment",
  1056: "it is running already",
  1057: "the account is unknown or its password is wrong",
  1058: "it is disabled; enable it in services.msc, or by sc.exe config NAME start= auto",
  1059: "services would depend on each other in a circle; choose others for --depend-on",
  1060: "there is no such service; install it, or give its name by --service-name",
  1061: "it is starting or stopping just now; wait until that is over",
  1062: "it is not running",
  1068: "a service that it depends on has not started; start that one, or look at its log",
  1069: "its account may not log on",
  1072:
    "it is marked for deletion, and somebody still holds it open; close services.msc and the like, " +
    "or restart the node",
  1073: "there is a service of that name already; uninstall it, or choose another --service-name",
  1075: "a service that it depends on does not exist; look at --depend-on",
  1078: "another service has that name as its display name; choose another --service-name",
  1115: "the node is shutting down",
  1722: "the service control manager does not answer",
};

/** A function of Windows has refused. */
export class Win32Error extends RunError {
  /** The error code of Windows. */
  readonly win32: number;

  /** `what` completes "Cannot …". */
  constructor(what: string, win32: number) {
    super(`Cannot ${what}: ${meaningOf(win32)}`);
    this.win32 = win32;
  }
}

/** What an error code of Windows means. */
export function meaningOf(code: number): string {
  const meaning = MEANINGS[code];
  return meaning === undefined
    ? `Windows answers with error ${code}; "net helpmsg ${code}" explains it`
    : `${meaning} (error ${code})`;
}
