//! Endpoints that are told of what happens: signed, tried again, and left alone when they
//! want no more.

use std::fs;

use relaygate_tests::certs;
use relaygate_tests::desks::endpoint::{Endpoint, Posted};
use relaygate_tests::house::{ACCOUNT, DOMAIN, USER, id_of, wait_for_ticket};
use relaygate_tests::wait::{self, PATIENCE};
use serde_json::{Value, json};

use super::Scene;

impl Scene {
    fn endpoint(&self, answers: &[u16]) -> Endpoint {
        let certificate = certs::issue(&self.cottage.authority, "127.0.0.1");
        Endpoint::start(&certificate, answers)
    }

    /// What an admin posts to add it.
    fn subscription(&self, endpoint: &Endpoint, topics: &[&str]) -> Value {
        let authority = fs::read_to_string(self.cottage.authority.file()).expect("a file of ours");
        json!({"webhook": {"url": endpoint.url(), "subscriptions": topics, "ca_pem": authority}})
    }

    /// Has what waits tried again until something is so.
    fn retry_until(&self, what: &str, done: impl Fn() -> bool) {
        wait::until(what, PATIENCE, || {
            let waiting = self
                .cottage
                .relay
                .cli(&["queue", "list", "--lane", "webhook"]);
            for job in waiting["jobs"].as_array().into_iter().flatten() {
                let id = job["id"].as_str().unwrap_or_default();
                self.cottage.relay.run(&["queue", "retry", id], "");
            }
            done().then_some(())
        });
    }
}

fn of_type(posted: &[Posted], kind: &str) -> Vec<Value> {
    let events = posted.iter().map(Posted::json);
    events.filter(|event| event["type"] == kind).collect()
}

/// A ticket, an answer and what became of it, each told once it is so, signed as Standard
/// Webhooks has it; what is refused comes again under the same id.
#[test]
fn an_endpoint_is_told_of_tickets_and_deliveries() {
    let scene = Scene::start("");
    let credential = scene.cottage.connect(ACCOUNT, DOMAIN);
    let (admin, endpoint) = (scene.admin(ACCOUNT), scene.endpoint(&[503, 204]));
    let all = [
        "ticket.created",
        "ticket.commented",
        "ticket.updated",
        "delivery.changed",
    ];
    let added = admin.post("/relaygate/webhooks", &scene.subscription(&endpoint, &all));
    let added = added.expect(201);
    let secret = added["signing_secret"]
        .as_str()
        .expect("it is shown once")
        .to_owned();
    let listed = admin.get("/relaygate/webhooks").expect(200);
    assert_eq!(listed["webhooks"][0]["status"], "active", "{listed}");
    assert!(!listed.to_string().contains(&secret));

    scene
        .cottage
        .hand_in(&credential, "Tell me", "h1@enduser.example");
    let id = id_of(&wait_for_ticket(&scene.cottage.relay, ACCOUNT, "Tell me")["ticket"]);
    let hot = json!({"ticket": {"priority": "high", "additional_tags": ["hot"]}});
    admin.put(&format!("/tickets/{id}"), &hot).expect(200);
    let answer = json!({"ticket": {"comment": {"body": "Told."}}});
    admin.put(&format!("/tickets/{id}"), &answer).expect(200);
    scene.retry_until("every event, and what was refused again", || {
        let posted = endpoint.posted();
        let told = |kind: &&str| !of_type(&posted, kind).is_empty();
        let first = posted.first().map(|post| post.field("webhook-id"));
        let same = |post: &&Posted| Some(post.field("webhook-id")) == first;
        all.iter().all(told) && posted.iter().filter(same).count() >= 2
    });
    let posted = endpoint.posted();
    assert!(posted.iter().all(|post| post.is_signed_with(&secret)));
    let created = &of_type(&posted, "ticket.created")[0];
    assert_eq!(created["data"]["ticket_id"].to_string(), id, "{created}");
    let updated = of_type(&posted, "ticket.updated");
    let first = &updated[0]["data"];
    assert_eq!(
        [&first["priority"], &first["tags"][0]],
        ["high", "hot"],
        "{updated:?}"
    );
    let delivery = &of_type(&posted, "delivery.changed")[0];
    assert_eq!(delivery["data"]["recipient"], USER, "{delivery}");
    assert!(
        delivery["data"]["delivery_status"]["id"].is_u64(),
        "{delivery}"
    );
}

/// 410 ends it; an event nobody takes stays to be looked at; what must not be dialled is
/// refused at once.
#[test]
fn an_endpoint_that_wants_no_more_is_left_alone() {
    let mut scene = Scene::start("");
    scene.cottage.relay.announce("wants no more events (410)");
    let credential = scene.cottage.connect(ACCOUNT, DOMAIN);
    let (admin, endpoint) = (scene.admin(ACCOUNT), scene.endpoint(&[410]));
    let subscription = scene.subscription(&endpoint, &["ticket.created"]);
    let added = admin.post("/relaygate/webhooks", &subscription).expect(201);
    for subject in ["One", "Two"] {
        let id = format!("{subject}@enduser.example");
        scene.cottage.hand_in(&credential, subject, &id);
        wait_for_ticket(&scene.cottage.relay, ACCOUNT, subject);
        wait::until("the endpoint to be ended", PATIENCE, || {
            let listed = admin.get("/relaygate/webhooks").expect(200);
            (listed["webhooks"][0]["status"] == "gone").then_some(())
        });
    }
    assert_eq!(endpoint.posted().len(), 1, "410 is not asked twice");
    let path = format!(
        "/relaygate/webhooks/{}",
        added["webhook"]["id"].as_str().unwrap_or("")
    );
    assert_eq!(admin.delete(&path).status, 204);
    assert_eq!(admin.delete(&path).status, 404);
    for (url, field) in [
        ("https://169.254.169.254/x", "url"),
        ("https://a:b@127.0.0.1/x", "url"),
        ("ftp://127.0.0.1/x", "url"),
    ] {
        let new = json!({"webhook": {"url": url, "subscriptions": ["ticket.created"]}});
        let refused = admin.post("/relaygate/webhooks", &new).expect(422);
        assert!(refused["details"][field].is_array(), "{url}: {refused}");
    }
    let nothing = json!({"webhook": {"url": endpoint.url(), "subscriptions": []}});
    assert_eq!(admin.post("/relaygate/webhooks", &nothing).status, 422);
    assert_eq!(scene.agent(ACCOUNT).get("/relaygate/webhooks").status, 403);
}
