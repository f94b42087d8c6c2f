//! Rules of the account's own: what did not come over the connector goes to the
//! auditors, as customers of the public system have it.

use relaygate_tests::house::{
    ACCOUNT, Cottage, DOMAIN, SUPPORT, USER, by_mx, id_of, message, tags_of, wait_for_ticket,
};
use relaygate_tests::wait::{self, PATIENCE};
use serde_json::Value;

/// E3 with the two sample triggers: R11, R29, R30, R108.
#[test]
fn the_sample_triggers_send_unauthenticated_mail_to_the_auditors() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    for sample in [CREATED_ELSEWHERE, UPDATED_ELSEWHERE] {
        let added = cottage
            .relay
            .cli_with_input(&["trigger", "add", "-a", ACCOUNT], sample);
        assert!(added["trigger"]["id"].is_u64(), "{added}");
    }

    cottage.hand_in(&credential, "Safe", "t1@enduser.example");
    let safe = wait_for_ticket(&cottage.relay, ACCOUNT, "Safe");
    assert_eq!(safe["ticket"]["group"], Value::Null, "{safe}");
    assert_eq!(safe["ticket"]["priority"], Value::Null, "{safe}");

    let stranger = message(USER, SUPPORT, "Doubtful", "t2@enduser.example", "");
    assert_eq!(by_mx(&cottage.relay, USER, SUPPORT, &stranger).code, 250);
    let doubtful = wait_for_ticket(&cottage.relay, ACCOUNT, "Doubtful");
    assert_eq!(doubtful["ticket"]["group"], "Auditors", "{doubtful}");
    assert_eq!(tags_of(&doubtful), ["admin_unauthenticated"]);

    let update = message(
        USER,
        SUPPORT,
        "Re: Safe",
        "t3@enduser.example",
        "In-Reply-To: <t1@enduser.example>\r\n",
    );
    assert_eq!(by_mx(&cottage.relay, USER, SUPPORT, &update).code, 250);
    let id = id_of(&safe["ticket"]);
    let after = wait::until("the update on the ticket", PATIENCE, || {
        let shown = cottage.relay.cli(&["ticket", "show", "-a", ACCOUNT, &id]);
        (shown["comments"].as_array().map(Vec::len) == Some(2)).then_some(shown)
    });
    assert_eq!(after["ticket"]["group"], "Auditors", "{after}");
    assert_eq!(after["ticket"]["priority"], "high", "{after}");
    assert_eq!(
        tags_of(&after),
        [
            "system_authenticated_email_ticket",
            "system_unauthenticated_email_update"
        ]
    );
}

/// Listed, shown, moved, removed; what is wrong is named: R108, R114.
#[test]
fn triggers_are_kept_in_order() {
    let cottage = Cottage::start("");
    cottage.connect(ACCOUNT, DOMAIN);
    let relay = &cottage.relay;
    for sample in [CREATED_ELSEWHERE, UPDATED_ELSEWHERE] {
        relay.cli_with_input(&["trigger", "add", "-a", ACCOUNT], sample);
    }
    let moved = relay.cli(&["trigger", "move", "-a", ACCOUNT, "2", "--to", "1"]);
    let order: Vec<_> = moved["triggers"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|trigger| trigger["id"].as_u64())
        .collect();
    assert_eq!(order, [Some(2), Some(1)], "{moved}");
    relay.cli(&["trigger", "remove", "-a", ACCOUNT, "2"]);
    let shown = relay.cli(&["trigger", "show", "-a", ACCOUNT, "1"]);
    let condition = &shown["trigger"]["conditions"]["all"][0];
    assert_eq!(condition["field"], "current_tags", "{shown}");
    assert_eq!(condition["operator"], "not_includes", "{shown}");

    let forging = CREATED_ELSEWHERE.replace("admin_unauthenticated", "system_forged");
    let failure = relay.cli_fails(&["trigger", "add", "-a", ACCOUNT], &forging);
    assert_eq!(failure.error["code"], "tag_reserved", "{failure:?}");
    let failure = relay.cli_fails(&["trigger", "show", "-a", ACCOUNT, "2"], "");
    assert_eq!(failure.error["code"], "not_found", "{failure:?}");
}

/// An agent sorts a ticket without a word to anybody: R108.
#[test]
fn a_ticket_is_changed_from_the_command_line() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    cottage.hand_in(&credential, "Sort me", "t4@enduser.example");
    let id = id_of(&wait_for_ticket(&cottage.relay, ACCOUNT, "Sort me")["ticket"]);
    let update = |more: &[&str]| {
        let arguments = [&["ticket", "update", "-a", ACCOUNT, &id], more].concat();
        cottage.relay.run(&arguments, "")
    };
    let done = update(&[
        "--status",
        "open",
        "--priority",
        "urgent",
        "--group",
        "Sales",
        "--add-tag",
        "vip",
        "--cc",
        "bob@enduser.example",
    ]);
    assert!(done.status.success(), "{done:?}");
    let ticket = &cottage.relay.cli(&["ticket", "show", "-a", ACCOUNT, &id])["ticket"];
    assert_eq!(
        [
            &ticket["status"],
            &ticket["priority"],
            &ticket["group"],
            &ticket["email_ccs"][0]
        ],
        ["open", "urgent", "Sales", "bob@enduser.example"],
        "{ticket}"
    );
    for refused in [
        &["--remove-tag", "system_authenticated_email_ticket"][..],
        &["--add-tag", "system_unauthenticated_email_update"],
        &["--cc", SUPPORT],
        &[],
    ] {
        assert!(!update(refused).status.success(), "{refused:?}");
    }
    let after = cottage.relay.cli(&["ticket", "show", "-a", ACCOUNT, &id]);
    assert_eq!(
        tags_of(&after),
        ["system_authenticated_email_ticket", "vip"]
    );
}

const CREATED_ELSEWHERE: &str = r#"{"trigger": {"title": "Unauthenticated tickets",
    "conditions": {"all": [{"field": "current_tags", "operator": "not_includes",
        "value": "system_authenticated_email_ticket"}], "any": []},
    "actions": [{"field": "group_id", "value": "Auditors"},
        {"field": "current_tags", "value": "admin_unauthenticated"}]}}"#;
const UPDATED_ELSEWHERE: &str = r#"{"title": "Unauthenticated updates", "active": true,
    "conditions": {"all": [{"field": "current_tags", "operator": "includes",
        "value": "system_unauthenticated_email_update"}]},
    "actions": [{"field": "group_id", "value": "Auditors"},
        {"field": "priority", "value": "high"}]}"#;
