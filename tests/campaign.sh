#!/usr/bin/env bash
# Runs tests in full, where `make test` takes a sample: every point, as many rounds as the row
# of the fault catalogue asks for. campaign.sh PACKAGE TEST-BINARY|--lib [FILTER]; the package is for
# whoever reads: all are built together, since one alone has its dependencies built with other features.
set -eu
cd "$(dirname "$0")/.."

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$HOME/.cache/relaygate/target}
cargo build -q --workspace --bin relaygate
export RELAYGATE_BIN=$CARGO_TARGET_DIR/debug/relaygate
export RELAYGATE_CAMPAIGN=full

case "$2" in
    --lib) tests=(--lib) ;;
    *) tests=(--test "$2") ;;
esac

exec cargo test -q --workspace "${tests[@]}" -- --nocapture --test-threads=1 ${3:+"$3"}
