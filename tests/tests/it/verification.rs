//! E6 and E7: what the confirmation mails tell of a customer's server that stands in
//! their way, and that the mend is told with it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use relaygate_tests::dns::{self, Dns, Record};
use relaygate_tests::house::{ACCOUNT, Credential, SUPPORT, tickets};
use relaygate_tests::postfix::DOMAIN;
use relaygate_tests::process;
use relaygate_tests::troublesome::{
    Act, Door, Habits, Resigner, Rewrite, Scene, Stage, Trouble, Way,
};
use relaygate_tests::wait::{self, PATIENCE};
use serde_json::Value;

/// R26, R27: put off twice, pending with the reason meanwhile, verified in the end, and told.
#[test]
fn greylisting_is_told_while_it_lasts_and_afterwards() {
    let (scene, _) = connected("");
    scene.customer.trouble(Trouble::greylisting(Door::Mx, 2));
    scene.ask_to_verify("inbound");
    for _ in 0..2 {
        let waiting = scene.address_when("the reason of the delay", |it| {
            it["inbound"]["reason"] == "greylisted"
        });
        assert_eq!(waiting["inbound"]["state"], "pending", "{waiting}");
        let side = side(&scene, "inbound");
        let finding = finding(&side, "greylisted");
        assert_eq!(finding["fatal"], false);
        assert!(text(&finding["mend"]).contains("exempt us"), "{finding}");
        scene.retry_what_waits();
    }
    let side = decided(&scene, "inbound", "verified");
    assert_eq!(finding(&side, "greylisted")["fatal"], false, "{side}");
    let attempts = list(&side["way_out"]["attempts"]);
    let ends: Vec<_> = attempts.iter().map(|it| text(&it["end"])).collect();
    assert_eq!(ends, ["deferred", "deferred", "accepted"], "{side}");
    assert_eq!(attempts[0]["reason"], "greylisted");
}

/// R61, R87: a refusal for good fails the side at once, with the word and the mend.
#[test]
fn refusals_are_told_with_their_mend() {
    let (scene, _) = connected("");
    for (stage, reply, reason, mend) in [
        (
            Stage::Rcpt,
            "550 5.1.1 No such user here",
            "mailbox_unknown",
            "make the mailbox",
        ),
        (
            Stage::Mail,
            "550 5.7.23 SPF validation failed",
            "customer_spf_rejects_us",
            "skip SPF",
        ),
        (
            Stage::Text,
            "550 5.7.1 Rejected: SPF fail",
            "customer_spf_rejects_us",
            "skip SPF",
        ),
    ] {
        scene.customer.calm_down();
        let trouble = Trouble::at(stage, Act::Say(reply)).on(Door::Submission);
        scene.customer.trouble(trouble);
        let side = verified_as(&scene, "outbound", "failed");
        let finding = finding(&side, reason);
        assert_eq!(finding["fatal"], true, "{side}");
        assert_eq!(text(&finding["seen"]), reply, "{side}");
        assert!(text(&finding["mend"]).contains(mend), "{finding}");
        let attempt = &side["way_out"]["attempts"][0];
        assert_eq!(attempt["login"], SUPPORT, "{side}");
        assert_eq!(attempt["server"], "127.0.0.1", "{side}");
        assert!(text(&attempt["tls"]).starts_with("TLSv1.3"), "{side}");
        let certificate = text(&attempt["certificate"]);
        assert!(certificate.contains("issued by"), "{side}");
    }
}

/// R32, R33, R34: what must survive fails the test if it does not, the rest is a warning;
/// both are named, with the place to look.
#[test]
fn changed_and_missing_fields_are_named() {
    let (scene, _) = connected("");
    habit(
        &scene,
        vec![Rewrite::Set("Message-ID", "<other@acme.example>")],
    );
    let side = verified_as(&scene, "outbound", "verified");
    let changed = finding(&side, "header_changed");
    assert_eq!(
        (text(&changed["field"]), &changed["fatal"]),
        ("Message-ID", &Value::from(false))
    );
    assert!(
        text(&changed["seen"]).contains("mail.acme.example"),
        "{changed}"
    );
    assert_eq!(fate(&side, "Message-ID"), "changed");
    assert_eq!(fate(&side, "X-Mailer"), "kept");
    assert_eq!(address(&scene)["outbound"]["reason"], "header_changed");

    let other = Rewrite::Set("From", "Acme <noreply@acme.example>");
    habit(&scene, vec![other]);
    let side = verified_as(&scene, "outbound", "verified");
    assert_eq!(finding(&side, "header_changed")["field"], "From", "{side}");

    for name in ["Auto-Submitted", "X-Relaygate-From-Account-Id"] {
        habit(&scene, vec![Rewrite::Strip(name)]);
        let side = verified_as(&scene, "outbound", "failed");
        let missing = finding(&side, "header_missing");
        assert_eq!(
            (text(&missing["field"]), &missing["fatal"]),
            (name, &Value::from(true))
        );
        assert_eq!(fate(&side, name), "missing");
    }
}

