//! Tickets by API: made, read, answered, changed; people and mail that belong to them.

use relaygate_tests::house::{
    ACCOUNT, AGENT, DOMAIN, SUPPORT, USER, by_mx, create_account, id_of, message, tags_of,
    wait_for_ticket,
};
use relaygate_tests::wait::{self, PATIENCE};
use serde_json::{Value, json};

use super::Scene;
use crate::pages::tickets::{REPORT, SUBJECT, letter};

/// A ticket that came by mail, as a client of the public system reads it; the person who
/// wrote it is found by the id it names.
#[test]
fn a_ticket_by_mail_is_read_in_the_public_shape() {
    let scene = Scene::start("");
    let credential = scene.cottage.connect(ACCOUNT, DOMAIN);
    scene
        .cottage
        .hand_in(&credential, "Printer", "p1@enduser.example");
    let id = id_of(&wait_for_ticket(&scene.cottage.relay, ACCOUNT, "Printer")["ticket"]);
    let agent = scene.agent(ACCOUNT);
    let ticket = agent.get(&format!("/tickets/{id}.json")).expect(200)["ticket"].clone();
    for key in KEYS.split(',') {
        assert!(ticket.get(key).is_some(), "no {key} in {ticket}");
    }
    assert_eq!(ticket["via"]["channel"], "email", "{ticket}");
    assert_eq!(ticket["via"]["source"]["from"]["address"], USER, "{ticket}");
    assert_eq!(
        ticket["via"]["source"]["to"]["address"], SUPPORT,
        "{ticket}"
    );
    assert_eq!(ticket["recipient"], SUPPORT, "{ticket}");
    assert_eq!(ticket["tags"], json!(["system_authenticated_email_ticket"]));
    assert!(
        ticket["description"]
            .as_str()
            .is_some_and(|it| it.starts_with("Hello"))
    );
    let who = agent
        .get(&format!("/users/{}", ticket["requester_id"]))
        .expect(200);
    assert_eq!(
        [&who["user"]["email"], &who["user"]["role"]],
        [USER, "end-user"]
    );
    let listed = agent.get("/tickets.json?sort=-updated_at").expect(200);
    assert_eq!(listed["tickets"][0], ticket);
    assert_eq!(
        [&listed["count"], &listed["next_page"]],
        [&json!(1), &Value::Null]
    );
    let comments = agent.get(&format!("/tickets/{id}/comments")).expect(200);
    let first = &comments["comments"][0];
    assert_eq!(
        [&first["public"], &first["authenticated"]],
        [true, true],
        "{first}"
    );
    let me = agent.get("/users/me.json").expect(200);
    assert_eq!(
        [&me["user"]["email"], &me["user"]["role"]],
        [AGENT, "agent"]
    );
}

