/**
 * What goes between Windlass and its PowerShell host: JSON in lines of pure ASCII, so that no code
 * page can harm it. A line that nobody can read is told apart, not an error: PowerShell may write what
 * it likes.
 *
 * @module
 */
import type { HcnAnswer, HcnCall } from "../hcn/calls.ts";
import { field } from "../read_documents.ts";

/** A line of the host, read. */
export type HostLine =
  | {
    /** It has compiled its functions, and waits for requests. */
    readonly kind: "ready";
    /** PowerShell's version: `5.1.20348.2849`. */
    readonly version: string;
  }
  | {
    /** It cannot work here, and ends. */
    readonly kind: "refused";
    /** Why, in words. */
    readonly why: string;
  }
  | {
    /** The reply to a request. */
    readonly kind: "reply";
    /** The request's number. */
    readonly n: number;
    /** What came of it. */
    readonly answer: HcnAnswer;
  }
  | {
    /** Anything else. */
    readonly kind: "noise";
  };

/** The line that asks for a call. */
export function requestLine(n: number, call: HcnCall): string {
  const json = JSON.stringify({ n, call });
  const ascii = json.replaceAll(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `${ascii}\n`;
}

/** Reads a line of the host. */
export function readHostLine(line: string): HostLine {
  const value = parse(line);
  const text = (name: string): string => {
    const found = field(value, name);
    return typeof found === "string" ? found : "";
  };
  if (field(value, "ready") === 1) return { kind: "ready", version: text("powershell") };
  if (text("refused") === "language-mode") {
    return { kind: "refused", why: languageMode(text("detail")) };
  }
  const n = field(value, "n");
  const hresult = field(value, "hresult");
  if (typeof n !== "number" || typeof hresult !== "number") return { kind: "noise" };
  const answer = { hresult, step: text("step"), output: text("output"), error: text("error") };
  return { kind: "reply", n, answer };
}

function languageMode(mode: string): string {
  return `PowerShell's language mode is ${mode}, where it compiles nothing; an application control ` +
    "policy (WDAC, AppLocker) sets it. Use --hns native, which needs no PowerShell";
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // noise, which the caller logs
  }
}
