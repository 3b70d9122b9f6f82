/*
 * Lets Wine 8 bind UDP sockets to the address that was asked for. For tests only; a preloaded library.
 *
 * Wine's server binds a UDP socket to all addresses, and filters, wherever the address is one of an
 * interface's (for Windows' broadcasts). All of 127.0.0.0/8 counts as the loopback interface's, so
 * that replies from 127.1.2.3 come from 127.0.0.1, and two sockets cannot have one port. The server
 * binds exactly where it cannot find out which interfaces there are. All other processes still can.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <ifaddrs.h>
#include <string.h>

int getifaddrs(struct ifaddrs **list) {
  static const char server[] = "wineserver";
  if (strncmp(program_invocation_short_name, server, sizeof server - 1) == 0) {
    errno = ENOSYS;
    return -1;
  }
  int (*real)(struct ifaddrs **) = (int (*)(struct ifaddrs **))dlsym(RTLD_NEXT, "getifaddrs");
  return real(list);
}
