//! Mail out by our own path: what is sent how often, over how many connections,
//! and what is noted of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use desk::outbound::State;
use desk::tickets;
use relaygate::clock::Clock;
use relaygate::runner::{self, Card};
use relaygate_tests::troublesome::{Act, Stage, Trouble};
use storage::{
    Batch, CommitError, Durable, Error, Job, JobChange, JobFilter, JobId, JobState, Key, Lane,
    Lease, ListRange, Scope, Share, Store, Table, TextId, TextReader, TextWriter, Timestamp,
    Versioned,
};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::house::House;

/// A store whose records of sent messages somebody else writes to between each
/// reading and the commit that follows, so often.
struct Contended {
    store: Arc<dyn Store>,
    times: AtomicU32,
}

impl Contended {
    /// Puts it between the program and its store.
    async fn house(times: u32) -> House {
        House::with(Clock::system(), "", |mut services| {
            let store = Arc::clone(&services.store);
            let times = AtomicU32::new(times);
            services.store = Arc::new(Self { store, times });
            services.desk = desk::Installation::new(Arc::clone(&services.store));
            services
        })
        .await
    }

    async fn interfere(&self, key: &Key, found: &Versioned) {
        let less = |left: u32| left.checked_sub(1);
        let left = self
            .times
            .try_update(Ordering::SeqCst, Ordering::SeqCst, less);
        if left.is_ok() {
            let mut batch = Batch::new();
            batch.put(key.clone(), found.value.clone());
            self.store.commit(batch).await.expect("committed");
        }
    }
}

#[async_trait]
impl Store for Contended {
    async fn get(&self, key: &Key) -> Result<Option<Versioned>, Error> {
        let found = self.store.get(key).await?;
        if let Some(found) = found.as_ref().filter(|_| key.table == Table("email")) {
            self.interfere(key, found).await;
        }
        Ok(found)
    }

    async fn list(
        &self,
        scope: Scope,
        table: Table,
        range: ListRange,
    ) -> Result<Vec<(Vec<u8>, Versioned)>, Error> {
        self.store.list(scope, table, range).await
    }

    async fn commit(&self, batch: Batch) -> Result<Durable, CommitError> {
        self.store.commit(batch).await
    }

    fn stage(&self, scope: Scope) -> TextWriter {
        self.store.stage(scope)
    }

    async fn text(&self, scope: Scope, id: TextId) -> Result<TextReader, Error> {
        self.store.text(scope, id).await
    }

    async fn lease_within(
        &self,
        lane: &Lane,
        now: Timestamp,
        until: Timestamp,
        limit: usize,
        share: &Share,
    ) -> Result<Vec<Lease>, Error> {
        self.store
            .lease_within(lane, now, until, limit, share)
            .await
    }

    async fn next_due_within(
        &self,
        lane: &Lane,
        share: &Share,
    ) -> Result<Option<Timestamp>, Error> {
        self.store.next_due_within(lane, share).await
    }

    fn enqueued(&self) -> watch::Receiver<u64> {
        self.store.enqueued()
    }

    async fn job(&self, id: JobId) -> Result<Option<Job>, Error> {
        self.store.job(id).await
    }