/// R86, R64: four relays, four verdicts on our signature, and one on theirs.
#[test]
fn four_relays_leave_four_fates_of_our_signature() {
    let base = relaygate_tests::house::temporary();
    let mut dns = Dns::start(&base.path().join("dns"), Vec::new());
    let (scene, _) = connected(&format!("[resolver]\nservers = [\"{}\"]\n", dns.address()));
    let dns_of = || {
        scene
            .cottage
            .relay
            .cli(&["domain", "dns", "-a", ACCOUNT, DOMAIN])
    };
    let (key, published) = customers_key(base.path());
    dns.add(dns::printed(&dns_of()["records"]));
    dns.add([published]);
    scene
        .cottage
        .relay
        .cli(&["domain", "dkim", "-a", ACCOUNT, DOMAIN, "--enable"]);
    wait::until("the CNAMEs to be seen", PATIENCE, || {
        (dns_of()["signing"]["signs"] == true).then_some(())
    });
    let own = Rewrite::Sign(Resigner {
        selector: "mail",
        domain: DOMAIN,
        key,
    });
    let removed = Rewrite::Strip("DKIM-Signature");
    for (rewrites, fate, code) in [
        (vec![], "kept", None),
        (
            vec![Rewrite::Footer("Think of the trees.")],
            "broken",
            Some("dkim_broken"),
        ),
        (vec![removed.clone()], "removed", Some("dkim_removed")),
        (vec![removed, own], "re_signed", None),
    ] {
        habit(&scene, rewrites);
        let side = verified_as(&scene, "outbound", "verified");
        assert_eq!(side["way_out"]["signed"], true, "{side}");
        assert_eq!(side["way_back"]["signature"], fate, "{side}");
        let codes: Vec<_> = list(&side["findings"])
            .iter()
            .map(|it| text(&it["code"]))
            .collect();
        assert_eq!(codes, Vec::from_iter(code), "{side}");
    }
}

/// R64: not signed by us, and not by the customer either.
#[test]
fn an_unsigned_domain_is_warned_of() {
    let (scene, _) = connected("");
    let side = verified_as(&scene, "outbound", "verified");
    assert_eq!(side["way_out"]["signed"], false);
    assert_eq!(side["way_back"]["signature"], "unsigned");
    assert_eq!(finding(&side, "dkim_missing")["fatal"], false, "{side}");
}

/// R62: what comes back more than once comes from a list, though the first copy looked fine.
#[test]
fn several_copies_are_a_list() {
    let (scene, _) = connected("");
    scene.customer.set_habits(Habits {
        more_copies: 1,
        ..Habits::default()
    });
    scene.ask_to_verify("outbound");
    let side = decided(&scene, "outbound", "failed");
    assert_eq!(finding(&side, "alias_or_list")["fatal"], true, "{side}");
    assert_eq!(side["way_back"]["copies"], 2);
    assert!(tickets(&scene.cottage.relay, ACCOUNT).is_empty());
}

/// R62: an alias hands the mail on to somebody else of the domain.
#[test]
fn an_alias_is_recognised() {
    let (scene, _) = connected("");
    let other = "office@acme.example";
    scene.customer.set_habits(Habits {
        rewrites: vec![Rewrite::Add("Delivered-To", other)],
        ..Habits::default()
    });
    let side = verified_as(&scene, "outbound", "failed");
    assert_eq!(finding(&side, "alias_or_list")["fatal"], true, "{side}");
}

