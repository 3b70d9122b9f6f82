/**
 * GUIDs derived from what an object is for, so that a restart knows its own objects: version 5 of
 * RFC 9562, SHA-1 over a namespace and a name.
 *
 * @module
 */
import { DASH, digitAt as h } from "./hex.ts";
import { sha1 } from "./sha1.ts";

/** A namespace in which names become GUIDs. */
export type Namespace = Uint8Array;

/** The namespace of every namespace here; chosen once, never to be changed. */
const ROOT: Namespace = Uint8Array.from(
  [0x9d, 0x2c, 0x6f, 0x41, 0x5b, 0x0e, 0x4a, 0x8d, 0x8f, 0x37, 0xc1, 0xe6, 0x24, 0xa9, 0xb0, 0x53],
);

const ENCODER = new TextEncoder();

/** Where names are put together; kept between calls so that a GUID allocates next to nothing. */
const scratch = new Uint8Array(1024);

/** The namespace of that name: the objects on one network, say. */
export function namespaceOf(name: string): Namespace {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  sha1(joined(ROOT, name)).slice(0, 4).forEach((word, i) => view.setInt32(4 * i, word));
  return bytes;
}

/**
 * The GUID of a name in a namespace: always the same, in lower case.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * const guid = guidOf(namespaceOf("vxlan0"), "TCP/10.96.0.10:80");
 * assert.match(guid, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
 * ```
 */
export function guidOf(namespace: Namespace, name: string): string {
  const [a, second, third, d] = sha1(joined(namespace, name));
  const b = (second & 0xffff0fff) | 0x5000; // the version
  const c = (third & 0x3fffffff) | 0x80000000; // the variant
  // deno-fmt-ignore
  return String.fromCharCode(
    h(a, 28), h(a, 24), h(a, 20), h(a, 16), h(a, 12), h(a, 8), h(a, 4), h(a, 0), DASH,
    h(b, 28), h(b, 24), h(b, 20), h(b, 16), DASH,
    h(b, 12), h(b, 8), h(b, 4), h(b, 0), DASH,
    h(c, 28), h(c, 24), h(c, 20), h(c, 16), DASH,
    h(c, 12), h(c, 8), h(c, 4), h(c, 0),
    h(d, 28), h(d, 24), h(d, 20), h(d, 16), h(d, 12), h(d, 8), h(d, 4), h(d, 0),
  );
}

/** The bytes to hash; they are only good until the next call. */
function joined(namespace: Namespace, name: string): Uint8Array {
  const bytes = name.length * 3 + 16 <= scratch.length
    ? scratch
    : new Uint8Array(16 + name.length * 3);
  bytes.set(namespace);
  let end = 16;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code > 127) return bytes.subarray(0, 16 + utf8(name, bytes));
    bytes[end++] = code;
  }
  return bytes.subarray(0, end);
}

function utf8(name: string, bytes: Uint8Array): number {
  return ENCODER.encodeInto(name, bytes.subarray(16)).written;
}
