#!/usr/bin/env bash
# Repeats tests until a time is over: campaign.sh FILTER
#   SECONDS_MAX=600   how long
#   PACKAGE=relaygate-tests   whose tests
set -eu
cd "$(dirname "$0")/.."

filter=$1
package=${PACKAGE:-relaygate-tests}
limit=${SECONDS_MAX:-600}
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$HOME/.cache/relaygate/target}

cargo build -q -p relaygate
export RELAYGATE_BIN=$CARGO_TARGET_DIR/debug/relaygate
cargo test -q -p "$package" --no-run

rounds=0
start=$(date +%s)
while [ $(($(date +%s) - start)) -lt "$limit" ]; do
    cargo test -q -p "$package" -- "$filter"
    rounds=$((rounds + 1))
done
echo "campaign: $rounds rounds of '$filter' in $package, all green"
