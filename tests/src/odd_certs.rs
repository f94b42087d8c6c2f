//! Certificates nobody should believe, beside some that everybody should (TLS-04).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa,
    NameConstraints, SanType, date_time_ymd,
};

use crate::certs::{self, Authority, Certificate};
use crate::process;

/// A server's certificate, and how a client meets it.
pub struct Odd {
    /// What is odd about it; `sound` at its beginning if nothing is.
    pub what: &'static str,
    /// The name or address the client was told to connect to.
    pub host: &'static str,
    /// The authority the client was told to believe.
    pub authority: PathBuf,
    /// What the server shows.
    pub certificate: Certificate,
}

/// All of them, in `directory`.
pub fn all(directory: &Path) -> Vec<Odd> {
    let known = certs::authority(&directory.join("known"));
    let mut odd = by_one_authority(&known);
    odd.extend(by_others(directory, &known));
    odd.push(Odd {
        what: "signed with SHA-1",
        host: HOST,
        authority: known.file().to_owned(),
        certificate: with_sha1(&directory.join("known")),
    });
    odd
}

type Change = fn(&mut CertificateParams);

/// Host, names in the certificate, and what is changed.
fn by_one_authority(authority: &Authority) -> Vec<Odd> {
    let table: [(&'static str, &'static str, &[&str], Change); 12] = [
        ("sound", HOST, &[HOST], |_| {}),
        ("sound, a wildcard", HOST, &["*.acme.example"], |_| {}),
        ("sound, an address", ADDRESS, &[ADDRESS], |_| {}),
        ("sound, an IDN", IDN, &[IDN], |_| {}),
        ("expired", HOST, &[HOST], |it| {
            it.not_after = date_time_ymd(2020, 1, 1)
        }),
        ("not valid yet", HOST, &[HOST], |it| {
            it.not_before = date_time_ymd(2090, 1, 1)
        }),
        ("another name", HOST, &["mail.other.example"], |_| {}),
        ("a wildcard too far up", HOST, &["*.example"], |_| {}),
        ("a common name only", HOST, &[HOST], |it| {
            it.subject_alt_names.clear()
        }),
        ("the name without accents", IDN, &["bucher.example"], |_| {}),
        ("an address as a name", ADDRESS, &[], |it| {
            let name = ADDRESS.try_into().expect("ASCII");
            it.subject_alt_names = vec![SanType::DnsName(name)];
        }),
        ("for clients only", HOST, &[HOST], |it| {
            it.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        }),
    ];
    let issue = |(what, host, names, change): (_, _, &[&str], Change)| {
        let odd = |params: &mut CertificateParams| {
            let fresh = names.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
            params.subject_alt_names = CertificateParams::new(fresh)
                .expect("names")
                .subject_alt_names;
            change(params);
        };
        let file: &str = what;
        Odd {
            what,
            host,
            authority: authority.file().to_owned(),
            certificate: authority
                .issue_odd(&file.replace(' ', "-"), &[], odd)
                .expect("issued"),
        }
    };
    table.into_iter().map(issue).collect()
}

/// Nobody's, a stranger's, and one's that may not speak for this domain.
fn by_others(directory: &Path, known: &Authority) -> Vec<Odd> {
    let stranger = certs::authority(&directory.join("stranger"));
    let constrained = Authority::odd(&directory.join("constrained"), |it| {
        it.name_constraints = Some(NameConstraints {
            permitted_subtrees: vec![GeneralSubtree::DnsName("other.example".to_owned())],
            excluded_subtrees: Vec::new(),
        });
    });
    let constrained = constrained.expect("the test's directory can be written");
    let itself = Authority::odd(&directory.join("itself"), |it| {
        it.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        it.subject_alt_names = vec![SanType::DnsName(HOST.try_into().expect("ASCII"))];
    });
    let itself = itself.expect("the test's directory can be written");
    let odd = |what, authority: &Path, certificate| Odd {
        what,
        host: HOST,
        authority: authority.to_owned(),
        certificate,
    };
    let own = Certificate {
        certificate: itself.file().to_owned(),
        key: directory.join("itself/ca.key"),
    };
    vec![
        odd(
            "of an unknown authority",
            known.file(),
            certs::issue(&stranger, HOST),
        ),
        odd(
            "of an authority for others",
            constrained.file(),
            certs::issue(&constrained, HOST),
        ),
        odd("self-signed", known.file(), own.clone()),
        odd("an authority's own", itself.file(), own),
    ]
}

/// Nothing we use signs with SHA-1 any more; OpenSSL still can.
fn with_sha1(directory: &Path) -> Certificate {
    let files = Certificate {
        certificate: directory.join("sha1.pem"),
        key: directory.join("sha1.key"),
    };
    let at = |name: &str| directory.join(name).display().to_string();
    fs::write(at("sha1.ext"), format!("subjectAltName=DNS:{HOST}\n")).expect("a file of ours");
    let run = |arguments: &[&str]| {
        let output = process::run(Command::new("openssl").args(arguments), b"");
        assert!(output.status.success(), "openssl {arguments:?}: {output:?}");
    };
    let subject = format!("/CN={HOST}");
    run(&[
        "req",
        "-new",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        &subject,
        "-keyout",
        &at("sha1.key"),
        "-out",
        &at("sha1.csr"),
    ]);
    run(&[
        "x509",
        "-req",
        "-sha1",
        "-days",
        "2",
        "-in",
        &at("sha1.csr"),
        "-CA",
        &at("ca.pem"),
        "-CAkey",
        &at("ca.key"),
        "-CAcreateserial",
        "-extfile",
        &at("sha1.ext"),
        "-out",
        &at("sha1.pem"),
    ]);
    files
}

/// The name most of them are met under.
pub const HOST: &str = "mail.acme.example";
/// `bücher.example`.
pub const IDN: &str = "xn--bcher-kva.example";
const ADDRESS: &str = "127.0.0.1";
