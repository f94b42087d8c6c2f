//! One round of work and what came of it.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::client::{Session, Target, Trouble};

/// How much, and in what shape.
#[derive(Debug, Clone, Args)]
pub(crate) struct Work {
    /// Connections open at the same time.
    #[arg(long, default_value_t = 20)]
    pub(crate) connections: u32,
    /// Messages in all.
    #[arg(long, default_value_t = 2_000)]
    pub(crate) messages: u32,
    /// Messages on one connection before it is closed and a new one opened.
    #[arg(long, default_value_t = 1)]
    pub(crate) per_connection: u32,
    /// Octets of a message's text.
    #[arg(long, default_value_t = 10_240)]
    pub(crate) size: usize,
    /// MAIL, RCPT and DATA in one packet (RFC 2920).
    #[arg(long)]
    pub(crate) pipelining: bool,
}

/// What came of a round.
#[derive(Debug, Default, Clone)]
pub(crate) struct Outcome {
    /// Messages answered with 250.
    pub(crate) accepted: u32,
    /// From the first connection to the last reply.
    pub(crate) elapsed: Duration,
    /// From the end of each text to its reply, sorted.
    pub(crate) latencies: Vec<Duration>,
    /// What went wrong, and how often.
    pub(crate) errors: BTreeMap<Trouble, u32>,
}

impl Outcome {
    /// Accepted messages a second.
    pub(crate) fn rate(&self) -> f64 {
        f64::from(self.accepted) / self.elapsed.as_secs_f64().max(f64::EPSILON)
    }

    /// The latency that `per_mille` of the messages stayed below, in milliseconds.
    pub(crate) fn latency(&self, per_mille: usize) -> f64 {
        let last = self.latencies.len().saturating_sub(1);
        let index = (self.latencies.len() * per_mille / 1000).min(last);
        self.latencies
            .get(index)
            .map_or(0.0, |latency| latency.as_secs_f64() * 1000.0)
    }

    /// The figures for a machine.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "accepted": self.accepted,
            "seconds": self.elapsed.as_secs_f64(),
            "messages_per_second": self.rate(),
            "p50_ms": self.latency(500),
            "p99_ms": self.latency(990),
            "p999_ms": self.latency(999),
            "errors": self.errors,
        })
    }

    fn add(&mut self, part: Self) {
        self.accepted += part.accepted;
        self.latencies.extend(part.latencies);
        for (trouble, times) in part.errors {
            *self.errors.entry(trouble).or_insert(0) += times;
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:6} accepted  {:8.0} messages/s  p50 {:7.2} ms  p99 {:7.2} ms  p99.9 {:7.2} ms",
            self.accepted,
            self.rate(),
            self.latency(500),
            self.latency(990),
            self.latency(999)
        )?;
        self.errors
            .iter()
            .try_for_each(|(trouble, times)| write!(f, "\n         {times} x {trouble}"))
    }
}

/// Does the work; `round` keeps Message-IDs apart that one server sees in several rounds.
pub(crate) async fn run(target: &Target, to: &str, work: &Work, round: &str) -> Outcome {
    let load = Arc::new(Load {
        target: target.clone(),
        to: to.to_owned(),
        work: work.clone(),
        round: round.to_owned(),
        next: AtomicU32::new(0),
        filler: filler(work.size),
    });
    let start = Instant::now();
    let mut workers = JoinSet::new();
    for _ in 0..work.connections {
        workers.spawn(Arc::clone(&load).worker());
    }
    let mut outcome = Outcome::default();
    while let Some(part) = workers.join_next().await {
        outcome.add(part.expect("a worker does not panic"));
    }
    outcome.elapsed = start.elapsed();
    outcome.latencies.sort_unstable();
    outcome
}

/// What the workers share.
struct Load {
    target: Target,
    to: String,
    work: Work,
    round: String,
    /// The number of the next message.
    next: AtomicU32,
    filler: String,
}

impl Load {
    /// Opens one connection after the other until all messages are taken.
    async fn worker(self: Arc<Self>) -> Outcome {
        let mut outcome = Outcome::default();
        while self.next.load(Ordering::Relaxed) < self.work.messages {
            if let Err(trouble) = self.connection(&mut outcome).await {
                *outcome.errors.entry(trouble).or_insert(0) += 1;
            }
        }
        outcome
    }

    async fn connection(&self, outcome: &mut Outcome) -> Result<(), Trouble> {
        // A message that could not even be tried counts, or a dead server would be asked for ever.
        let mut session = Session::open(&self.target).await.inspect_err(|_| {
            self.next.fetch_add(1, Ordering::Relaxed);
        })?;
        for _ in 0..self.work.per_connection {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if number >= self.work.messages {
                break;
            }
            let from = format!("user{number}@enduser.example");
            let text = self.message(&from, number);
            let latency = session
                .submit(&from, &self.to, text.as_bytes(), self.work.pipelining)
                .await?;
            outcome.accepted += 1;
            outcome.latencies.push(latency);
        }
        session.close().await;
        Ok(())
    }

    /// A message with some of the fields real mail has, and the end of the text.
    fn message(&self, from: &str, number: u32) -> String {
        let Self { to, round, .. } = self;
        let mut text = String::with_capacity(self.filler.len() + 512);
        let _ = write!(
            text,
            "Received: from laptop (unknown [192.0.2.7]) by mx.enduser.example with ESMTPS;\r\n\
             \tMon, 02 Nov 2026 10:00:00 +0000\r\n\
             From: User {number} <{from}>\r\nTo: <{to}>\r\nSubject: Load {round}-{number}\r\n\
             Message-ID: <{round}.{number}.{}@enduser.example>\r\nDate: Mon, 02 Nov 2026 10:00:00 +0000\r\n\
             MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n",
            std::process::id()
        );
        text.push_str(&self.filler);
        text.push_str(".\r\n");
        text
    }
}

/// Lines of 78 octets up to `size`, about what text in mail looks like.
fn filler(size: usize) -> String {
    let line = "The quick brown fox jumps over the lazy dog and asks when its ticket is due.\r\n";
    line.repeat(size.div_ceil(line.len()))
}
