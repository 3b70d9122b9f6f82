/**
 * Linux' datagrams by the batch: `recvmmsg` and `sendmmsg` over headers that are laid out once. Hot:
 * per datagram a handful of words is read and written, and nothing is allocated.
 *
 * @module
 */
import { addressOf, answer, type Libc } from "./libc.ts";
import { allocate, type Region, storeAddress } from "./memory.ts";
import {
  CONTROL,
  DATAGRAM_BYTES,
  HEADER,
  type Headers,
  makeHeaders,
  MESSAGE,
  MSG_DONTWAIT,
  STRIDE,
  VECTOR,
} from "./mmsg_layout.ts";
import { DatagramSender } from "./mmsg_send.ts";
import { SOCKADDR_BYTES } from "./sockaddr.ts";
import { type Addresses, type DatagramBatch, LOCAL_WORDS, WITH } from "./sys.ts";

/** Buffers, and the headers to receive into them. */
export class LinuxBatch implements DatagramBatch {
  /** How many datagrams fit. */
  readonly capacity: number;
  /** The length of the datagram in each buffer. */
  readonly lengths: Int32Array<ArrayBuffer>;
  /** The peer of each buffer. */
  readonly peers: Uint32Array<ArrayBuffer>;
  /** The address that each was sent to. */
  readonly locals: Uint32Array<ArrayBuffer>;

  readonly #libc: Libc;
  readonly #sender: DatagramSender;
  readonly #names: Region;
  readonly #controls: Region;
  readonly #vectors: Region;
  /** Headers to receive with, by what they carry: {@linkcode WITH}. */
  readonly #headers: readonly [Headers, Headers, Headers];

  /** Lays the headers out. */
  constructor(libc: Libc, capacity: number) {
    const buffers = allocate(capacity * STRIDE);
    this.capacity = capacity;
    this.lengths = new Int32Array(capacity);
    this.locals = new Uint32Array(capacity * LOCAL_WORDS);
    this.#libc = libc;
    this.#sender = new DatagramSender(libc, buffers, this.lengths);
    this.#names = allocate(capacity * SOCKADDR_BYTES);
    this.peers = this.#names.words;
    this.#controls = allocate(capacity * CONTROL.bytes);
    this.#vectors = allocate(capacity * VECTOR.bytes);
    const first = addressOf(libc, buffers);
    for (let i = 0; i < capacity; i++) {
      const vector = i * VECTOR.words;
      storeAddress(this.#vectors.words, vector + VECTOR.base, first + i * STRIDE);
      this.#vectors.words[vector + VECTOR.length] = DATAGRAM_BYTES;
    }
    this.#headers = [
      this.#layOut(null, null),
      this.#layOut(this.#names, null),
      this.#layOut(this.#names, this.#controls),
    ];
  }

  /** Receives into up to `count` buffers from one on. */
  receive(sock: number, from: number, count: number, carry: number): number {
    const headers = this.#headers[carry] ?? this.#headers[WITH.nothing];
    const at = headers.at[from] ?? null;
    const received = this.#libc.call.recvmmsg(sock, at, count, MSG_DONTWAIT, null);
    if (received < 0) return answer(this.#libc, received);
    const { words } = headers;
    for (let i = from; i < from + received; i++) {
      const header = i * HEADER.words;
      this.lengths[i] = words[header + HEADER.length] ?? 0;
      if (carry === WITH.nothing) continue;
      words[header + HEADER.nameLength] = SOCKADDR_BYTES;
      const length = carry === WITH.peer ? 0 : words[header + HEADER.controlLength] ?? 0;
      this.#takeLocal(i, length); // nothing of an earlier datagram may stay
      if (carry === WITH.peer) continue;
      words[header + HEADER.controlLength] = CONTROL.bytes;
    }
    return received;
  }

  /** Makes a buffer an entry for the connected peer. */
  put(entry: number, buffer: number): void {
    this.#sender.put(entry, buffer);
  }

  /** Makes a buffer an entry for a peer. */
  address(entry: number, buffer: number, to: Addresses, index: number): void {
    this.#sender.address(entry, buffer, to, index);
  }

  /** Sends entries. */
  send(sock: number, from: number, count: number): number {
    return this.#sender.send(sock, from, count);
  }

  /** Reads the local address of a datagram from the one control message that was asked for. */
  #takeLocal(buffer: number, length: number): void {
    const { words } = this.#controls;
    const control = buffer * CONTROL.words;
    const local = buffer * LOCAL_WORDS;
    const data = control + CONTROL.data;
    const level = words[control + CONTROL.level];
    const type = words[control + CONTROL.type];
    const v4 = length >= CONTROL.head + CONTROL.infoBytes &&
      level === MESSAGE.ip && type === MESSAGE.ipInfo;
    const v6 = length >= CONTROL.head + CONTROL.info6Bytes &&
      level === MESSAGE.ipv6 && type === MESSAGE.ipv6Info;
    for (let i = 0; i < LOCAL_WORDS; i++) {
      this.locals[local + i] = v6 ? words[data + i] ?? 0 : 0;
    }
    if (v4) this.locals[local] = words[data + 1] ?? 0;
  }

  #layOut(names: Region | null, controls: Region | null): Headers {
    const headers = makeHeaders(this.capacity);
    const { words } = headers;
    const vectorAt = addressOf(this.#libc, this.#vectors);
    const nameAt = names === null ? 0 : addressOf(this.#libc, names);
    const controlAt = controls === null ? 0 : addressOf(this.#libc, controls);
    for (let i = 0; i < this.capacity; i++) {
      const header = i * HEADER.words;
      storeAddress(words, header + HEADER.vectors, vectorAt + i * VECTOR.bytes);
      words[header + HEADER.vectorCount] = 1;
      if (names !== null) {
        storeAddress(words, header + HEADER.name, nameAt + i * SOCKADDR_BYTES);
        words[header + HEADER.nameLength] = SOCKADDR_BYTES;
      }
      if (controls !== null) {
        storeAddress(words, header + HEADER.control, controlAt + i * CONTROL.bytes);
        words[header + HEADER.controlLength] = CONTROL.bytes;
      }
    }
    return headers;
  }
}
