//! What people write into fields goes out as words, whatever it looks like on the wire:
//! nobody adds a line, a recipient or a message with it (LOOP-05, LOOP-06).

use relaygate_tests::house::{
    ACCOUNT, AGENT, Cottage, DOMAIN, SUPPORT, USER, id_of, message, wait_for_ticket,
};
use relaygate_tests::smtp::Client;
use relaygate_tests::troublesome::{Letter, Scene};
use relaygate_tests::wait::{self, PATIENCE};
use serde_json::{Value, json};

use crate::full_campaign;

/// LOOP-06: two thousand payloads, a few in `make test`, through what an agent or an admin
/// can write and what a stranger can send: body, brand, account, connector, subject, name.
#[test]
fn no_field_of_ours_lets_a_line_through() {
    let (scene, _) = Scene::ready("");
    let relay = &scene.cottage.relay;
    let payloads = payloads();
    let chosen = match full_campaign() {
        true => payloads,
        false => payloads.into_iter().step_by(167).collect(),
    };
    let mut plain: Option<Vec<String>> = None;
    for (number, payload) in std::iter::once(&"plain".to_owned())
        .chain(&chosen)
        .enumerate()
    {
        for request in [
            json!({"brand": {"add": {"account": ACCOUNT, "name": payload, "local": null}}}),
            json!({"account": {"create": {
                "subdomain": format!("p{number}"), "name": payload, "admins": [payload], "sandbox_of": null
            }}}),
            json!({"domain": {"add": {"account": ACCOUNT, "domain": payload, "name": payload}}}),
        ] {
            // Taken or refused: what it does to the mail is seen below.
            let _ = relay.ask(&request);
        }
        let id = opened_by_a_stranger(&scene, number, payload);
        let answer = json!({"ticket": {"reply": {
            "account": ACCOUNT, "id": id, "agent": AGENT, "body": format!("answer {number} {payload}"),
            "internal": false, "changes": {}
        }}});
        relay
            .ask(&answer)
            .unwrap_or_else(|refused| panic!("{payload:?}: {refused}"));
        let letter = letter_with(&scene, &format!("answer {number} "));
        let names = field_names(&letter);
        assert_eq!(letter.recipients, [author(number)], "{payload:?}");
        assert_eq!(plain.get_or_insert(names.clone()), &names, "{payload:?}");
        let loose = String::from_utf8_lossy(&letter.text).replace("\r\n", "");
        assert!(
            !loose.contains(['\r', '\n', '\0']),
            "{payload:?}: {loose:?}"
        );
    }
    let letters = scene.customer.letters();
    let houses = ["enduser.example", "staff.example", DOMAIN];
    let known = |it: &String| {
        houses
            .iter()
            .any(|house| it.ends_with(&format!("@{house}")))
    };
    let strangers: Vec<_> = letters
        .iter()
        .flat_map(|it| &it.recipients)
        .filter(|it| !known(it))
        .collect();
    assert!(strangers.is_empty(), "{strangers:?}");
}

/// A ticket whose subject and author are such words, as a stranger's program would encode them.
fn opened_by_a_stranger(scene: &Scene, number: usize, payload: &str) -> u64 {
    let relay = &scene.cottage.relay;
    let word = encoded_word(&format!("S{number}S {payload}"));
    let (author, id) = (author(number), format!("p{number}@enduser.example"));
    let text = message(&author, SUPPORT, &word, &id, "").replace("Eve End", &encoded_word(payload));
    let mut user = Client::plain(scene.customer.doors().mx);
    user.say("EHLO mx.enduser.example");
    assert_eq!(user.submit(&author, &[SUPPORT], &text).code, 250);
    let mark = format!("S{number}S");
    wait::until(&mark, PATIENCE, || {
        let listed = relay.cli(&["ticket", "list", "-a", ACCOUNT]);
        let tickets = listed["tickets"].as_array()?.clone();
        let found = tickets.iter().find(|it| {
            it["subject"]
                .as_str()
                .is_some_and(|it| it.starts_with(&mark))
        })?;
        id_of(found).parse().ok()
    })
}

/// One for each, since nobody is sent many letters in a short time.
fn author(number: usize) -> String {
    format!("eve{number}@enduser.example")
}

fn letter_with(scene: &Scene, words: &str) -> Letter {
    wait::until(words, PATIENCE, || {
        let mut letters = scene.customer.letters().into_iter();
        letters.find(|it| {
            let to_agent = it.recipients.iter().any(|to| to == AGENT);
            !to_agent && String::from_utf8_lossy(&it.text).contains(words)
        })
    })
}

/// The names of the fields, top to bottom.
fn field_names(letter: &Letter) -> Vec<String> {
    let text = String::from_utf8_lossy(&letter.text).into_owned();
    let (head, _) = text.split_once("\r\n\r\n").expect("a header and a body");
    let fields = head
        .split("\r\n")
        .filter(|line| !line.starts_with([' ', '\t']));
    fields
        .map(|line| line.split(':').next().unwrap_or_default().to_owned())
        .collect()
}

