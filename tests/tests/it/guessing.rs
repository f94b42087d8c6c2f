//! Guessing at the door: floods from many places, the time a refusal takes, logins beyond what
//! the machine can hash. The relay that is known gets in meanwhile.

use std::fs;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use relaygate_tests::house::{ACCOUNT, Cottage, Credential, DOMAIN, add_domain, create_account};
use relaygate_tests::relaygate::{HOSTNAME, Relaygate};
use relaygate_tests::smtp::Client;
use rustls::ClientConfig;
use serde_json::Value;

use crate::full_campaign;

/// AUTH-05: from many places at one account. The login is locked out, told once, and the
/// customer's own server, which was there before, is none of it.
#[test]
fn one_account_guessed_at_from_many_places_keeps_its_relay() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    cottage.session(&credential);
    let wrong = format!("rg_{}.wrong", credential.id);
    let codes: Vec<u16> = (1..=14)
        .map(|place| guess(&cottage, stranger(place), &credential.username, &wrong))
        .collect();
    assert_eq!(codes, [[535; 10].as_slice(), &[454; 4]].concat());
    let Credential {
        username,
        password,
        alias,
        ..
    } = &credential;
    assert_eq!(
        guess(&cottage, stranger(20), username, password),
        454,
        "nobody knows it from there, and nothing is looked at"
    );
    let known = Ipv4Addr::LOCALHOST;
    assert_eq!(guess(&cottage, known, username, &wrong), 535, "looked at");
    for name in [username, alias] {
        assert_eq!(guess(&cottage, known, name, password), 235, "{name}");
    }
    let rows = audit(&cottage.relay, ACCOUNT);
    let told = rows
        .iter()
        .filter(|row| row["act"] == "auth_login_locked_out");
    let told: Vec<_> = told.collect();
    assert_eq!(told.len(), 1, "{rows:?}");
    assert_eq!(told[0]["credential"], credential.id.as_str());
    assert_eq!(told[0]["peer"], stranger(10).to_string());
    let (_, metrics) = cottage.relay.http("/metrics").expect("metrics are served");
    let counted = metrics
        .lines()
        .find(|line| line.starts_with("relaygate_lockouts_total{what=\"login\"}"));
    assert!(
        counted.is_some_and(|line| line.ends_with(" 1")),
        "{counted:?}"
    );
}

/// AUTH-05: 5,000 places, one account and every account; the relay logs in all the while, each
/// time on a new connection, within the two seconds of the row.
#[test]
fn a_flood_of_guesses_leaves_the_relay_alone() {
    let cottage = Arc::new(Cottage::start(""));
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    create_account(&cottage.relay, "other");
    let other = add_domain(&cottage.relay, "other", "other.example");
    cottage.session(&credential);
    let places = if full_campaign() { 5_000 } else { 120 };
    let over = Arc::new(AtomicBool::new(false));
    let floods: Vec<_> = (0..FLOODS)
        .map(|flood| {
            let (cottage, over) = (Arc::clone(&cottage), Arc::clone(&over));
            let (one, all) = (credential.clone(), other.clone());
            thread::spawn(move || {
                let mut codes = Vec::new();
                for place in (flood..places).step_by(FLOODS) {
                    let (user, password) = stuffed(place, &one, &all);
                    codes.push(guess(&cottage, stranger(place), &user, &password));
                }
                over.store(true, Ordering::SeqCst);
                codes
            })
        })
        .collect();
    let mut times = Vec::new();
    while !over.load(Ordering::SeqCst) || times.len() < 20 {
        let began = Instant::now();
        cottage.session(&credential);
        times.push(began.elapsed());
    }
    let codes: Vec<u16> = floods
        .into_iter()
        .flat_map(|it| it.join().expect("a flood ends"))
        .collect();
    assert!(
        codes.iter().all(|code| [535, 454].contains(code)),
        "{codes:?}"
    );
    assert!(codes.contains(&454), "one account was locked out");
    times.sort();
    let p99 = times[(times.len() * 99).div_ceil(100) - 1];
    eprintln!(
        "{} guesses; {} logins of the relay, p99 {p99:?}",
        codes.len(),
        times.len()
    );
    assert!(p99 <= Duration::from_secs(2), "p99 {p99:?}");
}

/// AUTH-06: whether a set exists is told by no time; by no word, either.
#[test]
fn an_unknown_login_takes_as_long_as_a_wrong_one() {
    let cottage = Cottage::start(
        "[auth]\nfailures_per_connection_max = 100\nfailures_per_peer_max = 10000\n\
         failures_per_login_max = 10000\n",
    );
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let samples = if full_campaign() { 2_000 } else { 30 };
    let wrong = (
        credential.username.clone(),
        format!("rg_{}.wrong", credential.id),
    );
    let unknown = (
        "nobody-22222222".to_owned(),
        "rg_2222222222.wrong".to_owned(),
    );
    let (mut known_times, mut unknown_times, mut words) = (Vec::new(), Vec::new(), Vec::new());
    while known_times.len() < samples {
        let mut client = cottage.relay.submission(&cottage.tls());
        client.say("EHLO mail.acme.example");
        // By turns, so that what the machine does besides is the same for both.
        for _ in 0..PAIRS_PER_SESSION.min(samples) {
            for (times, (user, password)) in
                [(&mut known_times, &wrong), (&mut unknown_times, &unknown)]
            {
                let began = Instant::now();
                let reply = client.auth_plain(user, password);
                times.push(began.elapsed());
                words.push(reply.to_string());
            }
        }
    }
    words.dedup();
    assert_eq!(words.len(), 1, "{words:?}");
    // A few samples on a busy machine: the quickest are those nothing else came between.
    let typical = |times: &mut Vec<Duration>| {
        times.sort();
        times[if full_campaign() { times.len() / 2 } else { 0 }]
    };
    let (known, unknown) = (typical(&mut known_times), typical(&mut unknown_times));
    let differ = known.abs_diff(unknown).as_secs_f64() / known.as_secs_f64();
    let distance = distance(&known_times, &unknown_times);
    eprintln!(
        "{known:?} and {unknown:?}, {:.1} % apart; distance {distance:.3}",
        differ * 100.0
    );
    let (differ_max, distance_max) = match full_campaign() {
        true => (
            0.02,
            KS_ONE_PERCENT * (2.0 / known_times.len() as f64).sqrt(),
        ),
        // Without the dummy hash one would take a tenth of the other.
        false => (0.35, 1.0),
    };
    assert!(differ < differ_max, "{known:?} and {unknown:?}");
    assert!(distance <= distance_max, "{distance} over {distance_max}");
}

