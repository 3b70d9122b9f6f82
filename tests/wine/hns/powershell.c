/*
 * A stand-in for powershell.exe. For tests only.
 *
 * It joins its input and output to a test that listens on 127.0.0.1 at the port in $WINDLASS_HOST_PORT: the
 * first line that the test reads is the command line and $PSModulePath, all others are what Windlass writes. It complains a
 * little, as PowerShell does, and ends with 0 at the end of its input, with 7 if the test hangs up first.
 */
#define WIN32_LEAN_AND_MEAN
#include <winsock2.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

static SOCKET line;

static void fail(const char *why) {
  DWORD written;
  WriteFile(GetStdHandle(STD_ERROR_HANDLE), why, (DWORD)strlen(why), &written, NULL);
  ExitProcess(5);
}

static BOOL send_all(const char *bytes, DWORD length) {
  while (length > 0) {
    int sent = send(line, bytes, (int)length, 0);
    if (sent <= 0) return FALSE;
    bytes += sent;
    length -= sent;
  }
  return TRUE;
}

static DWORD WINAPI requests(void *unused) {
  char bytes[4096];
  DWORD length;
  (void)unused;
  while (ReadFile(GetStdHandle(STD_INPUT_HANDLE), bytes, sizeof bytes, &length, NULL) && length > 0) {
    if (!send_all(bytes, length)) return 0;
  }
  ExitProcess(0);
}

int main(void) {
  static const char complaint[] = "#< CLIXML\r\n";
  WSADATA data;
  char port[16], bytes[4096];
  struct sockaddr_in to = {.sin_family = AF_INET};
  DWORD written;
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) fail("Cannot start Winsock\r\n");
  if (GetEnvironmentVariableA("WINDLASS_HOST_PORT", port, sizeof port) == 0) fail("No $WINDLASS_HOST_PORT\r\n");
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  to.sin_port = htons((u_short)atoi(port));
  line = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(line, (struct sockaddr *)&to, sizeof to) != 0) fail("Cannot reach the test\r\n");
  WriteFile(GetStdHandle(STD_ERROR_HANDLE), complaint, sizeof complaint - 1, &written, NULL);
  const char *command = GetCommandLineA();
  char modules[1024] = "";
  GetEnvironmentVariableA("PSModulePath", modules, sizeof modules);
  const char *const first_line[] = {command, "\t", modules, "\n"};
  for (size_t i = 0; i < ARRAYSIZE(first_line); i++) {
    if (!send_all(first_line[i], (DWORD)strlen(first_line[i]))) fail("The test hung up\r\n");
  }
  CreateThread(NULL, 0, requests, NULL, 0, NULL);
  for (int length; (length = recv(line, bytes, sizeof bytes, 0)) > 0;) {
    if (!WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), bytes, (DWORD)length, &written, NULL)) break;
  }
  ExitProcess(7);
}
