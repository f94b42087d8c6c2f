//! What is only read: the message log, what stands in DNS.

use relaygate_tests::house::{ACCOUNT, DOMAIN, USER, create_account, id_of, wait_for_ticket};
use serde_json::Value;

use super::Scene;

/// Found by what they were, a page at a time, and followed by their id; another account
/// finds none of it.
#[test]
fn the_message_log_is_searched_and_followed() {
    let scene = Scene::start("");
    let credential = scene.cottage.connect(ACCOUNT, DOMAIN);
    let subjects = ["One", "Two", "Three"];
    for subject in subjects {
        let id = format!("{subject}@enduser.example");
        scene.cottage.hand_in(&credential, subject, &id);
        wait_for_ticket(&scene.cottage.relay, ACCOUNT, subject);
    }
    let agent = scene.agent(ACCOUNT);
    let mut path = "/relaygate/messages.json?direction=inbound&page%5Bsize%5D=2".to_owned();
    let mut found = Vec::new();
    loop {
        let page = agent.get(&path).expect(200);
        found.extend(page["messages"].as_array().cloned().expect("a list"));
        let next = page["links"]["next"].as_str();
        assert_eq!(page["meta"]["has_more"], next.is_some(), "{page}");
        let Some(next) = next else { break };
        let (_, rest) = next.split_once("/api/v2").expect("a link of ours");
        assert!(rest.contains("direction=inbound"), "filters stay: {rest}");
        path = rest.to_owned();
    }
    let ids: Vec<&str> = found
        .iter()
        .filter_map(|it| it["message_id"].as_str())
        .collect();
    assert_eq!(ids.len(), subjects.len(), "newest first: {ids:?}");
    assert!(
        ids[0].contains("Three") && ids[2].contains("One"),
        "{ids:?}"
    );

    let ticket = id_of(&wait_for_ticket(&scene.cottage.relay, ACCOUNT, "Two")["ticket"]);
    let one = agent.get(&format!(
        "/relaygate/messages?ticket_id={ticket}&result=ticket_created"
    ));
    let one = one.expect(200)["messages"][0].clone();
    assert_eq!(
        [&one["sender"], &one["result"]],
        [USER, "ticket_created"],
        "{one}"
    );
    let id = one["id"].as_str().expect("an id");
    let life = agent.get(&format!("/relaygate/messages/{id}")).expect(200);
    let events = life["messages"][0]["events"].as_array().expect("events");
    assert!(!events.is_empty() && events.iter().all(|it| it["created_at"].is_string()));
    let said = |event: &Value| event["verdicts"].as_array().map_or(0, Vec::len);
    assert!(events.iter().map(said).sum::<usize>() > 0, "{life}");

    create_account(&scene.cottage.relay, "rival");
    let rival = scene.admin("rival");
    assert_eq!(rival.get(&format!("/relaygate/messages/{id}")).status, 404);
    let none = rival.get("/relaygate/messages").expect(200);
    assert_eq!(none["messages"].as_array().map(Vec::len), Some(0), "{none}");
    assert_eq!(agent.get("/relaygate/messages?result=lost").status, 422);
    assert_eq!(
        agent.get("/relaygate/messages?page%5Bafter%5D=%25").status,
        400
    );
}

/// The customer's records with what is there; the operator's own are not told.
#[test]
fn what_stands_in_dns_is_told() {
    let scene = Scene::start("");
    scene.cottage.connect(ACCOUNT, DOMAIN);
    let admin = scene.admin(ACCOUNT);
    let path = format!("/relaygate/connectors/{DOMAIN}/dns");
    let dns = admin.get(&path).expect(200);
    let records = dns["records"].as_array().expect("records");
    assert_eq!(records.len(), 3, "two aliases and a proof: {dns}");
    for record in records {
        let name = record["name"].as_str().expect("a name");
        assert!(name.ends_with(DOMAIN), "{record}");
        assert_ne!(record["state"], "ok", "nobody made it: {record}");
    }
    let code = dns["domain_verification_code"].as_str().expect("a code");
    assert!(
        dns["zone"].as_str().is_some_and(|zone| zone.contains(code)),
        "{dns}"
    );
    assert_eq!(dns["signing"]["signs"], false, "{dns}");
    assert_eq!(scene.agent(ACCOUNT).get(&path).status, 403);
    assert_eq!(
        admin.get("/relaygate/connectors/other.example/dns").status,
        404
    );
}
