/**
 * What an operating system's release says. Pure.
 *
 * @module
 */
import type { SystemFacts } from "./facts.ts";

/** The builds of Windows by name, the newest first: a build has the name of the last one before it. */
const WINDOWS_BUILDS = [
  { from: 26_100, name: "Windows Server 2025" },
  { from: 22_000, name: "Windows 11" },
  { from: 20_348, name: "Windows Server 2022" },
  { from: 19_041, name: "Windows version 2004 or later" },
  { from: 18_362, name: "Windows version 1903 or 1909" },
  { from: 17_763, name: "Windows Server 2019" },
  { from: 14_393, name: "Windows Server 2016" },
  { from: 0, name: "Windows before Server 2016" },
] as const;

/** The first build with the API that the kernel backend needs: Windows Server 2019. */
export const OLDEST_BUILD = 17_763;

/** What the release says. */
export function systemFacts(os: typeof Deno.build.os, release: string): SystemFacts {
  const { arch } = Deno.build;
  if (os !== "windows") return { name: os === "linux" ? "Linux" : os, release, build: 0, arch };
  const build = Number(/^\d+\.\d+\.(\d+)/.exec(release)?.[1] ?? 0);
  const name = WINDOWS_BUILDS.find(({ from }) => build >= from)?.name ?? "Windows";
  return { name, release, build, arch };
}
