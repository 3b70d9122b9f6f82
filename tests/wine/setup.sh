#!/usr/bin/env bash
# Makes a command that runs the Windows build of Deno on Debian, and prints its path.
#
#   tests/wine/setup.sh [FOLDER]      where it is kept; default ~/.cache/windlass-wine
#
# Wine and the compilers come from Debian (as root), deno.exe from npm, the DLL between the two from
# shim.c, what mends Wine's UDP from bind_exactly.c.
# What is there already is kept, so a second run takes a second. Ends with 69 where Wine, a compiler or
# deno.exe cannot be had.
set -euo pipefail

unavailable() {
  echo "$*" >&2
  exit 69
}

[ "$(uname -sm)" = "Linux x86_64" ] || unavailable "deno.exe for x86-64 runs under Wine on x86-64 Linux"
source_folder=$(cd "$(dirname "$0")" && pwd)
folder=${1:-$HOME/.cache/windlass-wine}
version=2.9.5 # the newest Windows build on npm
home=$folder/$version

if ! command -v wine >/dev/null || ! command -v x86_64-w64-mingw32-gcc >/dev/null ||
  ! command -v gcc >/dev/null; then
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
    --no-install-recommends wine wine64 gcc-mingw-w64-x86-64 gcc libc6-dev; } >/dev/null ||
    unavailable "Wine and mingw cannot be installed: that takes apt-get, and root"
fi

mkdir -p "$home" "$folder/prefix" # Wine's server starts in no folder that is not there
if [ ! -f "$home/deno.exe" ]; then
  unpacked=$(mktemp -d "$folder/unpack.XXXXXX")
  trap 'rm -rf "$unpacked"' EXIT
  (cd "$unpacked" && npm pack --silent "@deno/win32-x64@$version" >/dev/null) ||
    unavailable "npm does not get @deno/win32-x64@$version"
  (cd "$unpacked" && tar xzf ./*.tgz)
  chmod +x "$unpacked/package/deno.exe"
  mv "$unpacked/package/deno.exe" "$home/deno.exe"
fi
x86_64-w64-mingw32-gcc -O2 -Wall -Werror -shared -s \
  -o "$home/bcryptprimitives.dll" "$source_folder/shim.c" -ladvapi32
gcc -O2 -Wall -Werror -shared -fPIC -s -o "$home/bind_exactly.so" "$source_folder/bind_exactly.c"

cat >"$folder/deno-win" <<EOF
#!/usr/bin/env bash
# Deno $version for Windows, under Wine. Z:\\ is this machine's root folder.
export WINEPREFIX='$folder/prefix' WINEDEBUG="\${WINEDEBUG:--all}"
export WINEDLLOVERRIDES="\${WINEDLLOVERRIDES:-mscoree,mshtml=}"
# Wine's server, unless it runs already; it stays for a while, so that it is not going just now: without
# our pipes, whose other ends wait until nobody has them. Its library must not be in the environment of
# deno.exe, which would start no other programs with it.
LD_PRELOAD='$home/bind_exactly.so' wineserver -p30 </dev/null >/dev/null 2>&1 || true
WINDLASS_WINE_ENDS_FOR_LINUX=1 exec wine '$home/deno.exe' "\$@"
EOF
chmod +x "$folder/deno-win"
export WINEPREFIX=$folder/prefix WINEDEBUG=-all WINEDLLOVERRIDES=mscoree,mshtml=
if [ ! -f "$folder/prefix/patient" ]; then
  # Wine gives a service 10 s to report, Windows 30 s; a loaded machine needs more of them than either.
  wine reg add 'HKLM\SYSTEM\CurrentControlSet\Control' /v ServicesPipeTimeout /t REG_SZ /d 120000 /f \
    </dev/null >/dev/null 2>&1 || {
    echo "Wine is there and does not start: see  WINEDEBUG= WINEPREFIX=$folder/prefix wine cmd /c ver" >&2
    exit 1
  }
  wineserver -w || true # its services ask when they start; no server is as good
  touch "$folder/prefix/patient"
fi
"$folder/deno-win" --version >&2
echo "$folder/deno-win"
