//! Real Postfix instances: the customer's mail server and the mailbox at the far end.
//!
//! Each has its configuration, queue, data and log in the test's own directory
//! and listens on high ports of 127.0.0.1; `/etc/postfix` is read by nobody.
//! No service is chrooted, no name is looked up: every next hop is an address
//! and a port. Retries come after seconds, so that a test can wait for them.
//!
//! What the two are configured to do is in [`customer`] and [`mailbox_end`].

pub mod customer;
pub mod mailbox_end;

use std::fmt::Write as _;
use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, process::Output};

pub use customer::{Customer, CustomerOptions, RelayTls};
pub use mailbox_end::MailboxEnd;

use crate::process::{self, Daemon};
use crate::wait;

/// Why no Postfix can be started here, if so.
pub fn unavailable() -> Option<&'static str> {
    if !process::installed(POSTFIX) {
        return Some("Postfix is not installed (make setup)");
    }
    if !rustix::process::geteuid().is_root() {
        return Some("Postfix starts its master as root, and we are not root");
    }
    None
}

/// One running instance.
pub struct Instance {
    name: &'static str,
    directory: PathBuf,
    master: Daemon,
}

/// What an instance is to be: parameters for `main.cf`, listening services for `master.cf`.
pub struct Plan<'a> {
    /// What the test calls it; also the directory's name.
    pub name: &'static str,
    /// `myhostname`.
    pub host: &'a str,
    /// Lines of `main.cf` beside the ones every instance has.
    pub main: String,
    /// `smtpd` and other services of `master.cf`, beside the ones every instance has.
    pub services: String,
}

impl Instance {
    /// Writes the configuration below `parent` and starts the instance; returns when every
    /// one of `ports` answers.
    pub fn start(parent: &Path, plan: &Plan<'_>, ports: &[u16]) -> Self {
        let directory = lay_out(parent, plan.name);
        fs::write(directory.join("conf/main.cf"), main_cf(&directory, plan))
            .expect("a directory of ours");
        fs::write(directory.join("conf/master.cf"), master_cf(&plan.services))
            .expect("a directory of ours");
        let checked = postfix(&directory, "check");
        assert!(
            checked.status.success(),
            "postfix check: {}",
            String::from_utf8_lossy(&checked.stderr)
        );
        let mut command = Command::new(MASTER);
        command.arg("-c").arg(directory.join("conf")).arg("-s");
        let master = Daemon::start(plan.name, &command, &directory.join("log/master.out"));
        let instance = Self {
            name: plan.name,
            directory,
            master,
        };
        for port in ports {
            instance.await_port(*port);
        }
        instance
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
        process::run(
            command.arg("-c").arg(self.directory.join("conf")).arg("-f"),
            b"",
        );
    }

    fn await_port(&self, port: u16) {
        wait::until(
            &format!("{} on port {port}\n{}", self.name, self.log()),
            wait::PATIENCE,
            || std::net::TcpStream::connect(("127.0.0.1", port)).ok(),
        );
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("---- mail log of {}\n{}", self.name, self.log());
        }
    }
}

/// Directories with the owners Postfix insists on.
fn lay_out(parent: &Path, name: &str) -> PathBuf {
    // Postfix's own users have to get through to theirs.
    fs::set_permissions(parent, Permissions::from_mode(0o755)).expect("a directory of ours");
    let directory = parent.join(name);
    for part in ["conf", "queue", "data", "log", "mail", "sasl"] {
        fs::create_dir_all(directory.join(part)).expect("a directory of ours");
    }
    let owner = user_id("postfix");
    chown(directory.join("data"), Some(owner), None).expect("we are root");
    chown(directory.join("mail"), Some(NOBODY), None).expect("we are root");
    directory
}

fn main_cf(directory: &Path, plan: &Plan<'_>) -> String {
    let base = directory.display();
    let mut text = format!(
        "compatibility_level = 3.6\nconfig_directory = {base}/conf\nqueue_directory = {base}/queue\n\
         data_directory = {base}/data\nmaillog_file = {base}/log/mail.log\nmaillog_file_prefixes = {base}\n\
         myhostname = {host}\n",
        host = plan.host
    );
    let _ = write!(text, "{COMMON}{}", plan.main);
    text
}

fn master_cf(services: &str) -> String {
    format!("{services}{SERVICES}")
}

fn postfix(directory: &Path, verb: &str) -> Output {
    let mut command = Command::new(POSTFIX);
    process::run(command.arg("-c").arg(directory.join("conf")).arg(verb), b"")
}

/// The numeric id of a system user, from `/etc/passwd`.
fn user_id(name: &str) -> u32 {
    fs::read_to_string("/etc/passwd")
        .unwrap_or_default()
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|fields| fields[0] == name)
        .and_then(|fields| fields.get(2)?.parse().ok())
        .unwrap_or_else(|| panic!("no system user {name}"))
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

const POSTFIX: &str = "/usr/sbin/postfix";
const MASTER: &str = "/usr/lib/postfix/sbin/master";

/// Whom mail files belong to; Debian's `nobody`.
const NOBODY: u32 = 65_534;
