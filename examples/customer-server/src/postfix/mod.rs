//! Real Postfix instances: the customer's mail server and the mailbox at the far end.
//!
//! Each has its configuration, queue, data and log in a directory of its own
//! and listens on high ports of 127.0.0.1; `/etc/postfix` is read by nobody.
//! No service is chrooted, no name is looked up: every next hop is an address
//! and a port. Retries come after seconds, so that one can wait for them.
//!
//! What the two are configured to do is in [`customer`] and [`mailbox_end`].

mod customer;
mod mailbox_end;

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub use customer::Customer;
pub use mailbox_end::MailboxEnd;

use crate::process::{self, Daemon};
use crate::{Error, make_directory, write};

/// Why no Postfix can be started here, if so.
pub fn unavailable() -> Option<&'static str> {
    if !process::installed(POSTFIX) {
        return Some("Postfix is not installed (apt install postfix)");
    }
    if !process::installed(SASLPASSWD) {
        return Some(
            "Postfix has no SASL tools beside it (apt install sasl2-bin libsasl2-modules)",
        );
    }
    if !rustix::process::geteuid().is_root() {
        return Some("Postfix starts its master as root, and we are not root");
    }
    None
}

/// One running instance.
#[derive(Debug)]
pub struct Instance {
    directory: PathBuf,
    master: Daemon,
}

/// What an instance is to be.
pub struct Plan<'a> {
    /// Its name; also the directory's.
    pub name: &'static str,
    /// `myhostname`.
    pub host: &'a str,
    /// Lines of `main.cf` beside the ones every instance has.
    pub main: String,
    /// Listening and other services of `master.cf`, beside the ones every instance has.
    pub services: String,
}

impl Instance {
    /// Writes the configuration below `parent` and starts the instance; returns when every
    /// one of `ports` answers.
    ///
    /// # Errors
    /// [`Error`] with Postfix's own words.
    pub fn start(parent: &Path, plan: &Plan<'_>, ports: &[u16]) -> Result<Self, Error> {
        let directory = lay_out(parent, plan.name)?;
        write(&directory.join("conf/main.cf"), main_cf(&directory, plan))?;
        write(
            &directory.join("conf/master.cf"),
            format!("{}{SERVICES}", plan.services),
        )?;
        let checked = postfix(&directory, "check")?;
        if !checked.status.success() {
            return Err(Error::failed(
                "postfix check",
                &String::from_utf8_lossy(&checked.stderr),
            ));
        }
        let mut command = Command::new("sh");
        command.args(["-c", KEEPER, "sh", MASTER, "-c"]);
        command.arg(directory.join("conf")).arg("-s");
        let mut master = Daemon::start(plan.name, &command, &directory.join("log/master.out"))?;
        for port in ports {
            master.await_port(*port)?;
        }
        Ok(Self { directory, master })
    }

    /// Where this instance keeps everything.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Its mail log so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.directory.join("log/mail.log")).unwrap_or_default()
    }

    /// Reads the configuration again; sessions in progress are finished.
    pub fn reload(&self) {
        self.master.signal(rustix::process::Signal::HUP);
    }

    /// Tries every deferred message now.
    pub fn flush(&self) {
        let mut command = Command::new("/usr/sbin/postqueue");
        // What cannot be flushed now is tried again by itself, seconds later.
        let _ = process::run(
            command.arg("-c").arg(self.directory.join("conf")).arg("-f"),
            b"",
        );
    }
}

impl Drop for Instance {
    /// A test that fails here shows what the server thought of it.
    fn drop(&mut self) {
        if std::thread::panicking() {
            let name = self.directory.display();
            eprintln!("---- mail log of {name}\n{}", self.log());
        }
    }
}

