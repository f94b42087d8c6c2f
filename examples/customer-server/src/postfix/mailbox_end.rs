//! The far end: takes mail for everybody and puts it into one Maildir.

use std::path::Path;

use super::{Instance, Plan};
use crate::{Certificate, Error, Maildir, ports};

/// A mail server with mailboxes. Every address of every domain exists; the Maildir is one,
/// `Delivered-To` says whose message each is.
#[derive(Debug)]
pub struct MailboxEnd {
    instance: Instance,
    port: u16,
}

impl MailboxEnd {
    /// Starts it below `parent`.
    ///
    /// # Errors
    /// [`Error`] with Postfix's own words.
    pub fn start(parent: &Path, certificate: &Certificate) -> Result<Self, Error> {
        let port = ports::free()?;
        let plan = Plan {
            name: "mailbox",
            host: "mail.world.example",
            main: main_cf(parent, certificate),
            services: format!("127.0.0.1:{port} inet n - n - - smtpd\n"),
        };
        Ok(Self {
            instance: Instance::start(parent, &plan, &[port])?,
            port,
        })
    }

    /// Its MX port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The mail that arrived.
    pub fn mail(&self) -> Maildir {
        Maildir::new(&self.instance.directory().join("mail/all"))
    }

    /// Its mail log so far.
    pub fn log(&self) -> String {
        self.instance.log()
    }
}

fn main_cf(parent: &Path, certificate: &Certificate) -> String {
    format!(
        "virtual_mailbox_domains = static:all\nvirtual_mailbox_base = {base}/mailbox/mail\n\
         virtual_mailbox_maps = static:all/\nvirtual_uid_maps = static:65534\nvirtual_gid_maps = static:65534\n\
         virtual_mailbox_limit = 0\nsmtpd_tls_security_level = may\n\
         smtpd_tls_cert_file = {certificate}\nsmtpd_tls_key_file = {key}\n",
        base = parent.display(),
        certificate = certificate.certificate.display(),
        key = certificate.key.display(),
    )
}
