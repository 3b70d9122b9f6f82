/**
 * What a service is when it is installed: plain data.
 *
 * @module
 */

/** When Windows starts a service, with the numbers for it. */
export const START_TYPES = {
  /** Some two minutes after the node has started, when the rest is there. */
  delayed: 2,
  /** With the node. */
  auto: 2,
  /** When somebody asks for it. */
  demand: 3,
  /** Not at all. */
  disabled: 4,
} as const;

/** When Windows starts a service. */
export type StartType = keyof typeof START_TYPES;

/** A service to install. */
export interface ServiceDefinition {
  /** The name: one word. */
  readonly name: string;
  /** The name that lists of services show. */
  readonly displayName: string;
  /** What it is for. */
  readonly description: string;
  /** The command line that Windows starts. */
  readonly commandLine: string;
  /** When it is started. */
  readonly start: StartType;
  /** The services that must run before it does. */
  readonly dependsOn: readonly string[];
  /** What Windows does when it ends without having been asked to. */
  readonly recovery: Recovery;
}

/** What Windows does when a service ends without having been asked to. */
export interface Recovery {
  /** After how many seconds without trouble the failures are forgotten. */
  readonly resetAfterS: number;
  /** How many milliseconds to wait before it is started again: the first time, the second, … */
  readonly restartAfterMs: readonly number[];
}

/** Started again at once, then more slowly; after a day without trouble the count begins anew. */
export const RECOVERY: Recovery = {
  resetAfterS: 86_400,
  restartAfterMs: [5_000, 5_000, 30_000],
};

/** What Windows knows of an installed service. */
export interface InstalledService {
  /** The name that lists of services show. */
  readonly displayName: string;
  /** The command line that Windows starts. */
  readonly commandLine: string;
  /** When it is started; Windows keeps the delay of `delayed` elsewhere. */
  readonly start: Exclude<StartType, "delayed"> | "boot" | "system";
  /** The services that must run before it does. */
  readonly dependsOn: readonly string[];
  /** The account that it runs as. */
  readonly account: string;
}
