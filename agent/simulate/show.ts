/**
 * Where a simulation is shown while it goes on: a live picture on a terminal, a line a second in a
 * pipe, or nowhere.
 *
 * @module
 */
import type { TextOutput } from "../io.ts";
import { paintLine } from "./paint.ts";
import { pictureLines, type PictureState, progressLine } from "./picture.ts";
import { Screen } from "./screen.ts";

/** Shows a simulation. */
export interface Show extends Disposable {
  /** Some time has passed, a fraction of a second. */
  frame(state: PictureState): void;
  /** A second has passed. */
  second(state: PictureState): void;
}

/** Shows nothing. */
export const NO_SHOW: Show = { frame() {}, second() {}, [Symbol.dispose]() {} };

/** A line a second. */
export function lineShow(output: Pick<TextOutput, "write">): Show {
  return { ...NO_SHOW, second: (state) => output.write(`${progressLine(state)}\n`) };
}

/** The size of a terminal that does not tell it. */
const USUAL_SIZE = { columns: 80, rows: 24 };

/** The live picture. */
export function pictureShow(output: TextOutput, color: boolean): Show {
  const screen = new Screen((text) => output.write(text));
  let shown = output.size() ?? USUAL_SIZE;
  return {
    frame(state) {
      const size = output.size() ?? USUAL_SIZE;
      if (size.columns !== shown.columns || size.rows !== shown.rows) screen.redraw();
      shown = size;
      const lines = pictureLines(state, size);
      screen.draw(lines.map((line) => paintLine(line, { columns: size.columns, color })));
    },
    second() {},
    [Symbol.dispose]: () => screen[Symbol.dispose](),
  };
}
