#!/usr/bin/env bash
# Print a folder with pyspark for PYTHONPATH, laid beside the environment so that nothing else sees it: tools/spark.sh PYTHON
# Finds Java or installs it. Asks no questions.
set -euo pipefail
cd "$(dirname "$0")/.."
python=$1 folder=$PWD/.spark
# shellcheck source=tools/apt.sh
source tools/apt.sh

has_java() { "${JAVA_HOME:+$JAVA_HOME/bin/}java" -version >/dev/null 2>&1 </dev/null; }

log=$(mktemp)
trap 'rm -f "$log"' EXIT

if ! has_java; then
    say "Installing Java for Spark …"
    if ! { install_from_apt openjdk-17-jre-headless >"$log" 2>&1 && has_java; }; then
        cat "$log" >&2
        say "Spark needs Java, and it could not be installed: install Java 17 or newer, or name its folder in JAVA_HOME."
        exit 1
    fi
fi
if [[ ! -f $folder/.laid || "$(cat "$folder/.laid")" != "$(cksum <requirements-spark.txt)" ]]; then
    say "Installing Spark: about half a minute after 450 MB …"
    rm -rf "$folder"
    if ! PIP_DISABLE_PIP_VERSION_CHECK=1 "$python" -m pip install --quiet --no-input --no-deps --target "$folder" \
        -r requirements-spark.txt >"$log" 2>&1 </dev/null; then
        cat "$log" >&2
        say "Spark could not be installed; the lines above say what went wrong."
        exit 1
    fi
    cksum <requirements-spark.txt >"$folder/.laid"
fi
printf '%s\n' "$folder"
