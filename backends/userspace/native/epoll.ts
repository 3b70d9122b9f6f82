/**
 * Linux' poller: epoll, edge-triggered.
 *
 * @module
 */
import { answer, type Libc } from "./libc.ts";
import { allocate, type Region } from "./memory.ts";
import { EVENT, type Poller } from "./sys.ts";
import { ERRNO } from "./errno.ts";

const EPOLL_CLOEXEC = 0o2000000;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_MOD = 3;
const EPOLLIN = 0x001;
const EPOLLOUT = 0x004;
const EPOLLERR = 0x008;
const EPOLLHUP = 0x010;
const EPOLLRDHUP = 0x2000;
const EPOLLET = 0x80000000;

/**
 * `struct epoll_event` is packed on x86-64 alone: a word of events, then two of data; elsewhere the
 * data are aligned to eight bytes. The self-test shows whether this is right.
 */
const PACKED = Deno.build.arch === "x86_64";
const EVENT_WORDS = PACKED ? 3 : 4;
const DATA_WORD = PACKED ? 1 : 2;

/** An epoll instance and the events of its last wait. */
export class EpollPoller implements Poller {
  readonly #libc: Libc;
  readonly #epoll: number;
  readonly #capacity: number;
  readonly #ready: Region;
  readonly #words: Uint32Array<ArrayBuffer>;
  readonly #change: Region = allocate(16);

  private constructor(libc: Libc, epoll: number, capacity: number) {
    this.#libc = libc;
    this.#epoll = epoll;
    this.#capacity = capacity;
    this.#ready = allocate(capacity * EVENT_WORDS * 4);
    this.#words = this.#ready.words;
  }

  /** Makes a poller, or says why it cannot. */
  static create(libc: Libc, capacity: number): EpollPoller | number {
    const epoll = answer(libc, libc.call.epoll_create1(EPOLL_CLOEXEC));
    return epoll < 0 ? epoll : new EpollPoller(libc, epoll, capacity);
  }

  /** Watches a socket. */
  add(sock: number, token: number, generation: number, interest: number): number {
    return this.#control(EPOLL_CTL_ADD, sock, token, generation, interest);
  }

  /** Changes what a socket is watched for. */
  change(sock: number, token: number, generation: number, interest: number): number {
    return this.#control(EPOLL_CTL_MOD, sock, token, generation, interest);
  }

  /** Nothing to do: edges re-arm themselves. */
  awaitRead(_sock: number): void {}

  /** Nothing to do: edges re-arm themselves. */
  awaitWrite(_sock: number): void {}

  /** Nothing to do: closing a socket takes it out. */
  forget(_sock: number): void {}

  /** Waits for events. */
  wait(timeoutMs: number): number {
    const count = this.#libc.call.epoll_wait(
      this.#epoll,
      this.#ready.bytes,
      this.#capacity,
      timeoutMs,
    );
    if (count >= 0) return count;
    const code = answer(this.#libc, count);
    return code === -ERRNO.EINTR ? 0 : code;
  }

  /** The token of an event. */
  token(index: number): number {
    return this.#words[index * EVENT_WORDS + DATA_WORD] ?? 0;
  }

  /** The generation of an event. */
  generation(index: number): number {
    return this.#words[index * EVENT_WORDS + DATA_WORD + 1] ?? 0;
  }

  /** What happened. */
  events(index: number): number {
    const bits = this.#words[index * EVENT_WORDS] ?? 0;
    return ((bits & EPOLLIN) !== 0 ? EVENT.read : 0) |
      ((bits & EPOLLOUT) !== 0 ? EVENT.write : 0) |
      ((bits & (EPOLLRDHUP | EPOLLHUP)) !== 0 ? EVENT.read | EVENT.hangUp : 0) |
      ((bits & EPOLLERR) !== 0 ? EVENT.read | EVENT.error : 0);
  }

  /** Closes the instance. */
  close(): void {
    this.#libc.call.close(this.#epoll);
  }

  #control(
    operation: number,
    sock: number,
    token: number,
    generation: number,
    interest: number,
  ): number {
    const { words, bytes } = this.#change;
    words[0] = ((interest & EVENT.read) !== 0 ? EPOLLIN | EPOLLRDHUP : 0) |
      ((interest & EVENT.write) !== 0 ? EPOLLOUT : 0) | EPOLLET;
    words[DATA_WORD] = token;
    words[DATA_WORD + 1] = generation;
    return answer(this.#libc, this.#libc.call.epoll_ctl(this.#epoll, operation, sock, bytes));
  }
}
