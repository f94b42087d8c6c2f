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

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::{fs, io};

use super::{Instance, Plan};
use crate::certs::Certificate;
use crate::{ports, process};

/// How the customer's server insists on TLS towards us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelayTls {
    /// `encrypt`: TLS or nothing, whatever the certificate says.
    Encrypt,
    /// `verify`: the certificate is checked against the authority and must be made out to the name.
    Verify {
        /// The name our certificate has to carry.
        name: String,
    },
}

/// What a customer's server is told.
pub struct CustomerOptions<'a> {
    /// The domain it serves.
    pub domain: &'a str,
    /// Certificate for its own listeners.
    pub certificate: &'a Certificate,
    /// The authority it trusts, a PEM file.
    pub authority: &'a Path,
    /// Our submission port.
    pub relay_port: u16,
    /// Whether that port speaks TLS from the first octet (465) or after STARTTLS (587).
    pub relay_implicit: bool,
    /// How it insists on TLS.
    pub relay_tls: RelayTls,
    /// Where mail for everybody else goes: the mailbox end; `None` throws it away after
    /// it was taken (the load generator's peer).
    pub others_port: Option<u16>,
}

/// A running customer's mail server.
pub struct Customer {
    instance: Instance,
    domain: String,
    relay_port: u16,
    mx_port: u16,
    submission_port: u16,
    submissions_port: u16,
}

impl Customer {
    /// Starts it. Until [`Customer::set_relay_credentials`] it queues what is meant for us.
    pub fn start(parent: &Path, options: &CustomerOptions<'_>) -> Self {
        let (mx_port, submission_port, submissions_port) =
            (ports::free(), ports::free(), ports::free());
        let host = format!("mail.{}", options.domain);
        let plan = Plan {
            name: "customer",
            host: &host,
            main: main_cf(parent, options),
            services: services(mx_port, submission_port, submissions_port),
        };
        prepare_sasl(&parent.join("customer")).expect("a directory of ours");
        let instance =
            Instance::start(parent, &plan, &[mx_port, submission_port, submissions_port]);
        Self {
            instance,
            domain: options.domain.to_owned(),
            relay_port: options.relay_port,
            mx_port,
            submission_port,
            submissions_port,
        }
    }

    /// Where the world delivers the domain's mail.
    pub fn mx_port(&self) -> u16 {
        self.mx_port
    }

    /// Submission with STARTTLS, AUTH required (587).
    pub fn submission_port(&self) -> u16 {
        self.submission_port
    }

    /// Submission with implicit TLS, AUTH required (465).
    pub fn submissions_port(&self) -> u16 {
        self.submissions_port
    }

    /// Makes a login for submission; the user name is `<local>@<domain>`.
    pub fn add_user(&self, local: &str, password: &str) -> String {
        let database = self.instance.directory().join("sasl/sasldb2");
        let mut command = Command::new("/usr/sbin/saslpasswd2");
        command
            .args(["-p", "-c", "-u", &self.domain, "-f"])
            .arg(&database)
            .arg(local);
        let output = process::run(&mut command, password.as_bytes());
        assert!(
            output.status.success(),
            "saslpasswd2: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        fs::set_permissions(&database, Permissions::from_mode(0o644)).expect("a file of ours");
        format!("{local}@{}", self.domain)
    }

    /// Writes the credentials we issued into `sasl_passwd` and tries the queue again.
    pub fn set_relay_credentials(&self, username: &str, password: &str) {
        let line = format!("[127.0.0.1]:{} {username}:{password}\n", self.relay_port);
        fs::write(self.instance.directory().join("conf/sasl_passwd"), line)
            .expect("a file of ours");
        self.instance.reload();
        self.instance.flush();
    }

    /// The instance, for its log and for `flush`.
    pub fn instance(&self) -> &Instance {
        &self.instance
    }
}

/// `texthash:` needs no `postmap`, and `inline:` no file.
fn main_cf(parent: &Path, options: &CustomerOptions<'_>) -> String {
    let base = parent.join("customer");
    let base = base.display();
    let (domain, relay) = (options.domain, options.relay_port);
    let others = options
        .others_port
        .map_or("discard:load".to_owned(), |port| {
            format!("smtp:[127.0.0.1]:{port}")
        });
    let wrapper = if options.relay_implicit { "yes" } else { "no" };
    let level = match &options.relay_tls {
        RelayTls::Encrypt => "relay_tls_level = encrypt\nrelay_tls_match = nexthop\n".to_owned(),
        RelayTls::Verify { name } => {
            format!("relay_tls_level = verify\nrelay_tls_match = {name}\n")
        }
    };
    fs::create_dir_all(format!("{base}/conf")).expect("a directory of ours");
    fs::write(format!("{base}/conf/sasl_passwd"), "").expect("a file of ours");
    format!(
        "relay_domains = {domain}\nrelay_recipient_maps =\n\
         transport_maps = inline:{{ {{ {domain} = relay:[127.0.0.1]:{relay} }} }}\n\
         default_transport = {others}\n\
         smtp_sasl_auth_enable = yes\nsmtp_sasl_password_maps = texthash:{base}/conf/sasl_passwd\n\
         smtp_sasl_security_options = noanonymous\nsmtp_sasl_tls_security_options = noanonymous\n\
         smtp_tls_security_level = may\nsmtp_tls_CAfile = {authority}\n\
         {level}relay_wrapper = {wrapper}\n\
         smtpd_tls_security_level = may\nsmtpd_tls_auth_only = yes\n\
         smtpd_tls_cert_file = {certificate}\nsmtpd_tls_key_file = {key}\n\
         smtpd_tls_received_header = yes\nsmtpd_sasl_authenticated_header = yes\n\
         smtpd_sasl_type = cyrus\nsmtpd_sasl_path = smtpd\ncyrus_sasl_config_path = {base}/conf/sasl\n",
        authority = options.authority.display(),
        certificate = options.certificate.certificate.display(),
        key = options.certificate.key.display(),
    )
}

fn services(mx: u16, submission: u16, submissions: u16) -> String {
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
fn prepare_sasl(base: &Path) -> io::Result<()> {
    let directory = base.join("conf/sasl");
    fs::create_dir_all(&directory)?;
    let conf = format!(
        "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: {}/sasl/sasldb2\nmech_list: PLAIN LOGIN\n",
        base.display()
    );
    fs::write(directory.join("smtpd.conf"), conf)
}

const LOGIN: &str = "  -o smtpd_sasl_auth_enable=yes\n  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject\n";
