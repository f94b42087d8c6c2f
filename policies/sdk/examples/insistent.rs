//! A policy that imports what standard libraries insist on, and calls what the setting `do`
//! says: for the tests of `host/policy`, which see to it that nothing is behind it.
//!
//! It imports a part of WASI by itself; a real library would do so behind its author's back.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

use alloc::string::String;
use alloc::vec::Vec;

use sdk::settings;
use sdk::tags::{DeliveryFacts, Tagging, no_tags};

#[allow(missing_docs)]
mod library {
    wit_bindgen::generate!({
        inline: "
            package local:insistent;

            world library {
                import wasi:cli/environment@0.2.0;
                import wasi:cli/exit@0.2.0;
                import wasi:cli/stdout@0.2.0;
                import wasi:cli/terminal-stdout@0.2.0;
                import wasi:clocks/wall-clock@0.2.0;
                import wasi:filesystem/preopens@0.2.0;
                import wasi:random/random@0.2.0;
                import wasi:random/insecure-seed@0.2.0;
            }

            package wasi:io@0.2.0 {
                interface error { resource error; }
                interface streams {
                    use error.{error};
                    variant stream-error { last-operation-failed(error), closed }
                    resource output-stream {
                        check-write: func() -> result<u64, stream-error>;
                        write: func(contents: list<u8>) -> result<_, stream-error>;
                        blocking-flush: func() -> result<_, stream-error>;
                        write-zeroes: func(len: u64) -> result<_, stream-error>;
                    }
                }
            }

            package wasi:cli@0.2.0 {
                interface environment {
                    get-environment: func() -> list<tuple<string, string>>;
                    get-arguments: func() -> list<string>;
                    initial-cwd: func() -> option<string>;
                }
                interface exit { exit: func(status: result); }
                interface stdout {
                    use wasi:io/streams@0.2.0.{output-stream};
                    get-stdout: func() -> output-stream;
                }
                interface terminal-output { resource terminal-output; }
                interface terminal-stdout {
                    use terminal-output.{terminal-output};
                    get-terminal-stdout: func() -> option<terminal-output>;
                }
            }

            package wasi:clocks@0.2.0 {
                interface wall-clock {
                    record datetime { seconds: u64, nanoseconds: u32 }
                    now: func() -> datetime;
                }
            }

            package wasi:filesystem@0.2.0 {
                interface types { resource descriptor; }
                interface preopens {
                    use types.{descriptor};
                    get-directories: func() -> list<tuple<descriptor, string>>;
                }
            }

            package wasi:random@0.2.0 {
                interface random { get-random-u64: func() -> u64; }
                interface insecure-seed { insecure-seed: func() -> tuple<u64, u64>; }
            }
        ",
        generate_all,
    });
}

use library::wasi::cli::{environment, exit, stdout, terminal_stdout};
use library::wasi::clocks::wall_clock;
use library::wasi::filesystem::preopens;
use library::wasi::random::{insecure_seed, random};

struct Insistent;

impl sdk::tags::Policy for Insistent {
    fn delivery(_facts: DeliveryFacts) -> Tagging {
        let mut tagging = no_tags();
        tagging.tags.extend(done(&settings::text("do", "")));
        tagging
    }
}

sdk::export_tags!(Insistent);

/// Does it, and says what came of it.
fn done(what: &str) -> Vec<String> {
    let mut said = Vec::new();
    match what {
        "look" => said.extend(looked()),
        "print" => said.extend(printed()),
        "seed" => said.push(sdk::digits(insecure_seed::insecure_seed().0)),
        "clock" => said.push(sdk::digits(wall_clock::now().seconds)),
        "random" => said.push(sdk::digits(random::get_random_u64())),
        "exit" => exit::exit(Ok(())),
        "zeroes" => drop(stdout::get_stdout().write_zeroes(1)),
        "flood" => loop {
            core::mem::forget(stdout::get_stdout());
        },
        _ => {}
    }
    said
}

/// What programs look at before they begin.
fn looked() -> [String; 4] {
    let present = usize::from(environment::initial_cwd().is_some())
        + usize::from(terminal_stdout::get_terminal_stdout().is_some());
    [
        environment::get_environment().len(),
        environment::get_arguments().len(),
        preopens::get_directories().len(),
        present,
    ]
    .map(|number| sdk::digits(number as u64))
}

/// Two lines to standard output, twice, as a library would.
fn printed() -> [String; 1] {
    for _ in 0..2 {
        let stream = stdout::get_stdout();
        let room = stream.check_write().is_ok_and(|room| room >= 13);
        let done =
            room && stream.write(b"\nhello\nworld\n").is_ok() && stream.blocking_flush().is_ok();
        if !done {
            return [String::from("refused")];
        }
    }
    [String::from("printed")]
}
