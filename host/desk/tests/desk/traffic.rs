//! How much mail goes by which way, day by day.

use desk::addresses::{self, NewAddress};
use desk::outbound::{Attempt, End};
use desk::traffic::{self, Arrival, DAYS_SHOWN, Volume};
use desk::{Account, Error, upkeep};
use storage::{Batch, Timestamp};

use crate::scene::{NOW, Scene, address, domain, later, new_address};

fn arrival<'a>(recipient: &'a mail::address::Address, credential: Option<&'a str>) -> Arrival<'a> {
    Arrival {
        recipient,
        authenticated: credential.is_some(),
        credential,
    }
}

async fn arrives(account: &Account, recipient: &str, credential: Option<&str>, now: Timestamp) {
    let (recipient, mut batch) = (address(recipient), Batch::new());
    traffic::arrived(account, &mut batch, arrival(&recipient, credential), now)
        .await
        .unwrap();
    let _durable = account.commit(batch).await.unwrap();
}

fn attempt(recipient: &str, end: End, username: Option<&str>) -> Attempt {
    Attempt {
        recipient: address(recipient),
        end,
        reason: None,
        reply: None,
        server: None,
        certificate: None,
        tls: None,
        credential: username.map(str::to_owned),
        delayed: false,
    }
}

async fn departs(account: &Account, from: &str, attempts: &[Attempt]) {
    let mut batch = Batch::new();
    traffic::departed(account, &mut batch, &address(from), attempts, NOW)
        .await
        .unwrap();
    let _durable = account.commit(batch).await.unwrap();
}

async fn of_domain(account: &Account, now: Timestamp) -> Vec<Volume> {
    let week = traffic::of_domain(account, &domain("acme.example"), now).await;
    let days = week.unwrap().days.into_iter();
    days.map(|day| day.volume).collect()
}

/// R44.
#[tokio::test]
async fn one_of_four_unauthenticated_is_a_fourth() {
    let scene = Scene::new().await;
    scene.connect(&scene.acme, "acme.example").await;
    scene.add(&scene.acme, "help@acme.example").await;
    for credential in [Some("c1"), Some("c1"), Some("c2"), None] {
        arrives(&scene.acme, "help@acme.example", credential, NOW).await;
    }
    let week = of_domain(&scene.acme, NOW).await;
    let sum: Volume = week.into_iter().sum();
    assert_eq!((sum.authenticated_in, sum.unauthenticated_in), (3, 1));
    assert_eq!(sum.unauthenticated_percent(), 25);
    for (credential, count) in [("c1", 2), ("c2", 1), ("c3", 0)] {
        let week = traffic::of_credential(&scene.acme, credential, NOW).await;
        assert_eq!(week.unwrap().authenticated_in, count, "R63 {credential}");
    }
    let rivals: Volume = of_domain(&scene.rival, NOW).await.into_iter().sum();
    assert_eq!(rivals, Volume::default(), "R107");
}

#[test]
fn a_share_is_rounded_up() {
    let volume = |authenticated_in, unauthenticated_in| Volume {
        authenticated_in,
        unauthenticated_in,
        ..Volume::default()
    };
    for (volume, percent) in [
        (volume(0, 0), 0),
        (volume(5, 0), 0),
        (volume(999, 1), 1),
        (volume(0, 3), 100),
    ] {
        assert_eq!(volume.unauthenticated_percent(), percent, "{volume:?}");
    }
}

#[tokio::test]
async fn what_is_no_affair_of_a_connector_is_not_counted_there() {
    let scene = Scene::new().await;
    scene.connect(&scene.acme, "acme.example").await;
    let (native, at) = (&scene.product.native, address("out@acme.example"));
    let facts = addresses::facts(&scene.acme, native, &at, None).await;
    let new = NewAddress {
        outbound_only: true,
        ..new_address("out@acme.example")
    };
    addresses::add(&scene.acme, &scene.key, new, &facts.unwrap().1, NOW)
        .await
        .unwrap();
    arrives(&scene.acme, "out@acme.example", None, NOW).await;
    arrives(&scene.acme, "support@acme.desk.example", None, NOW).await;
    let sum: Volume = of_domain(&scene.acme, NOW).await.into_iter().sum();
    assert_eq!(sum, Volume::default());
}

