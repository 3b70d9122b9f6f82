/*
 * Lets Wine 8 bind UDP sockets to the address that was asked for. For tests only; preloaded into
 * wineserver and into nothing else.
 *
 * The server binds a UDP socket to all addresses, and filters, wherever the address is one of an
 * interface's (for Windows' broadcasts). All of 127.0.0.0/8 counts as the loopback interface's, so
 * that replies from 127.1.2.3 come from 127.0.0.1, and two sockets cannot have one port. It binds
 * exactly where it cannot find out which interfaces there are.
 */
#include <errno.h>
#include <ifaddrs.h>

int getifaddrs(struct ifaddrs **list) {
  (void)list;
  errno = ENOSYS;
  return -1;
}
