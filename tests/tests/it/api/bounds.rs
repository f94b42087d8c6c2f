//! What the API does not put up with.

use std::io::{Read, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use relaygate_tests::api::{Answer, Api};
use relaygate_tests::house::{ACCOUNT, create_account};
use relaygate_tests::relaygate::HOSTNAME;
use rustls::ClientConfig;
use serde_json::json;

use super::Scene;

fn scene() -> (Scene, Api) {
    let scene = Scene::start("");
    create_account(&scene.cottage.relay, ACCOUNT);
    let admin = scene.admin(ACCOUNT);
    (scene, admin)
}

/// Too long, too wide, too deep: each is told at once and costs nobody else anything: RES-10.
#[test]
fn bodies_are_bounded_in_every_direction() {
    let (_scene, admin) = scene();
    let long = head(&admin, "Content-Length: 1073741824\r\n");
    let begun = Instant::now();
    let refused = admin.raw(&[long.as_bytes(), &vec![b' '; 64 * 1024]]);
    assert_eq!(refused.expect(413)["error"], "PayloadTooLarge");
    let endless = head(&admin, "Transfer-Encoding: chunked\r\n");
    let chunk = [b"10000\r\n".to_vec(), vec![b' '; 0x10000], b"\r\n".to_vec()].concat();
    let parts: Vec<&[u8]> = std::iter::once(endless.as_bytes())
        .chain(std::iter::repeat_n(chunk.as_slice(), 32))
        .collect();
    let refused = admin.raw(&parts);
    // A server that stops reading may close before its answer is read.
    assert!([413, 0].contains(&refused.status), "{}", refused.text());

    let keys: Vec<String> = (0..100_000).map(|key| format!("\"{key}\":1")).collect();
    let wide = format!("{{{}}}", keys.join(","));
    assert!(wide.len() < 1 << 20);
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for body in [
        wide.as_bytes(),
        deep.as_bytes(),
        b"{",
        b"[]",
        b"\xff\xfe",
        b"\"x\"",
    ] {
        let refused = admin.ask("POST", "/tickets", Some(body));
        assert!([400, 422].contains(&refused.status), "{}", refused.text());
    }
    assert!(
        begun.elapsed() < Duration::from_secs(60),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(admin.get("/users/me").status, 200);
}

/// A body that trickles in is not waited for for ever: RES-10.
#[test]
fn a_slow_body_is_given_up() {
    let (_scene, admin) = scene();
    let mut stream = admin.connect();
    let head = head(&admin, "Content-Length: 100\r\n");
    stream
        .write_all(head.as_bytes())
        .expect("a header is taken");
    stream.write_all(b"{").expect("so is an octet");
    let mut octets = Vec::new();
    let _ = stream.read_to_end(&mut octets);
    let refused = Answer::parse(&octets);
    assert_eq!(refused.status, 408, "{}", refused.text());
}

/// Ten thousand requests that are taken back at once end their own connection and nothing
/// else (CVE-2023-44487): RES-10.
#[test]
fn a_flood_of_resets_ends_its_connection() {
    let (mut scene, admin) = scene();
    scene
        .cottage
        .relay
        .announce("remotely-reset pending-accept streams");
    let mut tls = ClientConfig::clone(&scene.cottage.tls());
    tls.alpn_protocols = vec![b"h2".to_vec()];
    let flooding = admin.clone().over(Arc::new(tls));
    let mut stream = flooding.connect();
    let mut ended = stream.write_all(PREFACE).is_err();
    for number in 0..10_000_u32 {
        let stream_id = (2 * number + 1).to_be_bytes();
        let authority = HOSTNAME.as_bytes();
        let mut block = vec![0x82, 0x87, 0x84, 0x41, authority.len() as u8];
        block.extend_from_slice(authority);
        let mut frames = vec![0, 0, block.len() as u8, 0x1, 0x5];
        frames.extend_from_slice(&stream_id);
        frames.extend_from_slice(&block);
        frames.extend_from_slice(&[0, 0, 4, 0x3, 0]);
        frames.extend_from_slice(&stream_id);
        frames.extend_from_slice(&8_u32.to_be_bytes());
        ended |= stream.write_all(&frames).is_err();
        if ended {
            break;
        }
    }
    let mut last = Vec::new();
    let _ = stream.read_to_end(&mut last);
    let goaway = last
        .windows(5)
        .any(|it| it[3] == 0x7 && it[0] == 0 && it[4] == 0);
    assert!(ended || goaway, "the connection was ended");
    assert_eq!(admin.get("/users/me").status, 200);
}

/// What an account may ask is told in every answer, and when to go on: R103.
#[test]
fn an_account_that_asks_too_much_is_told_to_wait() {
    let scene = Scene::start("api_requests_per_minute = 5\n");
    create_account(&scene.cottage.relay, ACCOUNT);
    create_account(&scene.cottage.relay, "other");
    let (admin, other) = (scene.admin(ACCOUNT), scene.admin("other"));
    let first = admin.get("/users/me");
    assert_eq!(first.status, 200);
    assert_eq!(first.field("x-rate-limit"), "5");
    assert_eq!(first.field("x-rate-limit-remaining"), "4");
    let refused = (0..30)
        .map(|_| admin.get("/users/me"))
        .find(|it| it.status == 429);
    let refused = refused.expect("thirty at once are too many for five a minute");
    assert_eq!(refused.json()["error"], "TooManyRequests");
    let wait: u64 = refused.field("retry-after").parse().expect("seconds");
    assert!((1..=12).contains(&wait), "{wait}");
    assert_eq!(
        other.get("/users/me").status,
        200,
        "another account is not touched"
    );
}

/// Everything that is answered is JSON in our envelope, whatever was asked: R114.
#[test]
fn every_error_has_the_envelope() {
    let (_scene, admin) = scene();
    for (method, path, status, error) in [
        ("GET", "/nothing", 404, "InvalidEndpoint"),
        ("GET", "/tickets/7", 404, "RecordNotFound"),
        ("GET", "/tickets/x.json", 404, "RecordNotFound"),
        ("PATCH", "/tickets", 405, "MethodNotAllowed"),
        ("GET", "/tickets?page%5Bsize%5D=0", 400, "BadRequest"),
        ("GET", "/tickets?page%5Bsize%5D=x", 400, "BadRequest"),
        ("GET", "/tickets?sort=secret", 400, "BadRequest"),
        ("POST", "/tickets", 422, "RecordInvalid"),
    ] {
        let refused = admin.ask(method, path, None);
        assert_eq!(
            refused.status,
            status,
            "{method} {path}: {}",
            refused.text()
        );
        assert_eq!(refused.field("content-type"), "application/json");
        let told = refused.json();
        assert_eq!(told["error"], error, "{method} {path}");
        assert!(told["description"].is_string(), "{told}");
    }
    let named = |host: &str| {
        let authorization = admin.authorization.clone().unwrap_or_default();
        let request = format!(
            "GET /api/v2/brands HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
             Authorization: {authorization}\r\n\r\n"
        );
        admin.raw(&[request.as_bytes()])
    };
    let brands = named("other.example:8443").expect(200);
    let url = &brands["brands"][0]["url"];
    assert_eq!(
        url,
        &json!("https://other.example:8443/api/v2/brands/1.json")
    );
    assert_eq!(named("\"><script>").status, 400);
}

fn head(api: &Api, length: &str) -> String {
    let authorization = api.authorization.as_deref().unwrap_or_default();
    format!(
        "POST /api/v2/tickets HTTP/1.1\r\nHost: {HOSTNAME}\r\nConnection: close\r\n\
         Authorization: {authorization}\r\nContent-Type: application/json\r\n{length}\r\n"
    )
}

/// How an HTTP/2 connection begins (RFC 9113 §3.4), with empty settings.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00";
