//! What is tried on every site with a sign-in, and does not work here: WEB-03.
//!
//! The tests that bear a number are after what was found in FreeScout in 2026.

use std::collections::BTreeSet;

use relaygate_tests::api::{Answer, Api};
use relaygate_tests::browser;
use relaygate_tests::house::{ACCOUNT, ADMIN, Cottage, create_account};
use relaygate_tests::relaygate::HOSTNAME;
use serde_json::json;

use super::needs_browser;

const PASSWORD: &str = "four words nobody expects";
const OTHER: &str = "https://evil.example";

/// Somebody with a browser that keeps cookies and does nothing by itself.
struct Person<'a> {
    cottage: &'a Cottage,
    session: String,
    browser: String,
}

impl<'a> Person<'a> {
    fn nobody(cottage: &'a Cottage) -> Self {
        let (session, browser) = (String::new(), String::new());
        Self {
            cottage,
            session,
            browser,
        }
    }

    /// Somebody who has taken up an invitation of this role.
    fn invited(cottage: &'a Cottage, address: &str, role: &str) -> Self {
        let account = (role != "operator").then_some(ACCOUNT);
        let path = browser::invite(&cottage.relay, account, address, role);
        let mut person = Self::nobody(cottage);
        let taken = person.post(&path, &[("password", PASSWORD), ("again", PASSWORD)]);
        assert_eq!(taken.status, 303, "{}", taken.text());
        person
    }

    fn ask(&mut self, method: &str, path: &str, more: &[(&str, &str)], body: &str) -> Answer {
        let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        let cookies = [
            ("__Host-session", &self.session),
            ("__Host-browser", &self.browser),
        ];
        let cookies = cookies.iter().filter(|(_, value)| !value.is_empty());
        let cookies: Vec<_> = cookies
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if !cookies.is_empty() {
            head += &format!("Cookie: {}\r\n", cookies.join("; "));
        }
        if !more.iter().any(|(name, _)| *name == "Host") {
            head += &format!("Host: {HOSTNAME}\r\n");
        }
        for (name, value) in more {
            head += &format!("{name}: {value}\r\n");
        }
        head += &format!("Content-Length: {}\r\n\r\n", body.len());
        let api = Api::new(self.cottage.relay.ports().web, &self.cottage.tls());
        let answer = api.raw(&[head.as_bytes(), body.as_bytes()]);
        for cookie in set_cookies(&answer) {
            let pair = cookie.split(';').next().unwrap_or_default();
            match pair.split_once('=').unwrap_or_default() {
                ("__Host-session", value) => value.clone_into(&mut self.session),
                ("__Host-browser", value) => value.clone_into(&mut self.browser),
                other => panic!("a cookie nobody knows: {other:?}"),
            }
        }
        answer
    }

    fn get(&mut self, path: &str) -> Answer {
        self.ask("GET", path, &[], "")
    }

    fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.post_with(path, &[], form)
    }

    fn post_with(&mut self, path: &str, more: &[(&str, &str)], form: &[(&str, &str)]) -> Answer {
        let kind = ("Content-Type", "application/x-www-form-urlencoded");
        let more = [more, &[kind]].concat();
        self.ask("POST", path, &more, &encoded(form))
    }

    /// A form of theirs, with the word of their session.
    fn submit(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        let page = self.get("/profile").text();
        let word = page.split("name=\"form_word\" value=\"").nth(1);
        let word = word
            .and_then(|rest| rest.split('"').next())
            .unwrap_or_default();
        self.post(path, &[form, &[("form_word", word)]].concat())
    }

    fn sign_in(&mut self, account: &str, address: &str, password: &str) -> Answer {
        let form = [
            ("account", account),
            ("address", address),
            ("password", password),
        ];
        self.post("/sign-in", &form)
    }
}

fn set_cookies(answer: &Answer) -> Vec<String> {
    let fields = answer.fields.iter();
    let cookies = fields.filter(|(name, _)| name == "set-cookie");
    cookies.map(|(_, value)| value.clone()).collect()
}

