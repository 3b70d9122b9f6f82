/**
 * Windows' datagrams: one call for each, behind the interface of batches.
 *
 * @module
 */
import { ERRNO } from "./errno.ts";
import { allocate, bytesFrom, type Region } from "./memory.ts";
import { AF_INET, SOCKADDR_BYTES } from "./sockaddr.ts";
import { type Addresses, type DatagramBatch, LOCAL_WORDS, PEER_WORDS, WITH } from "./sys.ts";
import { answer, type Winsock } from "./winsock.ts";

/** No datagram is larger. */
const DATAGRAM_BYTES = 64 * 1024;

/** Between two buffers. Not a multiple of 4 KiB, or all first lines would share a set of the cache. */
const STRIDE = DATAGRAM_BYTES + 5 * 64;

const SOCKADDR_IN_BYTES = 16;
const SOCKADDR_IN6_BYTES = 28;
const FAMILY_MASK = 0xffff;

/** Buffers, and pointers to them. */
export class WsaBatch implements DatagramBatch {
  /** How many datagrams fit. */
  readonly capacity: number;
  /** The length of the datagram in each buffer. */
  readonly lengths: Int32Array<ArrayBuffer>;
  /** The peer of each buffer. */
  readonly peers: Uint32Array<ArrayBuffer>;
  /** Not known here. */
  readonly locals: Uint32Array<ArrayBuffer>;

  readonly #winsock: Winsock;
  readonly #data: Region;
  readonly #names: Region;
  readonly #sendNames: Region;
  readonly #nameLength = allocate(8);
  readonly #buffers: Uint8Array<ArrayBuffer>[] = [];
  readonly #receiveNames: Uint8Array<ArrayBuffer>[] = [];
  readonly #entryNames: Uint8Array<ArrayBuffer>[] = [];
  readonly #entryBuffer: Int32Array<ArrayBuffer>;
  /** The length of each entry's name; 0: the socket is connected. */
  readonly #entryNameLength: Int32Array<ArrayBuffer>;

  /** Makes the buffers. */
  constructor(winsock: Winsock, capacity: number) {
    this.#winsock = winsock;
    this.capacity = capacity;
    this.lengths = new Int32Array(capacity);
    this.locals = new Uint32Array(capacity * LOCAL_WORDS);
    this.#data = allocate(capacity * STRIDE);
    this.#names = allocate(capacity * SOCKADDR_BYTES);
    this.#sendNames = allocate(capacity * SOCKADDR_BYTES);
    this.peers = this.#names.words;
    this.#entryBuffer = new Int32Array(capacity);
    this.#entryNameLength = new Int32Array(capacity);
    for (let i = 0; i < capacity; i++) {
      this.#buffers.push(bytesFrom(this.#data, i * STRIDE));
      this.#receiveNames.push(bytesFrom(this.#names, i * SOCKADDR_BYTES));
      this.#entryNames.push(bytesFrom(this.#sendNames, i * SOCKADDR_BYTES));
    }
  }

  /** Receives into up to `count` buffers from one on. */
  receive(sock: number, from: number, count: number, carry: number): number {
    for (let i = 0; i < count; i++) {
      const length = this.#receiveOne(sock, from + i, carry);
      if (length < 0) return i > 0 ? i : length;
      this.lengths[from + i] = length;
    }
    return count;
  }

  /** Makes a buffer an entry for the connected peer. */
  put(entry: number, buffer: number): void {
    this.#entryBuffer[entry] = buffer;
    this.#entryNameLength[entry] = 0;
  }

  /** Makes a buffer an entry for a peer. */
  address(entry: number, buffer: number, to: Addresses, index: number): void {
    const first = index * PEER_WORDS;
    const v4 = ((to.peers[first] ?? 0) & FAMILY_MASK) === AF_INET;
    this.#entryBuffer[entry] = buffer;
    this.#entryNameLength[entry] = v4 ? SOCKADDR_IN_BYTES : SOCKADDR_IN6_BYTES;
    for (let i = 0; i < PEER_WORDS; i++) {
      this.#sendNames.words[entry * PEER_WORDS + i] = to.peers[first + i] ?? 0;
    }
  }

  /** Sends entries. */
  send(sock: number, from: number, count: number): number {
    for (let i = 0; i < count; i++) {
      const result = this.#sendOne(sock, from + i);
      if (result < 0) return i > 0 ? i : result;
    }
    return count;
  }

  #receiveOne(sock: number, buffer: number, carry: number): number {
    const at = this.#buffers[buffer] ?? null;
    const { call } = this.#winsock;
    if (carry === WITH.nothing) {
      // A connected socket is "reset" when its endpoint refuses.
      const result = answer(this.#winsock, call.recv(sock, at, DATAGRAM_BYTES, 0));
      return result === -ERRNO.ECONNRESET ? -ERRNO.ECONNREFUSED : result;
    }
    this.#nameLength.words[0] = SOCKADDR_BYTES;
    const name = this.#receiveNames[buffer] ?? null;
    return answer(
      this.#winsock,
      call.recvfrom(sock, at, DATAGRAM_BYTES, 0, name, this.#nameLength.bytes),
    );
  }

  #sendOne(sock: number, entry: number): number {
    const buffer = this.#entryBuffer[entry] ?? 0;
    const at = this.#buffers[buffer] ?? null;
    const length = this.lengths[buffer] ?? 0;
    const nameLength = this.#entryNameLength[entry] ?? 0;
    const { call } = this.#winsock;
    const result = nameLength === 0
      ? call.send(sock, at, length, 0)
      : call.sendto(sock, at, length, 0, this.#entryNames[entry] ?? null, nameLength);
    const code = answer(this.#winsock, result);
    return nameLength === 0 && code === -ERRNO.ECONNRESET ? -ERRNO.ECONNREFUSED : code;
  }
}
