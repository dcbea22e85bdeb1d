#!/usr/bin/env bash
# Lay the virtual environment: tools/setup.sh FOLDER run|dev
# Does nothing when FOLDER already holds what the requirements ask for. Asks no questions.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=$1 kind=$2
python="$venv/bin/python"

say() { printf '%s\n' "$*" >&2; }

works() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' >/dev/null 2>&1; }

find_python() {
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14 python; do
        if works "$candidate"; then printf '%s' "$candidate"; return; fi
    done
    say "Reelspace needs Python 3.11 to 3.14 and found none: install one, or name it with 'make run PYTHON=/path/to/python3'."
    exit 1
}

lay_venv() {
    local base
    base=$(find_python)
    say "Making $venv with $("$base" --version) …"
    if ! "$base" -m venv --clear "$venv" >"$log" 2>&1; then
        cat "$log" >&2
        say "Reelspace needs Python's venv module, which this Python lacks: on Debian and Ubuntu install python3-venv."
        exit 1
    fi
}

install() {
    # pip's warnings about places it does not find are noise; its errors are shown whole when it fails.
    if ! PIP_DISABLE_PIP_VERSION_CHECK=1 "$python" -m pip install --quiet --no-input "$@" >"$log" 2>&1 </dev/null; then
        cat "$log" >&2
        say "Setting up needs the Python package registry and about 2 GB of disk; the lines above say what went wrong."
        exit 1
    fi
}

# A stamp holds the sum of the files it was laid from: a changed requirement installs again, a fresh checkout does not.
sum_of() { cat "$@" | cksum; }
is_laid() { [[ -f $venv/.$1 && "$(cat "$venv/.$1")" == "$(sum_of "${@:2}")" ]]; }

log=$(mktemp)
trap 'rm -f "$log"' EXIT

works "$python" || lay_venv
if ! is_laid run requirements.txt; then
    say "Installing torch, the largest part: about a minute …"
    install "$(grep '^torch==' requirements.txt)"
    say "Installing what else Reelspace runs on: about a minute …"
    install -r requirements.txt
    sum_of requirements.txt >"$venv/.run"
fi
if [[ $kind == dev ]] && ! is_laid dev requirements.txt requirements-dev.txt; then
    say "Installing what tests and checks need …"
    install -r requirements-dev.txt
    sum_of requirements.txt requirements-dev.txt >"$venv/.dev"
fi
