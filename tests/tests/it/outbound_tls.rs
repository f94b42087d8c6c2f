//! The way out when the encryption is not what it should be: nothing leaves, least of all a
//! password, and somebody is told why (TLS-03, TLS-04).

use relaygate_tests::dns::Record;
use relaygate_tests::house::{
    ACCOUNT, AGENT, Cottage, DOMAIN, OUTBOUND_PASSWORD, SUPPORT, add_domain, create_account, id_of,
    message, wait_for_ticket,
};
use relaygate_tests::odd_certs::{self, Odd};
use relaygate_tests::smtp::Client;
use relaygate_tests::troublesome::{Act, Door, Scene, Setup, Stage, Trouble, Troublesome};
use relaygate_tests::wait::{self, PATIENCE};
use serde_json::Value;

/// TLS-04: sixteen servers, each behind a certificate of its own. The sound ones are given
/// the login, the others hear of none.
#[test]
fn a_certificate_nobody_should_believe_gets_no_login() {
    let names = [odd_certs::HOST, odd_certs::IDN]
        .map(|name| Record::A(name.to_owned(), std::net::Ipv4Addr::LOCALHOST));
    let cottage = Cottage::among(names.to_vec(), "");
    create_account(&cottage.relay, ACCOUNT);
    add_domain(&cottage.relay, ACCOUNT, DOMAIN);
    let odd = odd_certs::all(&cottage.directory().join("odd"));
    let servers: Vec<Troublesome> = odd.iter().map(server).collect();
    for (number, (odd, server)) in odd.iter().zip(&servers).enumerate() {
        add(&cottage, number, odd, server);
    }
    for (number, (odd, server)) in odd.iter().zip(&servers).enumerate() {
        let has_login = || server.heard().iter().any(|line| line.starts_with("AUTH"));
        if odd.what.starts_with("sound") {
            wait::until(odd.what, PATIENCE, || has_login().then_some(()));
            continue;
        }
        let outbound = when_tried(&cottage, number)["outbound"].clone();
        assert_eq!(outbound["reason"], "tls_failed", "{}: {outbound}", odd.what);
        assert_eq!(
            outbound["state"], "pending",
            "{}: it is tried again",
            odd.what
        );
        assert!(!has_login(), "{}: {:?}", odd.what, server.heard());
    }
}

fn server(odd: &Odd) -> Troublesome {
    Troublesome::start(Setup {
        domain: DOMAIN.to_owned(),
        certificate: odd.certificate.clone(),
        starttls: true,
        mechanisms: vec!["PLAIN"],
    })
}

/// A support address behind that server, and the wish to see it verified.
fn add(cottage: &Cottage, number: usize, odd: &Odd, server: &Troublesome) {
    let address = format!("a{number}@{DOMAIN}");
    server.add_login(&address, OUTBOUND_PASSWORD);
    let host = format!("{}:{}", odd.host, server.doors().submission);
    let authority = odd.authority.to_string_lossy();
    let add = [
        "address",
        "add",
        "-a",
        ACCOUNT,
        &address,
        "--host",
        &host,
        "--username",
        &address,
        "--password-stdin",
        "--tls",
        "starttls",
        "--ca",
        &authority,
    ];
    cottage.relay.cli_with_input(&add, OUTBOUND_PASSWORD);
    let verify = [
        "address",
        "verify",
        "-a",
        ACCOUNT,
        &address,
        "--direction",
        "outbound",
    ];
    cottage.relay.cli(&verify);
}

/// The address once its server was met.
fn when_tried(cottage: &Cottage, number: usize) -> Value {
    let name = format!("a{number}@{DOMAIN}");
    wait::until(&format!("the check of {name}"), PATIENCE, || {
        let listed = cottage.relay.cli(&["address", "list", "-a", ACCOUNT]);
        let addresses = listed["addresses"].as_array()?.clone();
        let found = addresses
            .into_iter()
            .find(|it| it["address"] == name.as_str())?;
        let reason = found["outbound"]["reason"].as_str()?;
        (reason != "not_yet_verified").then_some(found)
    })
}

