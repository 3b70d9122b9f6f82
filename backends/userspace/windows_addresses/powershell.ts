/**
 * Addresses by PowerShell's cmdlets, `New-NetIPAddress` and its kin: one process for many addresses.
 * Each takes Windows tens of milliseconds, and the process a second, so this is a fallback.
 *
 * @module
 */
import { messageOf } from "../sockets.ts";
import { platformLook } from "./platform_look.ts";
import { programAt, PROGRAMS, type RunProgram } from "./programs.ts";
import { refusalOf } from "./refusals.ts";
import type { AddressWay, Look, OpenedWay, Refusal, WindowsInterface } from "./way.ts";

/** How a way that starts a program is opened. */
export interface ProgramOptions {
  /** Runs the program; a test gives a stand-in. */
  readonly run?: RunProgram;
  /** Looks at the machine. */
  readonly look?: () => Look;
}

/** How many addresses one process is given: a command line ends at 32,767 characters. */
const CHUNK = 100;
const START_MS = 30_000;
const EACH_MS = 1000;
const READY = "windlass-ready";

/** Opens the way through PowerShell, if it has the cmdlets. */
export async function openPowerShell(
  { run = programAt(PROGRAMS.powershell), look = platformLook }: ProgramOptions = {},
): Promise<OpenedWay> {
  const probe = `if (Get-Command New-NetIPAddress -ErrorAction SilentlyContinue) { '${READY}' }`;
  try {
    const { code, text } = await run(argumentsOf(probe), START_MS);
    if (text.includes(READY)) return { ok: true, way: new PowerShell(run, look) };
    const said = JSON.stringify(text.slice(0, 80));
    return {
      ok: false,
      why: `PowerShell has no cmdlet New-NetIPAddress: it ended with ${code} and wrote ${said}`,
    };
  } catch (error) {
    return { ok: false, why: messageOf(error) };
  }
}

class PowerShell implements AddressWay {
  readonly name = "powershell";
  readonly #run: RunProgram;
  readonly #look: () => Look;

  constructor(run: RunProgram, look: () => Look) {
    this.#run = run;
    this.#look = look;
  }

  look(): Promise<Look> {
    return Promise.resolve(this.#look());
  }

  add(on: WindowsInterface, ips: readonly string[]): Promise<ReadonlyMap<string, Refusal>> {
    const alias = quoted(on.name);
    return this.#each(
      "New-NetIPAddress",
      ips,
      [
        // Nobody else is on such an interface, and duplicate detection would take three seconds.
        `Set-NetIPInterface -InterfaceAlias ${alias} -DadTransmits 0 -PolicyStore ActiveStore ` +
        "-ErrorAction SilentlyContinue",
      ],
      `New-NetIPAddress -InterfaceAlias ${alias} -IPAddress $ip -PrefixLength $length ` +
        "-SkipAsSource $true -PolicyStore ActiveStore",
    );
  }

  remove(on: WindowsInterface, ips: readonly string[]): Promise<ReadonlyMap<string, Refusal>> {
    return this.#each(
      "Remove-NetIPAddress",
      ips,
      [],
      `Remove-NetIPAddress -InterfaceAlias ${quoted(on.name)} -IPAddress $ip ` +
        "-PolicyStore ActiveStore -Confirm:$false",
    );
  }

  close(): void {}

  async #each(
    cmdlet: string,
    ips: readonly string[],
    first: readonly string[],
    command: string,
  ): Promise<ReadonlyMap<string, Refusal>> {
    const refused = new Map<string, Refusal>();
    for (let at = 0; at < ips.length; at += CHUNK) {
      const chunk = ips.slice(at, at + CHUNK);
      const script = [...first, ...loop(chunk, command)].join("\n");
      const { code, text } = await this.#run(
        argumentsOf(script),
        START_MS + EACH_MS * chunk.length,
      );
      const answers = readAnswers(text);
      for (const ip of chunk) {
        const refusal = refusalIn(answers.get(ip), cmdlet, code, text);
        if (refusal !== null) refused.set(ip, refusal);
      }
    }
    return refused;
  }
}

/** Each address gets one line of ASCII: `ok ADDRESS`, or `no ADDRESS` and an id that no one translates. */
function loop(ips: readonly string[], command: string): readonly string[] {
  return [
    `foreach ($ip in ${ips.map((ip) => `'${ip}'`).join(",")}) {`,
    "  $length = if ($ip.Contains(':')) { 128 } else { 32 }",
    `  try { $null = ${command} -ErrorAction Stop; "ok $ip" }`,
    '  catch { "no $ip $($_.FullyQualifiedErrorId)" }',
    "}",
  ];
}

function readAnswers(text: string): ReadonlyMap<string, string> {
  return new Map(
    [...text.matchAll(/^(ok|no) (\S+) ?(.*)$/gm)].map((
      [, verdict = "", ip = "", id = ""],
    ) => [ip, verdict === "ok" ? "" : id.trim() || "an error without an id"]),
  );
}

function refusalIn(
  answer: string | undefined,
  cmdlet: string,
  code: number,
  text: string,
): Refusal | null {
  if (answer === "") return null;
  if (answer === undefined) {
    const said = JSON.stringify(text.slice(0, 200));
    const why =
      `${cmdlet} answered nothing for it: PowerShell ended with ${code} and wrote ${said}`;
    return { code: null, why, retry: true };
  }
  const number = /Windows System Error (\d+)/.exec(answer)?.[1];
  if (number !== undefined) return refusalOf(cmdlet, Number(number));
  return { code: null, why: `${cmdlet} answered ${answer}`, retry: true };
}

/** As base64 the script meets no quoting, and no execution policy. */
function argumentsOf(script: string): readonly string[] {
  const text =
    `$ErrorActionPreference = 'Stop'; $ProgressPreference = 'SilentlyContinue'\n${script}`;
  const units = Uint16Array.from(text, (each) => each.charCodeAt(0));
  const encoded = new Uint8Array(units.buffer).toBase64();
  return ["-NoLogo", "-NoProfile", "-NonInteractive", "-EncodedCommand", encoded];
}

/** PowerShell takes typographic quotes for quotes too. */
function quoted(text: string): string {
  return `'${text.replaceAll(/['\u2018\u2019\u201a\u201b]/g, "$&$&")}'`;
}
