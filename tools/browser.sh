#!/usr/bin/env bash
# Print the path of a Chromium for the browser tests, installing one if there is none: tools/browser.sh PYTHON
# Prints an empty line where Playwright brings its own. Asks no questions.
set -euo pipefail
python=$1
# shellcheck source=tools/apt.sh
source "$(dirname "${BASH_SOURCE[0]}")/apt.sh"

find_browser() {
    local name
    for name in "${REELSPACE_CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" "/Applications/Chromium.app/Contents/MacOS/Chromium"; do
        # Some packages put a stub in place that only says what to install: it must answer.
        if [[ -n $name ]] && "$name" --version >/dev/null 2>&1 </dev/null; then command -v "$name"; return; fi
    done
    return 1
}

install_from_playwright() { "$python" -m playwright install chromium </dev/null; }

log=$(mktemp)
trap 'rm -f "$log"' EXIT

find_browser && exit
say "Installing Chromium for the browser tests …"
if install_from_apt chromium >"$log" 2>&1 && find_browser; then exit; fi
if install_from_playwright >>"$log" 2>&1; then echo; exit; fi
cat "$log" >&2
say "The browser tests need Chromium, and it could not be installed: install Chromium or Google Chrome, then run this again."
exit 1