fn encoded_word(text: &str) -> String {
    let octets: String = text.bytes().map(|octet| format!("={octet:02X}")).collect();
    format!("=?utf-8?q?{octets}?=")
}

/// Ways to end a line, or to have a later reader end one, and what should stand behind it.
fn payloads() -> Vec<String> {
    let ends = [
        "\r\n",
        "\n",
        "\r",
        "\r\n\r\n",
        "\n\n",
        "\r\n ",
        "\n\t",
        "\0",
        "\x0b",
        "\x0c",
        "\x1b",
        "\u{85}",
        "\u{2028}",
        "\u{2029}",
        "%0d%0a",
        "\\r\\n",
        "=0D=0A",
        "=?utf-8?q?=0D=0A?=",
        "\u{560d}\u{560a}",
        "\r\n.\r\n",
        "\n.\n",
        "\r.\r",
    ];
    let loot = [
        "Bcc: evil@x.example",
        "X-Evil: 1",
        "From: evil@x.example",
        "To: evil@x.example",
        "MAIL FROM:<evil@x.example>",
        "RCPT TO:<evil@x.example>",
        "Content-Type: text/html",
        "Content-Transfer-Encoding: base64",
        "--=_b",
        "\" <evil@x.example>, \"",
        "\"; filename=\"evil.exe",
        "=?utf-8?q?evil?=",
        "List-Unsubscribe: <mailto:evil@x.example>",
        "Reply-To: evil@x.example",
        "Return-Path: <evil@x.example>",
        "DATA",
        "QUIT",
        "Auto-Submitted: no",
        "X-Relaygate-Email-Id: x",
        "In-Reply-To: <evil@x.example>",
        "Subject: evil",
        "<evil@x.example>",
        "SIZE=10",
        "Message-ID: <evil@x.example>",
    ];
    let pairs = ends
        .iter()
        .flat_map(|end| loot.iter().map(move |loot| (end, loot)));
    let shapes = pairs.flat_map(|(end, loot)| {
        [
            format!("{end}{loot}"),
            format!("a{end}{loot}{end}b"),
            format!("{loot}{end}"),
            format!("{end}{end}{loot}{end}.{end}"),
        ]
    });
    shapes.collect()
}

/// LOOP-05: reports are not offered, so nobody can order any: by ENVID, RET, ORCPT or NOTIFY,
/// plain, long or with something in them.
#[test]
fn delivery_reports_cannot_be_ordered() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let long = "x".repeat(1_900);
    let envids = [
        "ENVID=QQ314159",
        "ENVID=",
        "ENVID=+0D+0ABcc:evil@x.example",
        "RET=FULL",
        "RET=HDRS",
        "ret=full",
        "BY=120;R",
    ];
    let orcpts = [
        "ORCPT=rfc822;support@acme.example",
        "ORCPT=rfc822;a+0D+0AX-Evil:1",
        "ORCPT=evil",
        "NOTIFY=SUCCESS",
        "NOTIFY=SUCCESS,FAILURE,DELAY",
        "NOTIFY=NEVER",
        "notify=success",
    ];
    for parameter in envids
        .iter()
        .map(ToString::to_string)
        .chain([format!("ENVID={long}")])
    {
        let mut client = cottage.session(&credential);
        let reply = client.say(&format!("MAIL FROM:<{USER}> {parameter}"));
        assert_eq!(reply.code, 555, "{parameter}: {reply}");
        assert_eq!(client.say(&format!("RCPT TO:<{SUPPORT}>")).code, 503);
    }
    let mut client = cottage.session(&credential);
    assert_eq!(client.say(&format!("MAIL FROM:<{USER}>")).code, 250);
    for parameter in orcpts
        .iter()
        .map(ToString::to_string)
        .chain([format!("ORCPT=rfc822;{long}")])
    {
        let reply = client.say(&format!("RCPT TO:<{SUPPORT}> {parameter}"));
        assert_eq!(reply.code, 555, "{parameter}: {reply}");
    }
    let mut client = cottage.session(&credential);
    let endless = "x".repeat(10_240);
    assert_eq!(
        client
            .say(&format!("MAIL FROM:<{USER}> ENVID={endless}"))
            .code,
        500
    );
    let text = message(USER, SUPPORT, "unreported", "dsn@enduser.example", "");
    assert_eq!(client.submit(USER, &[SUPPORT], &text).code, 250);
    wait_for_ticket(&cottage.relay, ACCOUNT, "unreported");
    let queue = cottage.relay.cli(&["queue", "list"]);
    let of_reports = |job: &Value| job.to_string().contains("report");
    assert!(
        !queue["jobs"]
            .as_array()
            .is_some_and(|jobs| jobs.iter().any(of_reports)),
        "{queue}"
    );
}
