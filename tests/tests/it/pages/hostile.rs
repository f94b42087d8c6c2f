//! What strangers send to agents' browsers: letters that want to run or load something, and
//! files that want to be pages.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use relaygate_tests::house::{ACCOUNT, AGENT, Cottage, Credential, SUPPORT, id_of, tickets};
use relaygate_tests::wait::{self, PATIENCE};
use relaygate_tests::{browser, repository};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::needs_browser;
use crate::full_campaign;

/// WEB-01: each letter of `tests/html/payloads.html` comes in by mail and is opened. No dialog,
/// no other page, no request to anybody but us, and nothing in the HTML that could make one.
#[test]
fn no_letter_runs_loads_or_sends_anything() {
    needs_browser!();
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, "acme.example");
    let canary = Canary::listen();
    let payloads = payloads(&canary.url);
    let fewest = if full_campaign() { 500 } else { 40 };
    assert!(payloads.len() >= fewest, "{} letters", payloads.len());
    let mut client = cottage.session(&credential);
    for (number, (name, html)) in payloads.iter().enumerate() {
        let author = format!("author{number}@enduser.example");
        let reply = client.submit(&author, &[SUPPORT], &letter(&author, name, html));
        assert_eq!(reply.code, 250, "{name}: {reply}");
    }
    for letters in entered(&cottage, &payloads).chunks(LETTERS_A_RUN) {
        let invitation = browser::invite(&cottage.relay, Some(ACCOUNT), AGENT, "agent");
        let input = json!({ "invitation": invitation, "letters": letters });
        let done = browser::run(&cottage.relay, "hostile.mjs", input);
        assert_eq!(done["opened"], letters.len());
    }
    assert_eq!(
        canary.asked(),
        0,
        "somebody elsewhere was asked for something"
    );
}

/// WEB-02: files of sixty kinds and names are saved as they are, never shown, under a name that
/// is no path.
#[test]
fn files_are_kept_and_never_shown() {
    needs_browser!();
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, "acme.example");
    let files = files();
    assert!(files.len() >= 60, "{} files", files.len());
    let ticket = hand_in_files(&cottage, &credential, &files);
    let digest = |octets: &[u8]| {
        let digest = Sha256::digest(octets);
        digest
            .iter()
            .map(|octet| format!("{octet:02x}"))
            .collect::<String>()
    };
    let expected = files
        .iter()
        .map(|file| json!({ "digest": digest(&file.octets) }));
    let invitation = browser::invite(&cottage.relay, Some(ACCOUNT), AGENT, "agent");
    let input = json!({
        "invitation": invitation, "ticket": ticket, "files": expected.collect::<Vec<_>>(),
    });
    let done = browser::run(&cottage.relay, "files.mjs", input);
    assert_eq!(done["saved"], files.len());
}

/// Name and HTML of each letter; in a campaign each in every surrounding.
fn payloads(canary: &str) -> Vec<(String, String)> {
    let text = repository::read("tests/html/payloads.html".as_ref());
    let pieces = text.split("\n=== ").skip(1);
    let named = pieces.filter_map(|piece| piece.split_once('\n'));
    let named: Vec<_> = named
        .map(|(name, html)| (name, html.replace("{canary}", canary)))
        .collect();
    let around = match full_campaign() {
        true => &SURROUNDINGS[..],
        false => &SURROUNDINGS[..1],
    };
    let wrapped = around.iter().flat_map(|(wrap, before)| {
        let wrapped = named.iter();
        wrapped.map(move |(name, html)| (format!("{name}{wrap}"), format!("{before}{html}")))
    });
    wrapped.collect()
}

/// What a parser can be in the middle of when the letter proper begins.
const SURROUNDINGS: [(&str, &str); 9] = [
    ("", ""),
    (" in a cell", "<table><tr><td>"),
    (" in a table", "<table>"),
    (" in a picture", "<svg><g>"),
    (" in a picture's text", "<svg><foreignObject><p>"),
    (" in a formula", "<math><mi>"),
    (" in a choice", "<select><option>"),
    (" in an unseen part", "<template><div>"),
    (
        " in a deep list",
        "<ul><li><ol><li><dl><dd><b><i><font color=red><a href=x>",
    ),
];
/// Letters one run of a browser opens.
const LETTERS_A_RUN: usize = 61;

