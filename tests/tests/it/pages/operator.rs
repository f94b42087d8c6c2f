//! The installation as who runs it sees it.

use relaygate_tests::browser;
use relaygate_tests::house::{ACCOUNT, Cottage};
use relaygate_tests::relaygate::HOSTNAME;
use relaygate_tests::wait::{self, PATIENCE};
use serde_json::{Value, json};

use super::needs_browser;

/// Accounts, queue, health and curves show the numbers there are, the same as the command line;
/// a job is held, let go and deleted: R4.
#[test]
fn the_installation_is_seen_and_run_by_hand() {
    needs_browser!();
    let cottage = Cottage::start("");
    let relay = &cottage.relay;
    let credential = cottage.connect(ACCOUNT, "acme.example");
    cottage.hand_in(&credential, "Seen", "o1@enduser.example");
    cottage.hand_in(&credential, "Seen too", "o2@enduser.example");
    // Nobody answers at the far end, so both acknowledgements wait.
    let jobs = wait::until("both acknowledgements to wait", PATIENCE, || {
        let jobs = waiting(&cottage);
        let tried = jobs.iter().filter(|job| job["attempts"] == 1);
        (tried
            .filter(|job| job["destination"] == "enduser.example")
            .count()
            == 2)
            .then_some(jobs)
    });
    let week = relay.cli(&["domain", "list", "-a", ACCOUNT])["connectors"][0]["traffic"].clone();
    let traffic = ["authenticated_in", "accepted_out", "failed_out"];
    let traffic = traffic.map(|key| week[key].to_string());
    let invitation = browser::invite(relay, None, "root@desk.example", "operator");
    let input = json!({ "invitation": invitation });
    let cookie = browser::run(relay, "taken-up.mjs", input)["cookie"].clone();
    let to_users = jobs
        .iter()
        .filter(|job| job["destination"] == "enduser.example");
    let chosen = to_users.clone().next().map(|job| job["id"].clone());
    let input = json!({
        "cookie": cookie,
        "traffic": traffic,
        "waiting": jobs.len(),
        "to_users": to_users.count(),
        "job": chosen,
        "hostname": HOSTNAME,
        "version": relay.cli(&["health"])["version"],
    });
    browser::run(relay, "operator.mjs", input);

    assert_eq!(waiting(&cottage).len(), jobs.len() - 1);
    let counted = relay.cli(&["queue", "count"]);
    assert_eq!(counted["jobs"], json!(jobs.len() - 1), "{counted}");
    let accounts = relay.cli(&["account", "list"]);
    assert_eq!(accounts["accounts"][1]["subdomain"], "second", "{accounts}");
    let samples = relay.cli(&["stats"])["samples"].clone();
    let samples = samples.as_array().expect("a list");
    let most = |key: &str| {
        samples
            .iter()
            .filter_map(|it| it[key].as_f64())
            .fold(0.0, f64::max)
    };
    assert!(most("queue_jobs") >= 2.0, "{samples:?}");
    let (_, metrics) = relay.http("/metrics").expect("an answer");
    assert!(
        metrics.contains("relaygate_queue_jobs{lane=\"native\""),
        "{metrics}"
    );
}

fn waiting(cottage: &Cottage) -> Vec<Value> {
    let listed = cottage.relay.cli(&["queue", "list", "--lane", "native"]);
    listed["jobs"].as_array().cloned().unwrap_or_default()
}
