//! Stable numbers and names for where a delivery stands, recipient by recipient
//! (API.md, section 3).
//!
//! Programs of customers know some of the numbers already, so a number is never
//! given another meaning. They follow from what is kept of a delivery: its state,
//! the last SMTP reply, and our own word where there was none. An exact pair of
//! codes tells most, then the enhanced one, then the basic one, then our word.

use crate::outbound::{Delivery, State};

/// Where a delivery stands, for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryStatus {
    /// Never changes its meaning.
    pub id: u16,
    /// The same as a word.
    pub name: &'static str,
    /// For people: what it means and what helps.
    pub message: &'static str,
    sign: Sign,
}

/// By what a status is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    State(State),
    Word(&'static str),
    Code(u16),
    /// Class, subject and detail (RFC 3463), with any basic code.
    Enhanced(Enhanced),
    Pair(u16, Enhanced),
}

/// `5.7.1`; the class is that of the basic code.
type Enhanced = (u16, u16, u16);

/// The status of a delivery.
pub fn of(delivery: &Delivery) -> DeliveryStatus {
    let signs = match delivery.state {
        State::Queued | State::AcceptedByCustomerMta | State::SentByFallback => Vec::new(),
        State::Deferred | State::Failed => signs(delivery.reply.as_deref(), delivery),
        // A report tells the enhanced code alone, or what the other server was told.
        State::Bounced => signs(delivery.reason.as_deref(), delivery),
    };
    let known = |sign: &Sign| TABLE.iter().find(|row| row.sign == *sign);
    let found = signs.iter().find_map(known);
    let by_state = || known(&Sign::State(delivery.state));
    *found.or_else(by_state).unwrap_or(&TABLE[0])
}

