/**
 * Addresses by netsh, which every Windows has: one process for each address. Its words are in the
 * system's language, so nothing that it says is read but for whether it says anything; what it did is
 * seen by a look at the machine.
 *
 * @module
 */
import { messageOf } from "../sockets.ts";
import { platformLook } from "./platform_look.ts";
import type { ProgramOptions } from "./powershell.ts";
import { programAt, PROGRAMS, type RunProgram } from "./programs.ts";
import { type AddressWay, hostPrefix, type Look, type WindowsInterface } from "./way.ts";
import type { OpenedWay, Refusal } from "./way.ts";

const TIMEOUT_MS = 20_000;
/** How many processes there are at a time. */
const PARALLEL = 4;

/** Opens the way through netsh. */
export async function openNetsh(
  { run = programAt(PROGRAMS.netsh), look = platformLook }: ProgramOptions = {},
): Promise<OpenedWay> {
  try {
    const { code, text } = await run(["interface", "ipv4", "show", "interfaces"], TIMEOUT_MS);
    if (code === 0 && text !== "") return { ok: true, way: new Netsh(run, look) };
    const said = text === "" ? "wrote nothing" : `wrote ${JSON.stringify(text.slice(0, 80))}`;
    return { ok: false, why: `netsh does not list interfaces: it ended with ${code} and ${said}` };
  } catch (error) {
    return { ok: false, why: messageOf(error) };
  }
}

class Netsh implements AddressWay {
  readonly name = "netsh";
  readonly #run: RunProgram;
  readonly #look: () => Look;

  constructor(run: RunProgram, look: () => Look) {
    this.#run = run;
    this.#look = look;
  }

  look(): Promise<Look> {
    return Promise.resolve(this.#look());
  }

  async add(
    { name }: WindowsInterface,
    ips: readonly string[],
  ): Promise<ReadonlyMap<string, Refusal>> {
    // Nobody else is on such an interface, and duplicate detection would take three seconds. Where it
    // stays on, the addresses only come later.
    for (const family of new Set(ips.map(familyOf))) {
      await this.#run(
        ["interface", family, "set", "interface", `interface=${name}`, "dadtransmits=0", ACTIVE],
        TIMEOUT_MS,
      );
    }
    return await this.#each(ips, (ip) => [
      "add",
      "address",
      nameOf(ip, name),
      `address=${ip}/${hostPrefix(ip)}`,
      "skipassource=true",
      ACTIVE,
    ]);
  }

  remove(
    { name }: WindowsInterface,
    ips: readonly string[],
  ): Promise<ReadonlyMap<string, Refusal>> {
    return this.#each(
      ips,
      (ip) => ["delete", "address", nameOf(ip, name), `address=${ip}`, ACTIVE],
    );
  }

  close(): void {}

  /** Runs netsh for each address, a few at a time. */
  async #each(
    ips: readonly string[],
    verb: (ip: string) => readonly string[],
  ): Promise<ReadonlyMap<string, Refusal>> {
    const refused = new Map<string, Refusal>();
    const queue = ips.values();
    const worker = async (): Promise<void> => {
      for (const ip of queue) {
        const refusal = await this.#one(["interface", familyOf(ip), ...verb(ip)]);
        if (refusal !== null) refused.set(ip, refusal);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, worker));
    return refused;
  }

  async #one(args: readonly string[]): Promise<Refusal | null> {
    try {
      const { code, text } = await this.#run(args, TIMEOUT_MS);
      if (code === 0) return null;
      const said = text.replaceAll(/\s*\n\s*/g, " ") || "no word";
      const why = `"netsh ${args.join(" ")}" ended with ${code}: ${said}; ` +
        "it must run as NT AUTHORITY\\SYSTEM or as Administrator, elevated";
      return { code: null, why, retry: true };
    } catch (error) {
      return { code: null, why: messageOf(error), retry: true };
    }
  }
}

const ACTIVE = "store=active";

function familyOf(ip: string): "ipv4" | "ipv6" {
  return ip.includes(":") ? "ipv6" : "ipv4";
}

/** The two families call the same thing by two names. */
function nameOf(ip: string, name: string): string {
  return `${familyOf(ip) === "ipv4" ? "name" : "interface"}=${name}`;
}