/// R62, R111: the same trace again is a relay that lost our 250; another trace is a copy.
#[test]
fn a_relay_that_tries_again_is_no_list() {
    let (scene, credential) = connected("");
    // The mail stays with the customer; the test hands it on.
    scene.customer.relay_by(Way::Forward {
        port: 9,
        to: SUPPORT.to_owned(),
    });
    scene.ask_to_verify("inbound");
    let mail = scene.customer.arrives(SUPPORT, |_| true);
    let trace = |id: &str| format!("Received: by mail.acme.example with ESMTPS id {id}\r\n");
    let hand_on = |id: &str| hand_in(&scene, &credential, &(trace(id) + &wire(&mail)));
    hand_on("T1");
    decided(&scene, "inbound", "verified");
    hand_on("T1");
    wait::until("the second time to be recognised", PATIENCE, || {
        let log = scene.cottage.relay.log();
        log.contains("message was here before").then_some(())
    });
    assert_eq!(address(&scene)["inbound"]["state"], "verified");
    hand_on("T2");
    let side = decided(&scene, "inbound", "failed");
    assert_eq!(finding(&side, "alias_or_list")["fatal"], true, "{side}");
}

/// RFC 1047: a reply of theirs that is lost makes us send twice; that is no list either.
#[test]
fn what_we_sent_twice_may_come_back_twice() {
    let (scene, _) = connected("");
    let lost = Trouble::at(Stage::Text, Act::LoseReply).on(Door::Submission);
    scene.customer.trouble(lost.times(1));
    scene.ask_to_verify("outbound");
    scene.retry_what_waits();
    wait::until("both to be handed on", PATIENCE, || {
        (scene.customer.relayed().len() == 2).then_some(())
    });
    wait::until("both to be settled", PATIENCE, || {
        let log = scene.cottage.relay.log();
        (log.matches("message settled").count() == 2).then_some(())
    });
    let side = side(&scene, "outbound");
    assert_eq!(address(&scene)["outbound"]["state"], "verified", "{side}");
}

/// The program dies after the customer's server has the mail and before it can note so: it is
/// sent again, both come back, and that is no list, either.
#[test]
fn what_a_crash_made_us_send_twice_may_come_back_twice() {
    let (mut scene, _) = connected("");
    let withheld = Trouble::at(Stage::Text, Act::WithholdReply).on(Door::Submission);
    scene.customer.trouble(withheld.times(1));
    scene.ask_to_verify("outbound");
    decided(&scene, "outbound", "verified");
    scene.cottage.relay.kill_and_restart();
    let side = wait::until("the second to come back", PATIENCE, || {
        let side = side(&scene, "outbound");
        (side["way_back"]["copies"] == 2).then_some(side)
    });
    assert_eq!(address(&scene)["outbound"]["state"], "verified", "{side}");
}

/// R74: over the plain path it proves nothing, and the mend is told.
#[test]
fn returned_without_authentication_is_told() {
    let (scene, _) = connected("");
    scene.customer.relay_by(Way::Forward {
        port: scene.cottage.relay.ports().mx,
        to: "support@acme.desk.example".to_owned(),
    });
    scene.ask_to_verify("inbound");
    let waiting = scene.address_when("the returned mail to be judged", |it| {
        it["inbound"]["reason"] == "returned_unauthenticated"
    });
    assert_eq!(waiting["inbound"]["state"], "pending");
    let side = side(&scene, "inbound");
    let finding = finding(&side, "returned_unauthenticated");
    assert!(text(&finding["mend"]).contains("credentials"), "{finding}");
    assert_eq!(side["way_back"]["credential"], Value::Null, "{side}");
}

/// R88, R89: what the receiver made of SPF, DKIM and DMARC is reported, and decides nothing.
#[test]
fn the_receivers_results_are_reported() {
    let (scene, credential) = connected("");
    let results = "mx.acme.example; spf=fail smtp.mailfrom=desk.example; \
                   dkim=pass header.d=desk.example; dmarc=none header.from=acme.desk.example";
    habit(
        &scene,
        vec![Rewrite::Add("Authentication-Results", results)],
    );
    let side = verified_as(&scene, "inbound", "verified");
    let rows: Vec<_> = list(&side["way_back"]["results"])
        .iter()
        .map(|it| (text(&it["method"]), text(&it["verdict"])))
        .collect();
    assert_eq!(rows, [("spf", "fail"), ("dkim", "pass"), ("dmarc", "none")]);
    assert_eq!(
        text(&side["way_back"]["credential"]),
        credential.id,
        "{side}"
    );
    assert_eq!(
        side["way_back"]["hops"][0]["by"], "mail.acme.example",
        "{side}"
    );
    verified_as(&scene, "outbound", "verified");
    assert_eq!(address(&scene)["usable"], true, "R88");
}