/// The basic and the enhanced code of a reply or of a report, as it was told.
pub fn code(delivery: &Delivery) -> Option<String> {
    let told = match delivery.state {
        State::Bounced => delivery.reason.as_deref(),
        _ => delivery.reply.as_deref(),
    };
    let (basic, enhanced) = codes(told?);
    let enhanced = enhanced.map(|(class, subject, detail)| format!("{class}.{subject}.{detail}"));
    let parts: Vec<String> = basic
        .map(|code| code.to_string())
        .into_iter()
        .chain(enhanced)
        .collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// What to look for, the most telling first.
fn signs(told: Option<&str>, delivery: &Delivery) -> Vec<Sign> {
    let (basic, enhanced) = told.map_or((None, None), codes);
    let pair = basic.zip(enhanced);
    // Our own word for a reply is a reading of it and tells no more than it does,
    // but for what only the text says.
    let word = delivery.reason.as_deref();
    let telling = word.filter(|word| TELLING.contains(word));
    let sign = |word: &str| {
        TABLE
            .iter()
            .map(|row| row.sign)
            .find(|sign| is_word(sign, word))
    };
    [
        telling.and_then(sign),
        pair.map(|(basic, enhanced)| Sign::Pair(basic, enhanced)),
        enhanced.map(Sign::Enhanced),
        basic.map(Sign::Code),
        word.and_then(sign),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn is_word(sign: &Sign, word: &str) -> bool {
    matches!(sign, Sign::Word(known) if *known == word)
}

fn codes(told: &str) -> (Option<u16>, Option<Enhanced>) {
    let mut words = told.split_ascii_whitespace().peekable();
    let basic = words
        .next_if(|word| word.len() == 3)
        .and_then(|word| word.parse().ok());
    (basic, words.next().and_then(enhanced))
}

fn enhanced(word: &str) -> Option<Enhanced> {
    let mut parts = word.split('.').map(|part| part.parse().ok());
    let found = (parts.next()??, parts.next()??, parts.next()??);
    parts.next().is_none().then_some(found)
}

/// Words that say more than the codes beside them.
const TELLING: [&str; 2] = ["greylisted", "customer_spf_rejects_us"];

const fn row(id: u16, name: &'static str, sign: Sign, message: &'static str) -> DeliveryStatus {
    DeliveryStatus {
        id,
        name,
        message,
        sign,
    }
}

use Sign::{Code, Enhanced as Detail, Pair, Word};

/// All of them. Numbers below 60 speak of SMTP replies or of how far a message
/// has come, those from 60 on of trouble before or beside a reply.
#[rustfmt::skip] // one line each
const TABLE: [DeliveryStatus; 69] = [
    row(1, "queued", Sign::State(State::Queued), "not tried yet"),
    row(2, "delivered", Sign::State(State::AcceptedByCustomerMta), "the customer's server has taken it over"),
    row(3, "delivered_by_fallback", Sign::State(State::SentByFallback), "sent by our own path"),
    row(4, "deferred", Sign::State(State::Deferred), "tried, to be tried again"),
    row(5, "failed", Sign::State(State::Failed), "given up"),
    row(6, "bounced", Sign::State(State::Bounced), "taken over, and sent back later"),
    row(10, "greylisted", Word("greylisted"), "put off as an unknown sender; allow our addresses at the server"),
    row(11, "service_unavailable", Code(421), "the server takes no mail at the moment"),
    row(12, "mailbox_busy", Code(450), "the mailbox cannot be reached at the moment"),
    row(13, "server_error", Code(451), "the server had trouble of its own"),
    row(14, "insufficient_storage", Code(452), "the server has no room at the moment"),
    row(15, "too_many_recipients", Pair(452, (4, 5, 3)), "the server takes fewer recipients at once"),
    row(16, "authentication_unavailable", Code(454), "the server cannot check logins at the moment"),
    row(17, "parameters_not_accommodated", Code(455), "the server cannot do what was asked for at the moment"),
    row(18, "password_transition_needed", Code(432), "the server wants another kind of login first"),
    row(19, "rate_limited", Detail((4, 7, 28)), "the server limits how much we may send"),
    row(20, "syntax_error", Code(500), "the server did not understand a command"),
    row(21, "parameter_error", Code(501), "the server did not understand a parameter"),
    row(22, "not_implemented", Code(502), "the server does not know a command"),
    row(23, "bad_sequence", Code(503), "the server expected another command"),
    row(24, "authentication_required", Code(530), "the server wants a login; check the credentials of the address"),
    row(25, "authentication_mechanism_weak", Pair(534, (5, 7, 9)), "the server wants another mechanism; choose it with --auth"),
    row(26, "credentials_invalid", Pair(534, (5, 7, 8)), "the server does not take these credentials"),
    row(27, "encryption_required", Pair(538, (5, 7, 11)), "the server wants encryption for this mechanism"),
    row(28, "rejected_by_recipient", Code(541), "the recipient does not want it"),
    row(29, "mailbox_unavailable", Code(550), "the mailbox cannot be reached, or its server does not want the message"),
    row(30, "recipient_not_local", Code(551), "the recipient is elsewhere"),
    row(31, "mailbox_full", Code(552), "the mailbox is full"),
    row(32, "mailbox_name_invalid", Code(553), "the server does not allow the name of a mailbox"),
    row(33, "transaction_failed", Code(554), "the server refused the message"),
    row(34, "message_too_large", Pair(554, (5, 3, 4)), "the message is larger than the server takes"),
    row(35, "mailbox_unknown", Detail((5, 1, 1)), "there is no such mailbox"),
    row(36, "recipient_domain_unknown", Detail((5, 1, 2)), "there is no such domain"),
    row(37, "recipient_takes_no_mail", Detail((5, 1, 10)), "the recipient's domain takes no mail"),
    row(38, "mailbox_disabled", Detail((5, 2, 1)), "the mailbox is switched off"),
    row(39, "loop_detected", Detail((5, 4, 6)), "the message goes round in circles"),
    row(40, "message_too_large_for_mailbox", Detail((5, 2, 3)), "the message is larger than the mailbox takes"),
    row(41, "mailbox_moved", Detail((5, 1, 6)), "the mailbox has moved away"),
    row(42, "content_rejected", Detail((5, 6, 0)), "the server does not want what is in the message"),
    row(43, "utf8_not_supported", Detail((5, 6, 7)), "the server cannot take such an address"),
    row(44, "authentication_invalid", Code(535), "the server refused our login; check the credentials of the address"),
    row(45, "authentication_disabled", Pair(535, (5, 7, 139)), "the server allows no such login; allow it there or choose another with --auth"),
    row(46, "policy_rejected", Detail((5, 7, 1)), "a rule of the server refused the message"),
    row(47, "spf_rejected", Word("customer_spf_rejects_us"), "the server checks SPF of mail from us; have it trust our addresses"),
    row(48, "dkim_rejected", Detail((5, 7, 20)), "the server wants a valid DKIM signature"),
    row(49, "reverse_name_rejected", Detail((5, 7, 25)), "the server wants a name for our address"),
    row(50, "authentication_checks_failed", Detail((5, 7, 26)), "SPF, DKIM or DMARC failed at the server"),
    row(51, "flooding_rejected", Detail((5, 7, 28)), "the server thinks that we send too much"),
    row(52, "sender_authentication_too_weak", Pair(550, (5, 7, 515)), "the recipient wants SPF, DKIM and DMARC of the sender's domain"),
    row(53, "sender_rejected", Detail((5, 1, 8)), "the server does not want the sender"),
    row(54, "mailbox_over_quota", Detail((5, 2, 2)), "the mailbox is full"),
    row(55, "mechanism_unknown", Code(504), "the server does not know the mechanism; choose another with --auth"),
    row(60, "host_not_found", Word("host_not_found"), "the server's name was not found"),
    row(61, "domain_takes_no_mail", Word("domain_takes_no_mail"), "the domain says that it takes no mail"),
    row(62, "dns_trouble", Word("dns_trouble"), "the name servers gave no answer"),
    row(63, "host_not_allowed", Word("host_not_allowed"), "the server is not one we may connect to"),
    row(64, "unreachable", Word("unreachable"), "no connection to the server"),
    row(65, "host_busy", Word("host_busy"), "the server has as many connections from us as it may have"),
    row(67, "tls_not_offered", Word("tls_not_offered"), "the server does not offer encryption, so nothing was sent"),
    row(68, "tls_failed", Word("tls_failed"), "the server's certificate was not believed, or encryption failed"),
    row(69, "auth_not_offered", Word("auth_not_offered"), "the server does not offer the mechanism; choose another with --auth"),
    row(70, "server_not_ready", Word("server_not_ready"), "the server was not ready to speak"),
    row(71, "timed_out", Word("timed_out"), "the server did not answer in time"),
    row(72, "connection_lost", Word("connection_lost"), "the connection broke"),
    row(73, "reply_lost", Word("reply_lost"), "the server may have the message; its last reply was lost"),
    row(74, "too_large_for_server", Word("too_large_for_server"), "the message is larger than the server takes"),
    row(75, "encoding_not_offered", Word("encoding_not_offered"), "the server cannot take 8-bit mail"),
    row(76, "protocol_violated", Word("protocol_violated"), "the server does not keep to SMTP"),
    row(77, "address_gone", Word("address_gone"), "the support address is gone, or has no server any more"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use mail::address::Address;
    use storage::Timestamp;

    use super::*;

    fn delivery(state: State, reply: Option<&str>, reason: Option<&str>) -> Delivery {
        Delivery {
            recipient: Address::parse("eve@enduser.example").unwrap(),
            state,
            attempts: 1,
            reason: reason.map(str::to_owned),
            reply: reply.map(str::to_owned),
            tls: None,
            credential: None,
            delayed: false,
            updated_at: Timestamp(0),
            tries: Vec::new(),
        }
    }

    /// The numbers customers' programs know, and the order of the signs.
    #[test]
    fn replies_have_the_number_programs_know() {
        for (reply, id, name) in [
            ("530 5.7.0 log in first", 24, "authentication_required"),
            ("534 5.7.9 too weak", 25, "authentication_mechanism_weak"),
            ("534 5.7.8 wrong", 26, "credentials_invalid"),
            ("538 5.7.11 in the clear?", 27, "encryption_required"),
            ("550 no", 29, "mailbox_unavailable"),
            ("550 5.9.9 no", 29, "mailbox_unavailable"),
            ("552 full", 31, "mailbox_full"),
            ("554 5.3.4 too big", 34, "message_too_large"),
            ("535 5.7.8 wrong", 44, "authentication_invalid"),
            ("535 5.7.139 switched off", 45, "authentication_disabled"),
            (
                "550 5.7.515 who are you",
                52,
                "sender_authentication_too_weak",
            ),
            ("550 5.1.1 no such user", 35, "mailbox_unknown"),
            ("553 5.1.1 no such user", 35, "mailbox_unknown"),
            ("452 4.5.3 too many", 15, "too_many_recipients"),
            ("452 4.2.2 full", 14, "insufficient_storage"),
            ("421 4.7.28 slowly", 19, "rate_limited"),
            ("421 closing", 11, "service_unavailable"),
        ] {
            let found = of(&delivery(
                State::Deferred,
                Some(reply),
                Some("refused_by_server"),
            ));
            assert_eq!((found.id, found.name), (id, name), "{reply}");
        }
    }

    #[test]
    fn without_a_reply_our_word_tells() {
        for (state, reply, reason, id) in [
            (State::Queued, None, None, 1),
            (State::AcceptedByCustomerMta, Some("250 2.0.0 ok"), None, 2),
            (
                State::SentByFallback,
                Some("250 ok"),
                Some("smtp_address_not_verified"),
                3,
            ),
            (State::Deferred, None, Some("unreachable"), 64),
            (
                State::Deferred,
                Some("TLS handshake failed: expired"),
                Some("tls_failed"),
                68,
            ),
            (
                State::Deferred,
                Some("451 4.7.1 greylisted"),
                Some("greylisted"),
                10,
            ),
            (
                State::Failed,
                Some("550 5.7.23 no"),
                Some("customer_spf_rejects_us"),
                47,
            ),
            (State::Failed, None, Some("what is that"), 5),
            (State::Deferred, None, None, 4),
            (State::Bounced, Some("smtp; 550 x"), Some("5.1.1"), 35),
            (State::Bounced, None, None, 6),
        ] {
            let found = of(&delivery(state, reply, reason));
            assert_eq!(found.id, id, "{state:?} {reply:?} {reason:?}");
        }
    }

    #[test]
    fn codes_are_told_as_the_server_told_them() {
        let told = |reply| code(&delivery(State::Failed, Some(reply), None));
        assert_eq!(told("550 5.7.23 SPF"), Some("550 5.7.23".to_owned()));
        assert_eq!(told("421 bye"), Some("421".to_owned()));
        assert_eq!(told("connection lost"), None);
    }

    #[test]
    fn no_number_no_name_and_no_sign_stands_for_two_things() {
        let ids: BTreeSet<u16> = TABLE.iter().map(|row| row.id).collect();
        let names: BTreeSet<&str> = TABLE.iter().map(|row| row.name).collect();
        assert_eq!((ids.len(), names.len()), (TABLE.len(), TABLE.len()));
        for (at, row) in TABLE.iter().enumerate() {
            let same = TABLE[at + 1..].iter().any(|other| other.sign == row.sign);
            assert!(!same, "{}", row.name);
        }
    }
}
