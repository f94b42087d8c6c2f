//! Every route of the document, asked by everybody who may not.

use relaygate_tests::api::{Answer, Api, Token};
use relaygate_tests::house::{
    ACCOUNT, ADMIN, Credential, DOMAIN, SUPPORT, USER, by_mx, create_account, message,
    wait_for_ticket,
};
use relaygate_tests::wait::{self, PATIENCE};
use serde_json::{Value, json};

use super::Scene;

/// A word only the first account's data has.
const CANARY: &str = "canary4711";

/// A method and a path of the document.
#[derive(Debug)]
struct Route {
    method: String,
    path: String,
}

impl Route {
    fn has_id(&self) -> bool {
        self.path.contains('{')
    }

    /// The path with the ids of the first account's things.
    fn filled(&self, things: &[(&'static str, String)]) -> String {
        let noun = self.path.trim_start_matches("/relaygate").split('/').nth(1);
        let thing = things.iter().find(|(name, _)| Some(*name) == noun);
        let id = thing.map_or("1", |(_, id)| id.as_str());
        self.path.replace("{id}", id).replace("{domain}", id)
    }

    /// A body such a route takes.
    fn body(&self) -> Option<Vec<u8>> {
        let body = match (self.method.as_str(), self.path.as_str()) {
            ("PUT", "/recipient_addresses/{id}") => json!({"recipient_address": {"name": "x"}}),
            ("PUT", "/tickets/{id}") => json!({"ticket": {"status": "open"}}),
            ("PUT", "/triggers/{id}") => json!({"trigger": {"position": 1}}),
            _ => return None,
        };
        Some(body.to_string().into_bytes())
    }

    fn ask(&self, api: &Api, things: &[(&'static str, String)]) -> Answer {
        let mut path = self.filled(things);
        if path.ends_with("_many") {
            let noun = path.split('/').nth(1).unwrap_or_default().to_owned();
            let thing = things.iter().find(|(name, _)| *name == noun);
            path += &format!("?ids={}", thing.map_or("1", |(_, id)| id.as_str()));
        }
        api.ask(&self.method, &path, self.body().as_deref())
    }
}

fn routes(api: &Api) -> Vec<Route> {
    let document = api.get("/openapi.json").expect(200);
    let paths = document["paths"].as_object().cloned().expect("paths");
    let routes = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().expect("methods").keys();
        methods.map(|method| Route {
            method: method.to_uppercase(),
            path: path.clone(),
        })
    });
    routes.collect()
}

/// One thing of each kind in the first account, each with the canary in it.
fn things(scene: &Scene, credential: &Credential, admin: &Api) -> Vec<(&'static str, String)> {
    let relay = &scene.cottage.relay;
    relay.cli(&["brand", "add", "-a", ACCOUNT, "--name", CANARY]);
    scene
        .cottage
        .hand_in(credential, CANARY, "c1@enduser.example");
    let ticket = wait_for_ticket(relay, ACCOUNT, CANARY)["ticket"]["id"].to_string();
    let bulk = message(
        USER,
        SUPPORT,
        CANARY,
        "c2@enduser.example",
        "Precedence: bulk\r\n",
    );
    assert_eq!(by_mx(relay, USER, SUPPORT, &bulk).code, 250);
    let trigger = json!({"trigger": {"title": CANARY, "conditions": {"all": [{"field": "status",
        "operator": "is", "value": "solved"}]}, "actions": [{"field": "priority", "value": "low"}]}});
    let trigger = admin.post("/triggers", &trigger).expect(201)["trigger"]["id"].to_string();
    let body = json!({"ticket": {"comment": {"body": CANARY}}});
    admin.put(&format!("/tickets/{ticket}"), &body).expect(200);
    let first = |path: &str, list: &str, id: &str| {
        wait::until(list, PATIENCE, || {
            let listed = admin.get(path).expect(200);
            let found = &listed[list][0][id];
            (!found.is_null()).then(|| found.to_string().trim_matches('"').to_owned())
        })
    };
    let address = "/recipient_addresses?sort=-created_at";
    vec![
        (
            "recipient_addresses",
            first(address, "recipient_addresses", "id"),
        ),
        ("users", first("/users?role=end-user", "users", "id")),
        (
            "suspended_tickets",
            first("/suspended_tickets", "suspended_tickets", "id"),
        ),
        (
            "email_notifications",
            first(
                "/email_notifications",
                "email_notifications",
                "notification_id",
            ),
        ),
        ("brands", "2".to_owned()),
        ("tickets", ticket.clone()),
        ("requests", ticket),
        ("triggers", trigger),
        ("connectors", DOMAIN.to_owned()),
    ]
}

/// Every route of the document by nobody, by another account, by an agent who is no admin
/// and with a revoked token. Tokens of ours do not expire, so nobody can have an expired
/// one: ID-08, R107.
#[test]
fn no_route_tells_anything_to_those_who_may_not() {
    let scene = Scene::start("api_requests_per_minute = 10000\n");
    let relay = &scene.cottage.relay;
    create_account(relay, "other");
    let other = scene.admin("other");
    let credential = scene.cottage.connect(ACCOUNT, DOMAIN);
    let admin = scene.admin(ACCOUNT);
    let things = things(&scene, &credential, &admin);
    let agent = scene.agent(ACCOUNT);
    let revoked = Token::create(relay, ACCOUNT, ADMIN);
    relay.cli(&["token", "revoke", "-a", ACCOUNT, &revoked.id]);
    let revoked = scene.nobody.with(&revoked);
    let routes = routes(&admin);
    assert!(routes.len() > 30, "{routes:?}");
    for route in &routes {
        for stranger in [&scene.nobody, &revoked] {
            let refused = route.ask(stranger, &things);
            assert_eq!(refused.status, 401, "{route:?}: {}", refused.text());
            assert_eq!(refused.json()["error"], "Unauthenticated", "{route:?}");
        }
        let foreign = route.ask(&other, &things);
        assert!(
            !foreign.text().contains(CANARY),
            "{route:?}: {}",
            foreign.text()
        );
        assert!(foreign.status < 500, "{route:?}: {}", foreign.text());
        if route.has_id() {
            let unknown = route.ask(&other, &nowhere(&things));
            assert_eq!(foreign.status, 404, "{route:?}: {}", foreign.text());
            assert_eq!(
                (unknown.status, &unknown.body),
                (404, &foreign.body),
                "{route:?}"
            );
        }
        let by_agent = route.ask(&agent, &nowhere(&things));
        let expected = if for_admins(route) {
            403
        } else {
            by_agent.status
        };
        assert_eq!(by_agent.status, expected, "{route:?}: {}", by_agent.text());
        assert!(by_agent.status < 500, "{route:?}: {}", by_agent.text());
    }
    // All of it is still there, and only for its own.
    for (noun, id) in &things {
        let path = match *noun {
            "connectors" => format!("/relaygate/connectors/{id}"),
            "requests" => continue,
            noun => format!("/{noun}/{id}"),
        };
        assert_eq!(admin.get(&path).status, 200, "{path}");
    }
}

/// Ids nobody has.
fn nowhere(things: &[(&'static str, String)]) -> Vec<(&'static str, String)> {
    let unknown = |(noun, _): &(&'static str, String)| match *noun {
        "connectors" => (*noun, "nobody.example".to_owned()),
        noun => (noun, "4999999999999".to_owned()),
    };
    things.iter().map(unknown).collect()
}

/// What only an admin may, in words of its own: the program must not be asked.
fn for_admins(route: &Route) -> bool {
    let changes = route.method != "GET";
    route.path.starts_with("/relaygate/connectors")
        || route.path.starts_with("/relaygate/policies")
        || route.path.starts_with("/relaygate/webhooks")
        || route.path.starts_with("/relaygate/audit")
        || route.path.ends_with("/verify")
        || changes && route.path.starts_with("/recipient_addresses")
        || changes && route.path.starts_with("/triggers")
}

/// A token opens its own account, under its own agent's name.
#[test]
fn a_token_is_its_agents_alone() {
    let scene = Scene::start("");
    create_account(&scene.cottage.relay, ACCOUNT);
    let token = Token::create(&scene.cottage.relay, ACCOUNT, ADMIN);
    let with = |authorization: String| {
        let mut api = scene.nobody.clone();
        api.authorization = Some(authorization);
        api.get("/users/me.json")
    };
    assert_eq!(with(token.basic()).status, 200);
    assert_eq!(with(format!("Bearer {}", token.secret)).status, 200);
    let borrowed = Token {
        agent: "anna@staff.example".to_owned(),
        ..token.clone()
    };
    let refused = with(borrowed.basic());
    assert_eq!(refused.status, 401, "another's name");
    assert!(refused.field("www-authenticate").starts_with("Basic "));
    for wrong in ["", "Bearer ", "Bearer x", "Basic Og=="] {
        assert_eq!(with(wrong.to_owned()).status, 401, "{wrong}");
    }
    assert_eq!(with(format!("Digest {}", token.secret)).status, 401);
    let log = scene.cottage.relay.log();
    assert!(!log.contains(&token.secret), "a token is in no log");
    let audited: Value = scene.cottage.relay.cli(&["audit", "list", "-a", ACCOUNT]);
    assert!(!audited.to_string().contains(&token.secret));
}
