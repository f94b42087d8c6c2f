//! Where mail goes and by which way answers leave: brands, ways in without and
//! with the connector, who may speak in a ticket.

use relaygate_tests::house::{ACCOUNT, Cottage, DOMAIN, USER, by_mx, message, wait_for_ticket};

/// Each address makes tickets of its own brand, and each brand has an address of its own: R66.
#[test]
fn tickets_land_in_the_brand_of_their_address() {
    let cottage = Cottage::start("");
    let credential = cottage.connect(ACCOUNT, DOMAIN);
    let relay = &cottage.relay;
    let added = relay.cli(&["brand", "add", "-a", ACCOUNT, "--name", "Blue Line"]);
    let brand = added["brand"]["id"].to_string();
    let native = added["brand"]["default_address"].as_str();
    assert_eq!(native, Some("blue-line@acme.desk.example"), "{added}");
    let address = [
        "address",
        "add",
        "-a",
        ACCOUNT,
        "blue@acme.example",
        "--host",
        "127.0.0.1:9",
        "--username",
        "blue",
        "--password-stdin",
        "--brand",
        &brand,
    ];
    relay.cli_with_input(&address, "secret");

    cottage.hand_in(&credential, "Plain", "b1@enduser.example");
    let mut client = cottage.session(&credential);
    let text = message(USER, "blue@acme.example", "Blue", "b2@enduser.example", "");
    assert_eq!(client.submit(USER, &["blue@acme.example"], &text).code, 250);
    let text = message(
        USER,
        "blue-line@acme.desk.example",
        "Native blue",
        "b3@enduser.example",
        "",
    );
    assert_eq!(
        by_mx(relay, USER, "blue-line@acme.desk.example", &text).code,
        250
    );
    for (subject, expected) in [("Plain", "1"), ("Blue", &brand), ("Native blue", &brand)] {
        let shown = wait_for_ticket(relay, ACCOUNT, subject);
        assert_eq!(shown["ticket"]["brand"].to_string(), expected, "{shown}");
    }
    let listed = relay.cli(&["brand", "list", "-a", ACCOUNT]);
    assert_eq!(
        listed["brands"].as_array().map(Vec::len),
        Some(2),
        "{listed}"
    );
    let again = ["brand", "add", "-a", ACCOUNT, "--name", "blue line"];
    assert_eq!(relay.cli_fails(&again, "").error["code"], "brand_exists");
}
