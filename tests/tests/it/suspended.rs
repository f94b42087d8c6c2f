//! Mail that is kept aside and let through by hand, or deleted; and mail for the
//! postmaster, which every server takes.

use relaygate_tests::house::{
    ACCOUNT, Cottage, DOMAIN, SUPPORT, USER, by_mx, id_of, message, tags_of, tickets,
    wait_for_ticket,
};
use relaygate_tests::wait::{self, PATIENCE};
use serde_json::Value;

/// Let through it is what it would have been: a ticket, or a comment on the ticket it speaks of,
/// with a warning beside it: R31, promise 3.
#[test]
fn what_is_let_through_becomes_a_ticket_or_a_comment() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let mut client = cottage.hand_in(&credential, "Open question", "s1@enduser.example");
    let id = id_of(&wait_for_ticket(&cottage.relay, ACCOUNT, "Open question")["ticket"]);

    let list = message(USER, SUPPORT, "By the list", "s2@enduser.example", LIST);
    assert_eq!(client.submit(USER, &[SUPPORT], &list).code, 250);
    let away = message(
        USER,
        SUPPORT,
        "Re: Open question",
        "s3@enduser.example",
        "In-Reply-To: <s1@enduser.example>\r\nAuto-Submitted: auto-replied\r\n",
    );
    assert_eq!(client.submit("", &[SUPPORT], &away).code, 250);
    let kept = kept_aside(&cottage, Some(ACCOUNT), 2);
    assert_eq!(tickets(&cottage.relay, ACCOUNT).len(), 1);
    for it in &kept {
        let key = it["id"].as_str().expect("it has an id");
        let recovered = ["suspended", "recover", "-a", ACCOUNT, key];
        cottage.relay.cli(&recovered);
        assert_eq!(
            cottage.relay.cli_fails(&recovered, "").error["code"],
            "not_found"
        );
    }
    assert!(list_of(&cottage, Some(ACCOUNT)).is_empty());
    let made = wait_for_ticket(&cottage.relay, ACCOUNT, "By the list");
    assert_eq!(made["ticket"]["requester"], USER, "{made}");
    assert_eq!(
        tags_of(&made),
        ["system_authenticated_email_ticket"],
        "it came that way"
    );
    let joined = cottage.relay.cli(&["ticket", "show", "-a", ACCOUNT, &id]);
    assert_eq!(joined["comments"][1]["flagged"], true, "{joined}");
    assert_eq!(tickets(&cottage.relay, ACCOUNT).len(), 2);
}

/// Whoever it names nobody's is given to somebody; what nobody wants is deleted: R31.
#[test]
fn a_message_of_nobody_is_given_to_somebody_or_deleted() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let mut client = cottage.session(&credential);
    for id in ["n1", "n2"] {
        let text = format!("Subject: Whose\r\nMessage-ID: <{id}@enduser.example>\r\n\r\nmine\r\n");
        assert_eq!(client.submit(USER, &[SUPPORT], &text).code, 250);
    }
    let kept = kept_aside(&cottage, Some(ACCOUNT), 2);
    let key = |it: &Value| it["id"].as_str().map(str::to_owned).expect("it has an id");
    let (first, second) = (key(&kept[0]), key(&kept[1]));
    assert_eq!(kept[0]["cause_id"], 19, "{kept:#?}");
    let refused = cottage
        .relay
        .cli_fails(&["suspended", "recover", "-a", ACCOUNT, &first], "");
    assert_eq!(refused.error["code"], "requester_missing", "{refused:?}");
    let given = [
        "suspended",
        "recover",
        "-a",
        ACCOUNT,
        &first,
        "--requester",
        USER,
    ];
    cottage.relay.cli(&given);
    let made = wait_for_ticket(&cottage.relay, ACCOUNT, "Whose");
    assert_eq!(made["ticket"]["requester"], USER, "{made}");
    cottage
        .relay
        .cli(&["suspended", "delete", "-a", ACCOUNT, &second]);
    assert!(list_of(&cottage, Some(ACCOUNT)).is_empty());
}

