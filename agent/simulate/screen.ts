/**
 * The terminal's other screen: drawn line by line where something has changed, and given back on
 * every way out of the program.
 *
 * @module
 */

const ENTER = "\x1b[?1049h\x1b[?25l\x1b[2J";
const LEAVE = "\x1b[?25h\x1b[?1049l";

/** The terminal's other screen. */
export class Screen implements Disposable {
  readonly #write: (text: string) => void;
  readonly #onUnload = (): void => this[Symbol.dispose]();
  #shown: readonly string[] = [];
  #open = true;

  /** Goes over to the other screen. */
  constructor(write: (text: string) => void) {
    this.#write = write;
    // Also where somebody ends the process without unwinding: a second Ctrl+C, say.
    globalThis.addEventListener("unload", this.#onUnload);
    write(ENTER);
  }

  /** Shows these lines; only those that differ from what is there are written. */
  draw(lines: readonly string[]): void {
    if (!this.#open) return;
    const changes = frameDiff(this.#shown, lines);
    this.#shown = lines;
    if (changes !== "") this.#write(changes);
  }

  /** Forgets what is shown, so that the next picture is drawn whole: the terminal's size changed. */
  redraw(): void {
    this.#shown = [];
    if (this.#open) this.#write("\x1b[2J");
  }

  /** Goes back to the screen that was there before. */
  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    globalThis.removeEventListener("unload", this.#onUnload);
    this.#write(LEAVE);
  }
}

/** What turns the one picture into the other: move, write, clear the rest of the line. */
export function frameDiff(before: readonly string[], after: readonly string[]): string {
  let text = "";
  for (let row = 0; row < Math.max(before.length, after.length); row++) {
    const line = after[row] ?? "";
    if (line !== (before[row] ?? "")) text += `\x1b[${row + 1};1H${line}\x1b[K`;
  }
  return text;
}
