import assert from "node:assert/strict";
import { frameDiff, Screen } from "./screen.ts";

Deno.test("frameDiff() writes only the lines that differ", () => {
  assert.equal(frameDiff(["a", "b", "c"], ["a", "B", "c"]), "\x1b[2;1HB\x1b[K");
  assert.equal(frameDiff(["a"], ["a"]), "");
});

Deno.test("frameDiff() clears the lines that are no more", () => {
  assert.equal(frameDiff(["a", "b"], ["a"]), "\x1b[2;1H\x1b[K");
});

Deno.test("a Screen gives the terminal back, once", () => {
  const written: string[] = [];
  {
    using screen = new Screen((text) => written.push(text));
    screen.draw(["one"]);
    screen.draw(["one"]);
    screen[Symbol.dispose]();
  }
  const text = written.join("");
  assert.equal(text.split("\x1b[?1049h").length, 2, "enters once");
  assert.equal(text.split("\x1b[?1049l").length, 2, "leaves once");
  assert.ok(text.endsWith("\x1b[?25h\x1b[?1049l"), "shows the cursor and leaves");
  assert.equal(text.split("one").length, 2, "draws what is new only");
});

Deno.test("a Screen gives the terminal back when the process ends without unwinding", () => {
  const written: string[] = [];
  using _screen = new Screen((text) => written.push(text));
  globalThis.dispatchEvent(new Event("unload"));
  assert.ok(written.join("").endsWith("\x1b[?1049l"));
});

Deno.test("a Screen draws everything again after redraw()", () => {
  const written: string[] = [];
  using screen = new Screen((text) => written.push(text));
  screen.draw(["one"]);
  screen.redraw();
  screen.draw(["one"]);
  assert.equal(written.join("").split("one").length, 3);
});
