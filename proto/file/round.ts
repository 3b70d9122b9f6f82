/**
 * One round of reading: what the files are now, and what they were, to what there is to tell. Pure.
 *
 * What was good stays until something good replaces it: a path that is gone or a file that cannot be
 * read keeps its last objects, and a file of which a part does not parse keeps those that it no longer
 * shows (they may stand in that part). Only a file that leaves a folder takes its objects along.
 *
 * @module
 */
import { type ClusterEvent, describeRef } from "../../core/mod.ts";
import type { SourceReport } from "../source.ts";
import { decodeText } from "./decode_text.ts";
import type { Input, InputFile } from "./inputs.ts";
import { mergeReadings } from "./merge.ts";
import { type FileReading, readSnapshot } from "./read_snapshot.ts";

/** A file as it was last read. */
interface LoadedFile {
  /** The digest of the content last seen, `""` if there was none to see. */
  readonly digest: string;
  /** What it comes to: the content last seen, on top of that before it where a part does not parse. */
  readonly reading: FileReading;
  /** What a person should know about the content last seen. */
  readonly reports: readonly SourceReport[];
}

/** The files of one input by their path. */
type LoadedInput = ReadonlyMap<string, LoadedFile>;

/** What a round came to. */
export interface Round {
  /** Every input by its path as given. */
  readonly inputs: ReadonlyMap<string, LoadedInput>;
  /** Everything that is to be said about the inputs as they are, whether it was said before or not. */
  readonly standing: readonly SourceReport[];
  /** What was not said before, and what is over. */
  readonly reports: readonly SourceReport[];
  /** The events that bring the pipeline to this round; none if no file changed what it says. */
  readonly events: readonly ClusterEvent[];
}

const NOTHING: FileReading = { objects: [], unreadable: [], reports: [], whole: false };

/** Works out the round after `before` (`null` for the first one). */
export function nextRound(before: Round | null, inputs: readonly Input[]): Round {
  const loaded = new Map<string, LoadedInput>();
  const standing: SourceReport[] = [];
  for (const input of inputs) {
    const last = before?.inputs.get(input.path);
    if (!input.ok) standing.push(unreachableReport(input));
    else if (input.files.length === 0) standing.push(emptyFolderReport(input.path));
    const files = input.ok ? filesNow(input.files, last) : last ?? new Map<string, LoadedFile>();
    loaded.set(input.path, files);
    for (const file of files.values()) standing.push(...file.reports);
  }
  const readings = readingsOf(loaded);
  const { events, reports: duplicates } = mergeReadings(readings);
  standing.push(...duplicates);
  const changed = before === null || !same(readings, readingsOf(before.inputs));
  return {
    inputs: loaded,
    standing,
    reports: news(before?.standing ?? [], standing),
    events: changed ? events : [],
  };
}

function filesNow(files: readonly InputFile[], last: LoadedInput | undefined): LoadedInput {
  return new Map(files.map((file) => [file.path, fileNow(file, last?.get(file.path))]));
}

function fileNow(file: InputFile, last: LoadedFile | undefined): LoadedFile {
  if (!file.ok) {
    return { digest: "", reading: last?.reading ?? NOTHING, reports: [unreadableReport(file)] };
  }
  if (last?.digest === file.digest) return last;
  const reading = readFile(file.path, file.bytes);
  if (reading.whole || last === undefined) {
    return { digest: file.digest, reading, reports: reading.reports };
  }
  return {
    digest: file.digest,
    reading: laidOver(last.reading, reading),
    reports: [...reading.reports, kept(file.path)],
  };
}

/** A reading on top of the one before it: what it does not tell of stays as it was. */
function laidOver(before: FileReading, now: FileReading): FileReading {
  if (now.objects.length + now.unreadable.length === 0) return before;
  const readable = new Set(now.objects.map(({ object }) => describeRef(object)));
  const rejected = new Set(now.unreadable.map(describeRef));
  const told = (name: string) => readable.has(name) || rejected.has(name);
  return {
    ...now,
    objects: [
      ...before.objects.filter(({ object }) => !readable.has(describeRef(object))),
      ...now.objects,
    ],
    unreadable: [...before.unreadable.filter((ref) => !told(describeRef(ref))), ...now.unreadable],
  };
}

function readFile(path: string, bytes: Uint8Array): FileReading {
  const text = decodeText(bytes);
  if (text !== null) return readSnapshot(path, text);
  const message =
    "Cannot read the file: it is no text in UTF-8 (or, with a byte order mark, UTF-16)";
  return { ...NOTHING, reports: [{ severity: "problem", where: path, message }] };
}

function readingsOf(inputs: ReadonlyMap<string, LoadedInput>): readonly FileReading[] {
  return [...inputs.values()].flatMap((files) => [...files.values()].map((file) => file.reading));
}

function same(a: readonly FileReading[], b: readonly FileReading[]): boolean {
  return a.length === b.length && a.every((reading, index) => reading === b[index]);
}

/** What stands now and did not before; and for each trouble that is gone, that it is over. */
function news(
  before: readonly SourceReport[],
  now: readonly SourceReport[],
): readonly SourceReport[] {
  const said = new Set(before.map(textOf));
  const troubled = new Set(now.filter(isTrouble).map(({ where }) => where));
  const over = new Set(
    before.filter(isTrouble).map(({ where }) => where).filter((where) => !troubled.has(where)),
  );
  return [
    ...[...over].map((where): SourceReport => ({
      severity: "recovered",
      where,
      message: "It can be read again",
    })),
    ...now.filter((report) => !said.has(textOf(report))),
  ];
}

function textOf({ severity, where, message }: SourceReport): string {
  return `${severity}\n${where}\n${message}`;
}

function isTrouble(report: SourceReport): boolean {
  return report.severity === "trouble";
}

function unreachableReport(input: Extract<Input, { ok: false }>): SourceReport {
  const message = `Cannot read it: ${input.why}; what it said last stays in force until it is back`;
  return { severity: "trouble", where: input.path, message };
}

function unreadableReport(file: Extract<InputFile, { ok: false }>): SourceReport {
  const message = `Cannot read the file: ${file.why}; what it said last stays in force`;
  return { severity: "trouble", where: file.path, message };
}

function emptyFolderReport(path: string): SourceReport {
  const message =
    "The folder holds no *.yaml, *.yml or *.json file; Kubernetes objects belong there";
  return { severity: "problem", where: path, message };
}

function kept(path: string): SourceReport {
  const message =
    "A part of the file cannot be used, so the objects that it gave before and does " +
    "not give now stay in force; to take all its objects away, write an empty List";
  return { severity: "problem", where: path, message };
}
