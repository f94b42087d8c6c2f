#!/usr/bin/env bash
# `make run`: serves with a configuration of its own, runs the demo against it,
# and goes on serving until Ctrl-C.   run.sh PROGRAM DIRECTORY
set -eu

program=$1
directory=$2
mkdir -p "$directory"
directory=$(cd "$directory" && pwd)
config=$directory/relaygate.toml

if [ ! -e "$config" ]; then
    cat >"$config" <<TOML
# Made by \`make run\`; high ports, everything in this directory.
hostname = "relay.desk.example"
native_domain = "desk.example"
data_dir = "$directory/data"
key_file = "$directory/relaygate.key"

[[listener]]
kind = "submission"
bind = "127.0.0.1:4465"
tls = "implicit"

[[listener]]
kind = "submission"
bind = "127.0.0.1:4587"
tls = "starttls"

[[listener]]
kind = "mx"
bind = "127.0.0.1:4025"
tls = "starttls"

[metrics]
bind = "127.0.0.1:4090"

[outbound]
allowed_networks = ["127.0.0.0/8"]
TOML
fi

"$program" --config "$config" serve &
server=$!
trap 'kill "$server" 2>/dev/null; wait "$server" 2>/dev/null' EXIT INT TERM

for _ in $(seq 1 300); do
    kill -0 "$server" 2>/dev/null || { wait "$server"; exit $?; }
    curl -fs -o /dev/null http://127.0.0.1:4090/readyz && break
    sleep 0.1
done

"$program" --config "$config" demo || echo "the demo did not come through; see above" >&2

cat <<TEXT

Relaygate goes on serving; Ctrl-C ends it.
  look around     $program --config $config account list
  health          curl http://127.0.0.1:4090/readyz
  start afresh    make clean-run
TEXT
wait "$server"
