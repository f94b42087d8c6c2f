//! Another name inside the native domain: what led to the old one goes on for a grace time (R116).

use desk::accounts::{self, NewAccount, Subdomain};
use desk::brands::{self, NewBrand};
use desk::credentials::LoginError;
use desk::desks::logins;
use desk::facts::{RecipientKind, RouteAnswer, Tagging, ThreadEvidence};
use desk::triggers::{self, ActionWords, ConditionWords, NewTrigger};
use desk::{Account, Error, addresses, intake};
use storage::Timestamp;

use crate::scene::{NOW, Scene, address, domain, later};
use crate::tickets::{enter, first_ticket};

const GRACE_MS: u64 = 30 * 24 * 3_600_000;
const OLD: &str = "acme.desk.example";
const NEW: &str = "anvils.desk.example";

fn name(text: &str) -> Subdomain {
    Subdomain::parse(text).unwrap()
}

async fn rename(scene: &Scene, account: &Account, to: &str, now: Timestamp) -> Result<(), Error> {
    let (native, until) = (&scene.product.native, Timestamp(now.0 + GRACE_MS));
    let change = accounts::rename(account, native, &name(to), until, now).await?;
    change.commit(account).await.map(drop)
}

async fn renamed() -> Scene {
    let scene = Scene::new().await;
    rename(&scene, &scene.acme, "anvils", NOW).await.unwrap();
    scene
}

fn code(error: Error) -> &'static str {
    match error {
        Error::Invalid(problems) => problems[0].code,
        other => panic!("{other}"),
    }
}

async fn holder(scene: &Scene, native: &str, now: Timestamp) -> Option<u64> {
    let (own, asked) = (&scene.product.native, domain(native));
    let found = accounts::by_native_domain(&scene.desk, own, &asked, now).await;
    found.unwrap().map(|account| account.id().get())
}

#[tokio::test]
async fn both_names_lead_to_the_account_until_the_grace_is_over() {
    let scene = renamed().await;
    let acme = Some(scene.acme.id().get());
    for (native, now, expected) in [
        (OLD, NOW, acme),
        (OLD, later(GRACE_MS - 1), acme),
        (OLD, later(GRACE_MS), None),
        (NEW, later(2 * GRACE_MS), acme),
    ] {
        assert_eq!(holder(&scene, native, now).await, expected, "{native}");
    }
    let native = &scene.product.native;
    let given_up = async |text: &str, now| {
        let asked = domain(text);
        let given_up = accounts::is_given_up(&scene.desk, native, &asked, now).await;
        given_up.unwrap()
    };
    assert!(!given_up(OLD, later(GRACE_MS - 1)).await);
    assert!(given_up(OLD, later(GRACE_MS)).await);
    assert!(!given_up(NEW, later(GRACE_MS)).await);
    assert!(!given_up("nobody.desk.example", NOW).await);
    let profile = accounts::profile(&scene.acme).await.unwrap();
    assert_eq!(profile.home(), &domain(NEW));
    assert!(profile.former[0].is_live(NOW) && !profile.former[0].is_live(later(GRACE_MS)));
}

#[tokio::test]
async fn the_old_user_name_logs_in_during_the_grace_and_is_told_of_afterwards() {
    let scene = Scene::new().await;
    let issued = scene.connect(&scene.acme, "acme.example").await;
    let sends = logins::issue(&scene.acme, &scene.hasher, &scene.product.native, NOW).await;
    let sends = sends.unwrap();
    let verifier = scene.verifier().await;
    // Remembered logins must not outlive the name, either.
    let alias = "acme@acme.desk.example";
    verifier.login(alias, &issued.password, NOW).await.unwrap();
    rename(&scene, &scene.acme, "anvils", NOW).await.unwrap();
    for (user, password) in [
        (alias, &issued.password),
        ("anvils@anvils.desk.example", &issued.password),
        (issued.username.as_str(), &issued.password),
        (sends.username.as_str(), &sends.password),
        ("desk@anvils.desk.example", &sends.password),
    ] {
        verifier.login(user, password, later(1)).await.unwrap();
    }
    let over = later(GRACE_MS);
    for (user, password, now_called) in [
        (alias, &issued.password, "anvils@anvils.desk.example"),
        (&sends.username, &sends.password, "desk@anvils.desk.example"),
    ] {
        let refused = verifier.login(user, password, over).await;
        let Err(LoginError::GivenUp { now_called: told }) = refused else {
            panic!("{user}: {refused:?}");
        };
        assert_eq!(told, address(now_called));
    }
    let wrong = "rg_2222222222.wrong".into();
    let refused = verifier.login(alias, &wrong, over).await;
    assert!(
        matches!(refused, Err(LoginError::Refused)),
        "a stranger is told nothing"
    );
    verifier
        .login(&issued.username, &issued.password, over)
        .await
        .unwrap();
}