/// The HTML behind a word that has to be seen, beside plain words.
fn letter(author: &str, name: &str, html: &str) -> String {
    let html = format!("<p>before it</p>\n{html}\n<p>after it</p>");
    let picture = "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"></svg>";
    format!(
        "From: \"<script>alert(1)</script>\" <{author}>\r\nTo: <{SUPPORT}>\r\nSubject: {name}\r\n\
         Message-ID: <{author}>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n\
         Content-Type: multipart/alternative; boundary=a\r\n\r\n--a\r\n\
         Content-Type: text/plain\r\n\r\nthe plain words <script>alert(1)</script>\r\n--a\r\n\
         Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n\
         {}\r\n--a--\r\n--m\r\nContent-Type: image/svg+xml; name=\"<b onclick=alert(1)>.svg\"\r\n\
         Content-Id: <svg@x>\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--m--\r\n",
        lines(html.as_bytes()),
        lines(picture.as_bytes()),
    )
}

/// Base64 in lines a mail server takes.
fn lines(octets: &[u8]) -> String {
    let text = BASE64.encode(octets);
    let lines = text.as_bytes().chunks(76).map(String::from_utf8_lossy);
    lines.collect::<Vec<_>>().join("\r\n")
}

/// Ticket and comment of each letter, once all have one.
fn entered(cottage: &Cottage, payloads: &[(String, String)]) -> Vec<Value> {
    let listed = wait::until("every letter to be a ticket", PATIENCE, || {
        let listed = tickets(&cottage.relay, ACCOUNT);
        (listed.len() == payloads.len()).then_some(listed)
    });
    let show = |ticket: &Value| {
        let shown = cottage
            .relay
            .cli(&["ticket", "show", "-a", ACCOUNT, &id_of(ticket)]);
        let (name, comment) = (&ticket["subject"], &shown["comments"][0]["id"]);
        json!({ "ticket": ticket["id"], "comment": comment, "name": name })
    };
    listed.iter().map(show).collect()
}

/// A server nobody may ever ask.
struct Canary {
    url: String,
    asked: Arc<AtomicUsize>,
}

