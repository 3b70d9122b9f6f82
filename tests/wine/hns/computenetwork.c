/*
 * A stand-in for computenetwork.dll, vmcompute.dll's HNSCall and ole32.dll's CoTaskMemFree. For tests only.
 *
 * It has no HNS of its own: each call is one line to a test that listens on 127.0.0.1 at the port in
 * $WINDLASS_HNS_PORT, where an emulator answers. It keeps books of what it hands out: every text must come
 * back to CoTaskMemFree exactly once, every handle to its Close. Without that variable each call is
 * answered here, at once, so that the cost of a call can be measured.
 *
 * A request is fields and tabs up to the end of the line, an answer is HRESULT, output and error likewise;
 * JSON has neither tabs nor line ends in it.
 */
#define WIN32_LEAN_AND_MEAN /* windows.h would declare the real CoTaskMemFree */
#include <winsock2.h>
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

#define EXPORT __declspec(dllexport)
#define RPC_UNAVAILABLE ((HRESULT)0x800706ba)
#define BAD_HANDLE ((HRESULT)0x80070006)

enum kind { NETWORK, ENDPOINT, LOAD_BALANCER };
static const char *const KINDS[] = {"network", "endpoint", "load-balancer"};

/* ---- The books ---- */

enum count { ALLOCATED, FREED, BAD_FREES, OPENED, CLOSED, BAD_CLOSES, UNDER_WAY, PEAK, COUNTS };
static LONGLONG counts[COUNTS];
static CRITICAL_SECTION books;

struct owned {
  struct owned *next;
  const void *what;
};
static struct owned *texts, *handles;

static void note(struct owned **list, const void *what, enum count count) {
  struct owned *entry = malloc(sizeof *entry);
  EnterCriticalSection(&books);
  entry->what = what;
  entry->next = *list;
  *list = entry;
  counts[count]++;
  LeaveCriticalSection(&books);
}

/* Whether it stood in the books; it does no longer. */
static BOOL strike(struct owned **list, const void *what, enum count good, enum count bad) {
  BOOL found = FALSE;
  EnterCriticalSection(&books);
  for (struct owned **at = list; *at != NULL; at = &(*at)->next) {
    if ((*at)->what != what) continue;
    struct owned *entry = *at;
    *at = entry->next;
    free(entry);
    found = TRUE;
    break;
  }
  counts[found ? good : bad]++;
  LeaveCriticalSection(&books);
  return found;
}

static void enter(void) {
  EnterCriticalSection(&books);
  if (++counts[UNDER_WAY] > counts[PEAK]) counts[PEAK] = counts[UNDER_WAY];
  LeaveCriticalSection(&books);
}

static void leave(void) {
  EnterCriticalSection(&books);
  counts[UNDER_WAY]--;
  LeaveCriticalSection(&books);
}

/* What the books say: COUNTS numbers. */
EXPORT void StandInCounts(LONGLONG *into) {
  EnterCriticalSection(&books);
  memcpy(into, counts, sizeof counts);
  LeaveCriticalSection(&books);
}

EXPORT void WINAPI CoTaskMemFree(void *text) {
  if (text != NULL && strike(&texts, text, FREED, BAD_FREES)) HeapFree(GetProcessHeap(), 0, text);
}

/* ---- Texts ---- */

static char *narrow(PCWSTR wide) {
  int length = WideCharToMultiByte(CP_UTF8, 0, wide, -1, NULL, 0, NULL, NULL);
  char *text = malloc(length);
  WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, length, NULL, NULL);
  return text;
}

static void give(PWSTR *into, const char *text) {
  if (into == NULL) return;
  *into = NULL;
  if (*text == 0) return;
  int length = MultiByteToWideChar(CP_UTF8, 0, text, -1, NULL, 0);
  PWSTR wide = HeapAlloc(GetProcessHeap(), 0, length * sizeof(WCHAR));
  MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, length);
  note(&texts, wide, ALLOCATED);
  *into = wide;
}

static void guid_text(const GUID *id, char *into) {
  sprintf(into, "%08lx-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x", id->Data1, id->Data2, id->Data3,
          id->Data4[0], id->Data4[1], id->Data4[2], id->Data4[3], id->Data4[4], id->Data4[5], id->Data4[6],
          id->Data4[7]);
}

/* ---- The line to the test ---- */

static SOCKET dial(void) {
  char port[16];
  struct sockaddr_in to = {.sin_family = AF_INET};
  WSADATA data;
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) return INVALID_SOCKET; /* it counts, so often is fine */
  if (GetEnvironmentVariableA("WINDLASS_HNS_PORT", port, sizeof port) == 0) return INVALID_SOCKET;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  to.sin_port = htons((u_short)atoi(port));
  SOCKET line = socket(AF_INET, SOCK_STREAM, 0);
  if (line != INVALID_SOCKET && connect(line, (struct sockaddr *)&to, sizeof to) != 0) {
    closesocket(line);
    return INVALID_SOCKET;
  }
  return line;
}

