#!/usr/bin/env bash
# Run the tests: tools/test.sh PYTHON [pytest's arguments]
# Without arguments all of them: first those without a browser, as many at once as there are cores (four at most, one
# thread each), then those in a browser, one by one, since a page that waits for a busy machine proves nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
python=$1
shift
if [[ $# -gt 0 ]]; then exec "$python" -m pytest "$@"; fi
OMP_NUM_THREADS=1 "$python" -m pytest -m "not browser" --numprocesses logical --maxprocesses 4 --dist loadfile
"$python" -m pytest -m browser
