/**
 * Windows' error codes, as they come from changing addresses: what each means and what helps.
 *
 * @module
 */
import type { Refusal } from "./way.ts";

/** One code. */
interface CodeRow {
  readonly code: number;
  readonly means: string;
  readonly cure: string;
  readonly retry: boolean;
}

/** The address is there already, put there by whomever. */
export const ALREADY_EXISTS = 5010;

/** There is no such address, or no such interface. */
export const NOT_FOUND = 1168;

const CODES: readonly CodeRow[] = [
  {
    code: 2,
    means: "the interface is not there",
    cure: "name one that is by --interface",
    retry: true,
  },
  {
    code: 5,
    means: "access is denied",
    cure: "run as NT AUTHORITY\\SYSTEM or as Administrator, elevated",
    retry: true,
  },
  {
    code: 50,
    means: "the interface does not carry this family",
    cure: "turn IPv4 or IPv6 on for it",
    retry: true,
  },
  {
    code: 87,
    means: "Windows takes this for no address that an interface may have",
    cure: "look at the Service's addresses",
    retry: false,
  },
  {
    code: NOT_FOUND,
    means: "the interface is gone, or does not carry this family",
    cure: "bring it back, or name another by --interface",
    retry: true,
  },
  {
    code: ALREADY_EXISTS,
    means: "the address is there already",
    cure: "nothing is needed",
    retry: true,
  },
];

/** What a code means. */
export function refusalOf(call: string, code: number): Refusal {
  const row = CODES.find((each) => each.code === code);
  const why = row === undefined
    ? `${call} answered ${code}; "net helpmsg ${code}" tells what that is`
    : `${call} answered ${code}, ${row.means}; ${row.cure}`;
  return { code, why, retry: row?.retry ?? true };
}
