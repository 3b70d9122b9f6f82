/**
 * What kube-proxy serves with `--profiling`: the verbosity of the log, to be changed at work. Its Go
 * profiles have no counterpart here, and that is said to whoever asks for one.
 *
 * @module
 */
import type { Log } from "../log/log.ts";
import { MOST_VERBOSE } from "../log/vmodule.ts";
import { plain, type Route } from "./router.ts";

/** What a person is told who asks for profiles. */
export const NO_PROFILES =
  'With profiling on, "PUT /debug/flags/v" on the metrics port changes the verbosity of the log; ' +
  "there is nothing under /debug/pprof/, because profiles of Go are not to be had of Deno";

/** The routes. `log` is whose verbosity is changed, `null` before there is one. */
export function debugRoutes(log: () => Pick<Log, "setVerbosity"> | null): readonly Route[] {
  return [
    {
      path: "/debug/flags/v",
      about: "PUT a number to change the verbosity of the log",
      methods: ["PUT"],
      async answer(request) {
        const text = (await request.text()).trim();
        if (!/^\d+$/.test(text)) {
          return plain(
            400,
            `Cannot set the verbosity: "${text.slice(0, 40)}" is not a whole number\n`,
          );
        }
        log()?.setVerbosity(Math.min(Number(text), MOST_VERBOSE));
        return plain(200, `successfully set klog.logging.verbosity to ${text}`);
      },
    },
    {
      path: "/debug/pprof",
      about: "Why there are no profiles",
      folder: true,
      answer: () => plain(501, `${NO_PROFILES}\n`),
    },
  ];
}
