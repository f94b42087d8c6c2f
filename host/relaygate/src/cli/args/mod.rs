//! What can be typed, a file for each noun. These comments are the help texts.

mod account;
mod address;
mod audit;
mod backup;
mod brand;
mod dkim;
mod domain;
mod email;
mod journal;
mod log;
mod login;
mod person;
mod policy;
mod queue;
mod secrets;
mod suspended;
mod ticket;
mod token;
mod trigger;
mod webhook;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use account::{AccountCommand, DeskArguments};
pub use address::{AddressCommand, ChangedAddressArguments, NewAddressArguments, TrustArguments};
pub use audit::AuditCommand;
pub use backup::{BackupArguments, BackupCommand, RestoreArguments};
pub use brand::BrandCommand;
pub use dkim::DkimCommand;
pub use domain::DomainCommand;
pub use email::EmailCommand;
pub use journal::JournalCommand;
pub use log::{LogArguments, LogCommand};
pub use login::LoginCommand;
pub use person::PersonCommand;
pub use policy::{
    BenchArguments, FuzzArguments, InstallArguments, NewArguments, PolicyCommand, PolicyName,
    ReplayArguments, RunArguments,
};
pub use queue::QueueCommand;
pub use secrets::SecretsCommand;
pub use suspended::SuspendedCommand;
pub use ticket::{FindArguments, OpenArguments, ReplyText, TicketCommand, UpdateArguments};
pub use token::TokenCommand;
pub use trigger::TriggerCommand;
pub use webhook::WebhookCommand;

/// The gate between a company's mail server and its help desk.
#[derive(Debug, Parser)]
#[command(name = "relaygate", version, max_term_width = 100)]
pub struct Arguments {
    /// The configuration file; /etc/relaygate/relaygate.toml if not given.
    #[arg(long, global = true, value_name = "FILE", env = "RELAYGATE_CONFIG")]
    pub config: Option<PathBuf>,
    /// The admin socket, if not the one the configuration names.
    #[arg(long, global = true, value_name = "PATH")]
    pub socket: Option<PathBuf>,
    /// Print one JSON object instead of words.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the program until SIGTERM; SIGHUP reloads the certificate.
    Serve,
    /// Show one real mail going all the way: in, a ticket, the answer out. Serves by itself
    /// in a directory of its own, unless --config names a program that is served already.
    Demo {
        /// End after the last step instead of going on serving.
        #[arg(long)]
        once: bool,
        /// Use the small customer's server although there is a Postfix.
        #[arg(long)]
        small: bool,
    },
    /// Judge a configuration file without touching anything.
    CheckConfig {
        /// The file; that of --config if absent.
        file: Option<PathBuf>,
    },
    /// Print the configuration's manual as a JSON schema.
    ConfigSchema,
    /// Accounts: one for each company.
    #[command(subcommand)]
    Account(AccountCommand),
    /// Brands: the faces an account shows its customers.
    #[command(subcommand)]
    Brand(BrandCommand),
    /// Connected domains and their inbound credentials.
    #[command(subcommand)]
    Domain(DomainCommand),
    /// Support addresses and their outbound credentials.
    #[command(subcommand)]
    Address(AddressCommand),
    /// People: agents and those who write.
    #[command(subcommand)]
    Person(PersonCommand),
    /// Mail that was sent, and what became of it.
    #[command(subcommand)]
    Email(EmailCommand),
    /// API tokens of agents.
    #[command(subcommand)]
    Token(TokenCommand),
    /// People who sign in to the pages.
    #[command(subcommand)]
    Login(LoginCommand),
    /// Tickets.
    #[command(subcommand)]
    Ticket(TicketCommand),
    /// Rules that act on tickets when they are made or changed.
    #[command(subcommand)]
    Trigger(TriggerCommand),
    /// Endpoints that are told of what happens.
    #[command(subcommand)]
    Webhook(WebhookCommand),
    /// Messages kept aside.
    #[command(subcommand)]
    Suspended(SuspendedCommand),
    /// Who decides.
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Jobs that wait.
    #[command(subcommand)]
    Queue(QueueCommand),
    /// Who did what.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// The keys that sign, and their replacement.
    #[command(subcommand)]
    Dkim(DkimCommand),
    /// Show where our outbound connections come from, for customers' firewalls.
    Egress,
    /// The message log: what came in and went out, and what became of it.
    #[command(subcommand)]
    Log(LogCommand),
    /// How the running program is: readiness, store, dead servers, certificates.
    Health,
    /// How it has been working: throughput, latency, queue and policies, sample by sample.
    Stats {
        /// The last day in steps of five minutes, instead of the last hour in steps of ten seconds.
        #[arg(long)]
        day: bool,
    },
    /// What became of a message.
    Trace {
        /// Of this account; of any if absent.
        #[arg(short = 'a', long, value_name = "SUBDOMAIN")]
        account: Option<String>,
        /// A Message-ID, an e-mail id, or the queue id of a 250 reply.
        message_id: String,
    },
    /// The key that seals passwords and DKIM keys.
    #[command(subcommand)]
    Secrets(SecretsCommand),
    /// Copy the store while mail flows, and read the copy back. The sealing key is not in it.
    Backup(BackupArguments),
    /// Make the store out of a backup; nothing may be there yet. Its queue is held.
    Restore(RestoreArguments),
    /// The journal, which is the store's truth.
    #[command(subcommand)]
    Journal(JournalCommand),
}

/// Whose it is.
#[derive(Debug, Args)]
pub struct AccountArgument {
    /// Subdomain of the account.
    #[arg(short = 'a', long = "account", value_name = "SUBDOMAIN")]
    pub account: String,
}

/// A switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OnOff {
    /// It holds.
    On,
    /// It does not.
    Off,
}

impl OnOff {
    /// Whether it holds.
    pub fn is_on(self) -> bool {
        self == Self::On
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_password_cannot_be_an_argument() {
        let typed =
            "relaygate address add -a acme help@acme.example --host h --username u --password x";
        assert!(Arguments::try_parse_from(typed.split(' ')).is_err());
    }
}
