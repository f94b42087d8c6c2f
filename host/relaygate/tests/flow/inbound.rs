//! Mail in over the MX listener: from the first octet to the ticket.

use relaygate::operations::suspended;

use crate::house::House;

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_sent_again_makes_one_ticket() {
    let house = House::open().await;
    for _ in 0..2 {
        house.erika_writes().await;
    }
    let tickets = house.tickets().await;
    assert_eq!(tickets.len(), 1, "R111");
    assert!(
        tickets[0].tags.is_empty(),
        "R6: nothing vouches for mail over the MX listener"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_kept_aside_with_its_source() {
    let house = House::open().await;
    let codes = house
        .say(&[
            "EHLO mx.user.example",
            "MAIL FROM:<erika@user.example>",
            "RCPT TO:<support@acme.desk.example>",
            "DATA",
            "no field at all\r\n\r\nIt is on fire.\r\n.",
        ])
        .await;
    assert_eq!(codes, [220, 250, 250, 250, 354, 250]);
    assert!(house.tickets().await.is_empty());
    let listed = suspended::list(&house.services, Some("acme")).await;
    let listed = listed.expect("listed").suspended;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].cause, "unprocessable");
    let shown = suspended::show(&house.services, Some("acme"), &listed[0].id).await;
    let source = shown.expect("shown").source;
    assert!(source.contains("no field at all"), "{source}");
    assert!(source.contains("It is on fire."), "{source}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_relays_through_us() {
    let house = House::open().await;
    let codes = house
        .say(&[
            "EHLO x",
            "MAIL FROM:<a@user.example>",
            "RCPT TO:<b@elsewhere.example>",
            "DATA",
        ])
        .await;
    assert_eq!(codes[..4], [220, 250, 250, 550]);
    assert!(codes[4] >= 500, "no text without a recipient");
    assert!(house.tickets().await.is_empty());
}
