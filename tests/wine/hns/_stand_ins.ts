/**
 * Builds the stand-ins with mingw, and runs the Windows build of Deno. `WINDLASS_DENO_WIN` is the
 * command that `tests/wine/setup.sh` prints; without it, or without mingw, tests are skipped.
 *
 * @module
 */
import assert from "node:assert/strict";

const COMPILER = "x86_64-w64-mingw32-gcc";

/** This folder. */
export const HERE: string = new URL(".", import.meta.url).pathname;

const DENO_WIN = Deno.env.get("WINDLASS_DENO_WIN") ?? "";

/** What is built: the file, its source, and what else the compiler is told. */
const STAND_INS = [
  { file: "computenetwork.dll", source: "computenetwork.c", args: ["-shared"] },
  { file: "old.dll", source: "computenetwork.c", args: ["-shared", "-DOLD_BUILD"] },
  { file: "powershell.exe", source: "powershell.c", args: [] },
];

/** How a command ended. */
export interface Ended {
  /** Its exit code. */
  readonly code: number;
  /** What it printed and complained of. */
  readonly text: string;
}

/** Why the tests are skipped here; `""` if they are not. */
export async function whySkipped(): Promise<string> {
  if (Deno.build.os === "windows") return "this is Windows: run the tests themselves";
  if (DENO_WIN === "") return "WINDLASS_DENO_WIN is not set";
  try {
    await run(COMPILER, ["--version"]);
    return "";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `there is no ${COMPILER}`;
    throw error;
  }
}

/** The stand-ins, built. */
export class StandIns {
  /** The folder that holds them. */
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Builds them. */
  static async build(): Promise<StandIns> {
    const folder = await Deno.makeTempDir({ prefix: "windlass-hns-" });
    for (const { file, source, args } of STAND_INS) {
      const { code, text } = await run(COMPILER, [
        ...["-O2", "-Wall", "-Wextra", "-Werror", "-s"],
        ...args,
        ...["-o", `${folder}/${file}`, `${HERE}${source}`, "-lws2_32"],
      ]);
      assert.equal(code, 0, text);
    }
    return new StandIns(folder);
  }

  /** The path of one, as Wine's programs have it. */
  path(file: string): string {
    return onWine(`${this.folder}/${file}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Runs the Windows build of Deno. */
export function denoWin(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return run(DENO_WIN, args, env);
}

/** A path of this machine as Wine's programs have it. */
export function onWine(path: string): string {
  return `Z:${path.replaceAll("/", "\\")}`;
}

async function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const options = { args: [...args], env: { ...env, NO_COLOR: "1" } };
  const { code, stdout, stderr } = await new Deno.Command(command, options).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}
