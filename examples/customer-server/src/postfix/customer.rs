//! The customer's mail server, as its administrator would set it up.
//!
//! It is the MX of the customer's domain and passes that domain's mail on to
//! us with user name, password and TLS (`smtp_sasl_password_maps`,
//! `smtp_tls_security_level`). It takes our outbound mail by submission (587
//! with STARTTLS, 465 with TLS from the first octet; Cyrus SASL with a sasldb
//! of its own) and delivers it: foreign domains to the mailbox end, its own
//! domain back to us, which is how a verification closes the circle.
//!
//! `examples/postfix/` shows the same configuration for a real server.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use super::{Instance, MailboxEnd, Plan, SASLPASSWD};
use crate::{Error, Maildir, Ports, Relay, Setup, make_directory, process, write};

/// A running customer's mail server.
#[derive(Debug)]
pub struct Customer {
    instance: Instance,
    mailbox: Option<MailboxEnd>,
    ports: Ports,
    relay_port: u16,
}

impl Customer {
    /// Starts it, and the mailbox end behind it. Until it has credentials it queues what is
    /// meant for us.
    ///
    /// # Errors
    /// [`Error`] with Postfix's own words.
    pub fn start(setup: &Setup) -> Result<Self, Error> {
        let mailbox = MailboxEnd::start(&setup.directory, &setup.certificate)?;
        Self::start_before(setup, Some(mailbox))
    }

    /// Starts it with nothing behind it: foreign mail is thrown away once it was taken, as a
    /// load generator's peer wants it.
    ///
    /// # Errors
    /// [`Error`] with Postfix's own words.
    pub fn start_alone(setup: &Setup) -> Result<Self, Error> {
        Self::start_before(setup, None)
    }

    fn start_before(setup: &Setup, mailbox: Option<MailboxEnd>) -> Result<Self, Error> {
        let others = mailbox
            .as_ref()
            .map_or("discard:nobody".to_owned(), |mailbox| {
                format!("smtp:[127.0.0.1]:{}", mailbox.port())
            });
        let base = setup.directory.join("customer");
        prepare_sasl(&base)?;
        write(&base.join("conf/sasl_passwd"), "")?;
        let host = format!("mail.{}", setup.domain);
        let plan = Plan {
            name: "customer",
            host: &host,
            main: main_cf(&base, setup, &others),
            services: services(setup.ports),
        };
        let ports = [
            setup.ports.mx,
            setup.ports.submission,
            setup.ports.submissions,
        ];
        Ok(Self {
            instance: Instance::start(&setup.directory, &plan, &ports)?,
            mailbox,
            ports: setup.ports,
            relay_port: setup.relay.port,
        })
    }

    /// Where it listens.
    pub fn ports(&self) -> Ports {
        self.ports
    }

    /// Makes a login for submission; a user name without a domain gets `localhost`.
    ///
    /// # Errors
    /// [`Error`] with the tool's own words.
    pub fn add_login(&self, username: &str, password: &str) -> Result<(), Error> {
        let database = self.instance.directory().join("sasl/sasldb2");
        let (local, realm) = username.split_once('@').unwrap_or((username, "localhost"));
        let mut command = Command::new(SASLPASSWD);
        command
            .args(["-p", "-c", "-u", realm, "-f"])
            .arg(&database)
            .arg(local);
        let output = process::run(&mut command, password.as_bytes())?;
        if !output.status.success() {
            return Err(Error::failed(
                SASLPASSWD,
                &String::from_utf8_lossy(&output.stderr),
            ));
        }
        fs::set_permissions(&database, Permissions::from_mode(0o644))
            .map_err(|source| Error::io(&database, source))
    }

