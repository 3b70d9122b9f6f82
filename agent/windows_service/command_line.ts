/**
 * Command lines as Windows keeps them: one text, which the program that is started splits again.
 *
 * @module
 */

/**
 * The one text for those arguments, so that a program made with Microsoft's C library splits it into
 * the same ones again (`CommandLineToArgvW`). Where the program is comes always in quotes: without
 * them Windows would try `C:\Program.exe` for `C:\Program Files\…`.
 */
export function commandLineOf([program = "", ...args]: readonly string[]): string {
  return [`"${program}"`, ...args.map(quoted)].join(" ");
}

/** An argument, in quotes where it needs them. */
function quoted(argument: string): string {
  if (argument !== "" && !/[\s"]/.test(argument)) return argument;
  // Backslashes count only before a quote, where two stand for one and the last for the quote.
  return `"${argument.replaceAll(/(\\*)"/g, '$1$1\\"').replace(/\\+$/, "$&$&")}"`;
}
