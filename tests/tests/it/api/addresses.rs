//! Support addresses by API: listed, described, deleted, never added to a connector.

use std::thread;

use relaygate_tests::api::{Answer, Api, Token};
use relaygate_tests::house::{ACCOUNT, AGENT, Cottage, DOMAIN, SUPPORT, create_account};
use relaygate_tests::relaygate::HOSTNAME;
use serde_json::{Value, json};

use super::Scene;

fn by_email(admin: &Api, email: &str) -> Value {
    let listed = admin.get("/recipient_addresses.json").expect(200);
    let addresses = listed["recipient_addresses"].as_array().cloned();
    let mut found = addresses.into_iter().flatten();
    let found = found.find(|address| address["email"] == email);
    found.unwrap_or_else(|| panic!("no {email} in {listed}"))
}

/// What a client of the public system reads of an address of a connector: R101.
#[test]
fn a_connector_address_is_shown_in_the_public_shape() {
    let scene = Scene::start("");
    scene.cottage.connect(ACCOUNT, DOMAIN);
    let admin = scene.admin(ACCOUNT);
    let address = by_email(&admin, SUPPORT);
    let id = address["id"].as_u64().expect("a number");
    assert!(id > u64::from(u32::MAX) && id < 1 << 53, "{id}");
    let url = format!("https://{HOSTNAME}/api/v2/recipient_addresses/{id}.json");
    assert_eq!(address["url"], url);
    for (key, value) in [
        ("connection_type", json!("smtp")),
        ("connector_id", json!(DOMAIN)),
        ("forwarding_status", json!("failed")),
        ("smtp_outbound_status", json!("failed")),
        ("default", Value::Null),
        ("brand_id", json!(1)),
    ] {
        assert_eq!(address[key], value, "{key}: {address}");
    }
    let native = by_email(&admin, "support@acme.desk.example");
    for key in [
        "forwarding_status",
        "spf_status",
        "cname_status",
        "domain_verification_status",
    ] {
        assert_eq!(native[key], "verified", "{native}");
    }
    assert_eq!(native["default"], true, "{native}");
    let shown = admin
        .get(&format!("/recipient_addresses/{id}?include=brands"))
        .expect(200);
    let one = &shown["recipient_address"];
    assert_eq!(
        [&one["id"], &one["email"]],
        [&address["id"], &address["email"]]
    );
    assert!(one["domain_verification_code"].is_string(), "{one}");
    assert_eq!(shown["brands"][0]["default"], true, "{shown}");
}

/// Anybody of the account may read what to allow in a firewall: R28.
#[test]
fn the_addresses_we_come_from_are_published() {
    let cottage = Cottage::start(
        "[egress]\naddresses = [\"127.0.0.7\"]\nhostnames = [\"out.desk.example\"]\n",
    );
    create_account(&cottage.relay, ACCOUNT);
    let nobody = Api::new(cottage.relay.ports().web, &cottage.tls());
    let agent = nobody.with(&Token::create(&cottage.relay, ACCOUNT, AGENT));
    let shown = agent.get("/relaygate/egress.json").expect(200);
    let (addresses, names) = (json!(["127.0.0.7"]), json!(["out.desk.example"]));
    assert_eq!(
        [&shown["addresses"], &shown["hostnames"]],
        [&addresses, &names],
        "{shown}"
    );
    assert_eq!(shown["ehlo"], HOSTNAME, "{shown}");
}

/// One address in each call, and no secret is left of it: R102, R105.
#[test]
fn an_address_is_deleted_alone() {
    let scene = Scene::start("");
    scene.cottage.connect(ACCOUNT, DOMAIN);
    let admin = scene.admin(ACCOUNT);
    let id = &by_email(&admin, SUPPORT)["id"];
    for path in [
        "/recipient_addresses/destroy_many",
        "/recipient_addresses/destroy_many.json",
    ] {
        let refused = admin.delete(&format!("{path}?ids={id}"));
        assert_eq!(refused.expect(404)["error"], "RecordNotFound");
    }
    let path = format!("/recipient_addresses/{id}.json");
    // Some clients send a body along; it says nothing.
    let deleted = admin.ask("DELETE", &path, Some(b"{\"recipient_address\": {}}"));
    assert_eq!(deleted.status, 204, "{}", deleted.text());
    assert!(deleted.body.is_empty() && deleted.field("content-type").is_empty());
    assert_eq!(admin.delete(&path).status, 404);
    let native = &by_email(&admin, "support@acme.desk.example")["id"];
    let refused = admin.delete(&format!("/recipient_addresses/{native}"));
    let refused = refused.expect(422);
    assert_eq!(
        refused["details"]["email"][0]["error"], "address_is_default",
        "{refused}"
    );
}

