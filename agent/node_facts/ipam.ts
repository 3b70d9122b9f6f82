/**
 * The books of the CNI plugin `host-local`, as far as a source VIP needs them: a folder for each
 * network, and in it a file for each address that is taken, named after it, with the taker's id in the
 * first line. A file is made so that it fails if there is one, as host-local does it; whoever comes
 * first has the address.
 *
 * Needs the permissions to read and write the folder.
 *
 * @module
 */
import { join } from "node:path";
import { parseCidr, parseIp } from "../../core/mod.ts";

/** Where host-local keeps its books unless it is told otherwise. */
export const IPAM_FOLDER: string = Deno.build.os === "windows"
  ? "C:\\var\\lib\\cni\\networks"
  : "/var/lib/cni/networks";

/** The id that our reservation bears. */
export const OWNER = "windlass-source-vip";

/**
 * The ids of reservations for a source VIP: ours, that of the scripts which call host-local, and that
 * of RKE2. Pods have theirs under the ids of their sandboxes.
 */
const OWNERS: readonly string[] = [OWNER, "dummy", "kube-proxy"];

/** An address that a source VIP holds. */
export interface Reservation {
  /** The address. */
  readonly ip: string;
  /** The taker's id. */
  readonly owner: string;
  /** The file. */
  readonly path: string;
}

/** What the books of a network say. */
export interface Books {
  /** All addresses that are taken. */
  readonly taken: ReadonlySet<string>;
  /** Those that a source VIP holds. */
  readonly reservations: readonly Reservation[];
}

/** Reads the books of a network. There are none before the first pod. */
export async function readBooks(folder: string, network: string): Promise<Books> {
  const taken = new Set<string>();
  const reservations: Reservation[] = [];
  for (const name of await filesIn(join(folder, network))) {
    const ip = parseIp(name.replaceAll("_", ":"))?.text; // Windows allows no ":" in a file's name
    if (ip === undefined) continue; // the lock, and the last address that was given out
    taken.add(ip);
    const path = join(folder, network, name);
    const [owner = ""] = (await readText(path)).split(/\r?\n/);
    if (OWNERS.includes(owner.trim())) reservations.push({ ip, owner: owner.trim(), path });
  }
  return { taken, reservations };
}

/** What is needed to reserve an address. */
export interface ReserveOptions {
  /** The folder of all books. */
  readonly folder: string;
  /** The network's name. */
  readonly network: string;
  /** The network's subnet. */
  readonly subnet: string;
  /** Addresses that are in use without being in the books. */
  readonly inUse: ReadonlySet<string>;
}

/** How many addresses are tried. */
const MOST_TRIES = 4096n;

/**
 * Reserves the highest address of a subnet that is free: pods get theirs from below. `null` if there
 * is none.
 */
export async function reserve(
  { folder, network, subnet, inUse }: ReserveOptions,
): Promise<Reservation | null> {
  const range = parseCidr(subnet);
  if (range === null || range.family !== "IPv4") {
    throw new TypeError(`Cannot reserve an address of "${subnet}": it is no CIDR of IPv4`);
  }
  const books = join(folder, network);
  await Deno.mkdir(books, { recursive: true });
  // Neither the network's own address nor its gateway below, nor the broadcast address above.
  const lowest = range.first + 2n;
  for (let tries = 0n; tries < MOST_TRIES; tries++) {
    const each = range.last - 1n - tries;
    if (each < lowest) break;
    const ip = ipv4(each);
    if (inUse.has(ip)) continue;
    const path = join(books, ip);
    if (await createFile(path, `${OWNER}\r\neth0`)) return { ip, owner: OWNER, path };
  }
  return null;
}

/** Gives an address back, if it is ours. */
export async function release({ path, owner }: Reservation): Promise<boolean> {
  if (owner !== OWNER) return false;
  await Deno.remove(path);
  return true;
}

function ipv4(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join(".");
}

async function filesIn(folder: string): Promise<readonly string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(folder));
    return entries.filter(({ isFile }) => isFile).map(({ name }) => name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** A file that has gone in the meantime is one that nobody owns. */
async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/** Whether the file was made; `false` if there is one. */
async function createFile(path: string, text: string): Promise<boolean> {
  try {
    await Deno.writeTextFile(path, text, { createNew: true });
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
}
