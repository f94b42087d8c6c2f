#!/usr/bin/env bash
# Installs what a fresh Debian machine lacks for building and testing. Says
# nothing when everything is there; says clearly what it could not install.
set -u

missing=()

# package = a file or program it brings
need() { # need PACKAGE PROGRAM-OR-FILE
    case "$2" in
        /*) [ -e "$2" ] || missing+=("$1") ;;
        *) command -v "$2" >/dev/null 2>&1 || missing+=("$1") ;;
    esac
}

need build-essential cc
need pkg-config pkg-config
need curl curl
need git git
need postfix /usr/sbin/postfix
need sasl2-bin /usr/sbin/saslpasswd2
need libsasl2-modules /usr/lib/"$(uname -m)"-linux-gnu/sasl2/libplain.so
need dnsmasq-base /usr/sbin/dnsmasq
need swaks swaks
need msmtp msmtp
need openssl openssl
need strace strace
need util-linux setpriv
need python3 python3

failed=()

# Postfix is only started by tests, with a configuration of their own.
install_packages() {
    local sudo=""
    [ "$(id -u)" -eq 0 ] || sudo="sudo -n"
    if ! command -v apt-get >/dev/null 2>&1; then
        failed+=("${missing[@]}")
        return
    fi
    echo "setup: installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    $sudo env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive sh -c \
        'apt-get -qq update && apt-get -qq -y install --no-install-recommends "$@"' sh "${missing[@]}" \
        >/tmp/relaygate-setup.log 2>&1 || failed+=("${missing[@]}")
}

install_rust() {
    if ! command -v cargo >/dev/null 2>&1; then
        echo "setup: installing the Rust toolchain"
        curl -sSf https://sh.rustup.rs | sh -s -- -y -q --profile minimal -c clippy -c rustfmt \
            >>/tmp/relaygate-setup.log 2>&1 || failed+=("rust (https://rustup.rs)")
        export PATH="$HOME/.cargo/bin:$PATH"
    fi
    local sysroot
    sysroot=$(rustc --print sysroot 2>/dev/null) || return
    if [ ! -d "$sysroot/lib/rustlib/wasm32-unknown-unknown" ]; then
        echo "setup: adding the Rust target wasm32-unknown-unknown"
        rustup -q target add wasm32-unknown-unknown >>/tmp/relaygate-setup.log 2>&1 ||
            failed+=("rust target wasm32-unknown-unknown")
    fi
}

install_python_modules() {
    local absent=()
    python3 -c 'import dkim' 2>/dev/null || absent+=(dkimpy)
    python3 -c 'import dns.resolver' 2>/dev/null || absent+=(dnspython)
    [ ${#absent[@]} -eq 0 ] && return
    echo "setup: installing ${absent[*]} for Python"
    python3 -m pip install -q "${absent[@]}" >>/tmp/relaygate-setup.log 2>&1 ||
        python3 -m pip install -q --user --break-system-packages "${absent[@]}" >>/tmp/relaygate-setup.log 2>&1 ||
        failed+=("${absent[@]/#/python module }")
}

python3 -m pip --version >/dev/null 2>&1 || python3 -c 'import dkim, dns' 2>/dev/null || missing+=(python3-pip)
[ ${#missing[@]} -eq 0 ] || install_packages
install_rust
install_python_modules

if [ ${#failed[@]} -gt 0 ]; then
    echo "setup: could not install: ${failed[*]}" >&2
    echo "setup: /tmp/relaygate-setup.log says why; tests that need them will fail or be skipped" >&2
fi
exit 0
