/*
 * A stand-in for the six functions of iphlpapi.dll that change and list addresses, for Wine, which has
 * half of them only. For tests only. Built with the system's own headers, so that the offsets in the
 * TypeScript are held to them.
 *
 * The machine has two adapters; its addresses are kept in the file that WINDLASS_STAND_IN names, so
 * that they outlive a process as Windows' do. Two more files are the test's levers:
 *   FILE.gone     the second adapter is not there, and neither is what was on it
 *   FILE.denied   every change answers 5, access denied
 */
#define _WIN32_WINNT 0x0A00
#include <winsock2.h>
#include <ws2tcpip.h>
#include <iphlpapi.h>
#include <netioapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __declspec(dllexport)
#define MOST 4096
#define ETHERNET 0x6000000000001ULL
#define NIC 0x6000000000002ULL

static MIB_UNICASTIPADDRESS_ROW rows[MOST];
static ULONG count;

static BOOL lever(const char *suffix) {
  char path[1024];
  snprintf(path, sizeof path, "%s%s", getenv("WINDLASS_STAND_IN"), suffix);
  return GetFileAttributesA(path) != INVALID_FILE_ATTRIBUTES;
}

static void load(void) {
  FILE *file = fopen(getenv("WINDLASS_STAND_IN"), "rb");
  count = file == NULL ? 0 : (ULONG)fread(rows, sizeof rows[0], MOST, file);
  if (file != NULL) fclose(file);
  if (!lever(".gone")) return;
  ULONG kept = 0;
  for (ULONG i = 0; i < count; i++) {
    if (rows[i].InterfaceLuid.Value != NIC) rows[kept++] = rows[i];
  }
  count = kept;
}

static void save(void) {
  FILE *file = fopen(getenv("WINDLASS_STAND_IN"), "wb");
  if (file == NULL) return;
  fwrite(rows, sizeof rows[0], count, file);
  fclose(file);
}

static BOOL same_address(const SOCKADDR_INET *a, const SOCKADDR_INET *b) {
  if (a->si_family != b->si_family) return FALSE;
  if (a->si_family == AF_INET) return a->Ipv4.sin_addr.s_addr == b->Ipv4.sin_addr.s_addr;
  return memcmp(&a->Ipv6.sin6_addr, &b->Ipv6.sin6_addr, sizeof a->Ipv6.sin6_addr) == 0;
}

EXPORT void WINAPI InitializeUnicastIpAddressEntry(MIB_UNICASTIPADDRESS_ROW *row) {
  memset(row, 0, sizeof *row);
  row->PrefixOrigin = IpPrefixOriginUnchanged;
  row->SuffixOrigin = IpSuffixOriginUnchanged;
  row->ValidLifetime = 0xffffffff;
  row->PreferredLifetime = 0xffffffff;
  row->OnLinkPrefixLength = 255;
}

EXPORT DWORD WINAPI CreateUnicastIpAddressEntry(const MIB_UNICASTIPADDRESS_ROW *row) {
  BOOL v4 = row->Address.si_family == AF_INET;
  load();
  if (lever(".denied")) return ERROR_ACCESS_DENIED;
  if (row->InterfaceLuid.Value != NIC || lever(".gone")) return ERROR_NOT_FOUND;
  if (!v4 && row->Address.si_family != AF_INET6) return ERROR_INVALID_PARAMETER;
  if (row->OnLinkPrefixLength != (v4 ? 32 : 128) || !row->SkipAsSource) return ERROR_INVALID_PARAMETER;
  if (row->ValidLifetime != 0xffffffff || row->DadState != IpDadStatePreferred) return ERROR_INVALID_PARAMETER;
  for (ULONG i = 0; i < count; i++) {
    if (same_address(&rows[i].Address, &row->Address)) return ERROR_OBJECT_ALREADY_EXISTS;
  }
  if (count == MOST) return ERROR_NOT_ENOUGH_MEMORY;
  rows[count++] = *row;
  save();
  return NO_ERROR;
}

EXPORT DWORD WINAPI DeleteUnicastIpAddressEntry(const MIB_UNICASTIPADDRESS_ROW *row) {
  load();
  if (lever(".denied")) return ERROR_ACCESS_DENIED;
  for (ULONG i = 0; i < count; i++) {
    if (rows[i].InterfaceLuid.Value != row->InterfaceLuid.Value) continue;
    if (!same_address(&rows[i].Address, &row->Address)) continue;
    rows[i] = rows[--count];
    save();
    return NO_ERROR;
  }
  return ERROR_NOT_FOUND;
}

EXPORT DWORD WINAPI GetUnicastIpAddressTable(ADDRESS_FAMILY family, MIB_UNICASTIPADDRESS_TABLE **table) {
  (void)family;
  load();
  *table = malloc(offsetof(MIB_UNICASTIPADDRESS_TABLE, Table) + (count + 1) * sizeof rows[0]);
  if (*table == NULL) return ERROR_NOT_ENOUGH_MEMORY;
  MIB_UNICASTIPADDRESS_ROW *node = &(*table)->Table[0]; /* the node's own address comes first */
  memset(node, 0, sizeof *node);
  node->Address.Ipv4.sin_family = AF_INET;
  node->Address.Ipv4.sin_addr.s_addr = inet_addr("192.0.2.7");
  node->InterfaceLuid.Value = ETHERNET;
  node->OnLinkPrefixLength = 24;
  node->DadState = IpDadStatePreferred;
  memcpy(node + 1, rows, count * sizeof rows[0]);
  (*table)->NumEntries = count + 1;
  return NO_ERROR;
}

EXPORT void WINAPI FreeMibTable(void *table) { free(table); }

struct adapter {
  IP_ADAPTER_ADDRESSES entry;
  WCHAR name[64];
  WCHAR description[64];
};

EXPORT ULONG WINAPI GetAdaptersAddresses(ULONG family, ULONG flags, void *reserved,
                                         IP_ADAPTER_ADDRESSES *list, ULONG *size) {
  static const WCHAR *const names[] = {L"Ethernet", L"vEthernet (HNS Internal NIC)"};
  static const WCHAR *const kinds[] = {L"Test Ethernet", L"Hyper-V Virtual Ethernet Adapter"};
  ULONG adapters = lever(".gone") ? 1 : 2;
  ULONG needed = adapters * sizeof(struct adapter);
  struct adapter *at = (struct adapter *)list;
  static BOOL told;
  (void)family, (void)flags, (void)reserved;
  /* The first call is always too small, as it may be on a machine with many adapters. */
  if (!told || *size < needed) {
    told = TRUE;
    *size = needed;
    return ERROR_BUFFER_OVERFLOW;
  }
  memset(at, 0, needed);
  for (ULONG i = 0; i < adapters; i++) {
    wcscpy(at[i].name, names[i]);
    wcscpy(at[i].description, kinds[i]);
    at[i].entry.FriendlyName = at[i].name;
    at[i].entry.Description = at[i].description;
    at[i].entry.Luid.Value = i == 0 ? ETHERNET : NIC;
    at[i].entry.Next = i + 1 < adapters ? &at[i + 1].entry : NULL;
  }
  return NO_ERROR;
}
