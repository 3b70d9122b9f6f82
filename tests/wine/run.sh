#!/usr/bin/env bash
# What Windlass does on Windows, done by the Windows build of Deno under Wine: `deno task test:wine`.
# Where Wine or that build cannot be had it says so, and is content.
#
#   WINDLASS_DENO_WIN   the command to use; made by setup.sh where it is not set
set -euo pipefail
cd "$(dirname "$0")/../.."

unavailable=69
if [ -z "${WINDLASS_DENO_WIN:-}" ]; then
  WINDLASS_DENO_WIN=$(tests/wine/setup.sh) || {
    code=$?
    [ "$code" = "$unavailable" ] || exit "$code"
    echo "skipped: the Windows build of Deno cannot be run here"
    exit 0
  }
fi
export WINDLASS_DENO_WIN
# The compile task's runtime, for its test: a whole deno.exe has the same structure.
DENORT_BIN=$(sed -n "s/.* exec wine '\(.*\)' .*/\1/p" "$WINDLASS_DENO_WIN")
export DENORT_BIN

# Wine's own services come with its first program and go with its last one, which takes longer than
# most of what is run here. So one program stays: until its standard input ends, which is when this does.
coproc session { exec "$WINDLASS_DENO_WIN" eval 'await Deno.stdin.read(new Uint8Array(1))' 2>/dev/null; }

# Tests of code that asks for the platform, and each data path end to end.
windows_tests=(
  agent/log
  agent/node_facts
  agent/probe/platform_test.ts
  agent/process_test.ts
  agent/windows_service
  backends/userspace/bind_failure_test.ts
  backends/userspace/every_path_change_test.ts
  backends/userspace/every_path_local_clients_test.ts
  backends/userspace/every_path_node_ports_test.ts
  backends/userspace/every_path_tcp_test.ts
  backends/userspace/every_path_udp_test.ts
  backends/userspace/tcp_listener_test.ts
  backends/userspace/udp_listener_test.ts
  backends/userspace/userspace_test.ts
  backends/userspace/windows_addresses
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

# Wine has races of its own, and is no Windows: what fails three times running is ours.
retry=--retry=2

step "version" windlass version
step "simulation" windlass simulate --scenario all --duration 12s --services 4 --workers 1
step "tests by deno.exe" "$WINDLASS_DENO_WIN" test -P=test --preload tests/draws.ts --no-check --quiet "$retry" "${windows_tests[@]}"
step "tests around deno.exe" deno test -P=test --no-check --quiet "$retry" tests/wine tests/exe