/// R63.
#[tokio::test]
async fn logins_are_told_apart() {
    let scene = Scene::new().await;
    let first = [
        attempt("erin@client.example", End::Accepted, Some("u1")),
        attempt("zoe@client.example", End::Accepted, Some("u1")),
        attempt("dave@client.example", End::Failed, Some("u1")),
        attempt("fred@client.example", End::Deferred, Some("u1")),
    ];
    departs(&scene.acme, "help@acme.example", &first).await;
    let second = [attempt("erin@client.example", End::Accepted, Some("u2"))];
    departs(&scene.acme, "Sales@acme.example", &second).await;
    let unreachable = [attempt("erin@client.example", End::Failed, None)];
    departs(&scene.acme, "sales@acme.example", &unreachable).await;
    let logins = traffic::logins(&scene.acme, NOW).await.unwrap();
    let of = |from: &str| {
        let carried = logins.of(&address(from));
        let told = carried.map(|(name, it)| (name.clone(), it.accepted_out, it.failed_out));
        told.collect::<Vec<_>>()
    };
    assert_eq!(of("help@acme.example"), [("u1".to_owned(), 2, 1)]);
    assert_eq!(of("sales@acme.example"), [("u2".to_owned(), 1, 0)]);
    let sum: Volume = of_domain(&scene.acme, NOW).await.into_iter().sum();
    assert_eq!((sum.accepted_out, sum.failed_out), (3, 2));
}

#[tokio::test]
async fn a_week_is_shown_and_what_is_older_goes() {
    let scene = Scene::new().await;
    scene.connect(&scene.acme, "acme.example").await;
    for day in 0..10 {
        arrives(
            &scene.acme,
            "help@acme.example",
            Some("c1"),
            later(day * DAY_MS),
        )
        .await;
    }
    let today = later(9 * DAY_MS);
    let week = of_domain(&scene.acme, today).await;
    assert_eq!(week.len(), DAYS_SHOWN as usize);
    assert!(week.iter().all(|day| day.authenticated_in == 1), "{week:?}");
    let tomorrow = of_domain(&scene.acme, later(10 * DAY_MS)).await;
    assert_eq!(tomorrow.last().unwrap().authenticated_in, 0);
    let gone = upkeep::prune(&scene.acme, today, 30).await.unwrap();
    assert_eq!(gone, 2 * 2, "two days of a connector and a credential");
    assert_eq!(of_domain(&scene.acme, today).await, week);
}

/// R98: which hours are quiet shows over several days; another domain whose name begins alike has
/// hours of its own.
#[tokio::test]
async fn hours_of_the_day_are_told_apart() {
    let scene = Scene::new().await;
    scene.connect(&scene.acme, "acme.example").await;
    scene.connect(&scene.acme, "acme.example.org").await;
    for (day, hour) in [(0, 0), (0, 1), (1, 1), (2, 15)] {
        let at = later(day * DAY_MS + hour * HOUR_MS);
        arrives(&scene.acme, "help@acme.example", Some("c1"), at).await;
        arrives(&scene.acme, "help@acme.example.org", None, NOW).await;
    }
    let (acme, today) = (domain("acme.example"), later(2 * DAY_MS));
    let week = traffic::of_domain(&scene.acme, &acme, today).await;
    let hours = week.unwrap().hours.map(|hour| hour.authenticated_in);
    // The clock of the scene stands at 8:00.
    let busy: Vec<_> = hours
        .iter()
        .enumerate()
        .filter(|(_, count)| **count > 0)
        .collect();
    assert_eq!(busy, [(8, &1), (9, &2), (23, &1)]);
    let week = traffic::of_domain(&scene.acme, &domain("acme.example.org"), NOW).await;
    assert_eq!(week.unwrap().hours[8].unauthenticated_in, 4);
}

/// Two that count at once: the second reads again, and nothing is lost.
#[tokio::test]
async fn a_count_is_not_lost_to_a_race() {
    let scene = Scene::new().await;
    scene.connect(&scene.acme, "acme.example").await;
    let (at, mut first, mut second) = (address("help@acme.example"), Batch::new(), Batch::new());
    for batch in [&mut first, &mut second] {
        traffic::arrived(&scene.acme, batch, arrival(&at, None), NOW)
            .await
            .unwrap();
    }
    let _durable = scene.acme.commit(first).await.unwrap();
    let late = scene.acme.commit(second).await;
    assert!(matches!(late, Err(Error::Changed)), "{late:?}");
    arrives(&scene.acme, "help@acme.example", None, NOW).await;
    let sum: Volume = of_domain(&scene.acme, NOW).await.into_iter().sum();
    assert_eq!(sum.unauthenticated_in, 2);
}

const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;
