/**
 * Text as lines.
 *
 * @module
 */

/** Cuts text into its lines. */
export class TextLineStream extends TransformStream<string, string> {
  /** Begins with an empty line. */
  constructor() {
    let rest = "";
    super({
      transform(text, controller) {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) controller.enqueue(line);
      },
    });
  }
}
