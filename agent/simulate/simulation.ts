/**
 * One simulation from start to end: the testbed, the load, and the scenarios in turn.
 *
 * @module
 */
import { RunError } from "../run_error.ts";
import { ChangeWatch } from "./change_watch.ts";
import { PATIENCE_MS } from "./client.ts";
import { type Clock, realClock } from "./clock.ts";
import { DatagramTraffic } from "./datagram_traffic.ts";
import type { Happening } from "./happenings.ts";
import { Observer } from "./observer.ts";
import type { SimulateOptions } from "./options.ts";
import { seededRandom } from "./random.ts";
import { Referee } from "./referee.ts";
import type { Story } from "./scenario_names.ts";
import type { Show } from "./show.ts";
import { playStories } from "./stories.ts";
import { Tally } from "./tally.ts";
import { type MakeBackend, openTestbed, type Testbed, userspaceOn } from "./testbed.ts";
import { Traffic } from "./traffic.ts";
import { Trouble } from "./trouble.ts";

/** What a simulation needs. */
export interface SimulationSetup {
  /** What was chosen. */
  readonly options: SimulateOptions;
  /** The scenarios, in order; at least one. */
  readonly stories: readonly [Story, ...Story[]];
  /** Where it is shown. */
  readonly show: Show;
  /** Ends it early. */
  readonly signal: AbortSignal;
  /** Makes the backend, instead of the real one on the data path that was chosen. */
  readonly makeBackend?: MakeBackend;
  /** How long a client waits for a reply, in milliseconds. */
  readonly patienceMs?: number;
}

/** What a simulation has found. */
export interface Outcome {
  /** What was counted and measured. */
  readonly tally: Tally;
  /** How long it took, in milliseconds. */
  readonly elapsedMs: number;
  /** When the first reply came, in milliseconds after the start; `null` if none did. */
  readonly firstReplyMs: number | null;
  /** Whether it was ended early. */
  readonly interrupted: boolean;
}

/** What all parts of one run share. */
interface Run extends SimulationSetup {
  readonly clock: Clock;
  readonly tally: Tally;
  readonly observer: Observer;
  readonly trouble: Trouble;
}

const FRAME_MS = 200;
const FRAMES_PER_SECOND = 1000 / FRAME_MS;
/** How long the agent may take to program the node, for however many services. */
const FIRST_SYNC_MS = 60_000;
/** No question about a moment longer ago than so often their patience can come: clients give up. */
const TIMELINE_PATIENCES = 2;

/**
 * Runs a simulation to its end, and leaves nothing behind.
 *
 * @throws {RunError} If the machine has no addresses for it, or the agent never begins.
 * @throws {Error} If something happens that no rule foresees, such as running out of sockets.
 */
export async function runSimulation(setup: SimulationSetup): Promise<Outcome> {
  const clock = realClock();
  const tally = new Tally(setup.stories[0]);
  const { durationMs } = setup.options;
  const observer = new Observer({ durationMs, stories: setup.stories, tally, clock });
  const trouble = new Trouble();
  await run({ ...setup, clock, tally, observer, trouble });
  trouble.throwIfMet();
  return {
    tally,
    elapsedMs: clock.now(),
    firstReplyMs: observer.firstReplyMs,
    interrupted: setup.signal.aborted,
  };
}

async function run(given: Run): Promise<void> {
  const { options, clock, tally, observer, trouble } = given;
  const random = seededRandom(options.seed);
  const ending = new AbortController();
  using _ending = { [Symbol.dispose]: () => ending.abort() };
  const early = Promise.race([abortOf(given.signal, ending.signal), trouble.met]);

  let watch: ChangeWatch | null = null;
  const onHappening = (happening: Happening): void => {
    observer.happening(happening);
    // While the API server is away, what would be measured is how long it stays away.
    if (happening.type !== "pods-ready" || observer.apiAway) return;
    watch?.ready(happening.service, happening.pods);
  };
  const { makeBackend = (nodeIp: string) => userspaceOn(nodeIp, options) } = given;
  await using testbed = await openTestbed({ ...given, makeBackend, random, onHappening });
  const tooLate = clock.sleep(FIRST_SYNC_MS, ending.signal).then(() => "too late" as const);
  const first = await Promise.race([testbed.programmed, early, tooLate]);
  if (first === "too late") throw new RunError(whyNoSync(observer));
  if (given.signal.aborted) return;

  const load = {
    services: testbed.cluster.services,
    connections: options.connections,
    ledger: testbed.ledger,
    referee: new Referee({ ...testbed, tally }),
    tally,
    clock,
    random: random.fork("traffic"),
    onError: trouble.report,
    ...(given.patienceMs === undefined ? {} : { patienceMs: given.patienceMs }),
  };
  const traffic = new Traffic({
    ...load,
    onAnswer(service, endpoint, at) {
      observer.answered(service, at);
      watch?.answered(service, endpoint, at);
    },
  });
  const datagrams = new DatagramTraffic({
    ...load,
    onAnswer: (service, _, at) => observer.answered(service, at),
  });
  watch = new ChangeWatch({
    tally,
    now: () => clock.now(),
    probe: (service, wanted) => traffic.probe(service, wanted),
  });
  const playing = playStories(given.stories, {
    ...testbed,
    tally,
    clock,
    random: random.fork("scenarios"),
    durationMs: options.durationMs,
    signal: ending.signal,
    happen: onHappening,
  }).catch(trouble.report);
  const open = (): number => traffic.open + datagrams.open;
  const showing = showAll(given, { testbed, open, signal: ending.signal })
    .catch(trouble.report);

  await Promise.race([playing, early]);
  // Before the pods, so that nobody asks one that ends with the simulation.
  await Promise.all([traffic.stop(), datagrams.stop()]);
  ending.abort();
  await Promise.all([playing, showing]);
}

function whyNoSync({ lastNote }: Observer): string {
  return `Cannot begin: in ${FIRST_SYNC_MS / 1000} s the agent has not learned of the services ` +
    `from the simulation's own API server; ${lastNote ?? "it gives no reason"}`;
}

/** Shows what goes on until the signal aborts, and drops what the timeline need not keep. */
async function showAll(
  { show, observer, clock, patienceMs = PATIENCE_MS }: Run,
  { testbed, open, signal }: {
    readonly testbed: Testbed;
    readonly open: () => number;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  for (let frame = 1; !signal.aborted; frame++) {
    await clock.sleep(FRAME_MS, signal);
    const secondIsOver = frame % FRAMES_PER_SECOND === 0;
    if (secondIsOver) observer.second();
    const { cluster, api } = testbed;
    const picture = observer.picture({ cluster, apiUrl: api.url, open: open() });
    show.frame(picture);
    if (!secondIsOver) continue;
    show.second(picture);
    testbed.timeline.forgetBefore(clock.now() - TIMELINE_PATIENCES * patienceMs);
  }
}

/** Resolves when the signal aborts; listens no longer than until `end`. */
function abortOf(signal: AbortSignal, end: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => resolve(), { once: true, signal: end });
  if (signal.aborted) resolve();
  return promise;
}
