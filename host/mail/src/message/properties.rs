//! Properties of the whole module: nothing panics, edits touch only what they
//! name, what is composed reads back, and work grows no faster than input.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use rustix::time::{ClockId, clock_gettime};

use super::compose::tests::sample;
use super::*;

/// Everything that reads what strangers wrote.
fn read_all(message: &[u8]) {
    let Ok(headers) = Headers::parse(message) else {
        return;
    };
    for name in [
        "From",
        "To",
        "Subject",
        "Authentication-Results",
        "Content-Type",
        "X",
    ] {
        let _ = (
            headers.text(name),
            headers.raw_all(name),
            headers.mailboxes(name),
        );
    }
    let _ = (
        headers.message_id(),
        headers.references(),
        headers.hops(),
        headers.date(),
    );
    let _ = (
        Hints::of(&headers, true),
        author_results(&headers, "a"),
        dkim::signatures(&headers),
    );
    let _ = dsn::read(message, &headers, "Relaygate");
    let content = Content::read(message, &headers);
    let text = content.readable();
    let _ = (
        ticket_tokens(&text),
        verification_tokens(&text, "Relaygate"),
    );
    for attachment in &content.attachments {
        attachment.decode(message);
    }
}

/// Octets that are more like mail than noise is.
fn mailish() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        6 => proptest::sample::select(PIECES.to_vec()).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..8),
    ];
    vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

const PIECES: [&str; 60] = [
    "\r\n",
    "\r\n",
    "\r\n",
    "\r\n\r\n",
    "\n",
    "\r",
    "\0",
    " ",
    "\t",
    ":",
    ";",
    ",",
    "<",
    ">",
    "\"",
    "\\",
    "(",
    ")",
    "=",
    "=?",
    "?=",
    "=?utf-8?q?=C3?=",
    "=?utf-8?b?w6k=?=",
    "=?utf-7?q?+?=",
    "é",
    "@",
    "a@b.example",
    "From: ",
    "To: ",
    "Subject: ",
    "Date: Mon, 1 Jan 2024 00:00:00 +0000",
    "Message-ID: <a@b>",
    "References: <a@b> <c@d>",
    "Authentication-Results: a; spf=pass",
    "DKIM-Signature: d=a; s=b; h=c",
    "Content-Type: ",
    "multipart/mixed; boundary=b",
    "multipart/report; report-type=delivery-status; boundary=b",
    "multipart/digest; boundary=\"b\"",
    "text/html",
    "text/plain; charset=utf-16",
    "message/rfc822",
    "message/delivery-status",
    "name*0*=utf-8''%C3",
    "name*1=x",
    "Content-Transfer-Encoding: ",
    "base64",
    "quoted-printable",
    "--b",
    "--b--",
    "--",
    "=3D",
    "=\r\n",
    "AAEC",
    "<p>",
    "<!--",
    "&amp;",
    "[1G7EQR-0Q2J]",
    "Final-Recipient: rfc822;a@b",
    "Action: failed",
];

proptest! {
    #[test]
    fn nothing_strangers_send_makes_it_panic(message in mailish(), noise in vec(any::<u8>(), 0..300)) {
        read_all(&message);
        read_all(&noise);
    }

    #[test]
    fn an_edit_leaves_the_rest_byte_for_byte(message in mailish()) {
        let Ok(headers) = Headers::parse(&message) else { return Ok(()) };
        prop_assert_eq!(&Edits::default().apply(&headers).to_vec(&message), &message);
        let mut edits = Edits::default();
        edits.put_on_top(b"X-New: 1\r\n");
        prop_assert_eq!(edits.apply(&headers).to_vec(&message), [b"X-New: 1\r\n".as_slice(), &message].concat());
    }

    #[test]
    fn a_removed_field_is_gone_and_alone(message in mailish()) {
        let Ok(headers) = Headers::parse(&message) else { return Ok(()) };
        let mut edits = Edits::default();
        edits.remove("Subject");
        let edited = edits.apply(&headers);
        let after = edited.to_vec(&message);
        let after_headers = Headers::parse(&after).unwrap();
        prop_assert!(!after_headers.has("Subject"));
        prop_assert_eq!(after_headers.raw_fields().len() + edited.removed(), headers.raw_fields().len());
        prop_assert_eq!(&after[after_headers.body_start()..], &message[headers.body_start()..]);
    }

    #[test]
    fn what_is_composed_reads_back(subject in any::<String>(), name in any::<String>(), text in any::<String>()) {
        let mut composer = Composer { subject: subject.clone(), text: text.clone(), ..sample() };
        composer.from.name.clone_from(&name);
        let message = composer.compose().unwrap();
        let headers = Headers::parse(&message).unwrap();
        prop_assert_eq!(headers.defects(), []);
        prop_assert_eq!(headers.text("Subject").unwrap(), disarmed(&subject));
        let from = headers.mailboxes("From").remove(0);
        prop_assert_eq!(from.text.as_str(), "help@acme.example");
        prop_assert_eq!(from.name, disarmed(&name));
        let shown = Content::read(&message, &headers).text.unwrap();
        let plain = |text: &str| text.chars().filter(|c| !c.is_control()).collect::<String>();
        prop_assert_eq!(plain(&shown), plain(&text));
    }
}

