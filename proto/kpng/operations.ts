/**
 * KPNG's operations as gRPC messages, ready to be sent: encoded once, sent to everybody.
 *
 * @module
 */
import { Set } from "./api/localv1_pb.ts";
import { WireWriter } from "./wire_writer.ts";

/** The numbers of the fields of `localv1.OpItem`. */
const OP = { sync: 1, set: 2, delete: 3, reset: 4 } as const;

/** A set of the wire format. */
export type SetName = Exclude<keyof typeof Set, "UnknownSet">;

/** Ends a round. */
export const SYNC: Uint8Array = empty(OP.sync);

/** Begins a stream. */
export const RESET: Uint8Array = empty(OP.reset);

/** Operations that belong together, one after the other, sorted by path. */
export interface OpBlock {
  /** The path of each. */
  readonly paths: readonly string[];
  /** Where each ends in the bytes. */
  readonly ends: readonly number[];
  /** The operations, each with its gRPC head. */
  readonly bytes: Uint8Array;
}

/** A block without operations. */
export const NO_OPS: OpBlock = { paths: [], ends: [], bytes: new Uint8Array(0) };

/** The bytes of one operation of a block. */
export function opAt({ ends, bytes }: OpBlock, index: number): Uint8Array {
  return bytes.subarray(index === 0 ? 0 : ends[index - 1], ends[index]);
}

/** Writes an operation that sets a value. */
export function writeSet(to: WireWriter, set: SetName, path: string, value: Uint8Array): void {
  to.frame(() =>
    to.message(OP.set, () => {
      to.message(1, () => writeRef(to, set, path));
      to.bytes(2, value);
    })
  );
}

/** An operation that sets a value. */
export function setOp(set: SetName, path: string, value: Uint8Array): Uint8Array<ArrayBuffer> {
  const to = new WireWriter();
  writeSet(to, set, path, value);
  return to.take();
}

/** An operation that deletes a path. */
export function deleteOp(set: SetName, path: string): Uint8Array<ArrayBuffer> {
  const to = new WireWriter();
  to.frame(() => to.message(OP.delete, () => writeRef(to, set, path)));
  return to.take();
}

/** A block of operations that set values. Of two with one path the first stays. */
export function blockOf(
  set: SetName,
  items: readonly { readonly path: string; readonly value: Uint8Array }[],
): OpBlock {
  if (items.length === 0) return NO_OPS;
  const to = new WireWriter();
  const paths: string[] = [];
  const ends: number[] = [];
  for (const { path, value } of items.toSorted(byPath)) {
    if (path === paths.at(-1)) continue;
    writeSet(to, set, path, value);
    paths.push(path);
    ends.push(to.length);
  }
  return { paths, ends, bytes: to.take() };
}

/** Orders by path. */
export function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : +(a.path > b.path);
}

/** Whether the same bytes. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function writeRef(to: WireWriter, set: SetName, path: string): void {
  to.number(1, Set[set]);
  to.text(2, path);
}

function empty(field: number): Uint8Array {
  const to = new WireWriter();
  to.frame(() => to.message(field, () => {}));
  return to.take();
}
