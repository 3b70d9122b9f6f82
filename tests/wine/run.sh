#!/usr/bin/env bash
# What Windlass does on Windows, done by the Windows build of Deno under Wine: `deno task test:wine`.
#
#   WINDLASS_DENO_WIN   the command to use; made by setup.sh where it is not set
set -euo pipefail
cd "$(dirname "$0")/../.."

: "${WINDLASS_DENO_WIN:=$(tests/wine/setup.sh)}"
export WINDLASS_DENO_WIN
# The compile task's runtime, for its test: a whole deno.exe has the same structure.
DENORT_BIN=$(sed -n "s/^exec wine '\(.*\)' .*/\1/p" "$WINDLASS_DENO_WIN")
export DENORT_BIN

# Tests of code that asks for the platform, and the data path end to end.
windows_tests=(
  agent/windows_service
  agent/log
  agent/process_test.ts
  backends/userspace/tcp_listener_test.ts
  backends/userspace/udp_listener_test.ts
  backends/userspace/userspace_test.ts
)

step() {
  local name=$1 start=$SECONDS
  shift
  printf '\n== Wine: %s\n' "$name"
  "$@"
  printf '== Wine: %s: done in %d s\n' "$name" $((SECONDS - start))
}

windlass() {
  "$WINDLASS_DENO_WIN" run --no-prompt -P=windlass-windows mod.ts "$@"
}

step "version" windlass version
step "simulation" windlass simulate --scenario all --duration 8s --services 3 \
  --connections 6 --workers 1
step "tests by deno.exe" "$WINDLASS_DENO_WIN" test -P=test --no-check --quiet "${windows_tests[@]}"
step "tests around deno.exe" deno test -P=test --quiet tests/wine tests/exe