fn disarmed(text: &str) -> String {
    words::disarm(text).trim().to_owned()
}

/// Computing time, the least of three runs: the machine has other things to do.
fn time(message: &[u8]) -> Duration {
    let run = || {
        let start = computing_time();
        read_all(message);
        computing_time().saturating_sub(start)
    };
    (0..3).map(|_| run()).min().unwrap_or_default()
}

fn computing_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).expect("it does not run backwards")
}

/// Doubling the input may take 2.2 times as long, five times over. A little for the clock
/// leaves room for a busy machine's cold caches, which also gets three chances.
#[test]
fn bombs_take_time_in_proportion() {
    for (what, bomb) in bombs() {
        let (small, large) = (bomb(1), bomb(DOUBLED));
        let in_proportion = || {
            let (short, long) = (time(&small), time(&large));
            let allowed = short.mul_f64(2.2_f64.powi(5)) + Duration::from_millis(5);
            (long <= allowed).then_some(()).ok_or((short, long))
        };
        let measured = in_proportion()
            .or_else(|_| in_proportion())
            .or_else(|_| in_proportion());
        assert_eq!(measured, Ok(()), "{what}");
    }
}

/// RES-06: less than 50 ms for a megabyte of header, whatever is in it; ten times that where
/// nothing is optimised.
#[test]
fn a_header_is_read_in_no_time() {
    for (what, bomb) in bombs() {
        let message = bomb(DOUBLED);
        let start = &message[..message.len().min(super::HEADER_START_OCTETS)];
        let run = || {
            let began = computing_time();
            let read = Headers::parse(start);
            drop(std::hint::black_box(read));
            computing_time().saturating_sub(began)
        };
        let took = (0..3).map(|_| run()).min().unwrap_or_default();
        let per_megabyte = if cfg!(debug_assertions) { 500 } else { 50 };
        let allowed = Duration::from_millis(2)
            + Duration::from_millis(per_megabyte) * start.len() as u32 / (1 << 20);
        assert!(
            took <= allowed,
            "{what}: {took:?} for {} octets",
            start.len()
        );
    }
}

/// RES-07: a message costs at most four times its own size in memory, measured where it cannot
/// hide: in a process of its own that may not have more.
#[test]
fn bombs_take_memory_in_proportion() {
    let own = std::env::current_exe().unwrap();
    for (number, (what, _)) in bombs().iter().enumerate() {
        let output = std::process::Command::new(&own)
            .args([
                "--exact",
                "message::properties::one_bomb_in_a_process_of_its_own",
            ])
            .env(BOMB, number.to_string())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            output.status.success() && said.contains("1 passed"),
            "{what}: {output:?}"
        );
    }
}

/// Without a bomb named by its parent it has nothing to do.
#[test]
fn one_bomb_in_a_process_of_its_own() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let Ok(number) = std::env::var(BOMB) else {
        return;
    };
    let (what, bomb) = bombs().swap_remove(number.parse().unwrap());
    let message = bomb(DOUBLED);
    read_all(&bomb(1));
    let (resident, allowed) = (status("VmRSS:"), 4 * message.len() + MEMORY_SLACK);
    let limit = u64::try_from(status("VmSize:") + allowed + (64 << 20)).unwrap();
    let all = Rlimit {
        current: Some(limit),
        maximum: Some(limit),
    };
    setrlimit(Resource::As, all).unwrap();
    read_all(&message);
    let grown = status("VmHWM:").saturating_sub(resident);
    assert!(
        grown <= allowed,
        "{what}: {grown} octets more for {}",
        message.len()
    );
}

/// Octets behind a word in `/proc/self/status` (proc(5)).
fn status(word: &str) -> usize {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(word))
        .unwrap();
    let kib: usize = line.split_whitespace().next().unwrap().parse().unwrap();
    kib * 1_024
}