fn encoded(form: &[(&str, &str)]) -> String {
    let escape =
        |text: &str| -> String { text.bytes().map(|octet| format!("%{octet:02X}")).collect() };
    let pairs = form
        .iter()
        .map(|(name, value)| format!("{}={}", escape(name), escape(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// CVE-2026-27637: what a link or a cookie carries follows from nothing.
#[test]
fn freescout_27637_tokens_follow_from_nothing() {
    let cottage = Cottage::start("");
    create_account(&cottage.relay, ACCOUNT);
    let mut tokens = BTreeSet::new();
    for number in 0..4 {
        let address = format!("agent{number}@staff.example");
        let link = browser::invite(&cottage.relay, Some(ACCOUNT), &address, "agent");
        tokens.insert(link.trim_start_matches("/invitation/").to_owned());
        let person = Person::invited(&cottage, &address, "agent");
        tokens.extend([person.session, person.browser]);
    }
    assert_eq!(tokens.len(), 12, "none twice");
    let columns = |place| {
        tokens
            .iter()
            .filter_map(move |token| token.chars().nth(place))
    };
    for place in 0..52 {
        let letters: BTreeSet<char> = columns(place).collect();
        // Twelve times the same of 31 letters: once in 10^16.
        assert!(letters.len() > 1, "letter {place} of {tokens:?}");
    }
    assert!(tokens.iter().all(|token| token.len() >= 52), "{tokens:?}");
}

/// CVE-2026-40496: nothing is served for a token in its address; it takes a sign-in.
#[test]
fn freescout_40496_no_token_stands_for_a_sign_in() {
    let cottage = Cottage::start("");
    let mut nobody = Person::nobody(&cottage);
    for path in [
        "/attachments/1",
        "/attachments/1?token=0",
        "/tickets/1/attachments/1?token=00000000",
        "/storage/attachment/1/file.pdf",
        "/api/v2/attachments/1.json?token=0",
        "/api/v2/tickets/1/comments.json",
    ] {
        let answer = nobody.get(path);
        let refused = [303, 401, 404].contains(&answer.status);
        assert!(refused, "{path}: {} {}", answer.status, answer.text());
    }
}

/// CVE-2026-53595: where there is no invitation an empty token is none either.
#[test]
fn freescout_53595_an_empty_token_is_nobodys() {
    let cottage = Cottage::start("");
    create_account(&cottage.relay, ACCOUNT);
    let mut admin = Person::invited(&cottage, ADMIN, "admin");
    let mut nobody = Person::nobody(&cottage);
    let form = [
        ("password", "another set of words"),
        ("again", "another set of words"),
    ];
    for token in ["", "%20", "%00", "0", "null", "undefined", "%F0%9F%92%A9"] {
        let path = format!("/invitation/{token}");
        for answer in [nobody.get(&path), nobody.post(&path, &form)] {
            assert_eq!(answer.status, 404, "{token:?}: {}", answer.text());
        }
    }
    assert_eq!(nobody.session, "", "nobody is signed in");
    assert_eq!(admin.get("/profile").status, 200, "and nobody is out");
}

/// CVE-2026-40569: a form sets what it shows; whatever else is sent with it sets nothing.
#[test]
fn freescout_40569_forms_set_what_they_show() {
    let cottage = Cottage::start("");
    let relay = &cottage.relay;
    create_account(relay, ACCOUNT);
    create_account(relay, "other");
    let mut agent = Person::invited(&cottage, "agent@staff.example", "agent");
    let surplus = [
        ("language", "de"),
        ("role", "admin"),
        ("scope", "installation"),
        ("account", "other"),
        ("stamp", "0"),
        ("hash", "x"),
        ("member[role]", "operator"),
        ("address", ADMIN),
    ];
    assert_eq!(agent.submit("/profile/language", &surplus).status, 303);
    assert_eq!(agent.get("/account/settings").status, 404, "still an agent");
    let mut admin = Person::invited(&cottage, ADMIN, "admin");
    let invite = [
        ("address", "evil@staff.example"),
        ("role", "operator"),
        ("account", "other"),
    ];
    let answer = admin.submit("/account/people/invite", &invite);
    assert_ne!(
        answer.status,
        200,
        "no operator is made by an admin: {}",
        answer.text()
    );
    let copies = [
        ("enabled", "yes"),
        ("account", "other"),
        ("kind", "sandbox"),
        ("name", "x"),
    ];
    assert_eq!(
        admin.submit("/account/settings/copies", &copies).status,
        303
    );

    let logins = relay.cli(&["login", "list", "-a", ACCOUNT]);
    let roles = logins["logins"].as_array().expect("a list").iter();
    let roles: Vec<_> = roles
        .map(|login| (&login["address"], &login["role"]))
        .collect();
    let expected = [
        (&json!(ADMIN), &json!("admin")),
        (&json!("agent@staff.example"), &json!("agent")),
    ];
    assert_eq!(roles, expected);
    let others = relay.cli(&["login", "list", "-a", "other"]);
    assert_eq!(others["logins"], json!([]));
    let account = relay.cli(&["account", "show", ACCOUNT]);
    assert_eq!(account["kind"], "production", "{account}");
}

/// CVE-2026-45294: who exists cannot be told from any answer; there is no reset to ask for.
#[test]
fn freescout_45294_nothing_tells_who_exists() {
    let cottage = Cottage::start("");
    create_account(&cottage.relay, ACCOUNT);
    Person::invited(&cottage, ADMIN, "admin");
    browser::invite(
        &cottage.relay,
        Some(ACCOUNT),
        "invited@staff.example",
        "agent",
    );
    let mut told = BTreeSet::new();
    for (account, address) in [
        (ACCOUNT, ADMIN),
        (ACCOUNT, "invited@staff.example"),
        (ACCOUNT, "nobody@staff.example"),
        ("nowhere", ADMIN),
        ("", ADMIN),
    ] {
        let answer = Person::nobody(&cottage).sign_in(account, address, "wrong words of mine");
        // What was typed comes back into its fields, to whoever typed it.
        let text = answer.text().replace(address, "");
        let text = text.replace(&format!("value=\"{account}\""), "value=\"\"");
        told.insert((answer.status, text, set_cookies(&answer)));
    }
    assert_eq!(told.len(), 1, "{told:?}");
    for path in ["/reset", "/password/reset", "/forgot", "/user-setup/x"] {
        assert_eq!(Person::nobody(&cottage).get(path).status, 404, "{path}");
    }
}

/// No page of another site reads an answer of ours, or has us do something: CORS, CSRF.
#[test]
fn other_sites_get_nothing() {
    let cottage = Cottage::start("");
    create_account(&cottage.relay, ACCOUNT);
    let mut admin = Person::invited(&cottage, ADMIN, "admin");
    let origin = ("Origin", OTHER);
    let wants = [origin, ("Access-Control-Request-Method", "POST")];
    for path in [
        "/profile",
        "/account/people",
        "/api/v2/tickets.json",
        "/sign-in",
    ] {
        for (method, more) in [("OPTIONS", &wants[..]), ("GET", &wants[..1])] {
            let answer = admin.ask(method, path, more, "");
            let allowed = answer
                .fields
                .iter()
                .find(|(name, _)| name.starts_with("access-control"));
            assert_eq!(allowed, None, "{method} {path}");
        }
    }
    for more in [
        &[origin][..],
        &[origin, ("Sec-Fetch-Site", "cross-site")],
        &[("Sec-Fetch-Site", "same-site")],
        &[("Origin", "null")],
    ] {
        let form = [
            ("account", ACCOUNT),
            ("address", ADMIN),
            ("password", PASSWORD),
        ];
        let answer = Person::nobody(&cottage).post_with("/sign-in", more, &form);
        assert_eq!(
            answer.status, 403,
            "{more:?}: nobody is signed in by another site"
        );
        assert!(set_cookies(&answer).is_empty(), "{more:?}");
    }
    let wrong_kind = [("Content-Type", "text/plain")];
    let answer = admin.ask("POST", "/profile/language", &wrong_kind, "language=de");
    assert_eq!(
        answer.status, 415,
        "a form of another kind needs no leave to be sent"
    );
}

/// Our name is what the operator says, never what a request calls us; a cookie is for this host
/// alone; no page may be framed; nothing behind the sign-in is kept by a cache.
#[test]
fn every_answer_is_for_its_reader_alone() {
    let cottage = Cottage::start("");
    create_account(&cottage.relay, ACCOUNT);
    let mut admin = Person::invited(&cottage, ADMIN, "admin");
    let poisoned = [
        ("Host", "evil.example"),
        ("X-Forwarded-Host", "evil.example"),
    ];
    for (path, status) in [("/profile", 200), ("/", 303), ("/there/is/nothing", 404)] {
        let answer = admin.ask("GET", path, &poisoned, "");
        assert_eq!(answer.status, status, "{path}");
        assert!(!answer.text().contains("evil.example"), "{path}");
        assert!(!answer.field("location").contains("evil.example"), "{path}");
        let policy = answer.field("content-security-policy");
        assert!(
            policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert_eq!(answer.field("cache-control"), "no-store", "{path}");
    }
    let word = admin.get("/account/people/invite").text();
    let word = word
        .split("name=\"form_word\" value=\"")
        .nth(1)
        .and_then(|it| it.split('"').next());
    let form = [
        ("form_word", word.unwrap_or_default()),
        ("address", "new@staff.example"),
        ("role", "agent"),
    ];
    let invited = admin.post_with("/account/people/invite", &poisoned, &form);
    assert_eq!(invited.status, 200, "{}", invited.text());
    assert!(
        invited
            .text()
            .contains(&format!("https://{HOSTNAME}/invitation/"))
    );

    assert!(
        !cottage.relay.log().contains("staff.example"),
        "addresses are not logged"
    );
    let mut somebody = Person::nobody(&cottage);
    let signed_in = somebody.sign_in(ACCOUNT, ADMIN, PASSWORD);
    let cookies = set_cookies(&signed_in);
    assert_eq!(cookies.len(), 2, "{cookies:?}");
    for cookie in cookies {
        assert!(cookie.starts_with("__Host-"), "{cookie}");
        let rules: BTreeSet<_> = cookie.split("; ").skip(1).collect();
        for rule in ["Path=/", "Secure", "HttpOnly", "SameSite=Strict"] {
            assert!(rules.contains(rule), "{rule}: {cookie}");
        }
        assert!(!cookie.to_ascii_lowercase().contains("domain="), "{cookie}");
    }
}

/// A stranger's page with ours in a frame shows nothing of it.
#[test]
fn nobody_frames_us() {
    needs_browser!();
    let cottage = Cottage::start("");
    create_account(&cottage.relay, ACCOUNT);
    let invitation = browser::invite(&cottage.relay, Some(ACCOUNT), ADMIN, "admin");
    let input = json!({ "invitation": invitation });
    browser::run(&cottage.relay, "frame.mjs", input);
}

/// Strangers' guesses lock a name from everywhere but the browsers its owner has signed in with;
/// there, only guesses made with that very browser count: AUTH-05.
#[test]
fn guesses_of_strangers_do_not_lock_the_owner_out() {
    let cottage = Cottage::start("");
    create_account(&cottage.relay, ACCOUNT);
    let mut owner = Person::invited(&cottage, ADMIN, "admin");
    let at_home = |cottage| Person {
        browser: owner.browser.clone(),
        ..Person::nobody(cottage)
    };
    let mut stranger = Person::nobody(&cottage);
    for _ in 0..10 {
        assert_eq!(
            stranger.sign_in(ACCOUNT, ADMIN, "a guess of mine").status,
            422
        );
    }
    assert_eq!(
        stranger.sign_in(ACCOUNT, ADMIN, PASSWORD).status,
        429,
        "locked"
    );
    let mut made_up = Person::nobody(&cottage);
    made_up.browser = "x".repeat(52);
    assert_eq!(
        made_up.sign_in(ACCOUNT, ADMIN, PASSWORD).status,
        429,
        "a mark that is none"
    );

    let mut owner_again = at_home(&cottage);
    assert_eq!(
        owner_again.sign_in(ACCOUNT, ADMIN, PASSWORD).status,
        303,
        "the owner gets in"
    );
    assert_eq!(owner_again.browser, owner.browser, "the browser was known");
    let mut thief = at_home(&cottage);
    for _ in 0..10 {
        assert_eq!(thief.sign_in(ACCOUNT, ADMIN, "a guess of mine").status, 422);
    }
    assert_eq!(
        thief.sign_in(ACCOUNT, ADMIN, PASSWORD).status,
        429,
        "its own guesses count"
    );
    let mut other = at_home(&cottage);
    let nobody = other
        .sign_in(ACCOUNT, "somebody@staff.example", PASSWORD)
        .status;
    assert_eq!(
        nobody, 429,
        "the mark is the owner's, and the peer is locked"
    );
    assert_eq!(owner.get("/profile").status, 200);
}

/// Passkeys as second factor: made, asked for, answered once, removed; a new invitation takes the
/// place of one that is lost.
#[test]
fn passkeys_prove_who_somebody_is() {
    needs_browser!();
    let port = relaygate_tests::relaygate::WEB_PORT;
    // A passkey is bound to a name, and browsers know this one without a name server.
    let cottage = Cottage::start(&format!(
        "[web]\nbind = \"127.0.0.1:{port}\"\nurl = \"https://localhost:{port}\"\n"
    ));
    let relay = &cottage.relay;
    create_account(relay, ACCOUNT);
    let invitation = browser::invite(relay, Some(ACCOUNT), ADMIN, "admin");
    let input = json!({
        "url": format!("https://localhost:{}", relay.ports().web),
        "invitation": invitation,
        "account": ACCOUNT,
        "address": ADMIN,
    });
    browser::run(relay, "passkeys.mjs", input);
    let second_factor = || {
        let logins = relay.cli(&["login", "list", "-a", ACCOUNT]);
        logins["logins"][0]["second_factor"].clone()
    };
    assert_eq!(second_factor(), true);
    Person::invited(&cottage, ADMIN, "admin");
    assert_eq!(second_factor(), false);
    let audit = relay.cli(&["audit", "list", "-a", ACCOUNT])["audit"].to_string();
    assert!(
        audit.contains("passkey_added") && audit.contains("passkey_removed"),
        "{audit}"
    );
}
