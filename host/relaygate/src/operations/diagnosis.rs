//! What was seen of the newest confirmation mail of each side, put together for
//! a person who has to mend something: hop by hop, then the findings.
//!
//! Not here: gathering it (`intake`, `courier`), judging it (header-check), what
//! a finding asks to be mended (`mends`).

use desk::Account;
use desk::addresses::{Direction, SupportAddress};
use desk::facts::Finding;
use desk::outbound::{self, Email, Path, Try};
use desk::verification::{self, Seen};
use serde::Serialize;
use storage::Timestamp;

use super::Outcome;
use super::mends::mend;

/// Both sides.
#[derive(Debug, Serialize)]
pub struct DiagnosisView {
    /// Mail to the address.
    pub inbound: SideView,
    /// Mail from the address.
    pub outbound: SideView,
}

/// One side: what its newest confirmation mail met.
#[derive(Debug, Default, Serialize)]
pub struct SideView {
    /// How it left; absent if none was sent, or its record has gone.
    pub way_out: Option<WayOutView>,
    /// How it came back; absent if it did not.
    pub way_back: Option<WayBackView>,
    /// What is wrong or worth a look, the fatal first.
    pub findings: Vec<FindingView>,
}

/// Our own leg.
#[derive(Debug, Serialize)]
pub struct WayOutView {
    /// The mail's e-mail id, for `relaygate trace`.
    pub email_id: String,
    /// `smarthost` or `native`.
    pub path: &'static str,
    /// The server, or the domain whose mail servers were asked.
    pub server: String,
    /// Whether it left with a signature of ours.
    pub signed: bool,
    /// The last attempts, oldest first.
    pub attempts: Vec<AttemptView>,
}

/// One attempt to hand it over.
#[derive(Debug, Serialize)]
pub struct AttemptView {
    /// Milliseconds since the epoch.
    pub at: u64,
    /// `accepted`, `deferred` or `failed`.
    pub end: &'static str,
    /// Stable word, for example `greylisted`.
    pub reason: Option<String>,
    /// The SMTP reply.
    pub reply: Option<String>,
    /// The server that was reached.
    pub server: Option<String>,
    /// TLS version and cipher; absent in clear text.
    pub tls: Option<String>,
    /// Subject, issuer and end of its certificate. It was verified on the way
    /// through the customer's server, and by our own path not (RFC 7435).
    pub certificate: Option<String>,
    /// The user name proved.
    pub login: Option<String>,
}

/// The way back to us.
#[derive(Debug, Serialize)]
pub struct WayBackView {
    /// Milliseconds since the epoch.
    pub at: u64,
    /// How often it has come back.
    pub copies: u32,
    /// The servers it passed, oldest first.
    pub hops: Vec<HopView>,
    /// Id of the session it came back by.
    pub session: String,
    /// The peer's address.
    pub peer: String,
    /// TLS version and cipher; absent in clear text.
    pub tls: Option<String>,
    /// The credential proved; absent without AUTH.
    pub credential: Option<String>,
    /// `unsigned`, `kept`, `broken`, `removed` or `re_signed`.
    pub signature: String,
    /// The protected fields.
    pub fields: Vec<FieldView>,
    /// SPF, DKIM and DMARC as the receiver's server saw them (R89).
    pub results: Vec<ResultView>,
}

/// One server, by its own word.
#[derive(Debug, Serialize)]
pub struct HopView {
    /// The server.
    pub by: String,
    /// Where it got the mail from.
    pub from: Option<String>,
    /// The protocol; an S in it stands for TLS, an A for AUTH (RFC 3848).
    pub with: Option<String>,
    /// Seconds since the server before it.
    pub seconds: Option<u64>,
}

/// A protected field.
#[derive(Debug, Serialize)]
pub struct FieldView {
    /// Its name.
    pub name: String,
    /// `kept`, `changed` or `missing`.
    pub fate: &'static str,
}

/// One result of the receiver's server.
#[derive(Debug, Serialize)]
pub struct ResultView {
    /// `spf`, `dkim` or `dmarc`.
    pub method: String,
    /// For example `pass`.
    pub verdict: String,
    /// The domain it speaks of.
    pub domain: Option<String>,
}

