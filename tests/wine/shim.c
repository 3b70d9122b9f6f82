/*
 * bcryptprimitives.dll for the Windows build of Deno under Debian 12's Wine. For tests only.
 *
 * Three things are mended here, all before the first line of V8 runs:
 *
 * 1. deno.exe wants ProcessPrng from this DLL, which Wine 8 does not have. RtlGenRandom does the same.
 * 2. Wine 8 exports VirtualAlloc2 and MapViewOfFile3 without being able to reserve placeholders, on which
 *    V8 relies as soon as it finds them. It looks for them by GetProcAddress and does without where
 *    they are missing; so the entry for GetProcAddress in deno.exe's import table is pointed at a
 *    function that does not find them.
 * 3. A program that ends under Wine 8 first ends its threads, each wherever it is. One of twenty times
 *    one of them held a lock of libc's that the rest of the ending wants; after half a second Wine
 *    kills the program, and its exit code is lost (137 instead). So deno.exe leaves by Linux' own
 *    exit_group. Wine is not told the code then, so this is for programs that Linux waits for, which
 *    have ENDS_FOR_LINUX in their environment.
 */
#include <string.h>
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length); /* RtlGenRandom's name in advapi32 */

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T length) {
  return SystemFunction036(buffer, (ULONG)length);
}

typedef FARPROC(WINAPI *Lookup)(HMODULE, LPCSTR);

static Lookup real_lookup;

static BOOL is_beyond_wine(LPCSTR name) {
  static const char *const names[] = {"VirtualAlloc2", "MapViewOfFile3", "UnmapViewOfFile2"};
  if (IS_INTRESOURCE(name)) return FALSE; /* an ordinal, not a text */
  for (size_t i = 0; i < ARRAYSIZE(names); i++) {
    if (strcmp(name, names[i]) == 0) return TRUE;
  }
  return FALSE;
}

static FARPROC WINAPI lookup(HMODULE module, LPCSTR name) {
  if (!is_beyond_wine(name)) return real_lookup(module, name);
  SetLastError(ERROR_PROC_NOT_FOUND);
  return NULL;
}

#define ENDS_FOR_LINUX "WINDLASS_WINE_ENDS_FOR_LINUX"

static VOID WINAPI leave(UINT code) {
  const long exit_group = 231; /* on x86-64 */
  /* Linux keeps one byte; what has none in it must not become a success. Wine does the same. */
  const long status = code != 0 && (code & 0xff) == 0 ? 1 : (long)(code & 0xff);
  for (;;) __asm__ volatile("syscall" : : "a"(exit_group), "D"(status) : "rcx", "r11", "memory");
}

/* Points every import of that name at another function. */
static void redirect(BYTE *image, const char *wanted, ULONGLONG to) {
  const IMAGE_NT_HEADERS64 *headers =
      (const IMAGE_NT_HEADERS64 *)(image + ((const IMAGE_DOS_HEADER *)image)->e_lfanew);
  const IMAGE_DATA_DIRECTORY *imports =
      &headers->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_IMPORT];
  const IMAGE_IMPORT_DESCRIPTOR *dll =
      (const IMAGE_IMPORT_DESCRIPTOR *)(image + imports->VirtualAddress);
  for (; dll->Name != 0; dll++) {
    const IMAGE_THUNK_DATA64 *hint = (const IMAGE_THUNK_DATA64 *)(image + dll->OriginalFirstThunk);
    IMAGE_THUNK_DATA64 *slot = (IMAGE_THUNK_DATA64 *)(image + dll->FirstThunk);
    for (; hint->u1.AddressOfData != 0; hint++, slot++) {
      if (IMAGE_SNAP_BY_ORDINAL64(hint->u1.Ordinal)) continue;
      const IMAGE_IMPORT_BY_NAME *entry =
          (const IMAGE_IMPORT_BY_NAME *)(image + hint->u1.AddressOfData);
      if (strcmp((const char *)entry->Name, wanted) != 0) continue;
      DWORD protection;
      if (!VirtualProtect(slot, sizeof *slot, PAGE_READWRITE, &protection)) continue;
      slot->u1.Function = to;
      VirtualProtect(slot, sizeof *slot, protection, &protection);
    }
  }
}

BOOL WINAPI DllMain(HINSTANCE self, DWORD reason, LPVOID reserved) {
  (void)self;
  (void)reserved;
  if (reason == DLL_PROCESS_ATTACH) {
    real_lookup = (Lookup)(void *)GetProcAddress(GetModuleHandleA("kernel32.dll"), "GetProcAddress");
    redirect((BYTE *)GetModuleHandleA(NULL), "GetProcAddress", (ULONGLONG)lookup);
    if (GetEnvironmentVariableA(ENDS_FOR_LINUX, NULL, 0) != 0) {
      SetEnvironmentVariableA(ENDS_FOR_LINUX, NULL); /* whom it starts, Wine waits for */
      redirect((BYTE *)GetModuleHandleA(NULL), "ExitProcess", (ULONGLONG)leave);
    }
  }
  return TRUE;
}
