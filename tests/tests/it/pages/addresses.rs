//! Channels > Email: what is set on domains and addresses by hand.

use relaygate_tests::browser;
use relaygate_tests::house::{
    ACCOUNT, ADMIN, AGENT, Cottage, DOMAIN, House, OUTBOUND_PASSWORD, Plan, SUPPORT, USER, by_mx,
    message,
};
use serde_json::json;

use super::needs_browser;
use crate::needs_postfix;

/// A server logs in as an address that nobody has: the page says so, and one click adds it. From
/// then on tickets sent to it are answered from it: R53, R54.
#[test]
fn one_click_adds_the_address_a_server_logs_in_as() {
    needs_postfix!();
    needs_browser!();
    let house = House::start(&Plan::default());
    let relay = &house.relay;
    let credential = house.connect_domain();
    let (alias, password) = (credential.alias.as_str(), &credential.password);
    let warned = || {
        let warnings = relay.cli(&["domain", "show", "-a", ACCOUNT, DOMAIN])["warnings"].clone();
        warnings.as_array().is_some_and(|all| {
            let mut all = all.iter();
            all.any(|warning| warning["code"] == "alias_without_address")
        })
    };
    house.add_address();
    house.verify();
    assert!(!warned(), "it logs in under the other name");
    let taken = house.customer.set_relay_credentials(alias, password);
    taken.expect("the customer's server takes the credentials");
    house.user_writes(
        USER,
        &message(USER, SUPPORT, "Alias", "alias@enduser.example", ""),
    );
    assert_eq!(house.ticket("Alias")["ticket"]["recipient"], SUPPORT);
    assert!(warned(), "it logs in as an address");

    relay.cli(&["token", "create", "-a", ACCOUNT, "--agent", AGENT]);
    // What the provider sends to it arrives in any case; in whose name it is answered differs.
    let provider = "news@enduser.example";
    let answered_from = |subject: &str| {
        let id = format!("{subject}@enduser.example");
        let text = message(provider, alias, subject, &id, "");
        assert_eq!(by_mx(relay, provider, alias, &text).code, 250);
        house.answer(&house.ticket(subject), &format!("The answer to {subject}."));
        let wanted = format!("The answer to {subject}.");
        let answer = house.arrives(provider, |mail| mail.text().contains(&wanted));
        answer.header("From").unwrap_or_default()
    };
    assert!(answered_from("before").contains("<support@acme.desk.example>"));
    let invitation = browser::invite(relay, Some(ACCOUNT), ADMIN, "admin");
    let input = json!({ "invitation": invitation, "alias": alias });
    browser::run(relay, "native.mjs", input);
    assert!(answered_from("after").contains(&format!("<{alias}>")));
    assert!(!warned());
    let again = relay.cli_fails(&["address", "native", "-a", ACCOUNT], "");
    assert_eq!(again.error["code"], "address_exists", "{}", again.error);
}

/// Settings of a domain and of an address by hand, the networks a server may come from, a login
/// that two addresses share, the default address: R28, R41, R50, R59, R63, R66, R105.
#[test]
fn domains_and_addresses_are_set_by_hand() {
    needs_browser!();
    let cottage = Cottage::start("");
    let relay = &cottage.relay;
    cottage.connect(ACCOUNT, DOMAIN);
    let shared = [
        "address",
        "add",
        "-a",
        ACCOUNT,
        "sales@acme.example",
        "--host",
        "127.0.0.1:9",
        "--username",
        SUPPORT,
        "--password-stdin",
    ];
    relay.cli_with_input(&shared, OUTBOUND_PASSWORD);
    relay.cli(&["brand", "add", "-a", ACCOUNT, "--name", "Second brand"]);
    let added = relay.cli(&["address", "native", "-a", ACCOUNT, "shop", "--brand", "2"]);
    let native = &added["address"]["address"];
    assert_eq!(native, "shop@acme.desk.example");
    let invitation = browser::invite(relay, Some(ACCOUNT), ADMIN, "admin");
    let input = json!({
        "invitation": invitation, "domain": DOMAIN, "address": SUPPORT, "native": native,
    });
    browser::run(relay, "settings.mjs", input);

    let domain = relay.cli(&["domain", "show", "-a", ACCOUNT, DOMAIN]);
    let set = ["protocol", "catch_all", "require_authenticated", "sources"];
    let expected = json!(["LOGIN", true, false, ["192.0.2.0/24", "127.0.0.1/32"]]);
    assert_eq!(json!(set.map(|field| &domain[field])), expected);
    let address = relay.cli(&["address", "show", "-a", ACCOUNT, SUPPORT])["address"].clone();
    let set = ["name", "brand", "outbound_only"];
    let expected = json!(["Everybody's support", 2, true]);
    assert_eq!(json!(set.map(|field| &address[field])), expected);
}