/// `RCPT TO:<Postmaster>` in a session that has logged in is the account's own affair, whatever
/// its connector: RFC 5321 §4.5.1.
#[test]
fn the_postmaster_of_a_session_is_its_accounts() {
    let cottage = Cottage::start("");
    cottage.connect("other", "other.example");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let mut client = cottage.session(&credential);
    let text = message(
        USER,
        "postmaster@relay.desk.example",
        "Your relay",
        "pm1@enduser.example",
        "",
    );
    assert_eq!(client.submit(USER, &["Postmaster"], &text).code, 250);
    let made = wait_for_ticket(&cottage.relay, ACCOUNT, "Your relay");
    assert_eq!(
        made["ticket"]["recipient"], "support@acme.desk.example",
        "{made}"
    );
    assert!(
        tags_of(&made).is_empty(),
        "it is no mail of the connector's domain"
    );
    assert!(tickets(&cottage.relay, "other").is_empty());
}

/// From everybody else it is kept aside for the operator, and the log says so: RFC 5321 §4.5.1.
#[test]
fn the_postmaster_of_nobody_is_the_operators() {
    let mut cottage = Cottage::start("");
    cottage.connect(ACCOUNT, DOMAIN);
    cottage.relay.announce("mail for the postmaster kept aside");
    let text = message(
        USER,
        "postmaster@relay.desk.example",
        "Your server",
        "pm2@enduser.example",
        "",
    );
    for recipient in ["POSTMASTER", "postmaster@relay.desk.example"] {
        let text = text.replace("pm2@", &format!("pm{}@", recipient.len()));
        assert_eq!(
            by_mx(&cottage.relay, USER, recipient, &text).code,
            250,
            "{recipient}"
        );
    }
    let kept = kept_aside(&cottage, None, 2);
    assert_eq!(
        (&kept[0]["cause_id"], &kept[0]["author"]),
        (&18.into(), &USER.into())
    );
    let key = kept[0]["id"].as_str().expect("it has an id");
    let shown = cottage.relay.cli(&["suspended", "show", key]);
    assert!(
        shown["source"].to_string().contains("Your server"),
        "{shown}"
    );
    assert!(
        list_of(&cottage, Some(ACCOUNT)).is_empty(),
        "an account learns nothing of it"
    );
    assert!(tickets(&cottage.relay, ACCOUNT).is_empty());
    cottage.relay.cli(&["suspended", "delete", key]);
    assert_eq!(list_of(&cottage, None).len(), 1);
}

/// Or it goes to the account the operator chose.
#[test]
fn the_postmaster_is_the_account_the_operator_chose() {
    let cottage = Cottage::start("[product]\npostmaster = \"acme\"\n");
    cottage.connect(ACCOUNT, DOMAIN);
    let text = message(
        USER,
        "postmaster@relay.desk.example",
        "Your server",
        "pm3@enduser.example",
        "",
    );
    assert_eq!(by_mx(&cottage.relay, USER, "Postmaster", &text).code, 250);
    wait_for_ticket(&cottage.relay, ACCOUNT, "Your server");
}

fn kept_aside(cottage: &Cottage, account: Option<&str>, count: usize) -> Vec<Value> {
    wait::until(&format!("{count} messages kept aside"), PATIENCE, || {
        let listed = list_of(cottage, account);
        (listed.len() == count).then_some(listed)
    })
}

fn list_of(cottage: &Cottage, account: Option<&str>) -> Vec<Value> {
    let mut arguments = vec!["suspended", "list"];
    arguments.extend(account.iter().flat_map(|account| ["-a", account]));
    let listed = cottage.relay.cli(&arguments);
    listed["suspended"].as_array().cloned().unwrap_or_default()
}

const LIST: &str = "List-Id: <news.enduser.example>\r\n";
