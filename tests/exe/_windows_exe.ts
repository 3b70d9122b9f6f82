/**
 * Reads what `deno compile` has put into an exe for Windows: a resource named D3N0L4ND that holds the
 * settings as JSON, the files, and their contents.
 *
 * @module
 */
import { Buffer } from "node:buffer";

/** What is frozen into an exe. */
export interface Frozen {
  /** Permissions: an empty list is everything, `null` nothing. */
  readonly permissions: Readonly<Record<string, readonly string[] | boolean | null>>;
  /** The file that is run. */
  readonly entrypoint_key: string;
  /** The identity of the program. */
  readonly app_name: string;
  /** Its version. */
  readonly app_version: string;
  /** Features that Deno calls unstable. */
  readonly unstable_config: { readonly features: readonly string[] };
}

/** An exe for Windows. */
export interface WindowsExe {
  /** The processor that it is for, by PE's number: 0x8664 is x86-64. */
  readonly machine: number;
  /** Whether it has a console: subsystem 3. A service's stdout would go nowhere otherwise. */
  readonly subsystem: number;
  /** What is frozen into it. */
  readonly frozen: Frozen;
  /** The paths of the files in it. */
  readonly files: readonly string[];
}

/** What begins the settings, and what begins the tree of files. */
const SETTINGS = "d3n0l4nd";
const TREE = '[{"';

/** Reads an exe. */
export async function readWindowsExe(path: string): Promise<WindowsExe> {
  const bytes = Buffer.from((await Deno.readFile(path)).buffer);
  const pe = bytes.readUInt32LE(0x3c);
  if (bytes.toString("latin1", 0, 2) !== "MZ" || bytes.readUInt32LE(pe) !== 0x4550) {
    throw new TypeError(`"${path}" is no exe for Windows`);
  }
  const resource = bytes.indexOf(Buffer.from("D3N0L4ND", "utf16le"));
  if (resource < 0) throw new TypeError(`"${path}" has nothing of deno compile in it`);
  const settings = lengthAndText(bytes, bytes.indexOf(SETTINGS, resource) + SETTINGS.length);
  const tree = lengthAndText(bytes, bytes.indexOf(TREE, settings.end) - 8);
  return {
    machine: bytes.readUInt16LE(pe + 4),
    subsystem: bytes.readUInt16LE(pe + 24 + 68),
    frozen: JSON.parse(settings.text),
    files: pathsOf(JSON.parse(tree.text), ""),
  };
}

/** A text with its length in eight bytes before it. */
function lengthAndText(bytes: Buffer, at: number): { readonly text: string; readonly end: number } {
  const end = at + 8 + Number(bytes.readBigUInt64LE(at));
  return { text: bytes.toString("utf8", at + 8, end), end };
}

/** A node of the tree of files. */
type Node =
  | { readonly Dir: { readonly n: string; readonly e: readonly Node[] } }
  | { readonly File: { readonly n: string } };

function pathsOf(nodes: readonly Node[], folder: string): readonly string[] {
  return nodes.flatMap((node) =>
    "Dir" in node
      ? pathsOf(node.Dir.e, `${folder}${node.Dir.n}/`)
      : "File" in node
      ? [`${folder}${node.File.n}`]
      : [] // a link
  );
}
