/**
 * What HNS answers when it refuses. Its texts are localised, so only the codes are ever looked at.
 *
 * @module
 */
import { HNS_ERRORS, type HnsErrorClass, type HnsErrorRow } from "./hresults.ts";

/** The stable name of a known HRESULT. */
export type HnsErrorName = typeof HNS_ERRORS[number]["name"];

const BY_CODE: ReadonlyMap<number, HnsErrorRow> = new Map(
  HNS_ERRORS.map((row) => [row.code, row]),
);

/** HNS refused, or could not be reached. */
export class HnsError extends Error {
  /** The class's name. */
  override readonly name = "HnsError";
  /** A stable code. */
  readonly code = "hns";
  /** The HRESULT, unsigned: `0x803b0013`. */
  readonly hresult: number;

  /**
   * Makes the error.
   *
   * @param doing What was being done: `create load balancer 1d2c…`.
   * @param hresult The HRESULT, signed or unsigned.
   * @param detail What HNS wrote, in whatever language; `""` for nothing.
   */
  constructor(doing: string, hresult: number, detail = "", options?: ErrorOptions) {
    const unsigned = hresult >>> 0;
    const row = BY_CODE.get(unsigned);
    const said = detail === "" ? "" : ` "${detail.trim()}"`;
    const why = row === undefined ? "" : `: ${row.cause}; what helps: ${row.cure}`;
    const known = row === undefined ? "" : ` ${row.name}`;
    super(`Cannot ${doing}: HNS answered ${hex(unsigned)}${known}${said}${why}`, options);
    this.hresult = unsigned;
  }

  /** What the refusal means for what was being done. */
  get class(): HnsErrorClass {
    return BY_CODE.get(this.hresult)?.class ?? "other";
  }

  /** Whether it is one of the named ones. */
  is(...names: readonly HnsErrorName[]): boolean {
    return names.some((name) => codeOf(name) === this.hresult);
  }
}

/** The HRESULT of that name, unsigned. */
export function codeOf(name: HnsErrorName): number {
  const row = HNS_ERRORS.find((each) => each.name === name);
  if (row === undefined) throw new TypeError(`Cannot find an HRESULT named "${name}"`);
  return row.code;
}

/** What is known of an HRESULT, `undefined` for an unknown one. */
export function describeCode(hresult: number): HnsErrorRow | undefined {
  return BY_CODE.get(hresult >>> 0);
}

/** An HRESULT as Microsoft writes it: `0x803b0013`. */
export function hex(hresult: number): string {
  return `0x${(hresult >>> 0).toString(16).padStart(8, "0")}`;
}
