/**
 * Reads the KPNG vectors and turns messages into the JSON form in which they are written down.
 *
 * @module
 */
import {
  create,
  type DescMessage,
  fromBinary,
  fromJson,
  type JsonValue,
  type Message,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import * as globalv1 from "../../proto/kpng/api/globalv1_pb.ts";
import * as localv1 from "../../proto/kpng/api/localv1_pb.ts";

/** Every message of the two files by its full name. */
export const SCHEMAS: ReadonlyMap<string, DescMessage> = new Map(
  [...localv1.file_localv1.messages, ...globalv1.file_globalv1.messages]
    .map((schema) => [schema.typeName, schema]),
);

/** The schema of a message. */
export function schemaOf(name: string): DescMessage {
  const schema = SCHEMAS.get(name);
  if (schema === undefined) throw new TypeError(`No message ${name}`);
  return schema;
}

/** A vector file. */
export async function vectors<T>(name: string): Promise<readonly T[]> {
  const url = new URL(`../vectors/kpng/${name}.json`, import.meta.url);
  return JSON.parse(await Deno.readTextFile(url)) as readonly T[]; // our own file, typed by the caller
}

/** The text of a vector file. */
export function vectorText(name: string): Promise<string> {
  return Deno.readTextFile(new URL(`../vectors/kpng/${name}`, import.meta.url));
}

/** The JSON form of a message given in hexadecimal. */
export function decodeHex(name: string, hex: string): JsonValue {
  const schema = schemaOf(name);
  return toJson(schema, fromBinary(schema, Uint8Array.fromHex(hex)));
}

/** The message of a JSON form; an empty one without. */
export function messageOf(name: string, json: JsonValue = {}): Message {
  const schema = schemaOf(name);
  return Object.keys(json ?? {}).length === 0 ? create(schema) : fromJson(schema, json);
}

/** The JSON form as bytes, in hexadecimal. */
export function encodeHex(name: string, json: JsonValue): string {
  return toBinary(schemaOf(name), messageOf(name, json)).toHex();
}
