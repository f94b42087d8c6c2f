//! [`Hints`]: facts that tell a person's mail from a program's.
//!
//! Facts only. That an out-of-office answer becomes a suspended message and a
//! list mail does not is for the policies to say; the loop protection of RFC
//! 3834 rests on it, and tenants differ.

use super::headers::Headers;

/// What a message shows of its origin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hints {
    /// The reverse path was `<>`: nobody wants an answer (RFC 5321 §4.5.5).
    pub null_reverse_path: bool,
    /// The keyword of Auto-Submitted in lower case, if it is other than `no`
    /// (RFC 3834 §5): `auto-generated`, `auto-replied`, `auto-notified` ...
    pub auto_submitted: Option<String>,
    /// The keyword of Precedence in lower case: `bulk`, `list`, `junk` ...
    pub precedence: Option<String>,
    /// A mailing list: List-Id, List-Unsubscribe or List-Post (RFC 2919, RFC 2369).
    pub list: bool,
    /// X-Auto-Response-Suppress is there: its sender takes no automatic answer.
    pub suppresses_answers: bool,
    /// An auto-responder says so of itself: X-Autoreply, X-Autorespond and the like.
    pub auto_responder: bool,
    /// The subject is the one of an out-of-office answer.
    pub vacation_subject: bool,
    /// It is a delivery report by its Content-Type (RFC 3464, RFC 6522).
    pub delivery_report: bool,
    /// The author is `mailer-daemon` or `postmaster`.
    pub daemon_author: bool,
}

impl Hints {
    /// Reads the facts off a header.
    pub fn of(headers: &Headers, null_reverse_path: bool) -> Self {
        let has_any = |names: &[&str]| names.iter().any(|name| headers.has(name));
        Self {
            null_reverse_path,
            auto_submitted: keyword(headers, "Auto-Submitted").filter(|keyword| keyword != "no"),
            precedence: keyword(headers, "Precedence"),
            list: has_any(&["List-Id", "List-Unsubscribe", "List-Post"]),
            suppresses_answers: headers.has("X-Auto-Response-Suppress"),
            auto_responder: has_any(&["X-Autoreply", "X-Autorespond", "X-Autoresponder"]),
            vacation_subject: headers
                .text("Subject")
                .is_some_and(|text| is_vacation(&text)),
            delivery_report: super::dsn::is_report(headers),
            daemon_author: headers
                .mailboxes("From")
                .iter()
                .any(|from| is_daemon(&from.text)),
        }
    }
}

/// The first word of a value, in lower case, parameters and comments cut off.
fn keyword(headers: &Headers, name: &str) -> Option<String> {
    let value = headers.raw(name)?;
    let end = value.find([';', '(', ' ', '\t']).unwrap_or(value.len());
    let word = value[..end].to_ascii_lowercase();
    (!word.is_empty()).then_some(word)
}

/// Whether a subject begins the way auto-responders begin theirs.
fn is_vacation(subject: &str) -> bool {
    let subject = subject.trim().to_lowercase();
    VACATION.iter().any(|start| subject.starts_with(start))
}

fn is_daemon(address: &str) -> bool {
    let local = address.split('@').next().unwrap_or_default();
    DAEMONS
        .iter()
        .any(|daemon| local.eq_ignore_ascii_case(daemon))
}

const DAEMONS: [&str; 2] = ["mailer-daemon", "postmaster"];
/// How Exchange, Gmail, Lotus and vacation(1) begin, in the languages our
/// customers' servers speak. Lower case.
const VACATION: [&str; 18] = [
    "out of office",
    "out of the office",
    "automatic reply",
    "auto reply",
    "auto-reply",
    "autoreply",
    "auto:",
    "vacation",
    "away from my mail",
    "abwesenheitsnotiz",
    "automatische antwort",
    "abwesend",
    "réponse automatique",
    "absence du bureau",
    "respuesta automática",
    "fuera de la oficina",
    "risposta automatica",
    "automatisch antwoord",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn hints(fields: &str) -> Hints {
        Hints::of(
            &Headers::parse(fields.replace('\n', "\r\n").as_bytes()).unwrap(),
            false,
        )
    }

    #[test]
    fn a_persons_mail_shows_nothing() {
        assert_eq!(
            hints("From: ann@b.example\nSubject: office chairs\nAuto-Submitted: no\n"),
            Hints::default()
        );
    }

    #[test]
    fn each_sign_is_a_fact_of_its_own() {
        let none = Hints::default;
        let word = |word: &str| Some(word.to_owned());
        let table = [
            (
                "Auto-Submitted: Auto-Replied; x=y\n",
                Hints {
                    auto_submitted: word("auto-replied"),
                    ..none()
                },
            ),
            (
                "Auto-Submitted: auto-generated (cron)\n",
                Hints {
                    auto_submitted: word("auto-generated"),
                    ..none()
                },
            ),
            (
                "Precedence: BULK\n",
                Hints {
                    precedence: word("bulk"),
                    ..none()
                },
            ),
            (
                "List-Id: <l.example>\n",
                Hints {
                    list: true,
                    ..none()
                },
            ),
            (
                "X-Auto-Response-Suppress: OOF\n",
                Hints {
                    suppresses_answers: true,
                    ..none()
                },
            ),
            (
                "X-Autoreply: yes\n",
                Hints {
                    auto_responder: true,
                    ..none()
                },
            ),
            (
                "Subject: Automatic reply: printer\n",
                Hints {
                    vacation_subject: true,
                    ..none()
                },
            ),
            (
                "Subject: =?utf-8?q?R=C3=89ponse_automatique?=\n",
                Hints {
                    vacation_subject: true,
                    ..none()
                },
            ),
            (
                "From: MAILER-DAEMON@b.example\n",
                Hints {
                    daemon_author: true,
                    ..none()
                },
            ),
            (
                "Content-Type: multipart/report; report-type=delivery-status; boundary=x\n",
                Hints {
                    delivery_report: true,
                    ..none()
                },
            ),
            (
                "Content-Type: multipart/report; report-type=disposition-notification\n",
                none(),
            ),
        ];
        for (fields, expected) in table {
            assert_eq!(hints(fields), expected, "{fields}");
        }
    }
}
