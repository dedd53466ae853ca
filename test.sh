#!/usr/bin/env bash
# Runs all tests. Installs what they need and is missing: npm packages come with the build, browsers from Debian's packages.
# The last line counts all suites: "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

fail() { echo "$1" >&2; echo "0 passed, 1 failed"; exit 1; }

command -v dotnet >/dev/null || fail "Install the .NET SDK 10 first: https://dot.net"
command -v node >/dev/null || fail "Install Node 20 or later first: https://nodejs.org"

# What the jail of the smoke tests is made with.
tools=()
for tool in socat:socat unshare:util-linux setpriv:util-linux prlimit:util-linux mount:mount ip:iproute2; do
  [ -n "$(PATH=$PATH:/usr/sbin:/sbin command -v "${tool%%:*}")" ] || tools+=("${tool##*:}")
done

# Chromium for nearly all browser tests; Firefox, and WebKitGTK on a display of its own, for the way of whoever was given an address.
wanted=("${tools[@]}")
command -v chromium >/dev/null || command -v google-chrome >/dev/null || [ -n "${HUB_TEST_BROWSER:-}" ] || wanted+=(chromium)
command -v firefox-esr >/dev/null || command -v firefox >/dev/null || wanted+=(firefox-esr)
command -v WebKitWebDriver >/dev/null || wanted+=(webkit2gtk-driver)
command -v Xvfb >/dev/null || wanted+=(xvfb)
if [ "${#wanted[@]}" -gt 0 ]; then
  if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    echo "Installing ${wanted[*]} from Debian's packages"
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${wanted[@]}"; } >/tmp/apt-browsers.log 2>&1 \
      || fail "The browsers could not be installed: see /tmp/apt-browsers.log"
  else
    fail "Install ${wanted[*]} first (Chromium may also be named in HUB_TEST_BROWSER)."
  fi
fi

dotnet build PyScriptHub.sln || fail "The build failed."

passed=0 failed=0 status=0
for project in tests/*.Tests; do
  log=$(mktemp)
  dotnet test --project "$project" --no-build --no-progress --no-ansi "$@" 2>&1 | tee "$log"
  code=${PIPESTATUS[0]}
  # A suite that found no test at all, or that broke down, is a failure even where it counted none.
  ran=$(sed -n 's/^ *succeeded: *\([0-9]*\).*/\1/p' "$log" | tail -n 1)
  broke=$(sed -n 's/^ *failed: *\([0-9]*\).*/\1/p' "$log" | tail -n 1)
  passed=$((passed + ${ran:-0}))
  failed=$((failed + ${broke:-0}))
  if [ "$code" != 0 ]; then
    status=1
    [ "${broke:-0}" = 0 ] && failed=$((failed + 1))
  fi
  rm -f "$log"
done

# The front end's own tests, counted in the same way.
log=$(mktemp)
(cd src/Web/ClientApp && npm test --silent -- --no-color) 2>&1 | tee "$log"
code=${PIPESTATUS[0]}
ran=$(sed -n 's/^ *Tests .* \([0-9]*\) passed.*/\1/p' "$log" | tail -n 1)
broke=$(sed -n 's/^ *Tests .* \([0-9]*\) failed.*/\1/p' "$log" | tail -n 1)
passed=$((passed + ${ran:-0}))
failed=$((failed + ${broke:-0}))
if [ "$code" != 0 ] || [ -z "$ran" ]; then
  status=1
  [ "${broke:-0}" = 0 ] && failed=$((failed + 1))
fi
rm -f "$log"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && exit "$status"
exit 1
