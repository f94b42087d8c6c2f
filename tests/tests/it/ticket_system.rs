//! A real ticket system behind us: Debian's request-tracker5, mail in through its
//! mailgate, its correspondence out through us.

use std::sync::Arc;

use relaygate_tests::clients::Submission;
use relaygate_tests::desks::gate::{self, Taken};
use relaygate_tests::desks::tracker::{self, Tracker};
use relaygate_tests::house::{ACCOUNT, House, Plan, SUPPORT, USER, message, tickets};
use relaygate_tests::wait::{self, PATIENCE};

use crate::foreign_desk::{check_five_fields, issue_login, set_gate};
use crate::needs_postfix;

/// An end user's mail becomes a ticket there; its acknowledgement and its agent's
/// answer leave through the customer's server with AUTH; the user's reply threads.
#[test]
fn request_tracker_answers_through_the_customers_server() {
    needs_postfix!();
    if let Some(reason) = tracker::unavailable() {
        return skip::skipped(reason);
    }
    let (house, _) = House::ready(&Plan::default());
    let tracker = start_tracker(&house);
    house.user_writes(
        USER,
        &message(USER, SUPPORT, "Printer on fire", "rt1@enduser.example", ""),
    );
    let id = wait::until("a ticket in request-tracker", PATIENCE, || {
        tracker.tickets().into_iter().next()
    });
    assert_eq!(tracker.ticket(&id)["Subject"], "Printer on fire");
    assert_eq!(tracker.ticket(&id)["Creator"]["id"], USER);
    let greeting = house.arrives(USER, |mail| mail.text().contains("AutoReply"));
    check_five_fields(&greeting);

    tracker.answer(&id, "Use the extinguisher.");
    let answer = house.arrives(USER, |mail| mail.text().contains("extinguisher"));
    check_five_fields(&answer);
    let from = answer.header("From").unwrap_or_default();
    assert!(from.ends_with(&format!("<{SUPPORT}>")), "{from}");
    let hops = answer.headers("Received").join("\n");
    assert!(
        hops.contains("Authenticated sender: support@acme.example"),
        "{hops}"
    );

    let subject = answer.header("Subject").unwrap_or_default();
    let answered = answer.header("Message-ID").unwrap_or_default();
    let threads = format!("In-Reply-To: {answered}\r\nReferences: {answered}\r\n");
    let reply = format!("Re: {subject}");
    house.user_writes(
        USER,
        &message(USER, SUPPORT, &reply, "rt2@enduser.example", &threads),
    );
    wait::until("the reply in the ticket's history", PATIENCE, || {
        let history = tracker.history(&id);
        let by_user = ("Correspond".to_owned(), USER.to_owned());
        history.contains(&by_user).then_some(())
    });
    assert_eq!(
        tracker.tickets().len(),
        1,
        "it threads, it opens no second one"
    );
    assert!(
        tickets(&house.relay, ACCOUNT).is_empty(),
        "none of it is a ticket of ours"
    );
}

/// The tracker sends with a login of its own, and gets its mail by LMTP through a
/// gate that runs its mailgate.
fn start_tracker(house: &House) -> Tracker {
    let login = issue_login(&house.relay);
    let tracker = Tracker::start(
        house.directory(),
        &Submission {
            port: house.relay.ports().starttls,
            implicit: false,
            authority: house.authority.file(),
            login: (&login.username, &login.password),
            from: SUPPORT,
            to: "",
        },
    );
    let port = relaygate_tests::free_port();
    let mailgate = tracker.mailgate();
    gate::start(
        port,
        Arc::new(move |taken: &Taken| match mailgate(&taken.text) {
            true => "250 2.0.0 in the queue".to_owned(),
            false => "451 4.3.0 the mailgate failed".to_owned(),
        }),
    );
    set_gate(&house.relay, port);
    tracker
}