/// Something that is wrong or worth a look.
#[derive(Debug, Serialize)]
pub struct FindingView {
    /// Stable word.
    pub code: String,
    /// It makes the verification fail.
    pub fatal: bool,
    /// The header field it speaks of.
    pub field: Option<String>,
    /// What was seen: a sentence of the policy, or the last SMTP reply.
    pub seen: Option<String>,
    /// What to do about it, where the sentence does not say so itself.
    pub mend: Option<&'static str>,
}

/// Puts together what is known of an address.
pub(super) async fn of(
    account: &Account,
    address: &SupportAddress,
    now: Timestamp,
) -> Outcome<DiagnosisView> {
    Ok(DiagnosisView {
        inbound: side(account, address, Direction::Inbound, now).await?,
        outbound: side(account, address, Direction::Outbound, now).await?,
    })
}

async fn side(
    account: &Account,
    address: &SupportAddress,
    direction: Direction,
    now: Timestamp,
) -> Outcome<SideView> {
    let known = verification::known(account, &address.address, direction).await?;
    let email = match &known.email_id {
        Some(id) => outbound::find(account, id).await?,
        None => None,
    };
    let findings = findings(address, direction, known.seen.as_ref(), now);
    Ok(SideView {
        way_out: email.map(|email| way_out(address, email)),
        way_back: known.seen.map(way_back),
        findings,
    })
}

fn way_out(address: &SupportAddress, email: Email) -> WayOutView {
    let host = address.outbound.as_ref();
    let server = match (&email.path, host) {
        (Path::Smarthost, Some(host)) => format!("{}:{}", host.host, host.port),
        _ => address.address.domain().to_string(),
    };
    let tries = email.deliveries.into_iter().flat_map(|it| it.tries);
    WayOutView {
        email_id: email.id,
        path: email.path.as_str(),
        server,
        signed: email.signed,
        attempts: tries.map(attempt).collect(),
    }
}

pub(super) fn attempt(attempt: Try) -> AttemptView {
    AttemptView {
        at: attempt.at.0,
        end: attempt.end.as_str(),
        reason: attempt.reason,
        reply: attempt.reply,
        server: attempt.server,
        tls: attempt.tls,
        certificate: attempt.certificate,
        login: attempt.credential,
    }
}

fn way_back(seen: Seen) -> WayBackView {
    let hops = seen.hops.into_iter().map(|hop| HopView {
        by: hop.by,
        from: hop.from,
        with: hop.with,
        seconds: hop.seconds,
    });
    let fields = seen.fields.into_iter().map(|field| FieldView {
        name: field.name,
        fate: field.fate.as_str(),
    });
    let results = seen.results.into_iter().map(|result| ResultView {
        method: result.method,
        verdict: result.verdict,
        domain: result.domain,
    });
    WayBackView {
        at: seen.at.0,
        copies: seen.copies,
        hops: hops.collect(),
        session: seen.session.id,
        peer: seen.session.peer,
        tls: seen.session.tls,
        credential: seen.session.credential,
        signature: seen.signature,
        fields: fields.collect(),
        results: results.collect(),
    }
}

/// The policy's, and before them what the check itself stands at, if that is
/// not one of them: a refusal, a delay, no answer.
fn findings(
    address: &SupportAddress,
    direction: Direction,
    seen: Option<&Seen>,
    now: Timestamp,
) -> Vec<FindingView> {
    let of_policy = seen.map_or(&[][..], |seen| &seen.findings);
    let check = address.check(direction).view(now);
    let named = |code: &String| of_policy.iter().all(|finding| finding.code != *code);
    let standing = check.reason.filter(named).map(|code| FindingView {
        mend: mend(&code),
        fatal: check.state == FAILED,
        field: None,
        seen: check.detail,
        code,
    });
    standing
        .into_iter()
        .chain(of_policy.iter().map(finding))
        .collect()
}

fn finding(finding: &Finding) -> FindingView {
    FindingView {
        code: finding.code.clone(),
        fatal: finding.fatal,
        field: finding.field.clone(),
        seen: Some(finding.hint.clone()),
        mend: None,
    }
}

const FAILED: &str = "failed";