/// The HTML of a comment with nothing in it that runs or loads, and the files that came with
/// it, as they were sent; to another account neither is there (WEB-01, WEB-02, R107).
#[test]
fn a_comment_brings_its_html_and_its_files() {
    let scene = Scene::start("");
    let credential = scene.cottage.connect(ACCOUNT, DOMAIN);
    let mut client = scene.cottage.session(&credential);
    let reply = client.submit(USER, &[SUPPORT], &letter());
    assert_eq!(reply.code, 250, "{reply}");
    let id = id_of(&wait_for_ticket(&scene.cottage.relay, ACCOUNT, SUBJECT)["ticket"]);
    let agent = scene.agent(ACCOUNT);
    let listed = agent.get(&format!("/tickets/{id}/comments")).expect(200);
    let comment = &listed["comments"][0];
    let html = comment["html_body"].as_str().unwrap_or_default();
    assert!(
        html.contains("<b style=\"color:#b00\">since nine</b>"),
        "{html}"
    );
    assert!(
        !html.contains("script") && !html.contains("alert"),
        "{html}"
    );
    let files = comment["attachments"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let named = files.iter().find(|file| file["file_name"] == "report.pdf");
    let file = named.expect("the letter came with a report");
    assert_eq!(
        [&file["content_type"], &file["size"]],
        [&json!("application/pdf"), &json!(REPORT.len())]
    );
    let url = file["content_url"].as_str().unwrap_or_default();
    let (_, path) = url.split_once("/api/v2").expect("a link of the API");
    let fetched = agent.get(path);
    assert_eq!(
        (fetched.status, &fetched.body[..]),
        (200, REPORT),
        "{}",
        fetched.text()
    );
    assert_eq!(fetched.field("content-type"), "application/octet-stream");
    assert!(
        fetched
            .field("content-disposition")
            .starts_with("attachment; filename=\"report.pdf\"")
    );
    assert_eq!(fetched.field("x-content-type-options"), "nosniff");
    create_account(&scene.cottage.relay, "other");
    let other = scene.agent("other");
    assert_eq!(other.get(path).status, 404);
    for wrong in [
        path.replace("/comments/1/", "/comments/2/"),
        path.replace(".json", "9"),
    ] {
        assert_eq!(agent.get(&wrong).status, 404, "{wrong}");
    }
}

/// Answered, sorted, copied and followed in one call; and what became of the mail.
#[test]
fn a_ticket_is_answered_and_changed_in_one_call() {
    let scene = Scene::start("");
    let credential = scene.cottage.connect(ACCOUNT, DOMAIN);
    scene
        .cottage
        .hand_in(&credential, "Sort me", "p2@enduser.example");
    let id = id_of(&wait_for_ticket(&scene.cottage.relay, ACCOUNT, "Sort me")["ticket"]);
    let agent = scene.agent(ACCOUNT);
    let update = json!({"ticket": {
        "comment": {"html_body": "<p>Turn it <b>off</b></p>", "public": true},
        "status": "solved", "priority": "urgent", "additional_tags": ["vip"],
        "email_ccs": [{"user_email": "bob@enduser.example", "action": "put"}],
        "followers": [{"user_email": "boss@staff.example"}]}});
    let done = agent
        .put(&format!("/tickets/{id}.json"), &update)
        .expect(200);
    let ticket = &done["ticket"];
    assert_eq!(
        [&ticket["status"], &ticket["priority"]],
        ["solved", "urgent"],
        "{done}"
    );
    assert_eq!(done["audit"]["ticket_id"], ticket["id"], "{done}");
    let event = &done["audit"]["events"][0];
    assert_eq!(event["type"], "Comment", "{done}");
    assert!(
        event["body"]
            .as_str()
            .is_some_and(|it| it.trim() == "Turn it off"),
        "{event}"
    );
    let copied = agent.get(&format!("/tickets/{id}/email_ccs")).expect(200);
    assert_eq!(
        copied["users"][0]["email"], "bob@enduser.example",
        "{copied}"
    );
    assert_eq!(
        ticket["email_cc_ids"][0], copied["users"][0]["id"],
        "{ticket}"
    );
    assert_eq!(
        ticket["follower_ids"].as_array().map(Vec::len),
        Some(1),
        "{ticket}"
    );

    let filter = format!("/email_notifications?filter%5Bticket_id%5D={id}");
    let sent = wait::until("the answer to be on its way", PATIENCE, || {
        let sent = agent.get(&filter).expect(200);
        let about = |it: &Value| it["comment_id"] == event["id"];
        sent["email_notifications"]
            .as_array()?
            .iter()
            .find(|it| about(it))
            .cloned()
    });
    let status = &sent["recipients"][0]["delivery_status"];
    assert!(
        status["id"].is_u64() && status["name"].is_string(),
        "{sent}"
    );
    let one = agent.get(&format!("/email_notifications/{}", sent["notification_id"]));
    assert_eq!(
        one.expect(200)["email_notification"]["email_id"],
        sent["email_id"]
    );

    let gone = json!({"ticket": {"email_ccs": [{"user_id": copied["users"][0]["id"],
        "action": "delete"}]}});
    let done = agent.put(&format!("/tickets/{id}"), &gone).expect(200);
    assert_eq!(done["ticket"]["email_cc_ids"], json!([]), "{done}");
}

/// Reserved tags are nobody's to add or to take: R108.
#[test]
fn reserved_tags_are_neither_added_nor_taken_by_api() {
    let scene = Scene::start("");
    let credential = scene.cottage.connect(ACCOUNT, DOMAIN);
    scene
        .cottage
        .hand_in(&credential, "Tags", "p3@enduser.example");
    let id = id_of(&wait_for_ticket(&scene.cottage.relay, ACCOUNT, "Tags")["ticket"]);
    let agent = scene.agent(ACCOUNT);
    let update = |fields: Value| agent.put(&format!("/tickets/{id}"), &json!({"ticket": fields}));
    for fields in [
        json!({"tags": ["system_unauthenticated_email_update"]}),
        json!({"additional_tags": ["System_x"]}),
        json!({"remove_tags": ["system_authenticated_email_ticket"]}),
    ] {
        let refused = update(fields.clone()).expect(422);
        assert_eq!(
            refused["details"]["tags"][0]["error"], "tag_reserved",
            "{fields}"
        );
    }
    let kept = update(json!({"tags": ["vip"]})).expect(200);
    let all = json!(["system_authenticated_email_ticket", "vip"]);
    assert_eq!(kept["ticket"]["tags"], all);
    let forged = json!({"ticket": {"subject": "s", "comment": {"body": "b"},
        "tags": ["system_authenticated_email_ticket"]}});
    assert_eq!(agent.post("/tickets", &forged).status, 422);
    let shown = scene
        .cottage
        .relay
        .cli(&["ticket", "show", "-a", ACCOUNT, &id]);
    assert_eq!(
        tags_of(&shown),
        ["system_authenticated_email_ticket", "vip"]
    );
}

/// An agent writes to somebody first: a ticket, and mail to them.
#[test]
fn a_ticket_is_made_for_somebody_else() {
    let scene = Scene::start("");
    scene.cottage.connect(ACCOUNT, DOMAIN);
    let agent = scene.agent(ACCOUNT);
    let new = json!({"ticket": {"subject": "Your order", "status": "open", "recipient": SUPPORT,
        "requester": {"email": USER, "name": "Eve End"},
        "comment": {"body": "It is on its way."}}});
    let answer = agent.post("/tickets.json", &new);
    let made = answer.expect(201);
    assert_eq!(answer.field("location"), made["ticket"]["url"], "{made}");
    assert_eq!(made["ticket"]["via"]["channel"], "api", "{made}");
    assert_eq!(made["ticket"]["status"], "open", "{made}");
    let me = agent.get("/users/me").expect(200);
    assert_eq!(made["audit"]["author_id"], me["user"]["id"], "{made}");
    let about = format!(
        "/email_notifications?filter%5Bticket_id%5D={}",
        made["ticket"]["id"]
    );
    let sent = wait::until("the mail to them", PATIENCE, || {
        let sent = agent.get(&about).expect(200);
        sent["email_notifications"].get(0).cloned()
    });
    assert_eq!(sent["recipients"][0]["email_address"], USER, "{sent}");

    let refused = json!({"ticket": {"requester": {"email": SUPPORT}, "comment": {"body": "x"}}});
    let refused = agent.post("/tickets", &refused).expect(422);
    let error = &refused["details"]["requester_id"][0]["error"];
    assert_eq!(error, "requester_is_support_address", "{refused}");
    let own = json!({"ticket": {"subject": "Mine", "comment": {"body": "x", "public": false}}});
    let own = agent.post("/tickets", &own).expect(201)["ticket"]["id"].clone();
    let requests = agent.get("/requests").expect(200);
    assert_eq!(requests["count"], 1, "only the agent's own: {requests}");
    let path = format!("/requests/{own}/comments");
    assert_eq!(
        agent.get(&path).expect(200)["comments"],
        json!([]),
        "a note is no end user's"
    );
}

/// By number, by time and by change, forward and back; numbers that are nobody's are left out.
#[test]
fn tickets_are_listed_in_pages() {
    let scene = Scene::start("");
    scene.cottage.connect(ACCOUNT, DOMAIN);
    let agent = scene.agent(ACCOUNT);
    assert_eq!(agent.get("/tickets").expect(200)["count"], 0);
    for subject in ["one", "two", "three"] {
        let new = json!({"ticket": {"subject": subject, "comment": {"body": "x"}}});
        agent.post("/tickets", &new).expect(201);
    }
    let hot = json!({"ticket": {"priority": "high"}});
    agent.put("/tickets/1", &hot).expect(200);
    for (query, wanted) in [
        ("", &[1, 2, 3][..]),
        ("sort=-id", &[3, 2, 1]),
        ("sort=-created_at&page%5Bsize%5D=2", &[3, 2]),
        ("sort=-updated_at", &[1, 3, 2]),
        ("per_page=2&page=2", &[3]),
    ] {
        let listed = agent.get(&format!("/tickets?{query}")).expect(200);
        let tickets = listed["tickets"].as_array().expect("tickets");
        let ids: Vec<u64> = tickets.iter().filter_map(|it| it["id"].as_u64()).collect();
        assert_eq!(ids, wanted, "{query}");
    }
    let first = agent.get("/tickets?page%5Bsize%5D=2").expect(200);
    let next = first["links"]["next"].as_str().expect("there is more");
    let (_, path) = next.split_once("/api/v2").expect("a link of ours");
    assert_eq!(agent.get(path).expect(200)["tickets"][0]["id"], 3);
    let some = agent.get("/tickets/show_many?ids=3,9,1").expect(200);
    assert_eq!(some["tickets"].as_array().map(Vec::len), Some(2), "{some}");
}

/// What was kept aside is read, let through and deleted: R108 is told by its cause.
#[test]
fn suspended_mail_is_recovered_and_deleted() {
    let scene = Scene::start("");
    scene.cottage.connect(ACCOUNT, DOMAIN);
    for (id, subject) in [("s1", "Keep"), ("s2", "Lose"), ("s3", "Lose too")] {
        let bulk = "Precedence: bulk\r\n";
        let text = message(
            USER,
            SUPPORT,
            subject,
            &format!("{id}@enduser.example"),
            bulk,
        );
        assert_eq!(by_mx(&scene.cottage.relay, USER, SUPPORT, &text).code, 250);
    }
    let agent = scene.agent(ACCOUNT);
    let kept = wait::until("three messages kept aside", PATIENCE, || {
        let listed = agent
            .get("/suspended_tickets.json?sort=subject")
            .expect(200);
        let list = listed["suspended_tickets"].as_array().cloned()?;
        (list.len() == 3).then_some(list)
    });
    assert_eq!([&kept[0]["subject"], &kept[1]["subject"]], ["Keep", "Lose"]);
    assert_eq!(
        [&kept[0]["cause_id"], &kept[0]["author"]["email"]],
        [&json!(0), &json!(USER)]
    );
    let path = format!("/suspended_tickets/{}", kept[0]["id"]);
    let done = agent
        .ask("PUT", &format!("{path}/recover.json"), None)
        .expect(200);
    assert_eq!(done["ticket"]["subject"], "Keep", "{done}");
    assert_eq!(agent.get(&path).status, 404);
    let ids = format!("{},{}", kept[1]["id"], kept[2]["id"]);
    let many = format!("/suspended_tickets/destroy_many.json?ids={ids}");
    assert_eq!(agent.delete(&many).status, 204);
    assert_eq!(agent.get("/suspended_tickets").expect(200)["count"], 0);
    let ids = vec!["1"; 101].join(",");
    let refused = agent.ask(
        "PUT",
        &format!("/suspended_tickets/recover_many?ids={ids}"),
        None,
    );
    let refused = refused.expect(400);
    assert_eq!(
        [&refused["error"], &refused["max_count"]],
        [&json!("TooManyValues"), &json!(100)]
    );
}

/// Several at once: none is touched unless all are there, and whose author is nobody's is
/// the caller's.
#[test]
fn several_are_recovered_at_once_or_none() {
    let scene = Scene::start("");
    let credential = scene.cottage.connect(ACCOUNT, DOMAIN);
    let mut client = scene.cottage.session(&credential);
    for id in ["n1", "n2"] {
        let text = format!("Subject: {id}\r\nMessage-ID: <{id}@enduser.example>\r\n\r\nmine\r\n");
        assert_eq!(client.submit(USER, &[SUPPORT], &text).code, 250);
    }
    let agent = scene.agent(ACCOUNT);
    let kept = wait::until("two messages kept aside", PATIENCE, || {
        let listed = agent.get("/suspended_tickets").expect(200);
        let list = listed["suspended_tickets"].as_array().cloned()?;
        (list.len() == 2).then_some(list)
    });
    let ids = format!("{},{}", kept[0]["id"], kept[1]["id"]);
    let many = |ids: &str| {
        let path = format!("/suspended_tickets/recover_many?ids={ids}");
        agent.ask("PUT", &path, None)
    };
    assert_eq!(many(&format!("{ids},77")).status, 404);
    assert_eq!(agent.get("/suspended_tickets").expect(200)["count"], 2);
    let made = many(&ids).expect(200);
    let me = agent.get("/users/me").expect(200)["user"]["id"].clone();
    for ticket in made["tickets"].as_array().expect("tickets") {
        assert_eq!(ticket["requester_id"], me, "{ticket}");
    }
    assert_eq!(made["tickets"].as_array().map(Vec::len), Some(2), "{made}");
    assert_eq!(agent.get("/suspended_tickets").expect(200)["count"], 0);
}

/// The sample triggers, added in the form customers keep them in.
#[test]
fn triggers_are_added_moved_and_deleted() {
    let scene = Scene::start("");
    scene.cottage.connect(ACCOUNT, DOMAIN);
    let admin = scene.admin(ACCOUNT);
    let sample = |title: &str| {
        json!({"trigger": {"title": title, "conditions": {"all": [{"field": "current_tags",
            "operator": "includes", "value": ["system_unauthenticated_email_update"]}]},
            "actions": [{"field": "priority", "value": "high"}]}})
    };
    let ids: Vec<Value> = ["one", "two"]
        .map(|title| admin.post("/triggers", &sample(title)).expect(201)["trigger"]["id"].clone())
        .to_vec();
    let last = format!("/triggers/{}", ids[1]);
    let moved = admin
        .put(&last, &json!({"trigger": {"position": 1}}))
        .expect(200);
    assert_eq!(moved["trigger"]["position"], 1, "{moved}");
    let agent = scene.agent(ACCOUNT);
    assert_eq!(agent.delete(&last).status, 403);
    assert_eq!(admin.delete(&last).status, 204);
    let left = agent.get("/triggers.json").expect(200);
    assert_eq!(
        [&left["count"], &left["triggers"][0]["title"]],
        [&json!(1), &json!("one")]
    );
    let forging = sample("x").to_string().replace(
        "\"priority\",\"value\":\"high\"",
        "\"current_tags\",\"value\":\"system_forged\"",
    );
    let forging: Value = serde_json::from_str(&forging).expect("JSON");
    assert_eq!(admin.post("/triggers", &forging).status, 422);
}

/// Every key a ticket has in the public system.
const KEYS: &str = "url,id,external_id,via,created_at,updated_at,type,subject,raw_subject,\
description,priority,status,recipient,requester_id,submitter_id,assignee_id,organization_id,\
group_id,collaborator_ids,follower_ids,email_cc_ids,forum_topic_id,problem_id,has_incidents,\
is_public,due_at,tags,custom_fields,satisfaction_rating,sharing_agreement_ids,custom_status_id,\
fields,followup_ids,ticket_form_id,brand_id,allow_channelback,allow_attachments,\
from_messaging_channel";
