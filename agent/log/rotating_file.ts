/**
 * A log file that is written behind the program's back: lines wait in a bounded queue, one write at a
 * time is under way, and whatever goes wrong is told once and ends nothing. A file that is full gives
 * way to the next one. Needs read and write permission for the folder.
 *
 * LogTape's own rotating file writes in the caller's turn, or else hides its errors; neither will do
 * for a proxy.
 *
 * @module
 */

/** Opens the files that a {@linkcode RotatingFile} writes, one after the other. */
export interface FileSeries {
  /**
   * Opens the file to write next and says how many bytes are in it. The one before, if any, is closed
   * already. Whatever else has to happen when files change (renames, links, old files to delete)
   * happens here.
   */
  next(): Promise<{ readonly file: LogFile; readonly size: number }>;
  /** What a message calls the files: a path. */
  readonly name: string;
}

/** What is needed of an open file. `Deno.FsFile` is one. */
export interface LogFile {
  /** Writes some of the bytes, and says how many. */
  write(bytes: Uint8Array): Promise<number>;
  /** Closes the file. */
  close(): void;
}

/** How a {@linkcode RotatingFile} is set up. */
export interface RotatingFileOptions {
  /** The files. */
  readonly series: FileSeries;
  /** After how many bytes the next file is begun; `Infinity` for never. */
  readonly maxBytes: number;
  /** Is told of trouble, and of its end, in one line each. */
  readonly onTrouble: (message: string) => void;
  /**
   * How many characters may wait to be written. Beyond, lines are dropped and counted.
   *
   * @default {4194304}
   */
  readonly maxWaiting?: number;
}

/** How many characters go into one write. */
const CHUNK = 256 * 1024;

interface OpenFile {
  readonly file: LogFile;
  size: number;
}

/** A log file that is written behind the program's back. */
export class RotatingFile implements AsyncDisposable {
  readonly #options: Required<RotatingFileOptions>;
  readonly #encoder = new TextEncoder();
  #waiting: string[] = [];
  #waitingChars = 0;
  #open: OpenFile | null = null;
  #writing: Promise<void> | null = null;
  #lost = 0;
  #troubled = false;

  /** Opens nothing yet: that happens with the first line. */
  constructor(options: RotatingFileOptions) {
    this.#options = { maxWaiting: 4 * 1024 * 1024, ...options };
  }

  /** Takes a line, complete with its line break. Returns at once and never throws. */
  write(line: string): void {
    if (this.#waitingChars + line.length > this.#options.maxWaiting) {
      this.#lost++;
      return;
    }
    this.#waiting.push(line);
    this.#waitingChars += line.length;
    this.#writing ??= this.#writeAll();
  }

  /** Writes what still waits, and closes the file. */
  async [Symbol.asyncDispose](): Promise<void> {
    while (this.#writing !== null) await this.#writing;
    this.#open?.file.close();
    this.#open = null;
  }

  async #writeAll(): Promise<void> {
    await Promise.resolve(); // lines of the same turn go together
    while (this.#waiting.length > 0) await this.#writeSome(this.#take());
    this.#writing = null;
  }

  /** Some of the lines that wait, as many as go well into one write. */
  #take(): readonly string[] {
    let chars = 0;
    let count = 0;
    while (count < this.#waiting.length && chars < CHUNK) {
      chars += this.#waiting[count++]?.length ?? 0;
    }
    const lines = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    this.#waitingChars -= chars;
    return lines;
  }

  async #writeSome(lines: readonly string[]): Promise<void> {
    const bytes = this.#encoder.encode(lines.join(""));
    try {
      const open = await this.#roomFor(bytes.length);
      for (let rest = bytes; rest.length > 0;) {
        const written = await open.file.write(rest);
        if (written === 0) throw new Error("not a byte of it was taken");
        rest = rest.subarray(written);
        open.size += written;
      }
      this.#tellRecovery();
    } catch (error) {
      this.#lost += lines.length;
      this.#tellTrouble(error);
    }
  }

  async #roomFor(bytes: number): Promise<OpenFile> {
    let open = this.#open;
    if (open === null) {
      open = await this.#next(); // it may be one of an earlier run that is full already
      if (this.#fits(open, bytes) || open.size === 0) return open;
    }
    if (this.#fits(open, bytes)) return open;
    open.file.close();
    this.#open = null;
    return await this.#next();
  }

  #fits({ size }: OpenFile, bytes: number): boolean {
    return size + bytes <= this.#options.maxBytes;
  }

  async #next(): Promise<OpenFile> {
    this.#open = { ...await this.#options.series.next() };
    return this.#open;
  }

  #tellTrouble(error: unknown): void {
    if (this.#troubled) return;
    this.#troubled = true;
    const why = error instanceof Error ? error.message : String(error);
    this.#options.onTrouble(
      `Cannot write log file ${this.#options.series.name}: ${why}; lines for it are lost until it ` +
        "can be written again, everything else goes on",
    );
  }

  #tellRecovery(): void {
    if (this.#lost === 0) return;
    const lost = this.#lost;
    this.#lost = 0;
    this.#troubled = false;
    this.#options.onTrouble(
      `Log file ${this.#options.series.name} is written again; lines lost meanwhile, because it ` +
        `could not be written or not fast enough: ${lost}`,
    );
  }
}
