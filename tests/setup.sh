#!/usr/bin/env bash
# Installs what a fresh Debian machine lacks for building and testing, Rust
# excepted. Says nothing when everything is there; says clearly what it could not
# install.
set -u

log=/tmp/relaygate-setup.log
: >"$log"
missing=()
wanted=()

# package = a file or program it brings
need() { # need PACKAGE PROGRAM-OR-FILE
    is_there "$2" || missing+=("$1")
}

# the same for what not every release of Debian has: asked for by itself, so that the
# rest is installed whatever comes of it
want() { # want PACKAGE PROGRAM-OR-FILE
    is_there "$2" || wanted+=("$1")
}

is_there() {
    case "$1" in
        /*) [ -e "$1" ] ;;
        *) command -v "$1" >/dev/null 2>&1 ;;
    esac
}

need build-essential cc
need pkg-config pkg-config
need git git
need postfix /usr/sbin/postfix
need sasl2-bin /usr/sbin/saslpasswd2
need libsasl2-modules /usr/lib/"$(uname -m)"-linux-gnu/sasl2/libplain.so
need dnsmasq-base /usr/sbin/dnsmasq
need nsd /usr/sbin/nsd
need swaks swaks
need msmtp msmtp
need openssl openssl
need curl curl
need dovecot-lmtpd /usr/lib/dovecot/lmtp
need strace strace
need util-linux setpriv
need python3 python3
# Looks at our TLS from outside.
want testssl.sh testssl
want python3-venv /usr/share/doc/python3-venv
# A ticket system to stand behind us; started by its test, on a database of its own.
want request-tracker5 /usr/sbin/rt-setup-database-5
want rt5-standalone /usr/share/doc/rt5-standalone
want rt5-db-sqlite /usr/share/doc/rt5-db-sqlite
want rt5-clients /usr/bin/rt-mailgate-5
# A browser for the pages, and what drives it.
want chromium /usr/bin/chromium
want nodejs node
want npm npm
want pngquant pngquant
# A registry that components are pulled from; started by its test.
want docker-registry docker-registry

failed=()

# Postfix is only started by tests, with a configuration of their own.
install_packages() { # install_packages PACKAGE...
    local sudo=""
    [ "$(id -u)" -eq 0 ] || sudo="sudo -n"
    if ! command -v apt-get >/dev/null 2>&1; then
        failed+=("$@")
        return
    fi
    echo "setup: installing $*"
    export DEBIAN_FRONTEND=noninteractive
    $sudo env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive sh -c \
        'apt-get -qq update && apt-get -qq -y install --no-install-recommends "$@"' sh "$@" \
        >>"$log" 2>&1 || failed+=("$@")
}

# Rust is the user's own choice of place and version; we only say what is missing.
check_rust() {
    if ! command -v cargo >/dev/null 2>&1; then
        echo "setup: there is no cargo, and nothing can be built without; https://rustup.rs tells how to install Rust" >&2
        exit 1
    fi
    local sysroot
    sysroot=$(rustc --print sysroot 2>/dev/null) || return
    if [ ! -d "$sysroot/lib/rustlib/wasm32-unknown-unknown" ]; then
        echo "setup: adding the Rust target wasm32-unknown-unknown"
        rustup -q target add wasm32-unknown-unknown >>"$log" 2>&1 ||
            failed+=("rust target wasm32-unknown-unknown")
    fi
}

# The verifier of DKIM signatures and the resolver some tests ask.
python=${PYTHON:-python3}

has_python_modules() {
    "$python" -c 'import dkim, dns.resolver' 2>/dev/null
}

# Debian's own python3 gets Debian's packages (and may refuse pip); any other gets pip's.
is_system_python() {
    [ "$("$python" -c 'import sys; print(sys.prefix)' 2>/dev/null || echo /usr)" = /usr ]
}

install_python_modules() {
    has_python_modules && return
    echo "setup: installing dkimpy and dnspython for $python"
    "$python" -m pip install -q dkimpy dnspython >>"$log" 2>&1 ||
        "$python" -m pip install -q --user --break-system-packages dkimpy dnspython >>"$log" 2>&1
    has_python_modules || failed+=("the Python modules dkimpy and dnspython")
}

# What drives the browser (tests/browser): kept outside the tree, made anew when the lock changes.
own=$(dirname "$0")/browser
browser=${XDG_CACHE_HOME:-$HOME/.cache}/relaygate/browser

install_browser_modules() {
    local lock=$own/package-lock.json
    command -v npm >/dev/null 2>&1 || return
    cmp -s "$lock" "$browser/package-lock.json" && [ -d "$browser/node_modules" ] && return
    echo "setup: installing playwright-core and axe-core"
    mkdir -p "$browser"
    cp "$own/package.json" "$lock" "$browser"
    (cd "$browser" && npm ci --silent --no-audit --no-fund --ignore-scripts) >>"$log" 2>&1 ||
        failed+=("the node modules playwright-core and axe-core")
}

# Programs of others that speak to our API, with what they need: too much for a Python that
# serves other ends, so it gets one of its own. Only their tests want them.
clients=$HOME/.cache/relaygate/python

has_api_clients() {
    "$clients/bin/python" -c 'import schemathesis, zenpy' 2>/dev/null
}

install_api_clients() {
    has_api_clients && return
    echo "setup: installing schemathesis and zenpy in $clients"
    "$python" -m venv "$clients" >>"$log" 2>&1 &&
        "$clients/bin/python" -m pip install -q 'schemathesis==4.32.5' 'zenpy==2.0.57' >>"$log" 2>&1
    has_api_clients || failed+=("the Python modules schemathesis and zenpy")
}

# What the example policies in JavaScript and Python are built with, as their authors pin it:
# kept outside the tree, made anew when the pins change. Only their tests want them.
examples=$(dirname "$0")/../examples
tools=${XDG_CACHE_HOME:-$HOME/.cache}/relaygate

install_jco() {
    local lock=$examples/vip-tagging/package-lock.json
    command -v npm >/dev/null 2>&1 || return
    cmp -s "$lock" "$tools/jco/package-lock.json" && [ -x "$tools/jco/node_modules/.bin/jco" ] && return
    # Node's own word on what is too old: its bundler does not start there.
    node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 22 || a == 22 && b >= 12 || a == 20 && b >= 19 ? 0 : 1)' ||
        { failed+=("jco, which needs Node.js 20.19 or 22.12"); return; }
    echo "setup: installing jco in $tools/jco"
    mkdir -p "$tools/jco"
    cp "$examples/vip-tagging/package.json" "$lock" "$tools/jco"
    (cd "$tools/jco" && npm ci --silent --no-audit --no-fund --ignore-scripts) >>"$log" 2>&1 ||
        failed+=("jco")
}

install_componentize_py() {
    local pins=$examples/partner-routing/requirements.txt made=$tools/componentize-py
    cmp -s "$pins" "$made/requirements.txt" && [ -x "$made/bin/componentize-py" ] && return
    echo "setup: installing componentize-py in $made"
    "$python" -m venv "$made" >>"$log" 2>&1 &&
        "$made/bin/python" -m pip install -q -r "$pins" >>"$log" 2>&1 &&
        cp "$pins" "$made" ||
        failed+=("componentize-py")
}

if is_system_python && ! has_python_modules; then
    missing+=(python3-dkim python3-dnspython)
fi
[ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
[ ${#wanted[@]} -eq 0 ] || install_packages "${wanted[@]}"
install_python_modules
install_browser_modules
install_api_clients
install_jco
install_componentize_py
check_rust

if [ ${#failed[@]} -gt 0 ]; then
    echo "setup: could not install: ${failed[*]}" >&2
    echo "setup: $log says why, if it was tried; tests that need them will fail or be skipped" >&2
fi
exit 0
