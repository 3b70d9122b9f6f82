/**
 * What a service has beyond its command line: description, recovery, delay. Each is a structure that
 * `ChangeServiceConfig2W` takes.
 *
 * @module
 */
import type { ServiceDefinition } from "./definition.ts";
import { addressOfBytes, type Bytes, structure, wide } from "./memory.ts";

/** A structure, with what its fields lead to. Keep both until the call has returned. */
export interface Info {
  /** The structure. */
  readonly bytes: Bytes;
  /** What its fields lead to. */
  readonly behind: readonly Bytes[];
}

/** A setting of a service. */
export interface Setting {
  /** What it is, as a message calls it. */
  readonly what: string;
  /** Its number in Windows. */
  readonly level: number;
  /** Its value. */
  readonly info: Info;
}

const RESTART = 1;

/** The settings of a service. */
export function settingsOf(definition: ServiceDefinition): readonly Setting[] {
  return [
    { what: "the description", level: 1, info: descriptionOf(definition) },
    { what: "the recovery actions", level: 2, info: failureActionsOf(definition) },
    // A bad exit code is a failure, too, not only a process that is gone.
    { what: "recovery after an error", level: 4, info: flag(true) },
    ...definition.start === "delayed"
      ? [{ what: "the delayed start", level: 3, info: flag(true) }]
      : [],
  ];
}

/** `SERVICE_DESCRIPTIONW`. */
function descriptionOf({ description }: ServiceDefinition): Info {
  const text = wide(description);
  return { bytes: structure(8, [[0, addressOfBytes(text)]]), behind: [text] };
}

/** `SERVICE_FAILURE_ACTIONSW`. */
function failureActionsOf({ recovery }: ServiceDefinition): Info {
  const { resetAfterS, restartAfterMs } = recovery;
  const actions = structure(
    8 * restartAfterMs.length,
    restartAfterMs.flatMap((ms, at) => [[8 * at, RESTART], [8 * at + 4, ms]] as const),
  );
  const bytes = structure(40, [
    [0, resetAfterS],
    [24, restartAfterMs.length],
    [32, addressOfBytes(actions)],
  ]);
  return { bytes, behind: [actions] };
}

/** A structure that is one `BOOL`. */
function flag(on: boolean): Info {
  return { bytes: structure(4, [[0, on ? 1 : 0]]), behind: [] };
}
