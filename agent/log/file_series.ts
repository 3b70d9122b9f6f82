/**
 * Which files a log goes to, one after the other, and how many of the old ones stay: klog's
 * `--log-dir` (a new name each time) and `--log-file` (`PATH`, older ones as `PATH.1`, `PATH.2`, …).
 * Needs read and write permission for the folder.
 *
 * @module
 */
import { basename, dirname, join } from "node:path";
import type { FileSeries, LogFile } from "./rotating_file.ts";

/** The files that klog keeps a log in, by the least severity of their lines. */
export const FILE_LEVELS = ["INFO", "WARNING", "ERROR"] as const;

/** The least severity of the lines of a file. */
export type FileLevel = typeof FILE_LEVELS[number];

/** What a file's name tells. */
export interface FileNaming {
  /** The program: `kube-proxy.exe`. */
  readonly program: string;
  /** The host name; it is cut at the first dot. */
  readonly host: string;
  /** Whom the program runs as: `DOMAIN_user` on Windows. */
  readonly user: string;
  /** The process id. */
  readonly pid: number;
}

/** What both kinds of series have in common. */
interface SeriesOptions {
  /** How many old files stay beside the current one. */
  readonly maxBackups: number;
  /** The first lines of each file, complete with line breaks; `""` for none. */
  readonly header: () => string;
}

/** How the files of `--log-dir` are made. */
export interface FolderSeriesOptions extends SeriesOptions {
  /** The folder. It is made if it is missing. */
  readonly folder: string;
  /** What the names tell. */
  readonly naming: FileNaming;
  /** Which file. */
  readonly level: FileLevel;
  /** The time of day, in milliseconds since 1970. */
  readonly now: () => number;
}

/** How the file of `--log-file` is made. */
export interface PathSeriesOptions extends SeriesOptions {
  /** The current file. It is gone on with if it is there. */
  readonly path: string;
}

/** `kube-proxy.exe.host.DOMAIN_user.log.INFO.20261121-105311.4321`: the name that klog gives a file. */
export function klogFileName(naming: FileNaming, level: FileLevel, time: number): string {
  return `${namesBefore(naming, level)}${stamp(new Date(time))}.${naming.pid}`;
}

function namesBefore({ program, host, user }: FileNaming, level: FileLevel): string {
  const [shortHost = ""] = host.split(".");
  // a name of ours has no separators: Windows says DOMAIN\user
  const safeUser = user.replaceAll(/[\\/:*?"<>|\s]/g, "_");
  return `${program}.${shortHost}.${safeUser}.log.${level}.`;
}

function stamp(at: Date): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  const date = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`;
  return `${date}-${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`;
}

/** The files of `--log-dir`, for one severity. */
export function folderSeries(options: FolderSeriesOptions): FileSeries {
  const { folder, naming, level, maxBackups, now, header } = options;
  let latest = 0;
  return {
    name: join(folder, `${naming.program}.${level}`),
    async next() {
      await Deno.mkdir(folder, { recursive: true });
      // Names tell seconds: a file that is full within one is followed by that of the next.
      latest = Math.max(now(), latest + 1000);
      const name = klogFileName(naming, level, latest);
      const opened = await openFile(join(folder, name), header());
      await point(join(folder, `${naming.program}.${level}`), name);
      const old = await filesBefore(folder, namesBefore(naming, level), name);
      await removeAll(old.slice(0, Math.max(0, old.length - maxBackups)));
      return opened;
    },
  };
}

/** The file of `--log-file`. With no backups a full file is begun anew, as klog does. */
export function pathSeries({ path, maxBackups, header }: PathSeriesOptions): FileSeries {
  let begun = false;
  return {
    name: path,
    async next() {
      if (begun) await tryToShift(path, maxBackups);
      else await Deno.mkdir(dirname(path), { recursive: true });
      begun = true;
      return await openFile(path, header());
    },
  };
}

/** Opens a file to write at its end; the header goes into a new one only. */
async function openFile(
  path: string,
  header: string,
): Promise<{ readonly file: LogFile; readonly size: number }> {
  const file = await Deno.open(path, { append: true, create: true });
  try {
    let { size } = await file.stat();
    const bytes = new TextEncoder().encode(size === 0 ? header : "");
    for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await file.write(rest));
    size += bytes.length;
    return { file, size };
  } catch (error) {
    file.close();
    throw error;
  }
}

/** `PROGRAM.INFO`, which always leads to the newest file. */
async function point(link: string, name: string): Promise<void> {
  try {
    await Deno.remove(link).catch(allow(Deno.errors.NotFound));
    await Deno.symlink(name, link, { type: "file" });
  } catch {
    // A convenience, and many systems refuse it (on Windows it is a privilege): klog goes on, too.
  }
}

/** The older files of the series, oldest first: their names sort by time. */
async function filesBefore(
  folder: string,
  prefix: string,
  current: string,
): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (isFile && name.startsWith(prefix) && name < current) names.push(name);
  }
  return names.sort().map((name) => join(folder, name));
}

async function removeAll(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    try {
      await Deno.remove(path);
    } catch {
      // Somebody reads it (Windows) or was faster; the next rotation finds it again if it is there.
    }
  }
}

async function tryToShift(path: string, maxBackups: number): Promise<void> {
  try {
    await shift(path, maxBackups);
  } catch {
    // On Windows a reader can forbid it. A file that grows is better than lines that are lost; if
    // it cannot be written either, that is told.
  }
}

/** `PATH.1` becomes `PATH.2` and so on, `PATH` becomes `PATH.1`; the oldest goes. */
async function shift(path: string, maxBackups: number): Promise<void> {
  const place = (n: number): string => n === 0 ? path : `${path}.${n}`;
  const gone = allow(Deno.errors.NotFound);
  for (let n = maxBackups - 1; n >= 0; n--) await Deno.rename(place(n), place(n + 1)).catch(gone);
  if (maxBackups === 0) await Deno.remove(path).catch(gone);
  const beyond = new RegExp(`^${escapeRegExp(basename(path))}\\.(\\d+)$`);
  const old: string[] = [];
  for await (const { name } of Deno.readDir(dirname(path))) {
    if (Number(beyond.exec(name)?.[1] ?? 0) > maxBackups) old.push(join(dirname(path), name));
  }
  await removeAll(old);
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** For `catch`: that error is what was hoped for, any other is not. */
function allow(kind: new (message?: string) => Error): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof kind)) throw error;
  };
}
