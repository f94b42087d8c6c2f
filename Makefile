# Relaygate: the commands people need. `make help` lists them.

export CARGO_TARGET_DIR ?= $(HOME)/.cache/relaygate/target
CARGO ?= cargo
SKIPS := $(abspath $(CARGO_TARGET_DIR))/skips.txt
# With the features the whole workspace has, so that the tests do not build the runtime again.
PROGRAM := --workspace --bin relaygate

.DEFAULT_GOAL := help
.PHONY: help setup build run test lint unit scenarios bench screens bench-policies campaign-crash campaign-kill campaign-restore campaign-handover campaign-hostile campaign-auth campaign-api campaign-policies campaign-replay deny

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what is missing on a Debian machine (nothing if all is there)
	@tests/setup.sh

build: setup ## build the program
	$(CARGO) build --release $(PROGRAM)

run: build ## serve, and show one real mail going all the way through
	@exec $(CARGO_TARGET_DIR)/release/relaygate demo

test: setup lint ## everything: formatting, lints, unit tests, scenarios with real mail servers
	$(CARGO) build $(PROGRAM)
	@rm -f $(SKIPS)
	RELAYGATE_BIN=$(CARGO_TARGET_DIR)/debug/relaygate RELAYGATE_SKIPS=$(SKIPS) \
		$(CARGO) test --workspace --no-fail-fast; result=$$?; \
		if [ -s $(SKIPS) ]; then echo "Left out on this machine:"; sort -u $(SKIPS); rm -f $(SKIPS); fi; \
		exit $$result

lint: ## formatting and clippy, as `make test` checks them
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings

unit: ## the tests without mail servers
	$(CARGO) test --workspace --exclude relaygate-tests

scenarios: setup ## the tests with real mail servers only
	$(CARGO) build $(PROGRAM)
	RELAYGATE_BIN=$(CARGO_TARGET_DIR)/debug/relaygate $(CARGO) test --workspace --test it --test tidy

screens: setup ## a picture of every page into docs/screens/
	$(CARGO) build $(PROGRAM)
	RELAYGATE_SCREENS=1 RELAYGATE_BIN=$(CARGO_TARGET_DIR)/debug/relaygate \
		$(CARGO) test --workspace --test it every_page_has_its_picture

bench: setup ## load on us and on Postfix in alternating rounds, and the ratio
	$(CARGO) build --release --workspace --bin relaygate --bin bench
	RELAYGATE_BIN=$(CARGO_TARGET_DIR)/release/relaygate $(CARGO_TARGET_DIR)/release/bench compare $(BENCH)

bench-policies: setup ## what decisions cost in the sandbox, natively and in LuaJIT; how many policies fit; what neighbours feel
	$(CARGO) build --release --workspace --bin relaygate --bin bench --features relaygate/bench-lua
	$(CARGO_TARGET_DIR)/release/relaygate policy bench
	$(CARGO_TARGET_DIR)/release/relaygate policy bench --density 10000
	RELAYGATE_BIN=$(CARGO_TARGET_DIR)/release/relaygate $(CARGO_TARGET_DIR)/release/bench neighbours \
		"$$(ls -t $(CARGO_TARGET_DIR)/release/build/relaygate-policy-*/out/mischief.wasm | head -1)"

# Campaigns are tests of `make test` in full: every point and round instead of a sample.
campaign-crash: setup ## kill the program and the store at every system call that writes (some 30 minutes)
	@tests/campaign.sh relaygate-tests it crash::
	@tests/campaign.sh relaygate-storage crash kill_at_each
	@tests/campaign.sh relaygate-storage crash kill_during

campaign-kill: setup ## 250 times SIGKILL under load, for the program and for the store
	@tests/campaign.sh relaygate-tests it durability::a_kill_under_load
	@tests/campaign.sh relaygate-storage crash kill_at_any

campaign-restore: setup ## a backup under 100,000 messages, a kill, and what is made out of it
	@tests/campaign.sh relaygate-tests it backup::a_restored_program

campaign-handover: setup ## 100 times SIGTERM under load with the socket kept open
	@tests/campaign.sh relaygate-tests it handover::

campaign-hostile: setup ## slow, endless and odd peers by the thousand, a million dot-stuffed texts, 549 letters for a browser (an hour or two)
	@PROPTEST_CASES=1000000 tests/campaign.sh relaygate-mail --lib smg_07_
	@tests/campaign.sh relaygate-mail --lib id_10_
	@tests/campaign.sh relaygate-tests it hostile::
	@tests/campaign.sh relaygate-tests it tls::
	@tests/campaign.sh relaygate-tests it injection::

campaign-auth: setup ## floods of guesses, and thousands of logins timed, in full
	@tests/campaign.sh relaygate-tests it guessing::

campaign-api: setup ## fifty thousand requests of a fuzzer that reads our own description (an hour or two)
	@tests/campaign.sh relaygate-tests it api::clients::a_fuzzer

campaign-policies: setup ## hostile components a million times over, every truncation, 20,000 random ones, all bombs (about an hour)
	@tests/campaign.sh relaygate-policy hostile
	@tests/campaign.sh relaygate-tests it bombs::

campaign-replay: setup ## 100,000 decisions of real mail made again, with a candidate, and after a restart (some 15 minutes)
	@tests/campaign.sh relaygate-tests it trials::past_decisions

deny: ## licences, advisories and bans (needs cargo-deny)
	$(CARGO) deny check