/// Credentials are entered in the admin center alone: R65, R104.
#[test]
fn addresses_of_a_connector_are_not_added_by_api() {
    let scene = Scene::start("");
    scene.cottage.connect(ACCOUNT, DOMAIN);
    let admin = scene.admin(ACCOUNT);
    let add = |email: &str| -> Answer {
        let new = json!({"recipient_address": {"email": email, "name": "Help"}});
        admin.post("/recipient_addresses", &new)
    };
    for email in ["help@acme.example", "HELP@ACME.example", SUPPORT] {
        let refused = add(email).expect(422);
        assert_eq!(refused["error"], "RecordInvalid", "{email}: {refused}");
        assert!(
            refused["details"]["email"][0]["description"].is_string(),
            "{refused}"
        );
    }
    let added = add("help@elsewhere.example");
    let shown = added.expect(201)["recipient_address"].clone();
    assert_eq!(added.field("location"), shown["url"], "{shown}");
    assert_eq!(shown["connection_type"], "forwarded", "{shown}");
    assert_eq!(shown["name"], "Help", "{shown}");
    let agent = scene.agent(ACCOUNT);
    let new = json!({"recipient_address": {"email": "more@elsewhere.example"}});
    assert_eq!(agent.post("/recipient_addresses", &new).status, 403);
    assert_eq!(agent.get("/recipient_addresses").status, 200);
}

/// Name and brand change, the address never does; an unverified one is no default: R65.
#[test]
fn name_and_brand_are_changed_by_api() {
    let scene = Scene::start("");
    scene.cottage.connect(ACCOUNT, DOMAIN);
    scene
        .cottage
        .relay
        .cli(&["brand", "add", "-a", ACCOUNT, "--name", "Second"]);
    let admin = scene.admin(ACCOUNT);
    let path = format!("/recipient_addresses/{}", by_email(&admin, SUPPORT)["id"]);
    let change = |fields: Value| admin.put(&path, &json!({"recipient_address": fields}));
    let changed = change(json!({"name": "Desk", "brand_id": 2, "email": "x@acme.example"}));
    let changed = changed.expect(200)["recipient_address"].clone();
    assert_eq!(
        [&changed["name"], &changed["brand_id"], &changed["email"]],
        [&json!("Desk"), &json!(2), &json!(SUPPORT)]
    );
    let refused = change(json!({"default": true})).expect(422);
    assert_eq!(
        refused["details"]["default"][0]["error"],
        "address_not_verified"
    );
    assert_eq!(change(json!({"brand_id": 99})).status, 422);
    let verify = format!("{path}/verify.json");
    for (method, body) in [
        ("PUT", Some(&b"{\"type\": \"forwarding\"}"[..])),
        ("PUT", None),
        ("GET", None),
        ("PUT", Some(b"{\"type\": \"spf\"}")),
    ] {
        let started = admin.ask(method, &verify, body);
        assert_eq!(
            (started.status, started.body.len()),
            (200, 0),
            "{}",
            started.text()
        );
    }
    assert_eq!(by_email(&admin, SUPPORT)["forwarding_status"], "waiting");
    assert_eq!(
        admin.ask("PUT", &verify, Some(b"{\"type\": \"x\"}")).status,
        422
    );
}

/// Two hundred deletes at once, each of them one: R103.
#[test]
fn two_hundred_are_deleted_at_once() {
    let scene = Scene::start("api_requests_per_minute = 1000\n");
    scene.cottage.connect(ACCOUNT, DOMAIN);
    let admin = scene.admin(ACCOUNT);
    for number in 0..200 {
        let forward = json!({"address": {"forward": {"account": ACCOUNT,
            "address": format!("a{number}@elsewhere.example")}}});
        scene.cottage.relay.ask(&forward).expect("it is added");
    }
    let ids = forwarded_ids(&admin);
    assert_eq!(ids.len(), 200);
    let deleted: usize = thread::scope(|scope| {
        let workers: Vec<_> = ids
            .chunks(10)
            .map(|ids| {
                scope.spawn(|| {
                    let delete = |id: &&u64| {
                        let answer = admin.delete(&format!("/recipient_addresses/{id}.json"));
                        answer.status == 204
                    };
                    ids.iter().filter(delete).count()
                })
            })
            .collect();
        let counts = workers.into_iter().map(|it| it.join().expect("no panic"));
        counts.sum()
    });
    assert_eq!(deleted, 200);
    assert!(forwarded_ids(&admin).is_empty());
}

/// Follows the cursor from page to page, as clients do.
fn forwarded_ids(admin: &Api) -> Vec<u64> {
    let mut ids = Vec::new();
    let mut path = "/recipient_addresses.json?page%5Bsize%5D=30&sort=name".to_owned();
    loop {
        let page = admin.get(&path).expect(200);
        let addresses = page["recipient_addresses"].as_array().cloned();
        let addresses: Vec<Value> = addresses.into_iter().flatten().collect();
        let forwarded = addresses
            .iter()
            .filter(|it| it["connection_type"] == "forwarded");
        ids.extend(forwarded.filter_map(|it| it["id"].as_u64()));
        let Some(next) = page["links"]["next"].as_str() else {
            assert_eq!(page["meta"]["has_more"], false, "{page}");
            return ids;
        };
        assert_eq!(page["meta"]["has_more"], true, "{page}");
        let base = format!("https://{HOSTNAME}/api/v2");
        path = next.strip_prefix(&base).expect("links are ours").to_owned();
    }
}