/// Names a bomb to a child process.
const BOMB: &str = "RELAYGATE_TEST_BOMB";
/// Five doublings.
const DOUBLED: usize = 32;
/// What a test has besides, and an allocator keeps.
const MEMORY_SLACK: usize = 4 << 20;

type Bomb = Box<dyn Fn(usize) -> Vec<u8>>;

/// RES-06 and RES-07: forty of them. Header bombs have 2 to 56 KiB, the size of one field; the
/// others 32 KiB to 1 MiB.
fn bombs() -> Vec<(&'static str, Bomb)> {
    let field = |start: &'static str, piece: &'static str| -> Bomb {
        Box::new(move |n| {
            format!("{start}{}\r\n\r\n", piece.repeat(n * 1_750 / piece.len())).into_bytes()
        })
    };
    let body = |start: &'static str, piece: &'static str| -> Bomb {
        Box::new(move |n| format!("{start}{}", piece.repeat((n << 15) / piece.len())).into_bytes())
    };
    const MIXED: &str = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
    vec![
        ("unfinished words in From", field("From: ", "=?aa?q?x ")),
        (
            "nested words in Subject",
            field("Subject: ", "=?utf-8?q?=?utf-8?q?"),
        ),
        ("groups in From", field("From: ", "a:;")),
        ("comments in From", field("From: ", "(")),
        ("quotes in To", field("To: ", "\"a\\\"")),
        ("addresses in To", field("To: ", "a@b.example,")),
        (
            "comments in results",
            field("Authentication-Results: a; ", "(\\(("),
        ),
        ("references", field("References: ", "<a@b>")),
        (
            "continuations",
            field("Content-Type: text/plain", "; a*1*=b"),
        ),
        (
            "words in a boundary",
            field("Content-Type: multipart/mixed; boundary=\"", "=?"),
        ),
        ("empty parts", body(MIXED, "--b\r\n")),
        ("boundary prefixes", body(MIXED, "--\r\n--bb\r\n")),
        (
            "messages in messages",
            body("", "Content-Type: message/rfc822\r\n\r\n"),
        ),
        (
            "unterminated nest",
            body(
                "",
                "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n",
            ),
        ),
        (
            "part without end of header",
            body(
                "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n",
                "A: b\r\n",
            ),
        ),
        ("tags", body("Content-Type: text/html\r\n\r\n", "<a")),
        (
            "comments in HTML",
            body("Content-Type: text/html\r\n\r\n", "<!--"),
        ),
        (
            "entities",
            body("Content-Type: text/html\r\n\r\n", "&amp;&"),
        ),
        ("tokens", body("\r\n", "[1G7EQR-0Q2")),
        (
            "quoted-printable",
            body(
                "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
                "=\r\n =3D ",
            ),
        ),
        (
            "base64",
            body("Content-Transfer-Encoding: base64\r\n\r\n", "=AA"),
        ),
        (
            "words of one letter in Subject",
            field("Subject: ", "=?a?q?b?= "),
        ),
        ("half a word in Subject", field("Subject: ", "=?utf-8?b?")),
        ("route in From", field("From: ", "@a,")),
        ("angle brackets in From", field("From: ", "<")),
        ("backslashes in From", field("From: \"", "\\")),
        ("groups in groups in To", field("To: ", "a:b:c;")),
        (
            "semicolons in results",
            field("Authentication-Results: a", ";"),
        ),
        ("tags in a signature", field("DKIM-Signature: ", "d=a; ")),
        (
            "colons in a signature",
            field("DKIM-Signature: d=a; s=b; h=", "From:"),
        ),
        ("comments in Received", field("Received: from a (", "(b)")),
        (
            "comments in Date",
            field("Date: Mon, 1 Jan 2024 00:00:00 +0000 ", "("),
        ),
        ("folds in References", field("References: ", "<a@b>\r\n ")),
        (
            "pieces of a boundary",
            field("Content-Type: multipart/mixed", "; boundary*0=b"),
        ),
        (
            "encoded pieces",
            field("Content-Disposition: attachment", "; filename*1*=%41"),
        ),
        (
            "quotes in a type",
            field("Content-Type: text/plain; name=\"", "\\\""),
        ),
        ("closing delimiters", body(MIXED, "--b--\r\n")),
        (
            "inner multiparts, one after the other",
            body(
                MIXED,
                "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n--c--\r\n",
            ),
        ),
        (
            "parts full of fields",
            body(MIXED, "--b\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n"),
        ),
        (
            "status groups",
            body(
                "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n",
                "Action: x\r\n\r\n",
            ),
        ),
    ]
}