/// R81: asked again the newest counts, and five times an hour are enough.
#[test]
fn a_side_is_tested_five_times_an_hour() {
    let (scene, _) = connected("");
    for _ in 0..5 {
        verified_as(&scene, "inbound", "verified");
    }
    let verify = [
        "address",
        "verify",
        "-a",
        ACCOUNT,
        SUPPORT,
        "--direction",
        "inbound",
    ];
    let refused = scene.cottage.relay.cli_fails(&verify, "");
    assert_eq!(refused.error["code"], "verified_too_often", "{refused:?}");
    assert_eq!(
        address(&scene)["inbound"]["state"],
        "verified",
        "nothing changed"
    );
    verified_as(&scene, "outbound", "verified");
}

/// The diagnosis is there on demand only, and in words for people.
#[test]
fn it_is_explained_on_demand() {
    let (scene, _) = connected("");
    let verify = ["address", "verify", "-a", ACCOUNT, SUPPORT, "--wait", "60"];
    let relay = &scene.cottage.relay;
    assert_eq!(relay.cli(&verify)["diagnosis"], Value::Null);
    let printed = relay.cli(&[&verify[..], &["--explain"]].concat());
    assert!(
        printed["diagnosis"]["outbound"]["way_back"].is_object(),
        "{printed}"
    );
    let mut show = Command::new(relaygate_tests::relaygate::binary());
    let configuration = relay.directory().join("relaygate.toml");
    show.arg("--config").arg(configuration);
    show.args(["address", "show", "-a", ACCOUNT, SUPPORT]);
    let words = process::run(&mut show, b"").stdout;
    let words = String::from_utf8_lossy(&words);
    for line in [
        "outbound\n",
        "  attempt ",
        "  hop       mail.acme.example",
        "X-Mailer kept",
    ] {
        assert!(words.contains(line), "{line:?} in\n{words}");
    }
}

/// Connected, nothing verified yet.
fn connected(extra: &str) -> (Scene, Credential) {
    let scene = Scene::start(extra);
    let credential = scene.connect();
    scene.add_address(&[]);
    (scene, credential)
}

fn habit(scene: &Scene, rewrites: Vec<Rewrite>) {
    scene.customer.set_habits(Habits {
        rewrites,
        ..Habits::default()
    });
}

/// Asks for one side, waits for that outcome and explains it.
fn verified_as(scene: &Scene, direction: &str, state: &str) -> Value {
    scene.ask_to_verify(direction);
    decided(scene, direction, state)
}

fn decided(scene: &Scene, direction: &str, state: &str) -> Value {
    let what = format!("{direction} to be {state}");
    wait::until(&what, PATIENCE, || {
        (address(scene)[direction]["state"] == state).then_some(())
    });
    side(scene, direction)
}

fn address(scene: &Scene) -> Value {
    shown(scene)["address"].clone()
}

fn side(scene: &Scene, direction: &str) -> Value {
    shown(scene)["diagnosis"][direction].clone()
}

fn shown(scene: &Scene) -> Value {
    let show = ["address", "show", "-a", ACCOUNT, SUPPORT];
    scene.cottage.relay.cli(&show)
}

fn finding(side: &Value, code: &str) -> Value {
    let found = list(&side["findings"]);
    let wanted = found.iter().find(|it| it["code"] == code).cloned();
    wanted.unwrap_or_else(|| panic!("no {code} in {side}"))
}

fn fate<'v>(side: &'v Value, name: &str) -> &'v str {
    let fields = side["way_back"]["fields"].as_array();
    let field = fields.into_iter().flatten().find(|it| it["name"] == name);
    field.map_or("", |it| text(&it["fate"]))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn wire(mail: &relaygate_tests::mailbox::Message) -> String {
    String::from_utf8_lossy(&mail.wire()).into_owned()
}

fn hand_in(scene: &Scene, credential: &Credential, text: &str) {
    let mut relay = scene.cottage.session(credential);
    let reply = relay.submit("", &[SUPPORT], text);
    assert_eq!(reply.code, 250, "{reply}");
}

/// A key of the customer's own: its file, and its record in DNS.
fn customers_key(directory: &Path) -> (PathBuf, Record) {
    let file = directory.join("customer-dkim.pem");
    let openssl = |arguments: &[&str]| {
        let output = process::run(Command::new("openssl").args(arguments), b"");
        assert!(output.status.success(), "openssl: {output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let path = file.to_string_lossy();
    fs::write(&file, openssl(&["genrsa", "2048"])).expect("a directory of ours");
    let public = openssl(&["rsa", "-in", &path, "-pubout"]);
    let base64: String = public
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect();
    let name = format!("mail._domainkey.{DOMAIN}");
    (
        file,
        Record::Txt(name, format!("v=DKIM1; k=rsa; p={base64}")),
    )
}
