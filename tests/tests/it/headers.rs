//! Headers as the world writes them (`tests/headers/corpus.txt`): nothing is lost, and who is
//! read as the author is who others read.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use relaygate_tests::clients;
use relaygate_tests::headers::{Case, corpus};
use relaygate_tests::house::{ACCOUNT, Cottage, DOMAIN, SUPPORT, USER};
use relaygate_tests::relaygate::Relaygate;
use relaygate_tests::smtp::Reply;
use relaygate_tests::wait::{self, PATIENCE};
use serde_json::{Value, json};

/// Each is taken, and becomes a ticket of who wrote it or is kept aside with its raw source: R31.
#[test]
fn no_header_loses_its_message() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let mut client = cottage.session(&credential);
    let taken: Vec<(Case, String)> = corpus()
        .into_iter()
        .map(|case| {
            let text = [
                &case.header[..],
                format!("\r\nThis is {}.", case.name).as_bytes(),
            ]
            .concat();
            let reply = client.submit_octets(USER, &[SUPPORT], &text);
            assert_eq!(reply.code, 250, "{}: {reply}", case.name);
            let id = queue_id(&reply);
            (case, id)
        })
        .collect();
    let mut tickets = 0;
    for (case, id) in &taken {
        tickets += u32::from(settled(&cottage.relay, case, id));
    }
    let nobody = taken
        .iter()
        .filter(|(case, _)| case.author.is_none())
        .count();
    eprintln!(
        "{} headers, {nobody} name nobody, {tickets} tickets",
        taken.len()
    );
    assert!(tickets > 0 && nobody > 0);
}

/// Python's email package is the other witness: it reads the same author, or the corpus says
/// why not: R31.
#[test]
fn python_reads_the_same_author() {
    let cases = corpus();
    let blocks: BTreeMap<&str, String> = cases
        .iter()
        .map(|case| (case.name.as_str(), BASE64.encode(&case.header)))
        .collect();
    let read = clients::python_authors(&json!(blocks));
    let mut wrong = Vec::new();
    for case in &cases {
        let theirs = &read[&case.name];
        let ours = json!(case.author);
        // Where it fails it says nothing.
        if theirs["failed"].is_string() {
            continue;
        }
        match (theirs["author"] == ours, &case.differs) {
            (false, None) => wrong.push(format!("{}: {theirs}, ours {ours}", case.name)),
            (true, Some(_)) => wrong.push(format!("{}: differs no longer", case.name)),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Whether it became a ticket; else it has to be among what is kept aside.
fn settled(relay: &Relaygate, case: &Case, id: &str) -> bool {
    let (what, detail) = wait::until(&format!("{} to be settled", case.name), PATIENCE, || {
        let traced = relay.ask(&json!({"trace": {"message_id": id}})).ok()?;
        let events = traced["messages"][0]["events"].as_array()?.clone();
        events.iter().find_map(outcome)
    });
    match what.as_str() {
        "ticket_created" => {
            let shown = relay.cli(&["ticket", "show", "-a", ACCOUNT, &detail]);
            let requester = shown["ticket"]["requester"].as_str().unwrap_or_default();
            // R39: a relay that is known may name the author in Reply-To.
            let header = String::from_utf8_lossy(&case.header);
            let replied = header.contains(&format!("Reply-To: {requester}\r\n"));
            let written = case.author.as_deref() == Some(requester);
            assert!(written || replied, "{}: {requester}", case.name);
            true
        }
        _ => {
            let (_, key) = detail.split_once(' ').expect("cause and id");
            let shown = relay.cli(&["suspended", "show", "-a", ACCOUNT, key]);
            let source = shown["source"].as_str().unwrap_or_default();
            let sent = String::from_utf8_lossy(&case.header);
            assert!(source.contains(&*sent), "{}: {source}", case.name);
            false
        }
    }
}

fn outcome(event: &Value) -> Option<(String, String)> {
    let what = event["what"].as_str()?;
    let detail = event["detail"].as_str()?.to_owned();
    ["ticket_created", "suspended"]
        .contains(&what)
        .then(|| (what.to_owned(), detail))
}

/// The id told with the 250.
fn queue_id(reply: &Reply) -> String {
    let words = reply.lines[0].split_ascii_whitespace();
    words.last().unwrap_or_default().to_owned()
}
