#!/usr/bin/env bash
# Runs every test: provides what they need (Chromium, PostgreSQL, openpyxl) through apt when it is missing, starts a PostgreSQL of its own, and ends with one line of counts.
#   ./test.sh            all tests
#   ./test.sh quick      those that need nothing, in seconds
set -uo pipefail
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
log=$PWD/test.log
: > "$log"

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

provide() { # package, then a command that is there once it is
  local package=$1; shift
  "$@" >/dev/null 2>&1 && return 0
  command -v apt-get >/dev/null || { echo "Install $package: apt-get is not here to do it." >&2; return 1; }
  echo "Installing $package"
  as_root apt-get update -qq >/dev/null 2>&1
  DEBIAN_FRONTEND=noninteractive as_root apt-get install -y -qq "$package" >/dev/null 2>&1
  "$@" >/dev/null 2>&1 || { echo "$package could not be installed." >&2; return 1; }
}

postgres_bin() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1; }
has_postgres() { [ -x "$(postgres_bin)/initdb" ]; }
has_chromium() { [ -n "${CHROMIUM:-}" ] || command -v chromium || command -v chromium-browser || command -v google-chrome; }

# The system's own Python: a package of the system is for no other.
has_openpyxl() { /usr/bin/python3 -c 'import openpyxl'; }

# PostgreSQL refuses to run as root, so root lends it to the user the package made.
as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

start_postgres() {
  local bin; bin=$(postgres_bin)
  data=$(mktemp -d)
  [ "$(id -u)" = 0 ] && chown postgres "$data"
  as_postgres "$bin/initdb" -D "$data/db" -U postgres --auth=trust --locale=C.UTF-8 -E UTF8 >> "$log" 2>&1 || return 1
  local port=$((20000 + RANDOM % 20000))
  as_postgres "$bin/pg_ctl" -D "$data/db" -w -l "$data/log" -o "-p $port -k $data -c listen_addresses=127.0.0.1 -c max_connections=200" start >> "$log" 2>&1 || { cat "$data/log"; return 1; }
  export PANEL_POSTGRES="Host=127.0.0.1;Port=$port;Username=postgres"
}

stop_postgres() {
  [ -n "${data:-}" ] || return 0
  as_postgres "$(postgres_bin)/pg_ctl" -D "$data/db" -m immediate stop >/dev/null 2>&1
  rm -rf "$data"
}
trap stop_postgres EXIT

status=0
if [ "${1:-}" = quick ]; then
  dotnet test tests/ClausumPanel.Assess.Tests --nologo 2>&1 | tee -a "$log"
  status=${PIPESTATUS[0]}
else
  provide postgresql has_postgres || exit 1
  provide chromium has_chromium || exit 1
  provide python3-openpyxl has_openpyxl || exit 1
  [ -n "${PANEL_POSTGRES:-}" ] || start_postgres || { echo "PostgreSQL did not start." >&2; exit 1; }
  dotnet build ClausumPanel.sln --nologo -v q 2>&1 | tee -a "$log"
  [ "${PIPESTATUS[0]}" = 0 ] || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
  for project in tests/*/; do
    dotnet test "$project" --no-build --nologo --blame-hang-timeout 3m 2>&1 | tee -a "$log"
    [ "${PIPESTATUS[0]}" = 0 ] && continue
    status=1
    # One that broke off says how many had passed until then, and of itself nothing.
    if tail -30 "$log" | grep -q "^Test Run Aborted"; then echo "Failed!  - Failed: 1, Passed: 0, Skipped: 0, broken off: $project" >> "$log"; fi
  done
fi

# Each test assembly closes with "Passed!  - Failed: 0, Passed: 4, Skipped: 0, …".
awk -F'[:,]' '/^(Passed|Failed|Skipped)! +- +Failed:/ { f += $2; p += $4; s += $6 } END { printf "%d passed, %d failed, %d skipped\n", p, f, s; exit (f > 0 || p == 0) }' "$log" || status=1
exit $status
