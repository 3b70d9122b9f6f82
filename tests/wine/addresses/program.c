/*
 * A stand-in for powershell.exe and netsh.exe, which do nothing in Wine. For tests only. It adds its
 * arguments as a line to the file WINDLASS_STAND_IN.log, one TAB between two, writes what is in
 * WINDLASS_STAND_IN.answer, and ends with the number in WINDLASS_STAND_IN.code.
 */
#include <stdio.h>
#include <stdlib.h>

static FILE *open_beside(const char *suffix, const char *mode) {
  char path[1024];
  snprintf(path, sizeof path, "%s%s", getenv("WINDLASS_STAND_IN"), suffix);
  return fopen(path, mode);
}

int main(int count, char **arguments) {
  int code = 0;
  FILE *log = open_beside(".log", "ab");
  for (int i = 1; log != NULL && i < count; i++) fprintf(log, i == 1 ? "%s" : "\t%s", arguments[i]);
  if (log != NULL) fputc('\n', log), fclose(log);
  FILE *answer = open_beside(".answer", "rb");
  for (int each; answer != NULL && (each = fgetc(answer)) != EOF;) putchar(each);
  if (answer != NULL) fclose(answer);
  FILE *number = open_beside(".code", "rb");
  if (number != NULL && fscanf(number, "%d", &code) != 1) code = 99;
  if (number != NULL) fclose(number);
  return code;
}