impl Canary {
    fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port of our own");
        let port = listener.local_addr().expect("it is bound").port();
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        thread::spawn(move || {
            for _ in listener.incoming() {
                counted.fetch_add(1, Ordering::Relaxed);
            }
        });
        Self {
            url: format!("http://127.0.0.1:{port}"),
            asked,
        }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

/// A file to be sent: what its header says of it, and its octets.
struct Sent {
    header: String,
    octets: Vec<u8>,
}

fn files() -> Vec<Sent> {
    let kinds = KINDS.iter().map(|(kind, name, text)| Sent {
        header: format!("Content-Type: {kind}\r\nContent-Disposition: inline; filename=\"{name}\""),
        octets: text.as_bytes().to_vec(),
    });
    let names = NAMES.iter().map(|name| Sent {
        header: format!("Content-Type: text/html\r\nContent-Disposition: attachment; {name}"),
        octets: format!("<script>alert(1)</script> {name}").into_bytes(),
    });
    kinds.chain(names).collect()
}

fn hand_in_files(cottage: &Cottage, credential: &Credential, files: &[Sent]) -> Value {
    let mut text = format!(
        "From: <author@enduser.example>\r\nTo: <{SUPPORT}>\r\nSubject: files\r\n\
         Message-ID: <files@enduser.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n\r\nsee below\r\n"
    );
    for Sent { header, octets } in files {
        let body = lines(octets);
        text += &format!("--m\r\n{header}\r\nContent-Transfer-Encoding: base64\r\n\r\n{body}\r\n");
    }
    text += "--m--\r\n";
    let mut client = cottage.session(credential);
    let reply = client.submit("author@enduser.example", &[SUPPORT], &text);
    assert_eq!(reply.code, 250, "{reply}");
    let one = |tickets: Vec<Value>| tickets.first().map(|ticket| ticket["id"].clone());
    wait::until("the ticket", PATIENCE, || {
        one(tickets(&cottage.relay, ACCOUNT))
    })
}

/// Type, name and octets. Those a browser would show, run or install, and those it would take
/// for something else (RFC 6266 §4.1 leaves what happens to us).
const KINDS: [(&str, &str, &str); 34] = [
    ("text/html", "page.html", "<script>alert(1)</script>"),
    (
        "text/html; charset=utf-7",
        "page7.html",
        "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    ),
    (
        "application/xhtml+xml",
        "page.xhtml",
        "<html xmlns=\"http://www.w3.org/1999/xhtml\"><script>alert(1)</script></html>",
    ),
    (
        "image/svg+xml",
        "picture.svg",
        "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>",
    ),
    (
        "image/svg+xml",
        "picture.png",
        "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>",
    ),
    (
        "text/xml",
        "data.xml",
        "<x:script xmlns:x=\"http://www.w3.org/1999/xhtml\">alert(1)</x:script>",
    ),
    (
        "application/xml",
        "style.xsl",
        "<?xml-stylesheet href=\"#\" type=\"text/xsl\"?><x/>",
    ),
    (
        "application/rss+xml",
        "feed.rss",
        "<rss><script>alert(1)</script></rss>",
    ),
    ("application/atom+xml", "feed.atom", "<feed/>"),
    (
        "application/mathml+xml",
        "sum.mml",
        "<math href=\"javascript:alert(1)\">x</math>",
    ),
    ("application/vnd.wap.xhtml+xml", "wap.xht", "<html/>"),
    (
        "application/pdf",
        "paper.pdf",
        "%PDF-1.7 /OpenAction << /S /JavaScript /JS (app.alert(1)) >>",
    ),
    ("application/javascript", "code.js", "alert(1)"),
    ("text/javascript", "code.mjs", "alert(1)"),
    ("text/css", "sheet.css", "*{background:url(//x)}"),
    ("application/json", "data.json", "[1]"),
    ("application/wasm", "code.wasm", "\0asm"),
    ("application/x-shockwave-flash", "film.swf", "FWS"),
    ("application/x-sh", "run.sh", "#!/bin/sh"),
    (
        "message/rfc822",
        "inner.eml",
        "Content-Type: text/html\r\n\r\n<script>alert(1)</script>",
    ),
    (
        "application/x-mimearchive",
        "saved.mht",
        "MIME-Version: 1.0",
    ),
    ("text/x-component", "binding.htc", "<public:component/>"),
    ("application/hta", "program.hta", "<hta:application>"),
    ("application/x-ms-shortcut", "way.lnk", "L"),
    (
        "application/internet-shortcut",
        "way.url",
        "[InternetShortcut]",
    ),
    ("application/x-msdownload", "program.exe", "MZ"),
    ("application/x-xpinstall", "addon.xpi", "PK"),
    ("text/calendar", "day.ics", "BEGIN:VCALENDAR"),
    ("text/vtt", "words.vtt", "WEBVTT"),
    ("text/cache-manifest", "all.appcache", "CACHE MANIFEST"),
    (
        "image/gif",
        "both.gif",
        "GIF89a/*<script>alert(1)</script>*/=1;alert(1)",
    ),
    (
        "image/jpeg",
        "both.jpg",
        "\u{ff}<html><script>alert(1)</script>",
    ),
    (
        "application/pdf",
        "both.pdf",
        "<html><script>alert(1)</script>%PDF-1.4",
    ),
    (
        "nonsense",
        "nothing",
        "<!doctype html><script>alert(1)</script>",
    ),
];

/// Parameters of Content-Disposition, as RFC 2183, 2231 and 2047 have them, or as programs do.
const NAMES: [&str; 28] = [
    "filename=\"plain.html\"",
    "filename=token.html",
    "filename=\"a\\\"; filename=\\\"b.html\"",
    "filename=\"two words.html\"",
    "filename=\"semi;colon.html\"",
    "filename=\"it's.html\"",
    "filename=\"per%63ent.html\"",
    "filename=\"<img src=x onerror=alert(1)>.html\"",
    "filename=\"../../etc/passwd\"",
    "filename=\"..\\\\..\\\\windows\\\\system.ini\"",
    "filename=\"/absolute.html\"",
    "filename=\"C:\\\\file.html\"",
    "filename=\"..\"",
    "filename=\".\"",
    "filename=\"\"",
    "filename=\".htaccess\"",
    "filename=\"trailing. . .\"",
    "filename=\"con.html\"",
    "filename=\"stream.txt:html\"",
    "filename*=UTF-8''line%0D%0ASet-Cookie:%20a=b.html",
    "filename*=UTF-8''null%00byte.html",
    "filename*=UTF-8''right%E2%80%AEfdp.exe",
    "filename*=UTF-8''isolate%E2%81%A6x%E2%81%A9.html",
    "filename*=UTF-8''%E2%82%AC%20rates.html",
    "filename*=UTF-8''..%2F..%2Fescape.html",
    "filename*0=\"part one\"; filename*1=\" part two.html\"",
    "filename=\"=?utf-8?Q?word=0D=0AX:_y.html?=\"",
    "filename=\"=?utf-8?B?44OG44K544OILmh0bWw=?=\"",
];
