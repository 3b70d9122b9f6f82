/**
 * Windows' poller: `WSAPoll`, which tells what holds, again and again, and looks at every socket each
 * time. So a socket is asked about once, and again when the engine says that it has come to an end
 * of reading or writing; that makes it edge-triggered, as the engine expects.
 *
 * A failed connect is not told by Windows before version 2004 of Windows 10: the dial times out.
 *
 * @module
 */
import { ERRNO } from "./errno.ts";
import { allocate, type Region } from "./memory.ts";
import { EVENT, type Poller } from "./sys.ts";
import { answer, type Winsock } from "./winsock.ts";

/** `WSAPOLLFD`: the socket in two words, then what is asked and what is told in half a word each. */
const ENTRY_BYTES = 16;
const ENTRY_WORDS = ENTRY_BYTES / 4;
const SOCKET = 0;
const ASKED_TOLD = 2;
const TOLD_SHIFT = 16;
const POLLRDNORM = 0x100;
const POLLWRNORM = 0x010;
const POLLERR = 0x001;
const POLLHUP = 0x002;
const POLLNVAL = 0x004;

/** In place of a socket: nothing is asked here. */
const NOBODY = 0xffffffff;

/** How long a socket rests that tells of an end over and over, while it is asked only for room. */
const REST_MS = 5;

const FIRST_CAPACITY = 256;

/** The sockets watched, and the events of the last wait. */
export class WsaPoller implements Poller {
  readonly #winsock: Winsock;
  readonly #limit: number;
  /** Between waits only: a wait holds its address. */
  #entries: Region = allocate(FIRST_CAPACITY * ENTRY_BYTES);
  #capacity = FIRST_CAPACITY;
  #size = 0;
  readonly #socks: number[] = [];
  readonly #tokens: number[] = [];
  readonly #generations: number[] = [];
  readonly #interest: number[] = [];
  readonly #placeOf = new Map<number, number>();
  #readyTokens: number[] = [];
  #readyGenerations: number[] = [];
  #readyEvents: number[] = [];
  /** Where the next scan starts, so that the first sockets don't take every batch. */
  #start = 0;
  #resting: number[] = [];

  /** Tells up to so many events at a time. */
  constructor(winsock: Winsock, limit: number) {
    this.#winsock = winsock;
    this.#limit = limit;
  }

