//! A real Dovecot that takes mail by LMTP, for every address, into a Maildir each.

use std::fs;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::mailbox::Maildir;
use crate::process::{Daemon, installed};

/// A running Dovecot.
pub struct Dovecot {
    daemon: Daemon,
    mail: PathBuf,
    port: u16,
}

/// Why it cannot run here, if it cannot.
pub fn unavailable() -> Option<&'static str> {
    if !installed("dovecot") || !Path::new("/usr/lib/dovecot/lmtp").exists() {
        return Some("dovecot-lmtpd is not installed (make setup)");
    }
    (!rustix::process::geteuid().is_root()).then_some("Dovecot wants to be started by root")
}

impl Dovecot {
    /// Starts it below `parent`.
    pub fn start(parent: &Path) -> Self {
        let directory = parent.join("dovecot");
        let mail = directory.join("mail");
        fs::create_dir_all(&mail).expect("the test's directory can be written");
        chown(&mail, Some(NOBODY), Some(NOBODY)).expect("we are root");
        let port = crate::free_port();
        let file = directory.join("dovecot.conf");
        fs::write(&file, configuration(&directory, port))
            .expect("the test's directory can be written");
        let mut command = Command::new("dovecot");
        command.arg("-F").arg("-c").arg(&file);
        let mut daemon =
            Daemon::start("dovecot", &command, &directory.join("output")).expect("Dovecot starts");
        daemon.await_port(port).expect("Dovecot listens");
        Self { daemon, mail, port }
    }

    /// Its LMTP port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What came for an address.
    pub fn mail(&self, address: &str) -> Maildir {
        Maildir::new(&self.mail.join(address))
    }

    /// Ends it.
    pub fn stop(&mut self) {
        self.daemon.stop();
    }
}

fn configuration(directory: &Path, port: u16) -> String {
    let base = directory.display();
    format!(
        "base_dir = {base}/run\nstate_dir = {base}/state\nlog_path = {base}/log\n\
         protocols = lmtp\nlisten = 127.0.0.1\nssl = no\n\
         default_internal_user = nobody\ndefault_internal_group = nogroup\ndefault_login_user = nobody\n\
         mail_location = maildir:{base}/mail/%u\nmail_uid = {NOBODY}\nmail_gid = {NOBODY}\n\
         first_valid_uid = 1\nfirst_valid_gid = 1\n\
         passdb {{\n  driver = static\n  args = nopassword=y\n}}\n\
         userdb {{\n  driver = static\n  args = uid={NOBODY} gid={NOBODY} home={base}/mail/%u allow_all_users=yes\n}}\n\
         service lmtp {{\n  chroot =\n  inet_listener lmtp {{\n    address = 127.0.0.1\n    port = {port}\n  }}\n}}\n\
         service stats {{\n  chroot =\n}}\nservice anvil {{\n  chroot =\n}}\n\
         protocol lmtp {{\n  postmaster_address = postmaster@desk.example\n}}\n"
    )
}

const NOBODY: u32 = 65_534;
