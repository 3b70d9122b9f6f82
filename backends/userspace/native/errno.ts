/**
 * The error codes of the system calls, under one numbering for all systems: Linux' own. The Windows
 * layer translates Winsock's codes into it, so nothing above a system layer asks which system it is.
 *
 * @module
 */

/** The codes that the engine tells apart or names. */
export const ERRNO = {
  EPERM: 1,
  EINTR: 4,
  EIO: 5,
  EBADF: 9,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EINVAL: 22,
  ENFILE: 23,
  EMFILE: 24,
  ENOSPC: 28,
  EPIPE: 32,
  EPROTO: 71,
  ENOTSOCK: 88,
  EMSGSIZE: 90,
  ENOPROTOOPT: 92,
  EOPNOTSUPP: 95,
  EAFNOSUPPORT: 97,
  EADDRINUSE: 98,
  EADDRNOTAVAIL: 99,
  ENETDOWN: 100,
  ENETUNREACH: 101,
  ECONNABORTED: 103,
  ECONNRESET: 104,
  ENOBUFS: 105,
  EISCONN: 106,
  ENOTCONN: 107,
  ETIMEDOUT: 110,
  ECONNREFUSED: 111,
  EHOSTUNREACH: 113,
  EALREADY: 114,
  EINPROGRESS: 115,
} as const;

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(ERRNO).map(([name, code]) => [code, name]),
);

/** The name of a code: `ECONNREFUSED`, or `E62` where the engine knows none. */
export function errnoName(code: number): string {
  return NAMES.get(code) ?? `E${code}`;
}

/** Whether a code says that a table of the system is full: it passes when something is closed. */
export function isExhaustion(code: number): boolean {
  switch (code) {
    case ERRNO.EMFILE:
    case ERRNO.ENFILE:
    case ERRNO.ENOBUFS:
    case ERRNO.ENOMEM:
      return true;
    default:
      return false;
  }
}

/** Winsock's codes, and the two of Windows that its calls give too. */
const FROM_WINSOCK: ReadonlyMap<number, number> = new Map([
  [6, ERRNO.EBADF], // ERROR_INVALID_HANDLE
  [8, ERRNO.ENOMEM], // ERROR_NOT_ENOUGH_MEMORY
  [10004, ERRNO.EINTR],
  [10009, ERRNO.EBADF],
  [10013, ERRNO.EACCES],
  [10014, ERRNO.EFAULT],
  [10022, ERRNO.EINVAL],
  [10024, ERRNO.EMFILE],
  [10035, ERRNO.EAGAIN],
  [10036, ERRNO.EINPROGRESS],
  [10037, ERRNO.EALREADY],
  [10038, ERRNO.ENOTSOCK],
  [10040, ERRNO.EMSGSIZE],
  [10042, ERRNO.ENOPROTOOPT],
  [10045, ERRNO.EOPNOTSUPP],
  [10047, ERRNO.EAFNOSUPPORT],
  [10048, ERRNO.EADDRINUSE],
  [10049, ERRNO.EADDRNOTAVAIL],
  [10050, ERRNO.ENETDOWN],
  [10051, ERRNO.ENETUNREACH],
  [10052, ERRNO.ECONNRESET], // WSAENETRESET: TTL expired, a keep-alive failed
  [10053, ERRNO.ECONNABORTED],
  [10054, ERRNO.ECONNRESET],
  [10055, ERRNO.ENOBUFS],
  [10056, ERRNO.EISCONN],
  [10057, ERRNO.ENOTCONN],
  [10058, ERRNO.EPIPE], // WSAESHUTDOWN
  [10060, ERRNO.ETIMEDOUT],
  [10061, ERRNO.ECONNREFUSED],
  [10065, ERRNO.EHOSTUNREACH],
]);

/** Translates a code of `WSAGetLastError`. One that the engine does not know keeps its number. */
export function fromWinsock(code: number): number {
  return FROM_WINSOCK.get(code) ?? code;
}
