//! What can be typed. These comments are the help texts.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::operations::addresses::TlsInput;
use crate::operations::verification::Ways;

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
    /// Connected domains and their inbound credentials.
    #[command(subcommand)]
    Domain(DomainCommand),
    /// Support addresses and their outbound credentials.
    #[command(subcommand)]
    Address(AddressCommand),
    /// API tokens of agents.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Tickets.
    #[command(subcommand)]
    Ticket(TicketCommand),
    /// Messages kept aside.
    #[command(subcommand)]
    Suspended(SuspendedCommand),
    /// Jobs that wait.
    #[command(subcommand)]
    Queue(QueueCommand),
    /// Who did what.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// What became of a message.
    Trace {
        /// A Message-ID, an e-mail id, or the queue id of a 250 reply.
        message_id: String,
    },
    /// The store, while nobody has it open.
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

/// `relaygate account`.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Make an account.
    Create {
        /// Its name inside the native domain.
        #[arg(long)]
        subdomain: String,
        /// Its name for people.
        #[arg(long)]
        name: String,
        /// Where security notices go; may be given more than once.
        #[arg(long = "admin", value_name = "EMAIL", required = true)]
        admins: Vec<String>,
        /// Make it a sandbox of that account.
        #[arg(long, value_name = "SUBDOMAIN")]
        sandbox_of: Option<String>,
    },
    /// List every account.
    List,
    /// Show one account.
    Show {
        /// Its subdomain.
        #[arg(
            value_name = "SUBDOMAIN",
            required_unless_present = "subdomain",
            conflicts_with = "subdomain"
        )]
        account: Option<String>,
        /// Its subdomain.
        #[arg(long)]
        subdomain: Option<String>,
    },
}

/// `relaygate domain`.
#[derive(Debug, Subcommand)]
pub enum DomainCommand {
    /// Connect a domain; prints its credentials, this once.
    Add {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// The domain.
        domain: String,
        /// Its name for people; the domain if absent.
        #[arg(long)]
        name: Option<String>,
        /// Offer AUTH LOGIN besides PLAIN.
        #[arg(long)]
        login: bool,
        /// Take mail for every address of the domain.
        #[arg(long)]
        catch_all: bool,
        /// Refuse mail for the domain that does not come over the connector.
        #[arg(long)]
        require_authenticated: bool,
    },
    /// List the connected domains.
    List {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
    },
    /// Issue a second credential set; prints it, this once. The first keeps working.
    Rotate {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// The domain.
        domain: String,
        /// Let the first one stop working after so many hours.
        #[arg(long, value_name = "HOURS")]
        keep_hours: Option<u32>,
    },
    /// Discard a credential set at once; open sessions end.
    Discard {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// The domain.
        domain: String,
        /// Its id, as `domain list` shows it.
        credential: String,
    },
    /// Take a domain out of use, with its addresses and credentials.
    Disconnect {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// The domain.
        domain: String,
    },
    /// Turn DKIM signing on or off.
    Dkim {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// The domain.
        domain: String,
        /// See [`Switch`].
        #[command(flatten)]
        switch: Switch,
    },
    /// Show the DNS records for signing, and whether they stand.
    Dns {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// The domain.
        domain: String,
    },
}

/// On or off; one of them has to be said.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Switch {
    /// Turn it on.
    #[arg(long)]
    pub enable: bool,
    /// Turn it off.
    #[arg(long)]
    pub disable: bool,
}

/// `relaygate address`.
#[derive(Debug, Subcommand)]
pub enum AddressCommand {
    /// Add a support address with its login at the customer's server.
    Add(NewAddressArguments),
    /// List the support addresses.
    List {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
    },
    /// Send the confirmation mails, and perhaps wait for them.
    Verify {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// The address.
        address: String,
        /// Which way.
        #[arg(long, value_enum, default_value_t = WaysArgument::Both)]
        direction: WaysArgument,
        /// Wait so long for the outcome.
        #[arg(long, value_name = "SECONDS")]
        wait: Option<u64>,
    },
    /// Remove a support address and its password.
    Remove {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// The address.
        address: String,
    },
}