/// AUTH-07: 500 at once. What cannot be hashed is turned away at once, nobody is kept out
/// afterwards, and it takes the memory of as many hashes as there are cores.
#[test]
fn of_five_hundred_logins_at_once_most_are_turned_away() {
    let cottage = Arc::new(Cottage::start(""));
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let start = Arc::new(Barrier::new(LOGINS + 1));
    let logins: Vec<_> = (0..LOGINS)
        .map(|login| {
            let (tls, port) = (cottage.tls(), cottage.relay.ports().implicit);
            let start = Arc::clone(&start);
            thread::spawn(move || {
                let mut client = greeted(stranger(login), port, &tls);
                start.wait();
                client
                    .auth_plain(&format!("nobody{login}"), "rg_2222222222.wrong")
                    .code
            })
        })
        .collect();
    start.wait();
    let idle = resident(&cottage.relay);
    let mut peak = idle;
    while !logins.iter().all(thread::JoinHandle::is_finished) {
        peak = peak.max(resident(&cottage.relay));
        thread::sleep(SAMPLE);
    }
    let codes: Vec<u16> = logins
        .into_iter()
        .map(|it| it.join().expect("a login ends"))
        .collect();
    let count = |code: u16| codes.iter().filter(|it| **it == code).count();
    assert_eq!(count(535) + count(454), LOGINS, "{codes:?}");
    assert!(count(454) > 0, "some were turned away");
    let grown = peak.saturating_sub(idle);
    eprintln!(
        "{} hashed, {} turned away; {grown} MiB more at most",
        count(535),
        count(454)
    );
    let bound = cores() * HASH_MIB + SPARE_MIB;
    assert!(grown <= bound, "{grown} MiB more, {bound} are allowed");
    cottage.session(&credential);
}

/// A guess from there; the code of the reply.
fn guess(cottage: &Cottage, from: Ipv4Addr, user: &str, password: &str) -> u16 {
    let port = cottage.relay.ports().implicit;
    greeted(from, port, &cottage.tls())
        .auth_plain(user, password)
        .code
}

fn greeted(from: Ipv4Addr, port: u16, tls: &Arc<ClientConfig>) -> Client {
    let mut client = Client::implicit_from(from, port, tls, HOSTNAME);
    assert_eq!(client.say("EHLO mail.acme.example").code, 250);
    client
}

/// An address of the loopback network nobody logs in from.
fn stranger(number: usize) -> Ipv4Addr {
    let [_, high, middle, low] = (number as u32).to_be_bytes();
    Ipv4Addr::new(127, 16 + high, middle, low)
}

/// One account half of the time, by its set; every other time another name.
fn stuffed(place: usize, one: &Credential, other: &Credential) -> (String, String) {
    match place % 4 {
        0 | 1 => (one.username.clone(), format!("rg_{}.guess{place}", one.id)),
        2 => (other.alias.clone(), format!("hunter{place}")),
        _ => (
            format!("user{place}@stuffed.example"),
            format!("hunter{place}"),
        ),
    }
}

fn audit(relay: &Relaygate, account: &str) -> Vec<Value> {
    let listed = relay.cli(&["audit", "list", "-a", account]);
    listed["audit"].as_array().cloned().unwrap_or_default()
}

/// The greatest distance between two distributions, of sorted samples (Kolmogorov, Smirnov).
fn distance(one: &[Duration], other: &[Duration]) -> f64 {
    let share = |times: &[Duration], at: &Duration| {
        times.partition_point(|time| time <= at) as f64 / times.len() as f64
    };
    let apart = |at| (share(one, at) - share(other, at)).abs();
    one.iter().chain(other).map(apart).fold(0.0, f64::max)
}

/// Resident memory in MiB.
fn resident(relay: &Relaygate) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", relay.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
    kib.expect("it runs") / 1_024
}

fn cores() -> u64 {
    thread::available_parallelism().map_or(1, |cores| cores.get() as u64)
}

const LOGINS: usize = 500;
/// Memory of one hash.
const HASH_MIB: u64 = 19;
/// What 500 sessions may take besides.
const SPARE_MIB: u64 = 64;
const FLOODS: usize = 4;
/// Below the errors after which a session is slowed down.
const PAIRS_PER_SESSION: usize = 2;
/// Ten times a second.
const SAMPLE: Duration = Duration::from_millis(100);
/// The statistic's factor for p = 0.01.
const KS_ONE_PERCENT: f64 = 1.628;
