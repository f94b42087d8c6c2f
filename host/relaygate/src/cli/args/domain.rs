//! `relaygate domain`.

use clap::{ArgGroup, Args, Subcommand};

use super::{AccountArgument, OnOff};

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
    /// Show a connected domain, with its mail of the last seven days.
    Show {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// The domain.
        domain: String,
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
        /// Also if it is the last one: nobody can hand in mail for the domain then.
        #[arg(long)]
        last: bool,
    },
    /// Give a domain another name for people.
    Rename {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// The domain.
        domain: String,
        /// The new name.
        #[arg(long)]
        name: String,
    },
    /// Change what is set on a domain; what is not given stays.
    #[command(group = ArgGroup::new("change").required(true).multiple(true))]
    Set {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// The domain.
        domain: String,
        /// Take mail for every address of the domain.
        #[arg(long, value_enum, group = "change")]
        catch_all: Option<OnOff>,
        /// Refuse mail for the domain that does not come over the connector.
        #[arg(long, value_enum, group = "change")]
        require_authenticated: Option<OnOff>,
        /// Say that its server logs in by AUTH LOGIN, too.
        #[arg(long, value_enum, group = "change")]
        login: Option<OnOff>,
    },
    /// Take a domain out of use, with its addresses and credentials. It takes some minutes:
    /// what waits for its server is sent first, and mail coming in is put off meanwhile.
    Disconnect {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// The domain.
        domain: String,
        /// Look on until it is done.
        #[arg(long)]
        wait: bool,
    },
    /// Show how far a disconnection is.
    Progress {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// The domain.
        domain: String,
    },
    /// List the mail that was put off while a domain was being disconnected.
    Refused {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// The domain; all if absent.
        domain: Option<String>,
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
    /// Print the DNS records of a domain as fragments of zone files, and whether they stand.
    Dns {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// The domain.
        domain: String,
    },
    /// Look now for the TXT record that shows whose the domain is.
    Prove {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// The domain.
        domain: String,
    },
    /// Say from which networks its mail server may log in.
    Allow {
        /// See [`AccountArgument`].
        #[command(flatten)]
        account: AccountArgument,
        /// The domain.
        domain: String,
        /// See [`Sources`].
        #[command(flatten)]
        sources: Sources,
    },
}

/// Some networks, or all of them.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Sources {
    /// Networks or addresses, for example 192.0.2.0/24; they take the place of those before.
    #[arg(long, value_name = "CIDR", num_args = 1..)]
    pub from: Vec<String>,
    /// From anywhere.
    #[arg(long)]
    pub anywhere: bool,
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