static BOOL send_all(SOCKET line, const char *text) {
  for (size_t left = strlen(text); left > 0;) {
    int sent = send(line, text, (int)left, 0);
    if (sent <= 0) return FALSE;
    text += sent;
    left -= sent;
  }
  return TRUE;
}

/* One line without its end; NULL when there are no more. The caller frees it. */
static char *receive_line(SOCKET line) {
  size_t room = 4096, length = 0;
  char *text = malloc(room);
  for (int seen; (seen = recv(line, text + length, (int)(room - length), MSG_PEEK)) > 0;) {
    const char *end = memchr(text + length, '\n', seen);
    int taken = recv(line, text + length, end == NULL ? seen : (int)(end - text - length) + 1, 0);
    if (taken <= 0) break;
    length += taken;
    if (text[length - 1] == '\n') {
      text[length - 1] = 0;
      return text;
    }
    if (length == room) text = realloc(text, room *= 2);
  }
  free(text);
  return NULL;
}

static char *next_field(char **rest) {
  char *field = *rest, *tab = strchr(field, '\t');
  if (tab == NULL) *rest = field + strlen(field);
  else *tab = 0, *rest = tab + 1;
  return field;
}

/* The answer where no test listens: an empty list, or an empty document. */
static HRESULT answer_here(const char *request, PWSTR *output, PWSTR *error) {
  give(output, strncmp(request, "enumerate", 9) == 0 ? "[]" : "{}");
  give(error, "");
  return S_OK;
}

static HRESULT ask(char *request, PWSTR *output, PWSTR *error) {
  HRESULT result = RPC_UNAVAILABLE;
  enter();
  if (GetEnvironmentVariableA("WINDLASS_HNS_PORT", NULL, 0) == 0) {
    result = answer_here(request, output, error);
  } else {
    SOCKET line = dial();
    char *answer = line != INVALID_SOCKET && send_all(line, request) ? receive_line(line) : NULL;
    if (answer != NULL) {
      char *rest = answer;
      result = (HRESULT)strtoul(next_field(&rest), NULL, 10);
      give(output, next_field(&rest));
      give(error, next_field(&rest));
      free(answer);
    }
    if (line != INVALID_SOCKET) closesocket(line);
  }
  leave();
  free(request);
  return result;
}

/* Joins fields to a request; NULL ends them. */
static char *request_of(const char *first, ...) {
  size_t length = 2;
  va_list fields;
  va_start(fields, first);
  for (const char *each = first; each != NULL; each = va_arg(fields, const char *)) length += strlen(each) + 1;
  va_end(fields);
  char *request = malloc(length), *at = request;
  va_start(fields, first);
  for (const char *each = first; each != NULL; each = va_arg(fields, const char *)) {
    at += sprintf(at, at == request ? "%s" : "\t%s", each);
  }
  va_end(fields);
  strcpy(at, "\n");
  return request;
}

/* ---- Objects ---- */

struct object {
  enum kind kind;
  char id[40];
};

static HRESULT hand_out(HRESULT result, enum kind kind, const GUID *id, void **handle) {
  *handle = NULL;
  if (result < 0) return result;
  struct object *object = malloc(sizeof *object);
  object->kind = kind;
  guid_text(id, object->id);
  note(&handles, object, OPENED);
  *handle = object;
  return result;
}

static HRESULT enumerate(enum kind kind, PCWSTR query, PWSTR *ids, PWSTR *error) {
  char *text = narrow(query);
  char *request = request_of("enumerate", KINDS[kind], text, NULL);
  free(text);
  return ask(request, ids, error);
}

static HRESULT open_object(enum kind kind, const GUID *id, void **handle, PWSTR *error) {
  char text[40];
  guid_text(id, text);
  return hand_out(ask(request_of("open", KINDS[kind], text, NULL), NULL, error), kind, id, handle);
}

static HRESULT query(enum kind kind, struct object *object, PCWSTR query, PWSTR *properties, PWSTR *error) {
  if (object->kind != kind) return BAD_HANDLE;
  char *text = narrow(query);
  char *request = request_of("query", KINDS[kind], object->id, text, NULL);
  free(text);
  return ask(request, properties, error);
}

static HRESULT close_object(void *handle) {
  if (!strike(&handles, handle, CLOSED, BAD_CLOSES)) return BAD_HANDLE;
  free(handle);
  return S_OK;
}

static HRESULT delete_object(enum kind kind, const GUID *id, PWSTR *error) {
  char text[40];
  guid_text(id, text);
  return ask(request_of("delete", KINDS[kind], text, NULL), NULL, error);
}