/// Directories with the owners Postfix insists on.
fn lay_out(parent: &Path, name: &str) -> Result<PathBuf, Error> {
    make_directory(parent)?;
    // Postfix's own users have to get through to theirs.
    fs::set_permissions(parent, Permissions::from_mode(0o755))
        .map_err(|source| Error::io(parent, source))?;
    let directory = parent.join(name);
    for part in ["conf", "queue", "data", "log", "mail", "sasl"] {
        make_directory(&directory.join(part))?;
    }
    for (part, owner) in [("data", user_id("postfix")?), ("mail", NOBODY)] {
        let path = directory.join(part);
        chown(&path, Some(owner), None).map_err(|source| Error::io(&path, source))?;
    }
    Ok(directory)
}

fn main_cf(directory: &Path, plan: &Plan<'_>) -> String {
    let base = directory.display();
    let (host, own) = (plan.host, &plan.main);
    format!(
        "compatibility_level = 3.6\nconfig_directory = {base}/conf\nqueue_directory = {base}/queue\n\
         data_directory = {base}/data\nmaillog_file = {base}/log/mail.log\nmaillog_file_prefixes = {base}\n\
         myhostname = {host}\n{COMMON}{own}"
    )
}

fn postfix(directory: &Path, verb: &str) -> Result<Output, Error> {
    let mut command = Command::new(POSTFIX);
    process::run(command.arg("-c").arg(directory.join("conf")).arg(verb), b"")
}

/// The numeric id of a system user, from `/etc/passwd`.
fn user_id(name: &str) -> Result<u32, Error> {
    fs::read_to_string("/etc/passwd")
        .unwrap_or_default()
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|fields| fields[0] == name)
        .and_then(|fields| fields.get(2)?.parse().ok())
        .ok_or_else(|| Error::failed("Postfix", &format!("no system user {name}")))
}

/// Nothing but loopback, no trusted networks (whoever relays has logged in), no local
/// users, quick retries.
const COMMON: &str = "\
mydestination =
mynetworks = 192.0.2.1/32
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtp_dns_support_level = disabled
smtpd_peername_lookup = no
alias_maps =
alias_database =
local_recipient_maps =
local_transport = error:no local mail here
biff = no
message_size_limit = 60000000
queue_run_delay = 2s
minimal_backoff_time = 2s
maximal_backoff_time = 4s
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions =
smtpd_tls_loglevel = 1
smtp_tls_loglevel = 1
";

/// The daemons every instance needs; none chrooted.
const SERVICES: &str = "\
pickup     unix n - n 60    1 pickup
cleanup    unix n - n -     0 cleanup
qmgr       unix n - n 300   1 qmgr
tlsmgr     unix - - n 1000? 1 tlsmgr
rewrite    unix - - n -     - trivial-rewrite
bounce     unix - - n -     0 bounce
defer      unix - - n -     0 bounce
trace      unix - - n -     0 bounce
verify     unix - - n -     1 verify
flush      unix n - n 1000? 0 flush
proxymap   unix - - n -     - proxymap
proxywrite unix - - n -     1 proxymap
smtp       unix - - n -     - smtp
showq      unix n - n -     - showq
error      unix - - n -     - error
retry      unix - - n -     - error
discard    unix - - n -     - discard
virtual    unix - n n -     - virtual
anvil      unix - - n -     1 anvil
scache     unix - - n -     1 scache
postlog    unix-dgram n - n - 1 postlogd
";

/// Stands between us and the master, and passes signals on.
///
/// Postfix's master changes its user for a moment while it starts, and the kernel then
/// forgets whose death it wanted to hear of (prctl(2), PR_SET_PDEATHSIG); a shell does not.
const KEEPER: &str = "\
trap 'kill -TERM $master' TERM INT
trap 'kill -HUP $master' HUP
\"$@\" &
master=$!
while kill -0 $master 2>/dev/null; do wait $master; done
";

const POSTFIX: &str = "/usr/sbin/postfix";
const MASTER: &str = "/usr/lib/postfix/sbin/master";
const SASLPASSWD: &str = "/usr/sbin/saslpasswd2";

/// Whom mail files belong to; Debian's `nobody`.
const NOBODY: u32 = 65_534;
