/**
 * `--strict`: a source that gives nothing at all if anything is wrong with its first state. Problems
 * that come later are reported as ever: a proxy that runs must not end because somebody edits a file.
 *
 * @module
 */
import { type Source, SourceError } from "../proto/mod.ts";

/** The source, made strict. */
export function strictSource(source: Source): Source {
  return {
    name: source.name,
    async run(sink, signal) {
      const refusal = new AbortController();
      let problems = 0;
      let accepted = false;
      await source.run({
        report(report) {
          if (report.severity === "problem") problems++;
          sink.report(report);
        },
        events(batch) {
          if (!accepted && problems > 0) return refusal.abort();
          accepted = true;
          sink.events(batch);
        },
      }, AbortSignal.any([signal, refusal.signal]));
      if (!accepted && problems > 0) throw strictError(problems);
    },
  };
}

function strictError(problems: number): SourceError {
  const what = problems === 1 ? "a problem" : `${problems} problems`;
  return new SourceError(
    "bad-config",
    `Cannot accept the input because of --strict: it has ${what}, listed above; put the input ` +
      "right, or leave --strict out to go on without the objects in question",
  );
}
