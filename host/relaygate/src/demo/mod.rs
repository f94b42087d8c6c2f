//! `relaygate demo`: a complete play, from an empty installation to an answer in
//! an end user's mailbox.
//!
//! Nothing in it is a stand-in for the product: the program is a served
//! `relaygate` process, asked through its admin socket like from the command line;
//! the customer's mail server is a real Postfix where there is one
//! (`examples/customer-server`). Every step tells what was *observed*; the play
//! fails at the first thing that does not come.
//!
//! [`stage`] has the processes, [`play`] the steps in order, [`end_user`] the
//! person who writes, [`report`] what is told.

mod end_user;
mod play;
mod report;
mod stage;

use std::path::PathBuf;

use report::Report;
use stage::Stage;

/// How the play is to be given.
#[derive(Debug, Clone)]
pub struct Options {
    /// Use the program that is served with this configuration, instead of one of our own.
    pub config: Option<PathBuf>,
    /// One JSON object instead of words.
    pub json: bool,
    /// End after the last step instead of going on serving.
    pub once: bool,
    /// Use the small customer's server although there is a Postfix.
    pub small: bool,
}

/// Why the play could not go on.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The customer's side.
    #[error("{0}")]
    Customer(#[from] customer::Error),
    /// The program does not answer, or says no.
    #[error("{0}")]
    Program(#[from] crate::admin::AskError),
    /// The configuration does not fit.
    #[error("{0}")]
    Config(#[from] crate::config::ConfigError),
    /// A mail server said something else than was hoped.
    #[error("{0}")]
    Mail(#[from] end_user::SendError),
    /// Something that had to come did not.
    #[error("waited {seconds} s in vain for {what}; {hint}")]
    Missed {
        /// What was waited for.
        what: &'static str,
        /// How long.
        seconds: u64,
        /// Where to look.
        hint: String,
    },
    /// Something came that was not expected.
    #[error("{0}")]
    Unexpected(String),
}

/// Gives the play. True if every step was observed.
pub fn run(options: &Options) -> bool {
    let mut report = Report::new(options.json);
    let played = Stage::set(options, &mut report).and_then(|stage| {
        play::play(&stage, &mut report)?;
        Ok(stage)
    });
    match played {
        Ok(stage) => {
            report.close(None);
            if !options.once {
                report.say(&stage.how_to_go_on());
                stage.serve_on();
            }
            true
        }
        Err(error) => {
            report.close(Some(&error));
            false
        }
    }
}