/// `relaygate address add`.
#[derive(Debug, Args)]
pub struct NewAddressArguments {
    /// See [`AccountArgument`].
    #[command(flatten)]
    pub account: AccountArgument,
    /// The address.
    pub address: String,
    /// The customer's server; port 587 or, with implicit TLS, 465 if not given.
    #[arg(long, value_name = "HOST[:PORT]")]
    pub host: String,
    /// The user name there.
    #[arg(long)]
    pub username: String,
    /// Read the password there from standard input (the only way: arguments can be seen by others).
    #[arg(long, required = true)]
    pub password_stdin: bool,
    /// How TLS begins; told by the port if absent.
    #[arg(long, value_enum)]
    pub tls: Option<TlsArgument>,
    /// A certificate authority to believe instead of the system's, PEM.
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// Number of the brand.
    #[arg(long)]
    pub brand: Option<u64>,
}

/// How TLS begins.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum TlsArgument {
    /// STARTTLS.
    Starttls,
    /// From the first octet.
    Implicit,
}

/// Which way.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum WaysArgument {
    /// Mail to the address.
    Inbound,
    /// Mail from the address.
    Outbound,
    /// Both.
    Both,
}

/// `relaygate token`.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token for an agent, who is registered if new; prints it, this once.
    Create {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// Address of the agent.
        #[arg(long, value_name = "EMAIL")]
        agent: String,
    },
    /// Revoke a token at once.
    Revoke {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// Its id.
        id: String,
    },
}

/// `relaygate ticket`.
#[derive(Debug, Subcommand)]
pub enum TicketCommand {
    /// List the tickets, newest first.
    List {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
    },
    /// Show a ticket with its comments and what became of its mail.
    Show {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// Its number.
        id: u64,
    },
    /// Answer a ticket.
    Reply {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// Its number.
        id: u64,
        /// Address of the agent who answers.
        #[arg(long, value_name = "EMAIL")]
        agent: String,
        /// See [`ReplyText`].
        #[command(flatten)]
        text: ReplyText,
        /// A note for agents; nobody outside gets it.
        #[arg(long)]
        internal: bool,
        /// Copy somebody from now on; may be given more than once.
        #[arg(long, value_name = "EMAIL")]
        cc: Vec<String>,
    },
}

/// Where the text comes from.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct ReplyText {
    /// The text.
    #[arg(long, value_name = "TEXT")]
    pub body: Option<String>,
    /// Read the text from standard input.
    #[arg(long)]
    pub body_stdin: bool,
}

/// `relaygate queue`.
#[derive(Debug, Subcommand)]
pub enum QueueCommand {
    /// List what waits, oldest first.
    List {
        /// Of this account only.
        #[arg(short = 'a', long, value_name = "SUBDOMAIN")]
        account: Option<String>,
        /// Of this lane only.
        #[arg(long)]
        lane: Option<String>,
        /// At most so many.
        #[arg(long)]
        limit: Option<usize>,
    },
    /// Show a job.
    Show {
        /// Its id.
        id: String,
    },
    /// Try a job now.
    Retry {
        /// Its id.
        id: String,
    },
    /// Stop a job until it is released.
    Hold {
        /// Its id.
        id: String,
    },
    /// Let a held job go on.
    Release {
        /// Its id.
        id: String,
    },
    /// Delete a job and its message.
    Delete {
        /// Its id.
        id: String,
    },
}

/// `relaygate suspended`.
#[derive(Debug, Subcommand)]
pub enum SuspendedCommand {
    /// List the messages kept aside, oldest first, and why.
    List {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
    },
    /// Show one with its raw source.
    Show {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// Its id.
        id: String,
    },
}

/// `relaygate audit`.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// List the latest acts, oldest first.
    List {
        /// In this account; if absent those that belong to none, such as peers locked out for
        /// failed logins.
        #[arg(short = 'a', long, value_name = "SUBDOMAIN")]
        account: Option<String>,
    },
}

/// `relaygate journal`.
#[derive(Debug, Subcommand)]
pub enum JournalCommand {
    /// Read all of it and name what is damaged.
    Verify {
        /// The store; that of the configuration if absent.
        #[arg(long, value_name = "DIR")]
        store: Option<PathBuf>,
    },
    /// Print what it holds, record by record; no message text, no secret.
    Dump {
        /// The store; that of the configuration if absent.
        #[arg(long, value_name = "DIR")]
        store: Option<PathBuf>,
    },
}

impl From<TlsArgument> for TlsInput {
    fn from(tls: TlsArgument) -> Self {
        match tls {
            TlsArgument::Starttls => Self::Starttls,
            TlsArgument::Implicit => Self::Implicit,
        }
    }
}

impl From<WaysArgument> for Ways {
    fn from(ways: WaysArgument) -> Self {
        match ways {
            WaysArgument::Inbound => Self::Inbound,
            WaysArgument::Outbound => Self::Outbound,
            WaysArgument::Both => Self::Both,
        }
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
