# shellcheck shell=bash
# To be sourced: say, and install_from_apt.

say() { printf '%s\n' "$*" >&2; }

# install_from_apt [NAME=VALUE …] PACKAGE: as root or by sudo without a question; the variables are for its scripts.
install_from_apt() {
    local as_root=()
    command -v apt-get >/dev/null || return 1
    if [[ $(id -u) != 0 ]]; then sudo -n true 2>/dev/null || return 1; as_root=(sudo -n); fi
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq update </dev/null &&
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "${@:1:$#-1}" apt-get -qq -y install "${@: -1}" </dev/null
}