#define FUNCTIONS(NAME, KIND)                                                                               \
  EXPORT HRESULT WINAPI HcnEnumerate##NAME##s(PCWSTR q, PWSTR *ids, PWSTR *error) {                         \
    return enumerate(KIND, q, ids, error);                                                                  \
  }                                                                                                         \
  EXPORT HRESULT WINAPI HcnOpen##NAME(const GUID *id, void **handle, PWSTR *error) {                        \
    return open_object(KIND, id, handle, error);                                                            \
  }                                                                                                         \
  EXPORT HRESULT WINAPI HcnQuery##NAME##Properties(void *handle, PCWSTR q, PWSTR *p, PWSTR *error) {        \
    return query(KIND, handle, q, p, error);                                                                \
  }                                                                                                         \
  EXPORT HRESULT WINAPI HcnClose##NAME(void *handle) { return close_object(handle); }                       \
  EXPORT HRESULT WINAPI HcnDelete##NAME(const GUID *id, PWSTR *error) { return delete_object(KIND, id, error); }

FUNCTIONS(Network, NETWORK)
FUNCTIONS(Endpoint, ENDPOINT)
FUNCTIONS(LoadBalancer, LOAD_BALANCER)

EXPORT HRESULT WINAPI HcnCreateEndpoint(struct object *network, const GUID *id, PCWSTR settings, void **handle,
                                        PWSTR *error) {
  char guid[40], *text = narrow(settings);
  guid_text(id, guid);
  char *request = request_of("create-endpoint", network->id, guid, text, NULL);
  free(text);
  return hand_out(ask(request, NULL, error), ENDPOINT, id, handle);
}

EXPORT HRESULT WINAPI HcnCreateLoadBalancer(const GUID *id, PCWSTR settings, void **handle, PWSTR *error) {
  char guid[40], *text = narrow(settings);
  guid_text(id, guid);
  char *request = request_of("create-load-balancer", guid, text, NULL);
  free(text);
  return hand_out(ask(request, NULL, error), LOAD_BALANCER, id, handle);
}

#ifndef OLD_BUILD
EXPORT HRESULT WINAPI HcnModifyLoadBalancer(struct object *object, PCWSTR settings, PWSTR *error) {
  char *text = narrow(settings);
  char *request = request_of("modify-load-balancer", object->id, text, NULL);
  free(text);
  return ask(request, NULL, error);
}
#endif

EXPORT HRESULT WINAPI HNSCall(PCWSTR method, PCWSTR path, PCWSTR request, PWSTR *response) {
  char *a = narrow(method), *b = narrow(path), *c = narrow(request);
  char *line = request_of("hns", a, b, c, NULL);
  free(a), free(b), free(c);
  return ask(line, response, NULL);
}

/* ---- What HNS tells by itself ---- */

#ifndef OLD_BUILD

typedef void(CALLBACK *notify)(DWORD type, void *context, HRESULT status, PCWSTR data);

struct registration {
  notify callback;
  void *context;
  SOCKET line;
  HANDLE thread;
};

static DWORD WINAPI tell(void *at) {
  struct registration *registration = at;
  for (char *line; (line = receive_line(registration->line)) != NULL; free(line)) {
    char *rest = line;
    DWORD type = strtoul(next_field(&rest), NULL, 10);
    WCHAR data[1024];
    MultiByteToWideChar(CP_UTF8, 0, rest, -1, data, ARRAYSIZE(data));
    registration->callback(type, registration->context, S_OK, data);
  }
  return 0;
}

EXPORT HRESULT WINAPI HcnRegisterServiceCallback(notify callback, void *context, void **handle) {
  SOCKET line = dial();
  char *greeting = line != INVALID_SOCKET && send_all(line, "watch\n") ? receive_line(line) : NULL;
  if (greeting == NULL) return RPC_UNAVAILABLE;
  free(greeting);
  struct registration *registration = malloc(sizeof *registration);
  *registration = (struct registration){callback, context, line, NULL};
  registration->thread = CreateThread(NULL, 0, tell, registration, 0, NULL);
  note(&handles, registration, OPENED);
  *handle = registration;
  return S_OK;
}

/* As Windows does, it comes back only when no callback runs any more. */
EXPORT HRESULT WINAPI HcnUnregisterServiceCallback(struct registration *registration) {
  if (!strike(&handles, registration, CLOSED, BAD_CLOSES)) return BAD_HANDLE;
  shutdown(registration->line, SD_BOTH);
  WaitForSingleObject(registration->thread, INFINITE);
  CloseHandle(registration->thread);
  closesocket(registration->line);
  free(registration);
  return S_OK;
}
#endif

BOOL WINAPI DllMain(HINSTANCE self, DWORD reason, LPVOID reserved) {
  (void)self, (void)reserved;
  if (reason == DLL_PROCESS_ATTACH) InitializeCriticalSection(&books);
  return TRUE;
}