#[tokio::test]
async fn native_addresses_and_brands_move_and_are_found_by_both_names() {
    let scene = Scene::new().await;
    let native = &scene.product.native;
    let brand = NewBrand {
        name: "Rockets".into(),
        local: None,
    };
    brands::add(&scene.acme, native, &brand, NOW).await.unwrap();
    scene.connect(&scene.acme, "acme.example").await;
    scene.add(&scene.acme, "help@acme.example").await;
    rename(&scene, &scene.acme, "anvils", NOW).await.unwrap();
    let listed = addresses::list(&scene.acme).await.unwrap();
    let listed: Vec<String> = listed.iter().map(|it| it.address.to_string()).collect();
    let expected = [
        "help@acme.example",
        "rockets@anvils.desk.example",
        "support@anvils.desk.example",
    ];
    assert_eq!(listed, expected);
    let profile = accounts::profile(&scene.acme).await.unwrap();
    assert_eq!(
        profile.brand(2).default_address,
        address("rockets@anvils.desk.example")
    );
    for text in ["rockets@acme.desk.example", "rockets@anvils.desk.example"] {
        let found = addresses::find(&scene.acme, &address(text)).await.unwrap();
        assert_eq!(found.unwrap().brand, 2, "{text}");
        let facts = addresses::recipient_facts(&scene.acme, None, &address(text)).await;
        assert_eq!(facts.unwrap().kind, RecipientKind::Native, "{text}");
        let strange = addresses::find(&scene.rival, &address(text)).await.unwrap();
        assert!(strange.is_none(), "{text} is nothing to others");
    }
}

#[tokio::test]
async fn what_is_written_to_the_old_name_finds_its_ticket() {
    let scene = Scene::new().await;
    let ticket = first_ticket(&scene).await;
    let token = ticket.encoded_id().plus_detail();
    rename(&scene, &scene.acme, "anvils", NOW).await.unwrap();
    let plus = format!("support+{token}@acme.desk.example");
    let raw = format!(
        "From: erin@client.example\nTo: {plus}, support@acme.desk.example\nSubject: more\n\nMore.\n"
    );
    let incoming = scene.incoming(&scene.acme, None, &plus, &raw).await;
    let gathered = intake::gather(&scene.acme, &incoming).await.unwrap();
    let thread = gathered.arrival.thread.unwrap();
    assert_eq!(
        (thread.ticket, thread.evidence),
        (ticket.id, ThreadEvidence::PlusAddress)
    );
    let update = RouteAnswer::Update {
        ticket: ticket.id,
        flagged: false,
    };
    enter(&scene, &scene.acme, &incoming, update, &Tagging::default()).await;
    let found = desk::tickets::find(&scene.acme, ticket.id).await.unwrap();
    let own = found.email_ccs.iter().any(|cc| cc.domain() == &domain(OLD));
    assert!(
        !own,
        "an old name of ours is nobody to send copies to: {:?}",
        found.email_ccs
    );
}