    async fn jobs(&self, filter: JobFilter) -> Result<Vec<Job>, Error> {
        self.store.jobs(filter).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivered_message_is_not_sent_again_because_its_record_changed_meanwhile() {
    let house = Contended::house(3).await;
    house.erika_writes().await;
    house.queue_is_empty().await;
    assert_eq!(house.users.mail_to("erika@user.example").len(), 1);
    let deliveries = house
        .deliveries_when(|it| it.state == State::SentByFallback)
        .await;
    assert_eq!(deliveries.len(), 1);
    assert_eq!(deliveries[0].attempts, 1, "noted once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivered_message_is_not_sent_again_though_its_record_cannot_be_written() {
    let house = Contended::house(u32::MAX).await;
    house.erika_writes().await;
    house.queue_is_empty().await;
    assert_eq!(house.users.mail_to("erika@user.example").len(), 1);
    let deliveries = house.deliveries_when(|_| true).await;
    assert_eq!(deliveries[0].attempts, 0, "the record was never written");
}

/// A server that closes at once, though not in a hurry, and counts who is there.
#[derive(Default)]
struct Turnstile {
    inside: AtomicU32,
    most: AtomicU32,
    passed: AtomicU32,
}

impl Turnstile {
    /// Opens it; the port it listens on.
    async fn open(self: Arc<Self>) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let here = Arc::clone(&self);
                tokio::spawn(async move { here.pass(stream).await });
            }
        });
        port
    }

    async fn pass(&self, mut stream: TcpStream) {
        let inside = self.inside.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(inside, Ordering::SeqCst);
        // Long enough for everybody who is let in to be inside together.
        tokio::time::sleep(STAY).await;
        self.inside.fetch_sub(1, Ordering::SeqCst);
        self.passed.fetch_add(1, Ordering::SeqCst);
        // The peer may have gone; it does not matter here.
        let _ = stream.write_all(b"421 4.3.2 not now\r\n").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_host_gets_no_more_connections_at_once_than_are_allowed() {
    let turnstile = Arc::new(Turnstile::default());
    let port = Arc::clone(&turnstile).open().await;
    let domains: Vec<String> = (0..MESSAGES).map(|n| format!("u{n}.example")).collect();
    let route = |domain: &String| {
        format!("[[native.route]]\ndomain = \"{domain}\"\nhost = \"127.0.0.1\"\nport = {port}\n")
    };
    let routes: String = domains.iter().map(route).collect();
    let house = House::with(Clock::system(), &routes, |services| services).await;
    for domain in &domains {
        house.writes(&format!("erika@{domain}")).await;
    }
    house
        .jobs_when(|_| (turnstile.passed.load(Ordering::SeqCst) >= MESSAGES).then_some(()))
        .await;
    assert_eq!(turnstile.most.load(Ordering::SeqCst), 2);
}

const MESSAGES: u32 = 6;
const STAY: Duration = Duration::from_millis(50);

/// Every delivery that waits, with the attempts made at it.
fn waiting(jobs: Vec<Job>) -> Vec<(JobId, u32)> {
    let card = |job: &Job| Card::read(job).map(|card| (job.id, card.attempts));
    let delivery = |job: &&Job| job.lane == runner::native_lane();
    let due = |job: &&Job| job.state == JobState::Due;
    let found = jobs.iter().filter(delivery).filter(due).map(card);
    found.collect::<Result<_, _>>().expect("cards")
}

/// Has every delivery tried now, as an operator would.
async fn retry_all(house: &House) {
    let jobs = house.services.store.jobs(JobFilter::first(100)).await;
    let now = house.services.clock.now();
    for (id, _) in waiting(jobs.expect("jobs")) {
        let mut batch = Batch::new();
        batch.change_job(id, JobChange::Retry(now));
        house.services.store.commit(batch).await.expect("committed");
    }
}

/// OUT-04: a dead server is not tried for every message.
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_servers_messages_are_not_each_tried() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = nobody.local_addr().expect("bound").port();
    drop(nobody);
    let domains: Vec<String> = (0..MESSAGES).map(|n| format!("u{n}.example")).collect();
    let route = |domain: &String| {
        format!("[[native.route]]\ndomain = \"{domain}\"\nhost = \"127.0.0.1\"\nport = {port}\n")
    };
    let routes: String = domains.iter().map(route).collect();
    let house = House::with(Clock::standing(START), &routes, |services| services).await;
    for (at, domain) in domains.iter().enumerate() {
        house.writes(&format!("erika@{domain}")).await;
        house
            .jobs_when(|jobs| {
                let now = START;
                let put_off = jobs.iter().filter(|job| job.due > now).count();
                (put_off == at + 1).then_some(())
            })
            .await;
    }
    let mut attempts: Vec<u32> = house
        .jobs_when(|jobs| Some(waiting(jobs)))
        .await
        .into_iter()
        .map(|(_, attempts)| attempts)
        .collect();
    attempts.sort_unstable();
    assert_eq!(attempts, [0, 0, 0, 1, 1, 1]);
}

/// The agents learn of mail that takes long once, and of its end; nobody is
/// mailed about it, and nothing is lost before its time.
#[tokio::test(flavor = "multi_thread")]
async fn what_takes_long_and_what_fails_is_told_on_the_ticket() {
    let house = House::with(Clock::standing(START), "", |services| services).await;
    let greylisted = Act::Say("451 4.7.1 greylisted, come back later");
    house.users.trouble(Trouble::at(Stage::Rcpt, greylisted));
    house.erika_writes().await;
    let notes = async |attempts: u32| -> Vec<String> {
        house
            .deliveries_when(|delivery| delivery.attempts == attempts)
            .await;
        let comments = tickets::comments(&house.account, 1)
            .await
            .expect("comments");
        let notes = comments.into_iter().filter(|comment| !comment.public);
        notes.map(|comment| comment.body).collect()
    };
    assert!(notes(1).await.is_empty(), "a minute is not long");
    for attempts in 2..=3 {
        house.services.clock.advance(4 * HOUR);
        retry_all(&house).await;
        let told = notes(attempts).await;
        assert_eq!(told.len(), 1, "once: {told:?}");
        assert!(told[0].contains("has been waiting"), "{told:?}");
    }
    house.services.clock.advance(5 * 24 * HOUR);
    retry_all(&house).await;
    let told = notes(4).await;
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[1].contains("was not delivered"), "{told:?}");
    let deliveries = house.deliveries_when(|it| it.state == State::Failed).await;
    assert_eq!(deliveries.len(), 1, "nobody was mailed about it");
    assert!(deliveries[0].delayed);
    house.queue_is_empty().await;
}

const START: Timestamp = Timestamp(1_800_000_000_000);
const HOUR: Duration = Duration::from_secs(3_600);