  /** Watches a socket. */
  add(sock: number, token: number, generation: number, interest: number): number {
    if (this.#size === this.#capacity) this.#grow();
    const place = this.#size++;
    this.#placeOf.set(sock, place);
    this.#socks[place] = sock;
    this.#tokens[place] = token;
    this.#generations[place] = generation;
    this.#interest[place] = interest;
    this.#ask(place);
    return 0;
  }

  /** Changes what a socket is watched for. */
  change(sock: number, token: number, generation: number, interest: number): number {
    const place = this.#placeOf.get(sock);
    if (place === undefined) return -ERRNO.EBADF;
    this.#tokens[place] = token;
    this.#generations[place] = generation;
    // Who asks for more has come to an end of writing; reading is asked for again by awaitRead().
    this.#interest[place] = (this.#interest[place] ?? 0) | (interest & EVENT.write);
    this.#ask(place);
    return 0;
  }

  /** Asks again whether there is something to read. */
  awaitRead(sock: number): void {
    this.#want(sock, EVENT.read);
  }

  /** Asks again whether there is room. */
  awaitWrite(sock: number): void {
    this.#want(sock, EVENT.write);
  }

  /** Takes a socket out. */
  forget(sock: number): void {
    const place = this.#placeOf.get(sock);
    if (place === undefined) return;
    this.#placeOf.delete(sock);
    const last = --this.#size;
    if (place === last) return;
    const moved = this.#socks[last] ?? 0;
    this.#placeOf.set(moved, place);
    this.#socks[place] = moved;
    this.#tokens[place] = this.#tokens[last] ?? 0;
    this.#generations[place] = this.#generations[last] ?? 0;
    this.#interest[place] = this.#interest[last] ?? 0;
    this.#ask(place);
  }

  /** Waits for events. */
  wait(timeoutMs: number): number {
    const { call } = this.#winsock;
    const timeout = this.#resting.length > 0 ? Math.min(timeoutMs, REST_MS) : timeoutMs;
    const count = call.WSAPoll(this.#entries.bytes, this.#size, timeout);
    if (count < 0) return answer(this.#winsock, count);
    this.#wakeResting();
    this.#readyTokens = [];
    this.#readyGenerations = [];
    this.#readyEvents = [];
    if (count > 0) this.#collect();
    return this.#readyTokens.length;
  }

  /** The token of an event. */
  token(index: number): number {
    return this.#readyTokens[index] ?? 0;
  }

  /** The generation of an event. */
  generation(index: number): number {
    return this.#readyGenerations[index] ?? 0;
  }

  /** What happened. */
  events(index: number): number {
    return this.#readyEvents[index] ?? 0;
  }

  /** Forgets everything. */
  close(): void {
    this.#size = 0;
    this.#placeOf.clear();
  }

  #collect(): void {
    const { words } = this.#entries;
    const size = this.#size;
    const start = this.#start < size ? this.#start : 0;
    for (let i = 0; i < size; i++) {
      const place = start + i < size ? start + i : start + i - size;
      const told = (words[place * ENTRY_WORDS + ASKED_TOLD] ?? 0) >>> TOLD_SHIFT;
      if (told === 0 || words[place * ENTRY_WORDS + SOCKET] === NOBODY) continue;
      this.#tell(place, told);
      if (this.#readyTokens.length < this.#limit) continue;
      this.#start = place + 1;
      return;
    }
  }

  #tell(place: number, told: number): void {
    const interest = this.#interest[place] ?? 0;
    const failed = (told & (POLLERR | POLLNVAL)) !== 0;
    const hungUp = (told & POLLHUP) !== 0;
    const readable = (told & POLLRDNORM) !== 0 || hungUp || failed;
    const events = (readable ? interest & EVENT.read : 0) |
      ((told & POLLWRNORM) !== 0 || failed ? interest & EVENT.write : 0);
    if (events === 0 && !failed) {
      // An end that was told already, and no room yet: looking without pause would be a busy loop.
      this.#resting.push(this.#socks[place] ?? 0);
      this.#entries.words[place * ENTRY_WORDS + SOCKET] = NOBODY;
      return;
    }
    this.#readyTokens.push(this.#tokens[place] ?? 0);
    this.#readyGenerations.push(this.#generations[place] ?? 0);
    this.#readyEvents.push(events | (hungUp ? EVENT.hangUp : 0) | (failed ? EVENT.error : 0));
    this.#interest[place] = failed ? 0 : interest & ~events;
    this.#ask(place);
  }

  #want(sock: number, interest: number): void {
    const place = this.#placeOf.get(sock);
    if (place === undefined) return;
    this.#interest[place] = (this.#interest[place] ?? 0) | interest;
    this.#ask(place);
  }

  #wakeResting(): void {
    if (this.#resting.length === 0) return;
    const resting = this.#resting;
    this.#resting = [];
    for (const sock of resting) this.#want(sock, 0);
  }

  #ask(place: number): void {
    const { words } = this.#entries;
    const interest = this.#interest[place] ?? 0;
    const entry = place * ENTRY_WORDS;
    words[entry + SOCKET] = interest === 0 ? NOBODY : this.#socks[place] ?? NOBODY;
    words[entry + SOCKET + 1] = interest === 0 ? NOBODY : 0;
    words[entry + ASKED_TOLD] = ((interest & EVENT.read) !== 0 ? POLLRDNORM : 0) |
      ((interest & EVENT.write) !== 0 ? POLLWRNORM : 0);
  }

  #grow(): void {
    const before = this.#entries;
    this.#capacity *= 2;
    this.#entries = allocate(this.#capacity * ENTRY_BYTES);
    this.#entries.bytes.set(before.bytes);
  }
}
