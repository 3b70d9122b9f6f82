import assert from "node:assert/strict";
import fc from "fast-check";
import { commandLineOf } from "./command_line.ts";

Deno.test.each([
  { args: ["C:\\k\\windlass.exe"], line: '"C:\\k\\windlass.exe"' },
  {
    args: ["C:\\Program Files\\windlass.exe", "kube", "to-winkernel"],
    line: '"C:\\Program Files\\windlass.exe" kube to-winkernel',
  },
  { args: ["w.exe", "--input=a b"], line: '"w.exe" "--input=a b"' },
  { args: ["w.exe", ""], line: '"w.exe" ""' },
  { args: ["w.exe", 'say "x"'], line: '"w.exe" "say \\"x\\""' },
  { args: ["w.exe", "C:\\a b\\"], line: '"w.exe" "C:\\a b\\\\"' },
  { args: ["w.exe", "C:\\a\\"], line: '"w.exe" C:\\a\\' },
])("the command line $line", ({ args, line }) => {
  assert.equal(commandLineOf(args), line);
  assert.deepEqual(argumentsOf(line), args);
});

Deno.test("a command line splits into the arguments that it was made of", () => {
  const argument = fc.string({ unit: fc.constantFrom("a", " ", '"', "\\", "\t", "=") });
  fc.assert(fc.property(fc.array(argument), (args) => {
    const all = ["C:\\a b\\w.exe", ...args];
    assert.deepEqual(argumentsOf(commandLineOf(all)), all);
  }));
});

/** The arguments that a program made with Microsoft's C library finds in a text. */
function argumentsOf(line: string): readonly string[] {
  const args: string[] = [];
  let current: string | null = null;
  let inQuotes = false;
  for (
    const [piece, slashes = "", quote, other] of line.matchAll(/(\\*)(")|([^"\\]|\\+(?!\\*"))/g)
  ) {
    if (quote !== undefined) {
      current = (current ?? "") + "\\".repeat(slashes.length >> 1);
      if (slashes.length % 2 === 1) current += '"';
      else inQuotes = !inQuotes;
    } else if (!inQuotes && /^[ \t]$/.test(other ?? "")) {
      if (current !== null) args.push(current);
      current = null;
    } else current = (current ?? "") + piece;
  }
  return current === null ? args : [...args, current];
}