    /// Writes the credentials we issued into `sasl_passwd` and tries the queue again.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn set_relay_credentials(&self, username: &str, password: &str) -> Result<(), Error> {
        let line = format!("[127.0.0.1]:{} {username}:{password}\n", self.relay_port);
        write(&self.instance.directory().join("conf/sasl_passwd"), line)?;
        self.instance.reload();
        self.instance.flush();
        Ok(())
    }

    /// The instance, for `flush` and the like.
    pub fn instance(&self) -> &Instance {
        &self.instance
    }

    /// The far end, unless it was [started alone](Self::start_alone).
    pub fn mailbox_end(&self) -> Option<&MailboxEnd> {
        self.mailbox.as_ref()
    }

    /// What arrived at the far end; nothing, if there is none.
    pub fn mailbox(&self) -> Maildir {
        let nobodys = || Maildir::new(&self.instance.directory().join("mail"));
        self.mailbox.as_ref().map_or_else(nobodys, MailboxEnd::mail)
    }

    /// The mail logs of both ends so far.
    pub fn log(&self) -> String {
        let other = self.mailbox.as_ref().map(MailboxEnd::log);
        self.instance.log() + &other.unwrap_or_default()
    }
}

/// `texthash:` needs no `postmap`, and `inline:` no file.
fn main_cf(base: &Path, setup: &Setup, others: &str) -> String {
    let base = base.display();
    let (domain, port) = (&setup.domain, setup.relay.port);
    format!(
        "relay_domains = {domain}\nrelay_recipient_maps =\n\
         transport_maps = inline:{{ {{ {domain} = relay:[127.0.0.1]:{port} }} }}\n\
         default_transport = {others}\n\
         smtp_sasl_auth_enable = yes\nsmtp_sasl_password_maps = texthash:{base}/conf/sasl_passwd\n\
         smtp_sasl_security_options = noanonymous\nsmtp_sasl_tls_security_options = noanonymous\n\
         smtp_tls_security_level = may\nsmtp_tls_CAfile = {authority}\n{relay}\
         smtpd_tls_security_level = may\nsmtpd_tls_auth_only = yes\n\
         smtpd_tls_cert_file = {certificate}\nsmtpd_tls_key_file = {key}\n\
         smtpd_tls_received_header = yes\nsmtpd_sasl_authenticated_header = yes\n\
         smtpd_sasl_type = cyrus\nsmtpd_sasl_path = smtpd\ncyrus_sasl_config_path = {base}/conf/sasl\n",
        relay = relay_cf(&setup.relay),
        authority = setup.relay.authority.display(),
        certificate = setup.certificate.certificate.display(),
        key = setup.certificate.key.display(),
    )
}

/// Variables of our own, which `master.cf` gives to the service that relays.
fn relay_cf(relay: &Relay) -> String {
    let wrapper = if relay.implicit { "yes" } else { "no" };
    let (level, name) = match &relay.name {
        None => ("encrypt", "nexthop"),
        Some(name) => ("verify", name.as_str()),
    };
    format!("relay_tls_level = {level}\nrelay_tls_match = {name}\nrelay_wrapper = {wrapper}\n")
}

fn services(ports: Ports) -> String {
    let Ports {
        mx,
        submission,
        submissions,
    } = ports;
    format!(
        "127.0.0.1:{mx} inet n - n - - smtpd\n\
         127.0.0.1:{submission} inet n - n - - smtpd\n{LOGIN}\
         \x20 -o smtpd_tls_security_level=encrypt\n\
         127.0.0.1:{submissions} inet n - n - - smtpd\n{LOGIN}\
         \x20 -o smtpd_tls_wrappermode=yes\n\
         relay unix - - n - - smtp\n\
         \x20 -o smtp_tls_security_level=$relay_tls_level\n\
         \x20 -o smtp_tls_verify_cert_match=$relay_tls_match\n\
         \x20 -o smtp_tls_wrappermode=$relay_wrapper\n"
    )
}

/// Debian's Postfix looks for `sasl/smtpd.conf` below its configuration, whatever
/// `cyrus_sasl_config_path` says; others heed that parameter.
fn prepare_sasl(base: &Path) -> Result<(), Error> {
    let directory = base.join("conf/sasl");
    make_directory(&directory)?;
    let conf = format!(
        "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: {}/sasl/sasldb2\nmech_list: PLAIN LOGIN\n",
        base.display()
    );
    write(&directory.join("smtpd.conf"), conf)
}

const LOGIN: &str = "  -o smtpd_sasl_auth_enable=yes\n  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject\n";