#[tokio::test]
async fn triggers_follow() {
    let scene = Scene::new().await;
    let rule = NewTrigger {
        title: "Mail to the native address".into(),
        all: vec![ConditionWords {
            field: "recipient".into(),
            operator: "is".into(),
            value: "support@acme.desk.example".into(),
        }],
        any: Vec::new(),
        actions: vec![ActionWords {
            field: "current_tags".into(),
            value: "native".into(),
        }],
    };
    triggers::add(&scene.acme, rule, NOW).await.unwrap();
    rename(&scene, &scene.acme, "anvils", NOW).await.unwrap();
    let listed = triggers::list(&scene.acme).await.unwrap();
    assert_eq!(
        listed[0].all[0].words().value,
        "support@anvils.desk.example"
    );
}

#[tokio::test]
async fn nobody_else_has_the_old_name_while_the_grace_runs() {
    let scene = renamed().await;
    let taken = rename(&scene, &scene.rival, "acme", later(GRACE_MS - 1)).await;
    assert_eq!(code(taken.unwrap_err()), "subdomain_taken");
    let new = NewAccount {
        subdomain: name("acme"),
        name: "Another Acme".into(),
        admins: vec![address("admin@elsewhere.example")],
        sandbox_of: None,
    };
    let native = &scene.product.native;
    let refused = accounts::create(&scene.desk, native, new.clone(), later(GRACE_MS - 1)).await;
    assert_eq!(code(refused.unwrap_err()), "subdomain_taken");
    let made = accounts::create(&scene.desk, native, new, later(GRACE_MS))
        .await
        .unwrap();
    assert_eq!(
        holder(&scene, OLD, later(GRACE_MS)).await,
        Some(made.id.get())
    );
    // From now on the old name means somebody else.
    let before = accounts::profile(&scene.acme).await.unwrap();
    assert_eq!(before.former, []);
    let old = address("support@acme.desk.example");
    assert!(addresses::find(&scene.acme, &old).await.unwrap().is_none());
}

#[tokio::test]
async fn a_name_may_be_taken_back_and_names_in_use_may_not_be_taken() {
    let scene = renamed().await;
    let unchanged = rename(&scene, &scene.acme, "anvils", NOW).await;
    assert_eq!(code(unchanged.unwrap_err()), "subdomain_unchanged");
    let rivals = rename(&scene, &scene.acme, "rival", NOW).await;
    assert_eq!(code(rivals.unwrap_err()), "subdomain_taken");
    rename(&scene, &scene.acme, "acme", later(1)).await.unwrap();
    let profile = accounts::profile(&scene.acme).await.unwrap();
    let former: Vec<_> = profile
        .former
        .iter()
        .map(|it| it.subdomain.as_str())
        .collect();
    assert_eq!(
        (profile.subdomain.as_str(), former),
        ("acme", vec!["anvils"])
    );
    assert_eq!(
        holder(&scene, OLD, later(2 * GRACE_MS)).await,
        Some(scene.acme.id().get())
    );
}

#[tokio::test]
async fn of_changes_at_once_one_wins() {
    let scene = Scene::new().await;
    let (native, until) = (&scene.product.native, later(GRACE_MS));
    let to = |text: &'static str| {
        let account = &scene.acme;
        async move {
            accounts::rename(account, native, &name(text), until, NOW)
                .await
                .unwrap()
        }
    };
    let (one, other) = (to("one").await, to("other").await);
    let theirs = accounts::rename(&scene.rival, native, &name("one"), until, NOW).await;
    one.commit(&scene.acme).await.unwrap();
    let lost = other.commit(&scene.acme).await;
    assert!(matches!(lost, Err(Error::Changed)), "{lost:?}");
    let lost = theirs.unwrap().commit(&scene.rival).await;
    assert!(matches!(lost, Err(Error::Changed)), "{lost:?}");
    let stale = to("third").await;
    let brand = NewBrand {
        name: "Rockets".into(),
        local: None,
    };
    brands::add(&scene.acme, native, &brand, NOW).await.unwrap();
    let lost = stale.commit(&scene.acme).await;
    assert!(
        matches!(lost, Err(Error::Changed)),
        "no address is left behind: {lost:?}"
    );
}