/// TLS-03: somebody on the way strips STARTTLS, refuses it, lies about what comes after it or
/// speaks before it. The answer waits, nobody is told a password, and it goes out once the
/// way is sound again.
#[test]
fn a_way_without_encryption_is_not_taken() {
    let (scene, _) = Scene::ready("");
    let stripped = "250-mail.acme.example\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN";
    for (round, (stage, words, reason)) in [
        (Stage::Ehlo, stripped, "tls_not_offered"),
        (Stage::Starttls, "454 4.7.0 TLS not available", "tls_failed"),
        (
            Stage::Starttls,
            "220 go\r\n250-mail\r\n250 AUTH PLAIN",
            "tls_failed",
        ),
        (Stage::Starttls, "502 5.5.1 what?", "tls_failed"),
    ]
    .into_iter()
    .enumerate()
    {
        let (user, id) = ticket(&scene, &format!("way{round}"));
        let before = scene.customer.heard().len();
        scene
            .customer
            .trouble(Trouble::at(stage, Act::Say(words)).on(Door::Submission));
        let body = format!("answer {round}");
        let answer = [
            "ticket", "reply", "-a", ACCOUNT, &id, "--agent", AGENT, "--body", &body,
        ];
        scene.cottage.relay.cli(&answer);
        let put_off = delivery_when(&scene, &id, &body, |it| it["state"] == "deferred");
        assert_eq!(put_off["reason"], reason, "{words}: {put_off}");
        let said = scene.customer.heard().split_off(before);
        let secret = |line: &String| line.starts_with("AUTH") || line.starts_with("MAIL");
        assert!(!said.iter().any(secret), "{words}: {said:?}");
        scene.customer.calm_down();
        scene.retry_what_waits();
        delivery_when(&scene, &id, &body, |it| {
            it["state"] == "accepted_by_customer_mta"
        });
        let mail = scene.customer.mail_to(&user);
        let copies = mail.iter().filter(|it| it.text().contains(&body)).count();
        assert_eq!(copies, 1, "{words}");
    }
}

/// TLS-03: the account is told while the way is bad, not only when a message is given up.
#[test]
fn the_account_sees_which_way_is_bad() {
    let scene = Scene::with("", |setup| setup.starttls = false);
    scene.connect();
    scene.add_address(&[]);
    scene.ask_to_verify("outbound");
    let address = scene.address_when("the reason", |it| {
        it["outbound"]["reason"] == "tls_not_offered"
    });
    assert_eq!(address["usable"], false, "{address}");
    let heard = scene.customer.heard();
    assert!(
        !heard.iter().any(|line| line.starts_with("AUTH")),
        "{heard:?}"
    );
}

/// A connected domain with a ticket that waits for an answer; its number.
/// A ticket and whose it is. One for each answer: of the same ticket nobody is told more than
/// three times in ten minutes.
fn ticket(scene: &Scene, subject: &str) -> (String, String) {
    let user = format!("{subject}@enduser.example");
    let mut client = Client::plain(scene.customer.doors().mx);
    client.say("EHLO mx.enduser.example");
    let id = format!("{subject}.first@enduser.example");
    let text = message(&user, SUPPORT, subject, &id, "");
    assert_eq!(client.submit(&user, &[SUPPORT], &text).code, 250);
    let ticket = wait_for_ticket(&scene.cottage.relay, ACCOUNT, subject);
    scene.customer.arrives(&user, |_| true);
    (user, id_of(&ticket["ticket"]))
}

fn delivery_when(scene: &Scene, id: &str, body: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    wait::until(&format!("the delivery of {body}"), PATIENCE, || {
        let shown = scene
            .cottage
            .relay
            .cli(&["ticket", "show", "-a", ACCOUNT, id]);
        let comments = shown["comments"].as_array()?.clone();
        let answer = comments.iter().find(|it| it["body"] == body)?;
        answer["deliveries"]
            .as_array()?
            .iter()
            .find(|it| wanted(it))
            .cloned()
    })
}
