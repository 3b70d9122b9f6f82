/**
 * The flags of what is read from files, and of how results are written, as data.
 *
 * @module
 */
import type { Flag } from "./flag.ts";

/** Every flag of files and output, by the name under which commands read its value. */
export const DOCUMENT_FLAGS = {
  fileFormat: {
    kind: "choice",
    name: "file-format",
    choices: ["kubernetes", "kpng"],
    default: "kubernetes",
    help: "What the file holds: Kubernetes objects, or KPNG's global state; source file reads both",
  },
  input: {
    kind: "list",
    name: "input",
    short: "i",
    metavar: "PATH[,PATH...]",
    default: [],
    help: "The files or folders with the Kubernetes objects, YAML or JSON; - is standard input",
  },
  strict: {
    kind: "switch",
    name: "strict",
    default: false,
    help: "End with exit code 2 if anything in the input is wrong, instead of leaving it out",
  },
  outputPath: {
    kind: "text",
    name: "output",
    short: "o",
    metavar: "PATH",
    default: null,
    help: "The file to write, JSON if its name ends in .json, else YAML",
  },
  outputTextJson: {
    kind: "choice",
    name: "output",
    short: "o",
    choices: ["text", "json"],
    default: "text",
    help: "How the result is printed",
  },
  outputTextJsonYaml: {
    kind: "choice",
    name: "output",
    short: "o",
    choices: ["text", "json", "yaml"],
    default: "text",
    help: "How the result is printed",
  },
} as const satisfies Readonly<Record<string, Flag>>;
