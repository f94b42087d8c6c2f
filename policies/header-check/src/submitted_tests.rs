//! In whose name a help desk of the account's own may write, spelling by spelling.

use super::*;

/// What the host reads in `From` is given beside the lines, as `name|address`.
const SUBMITTED: &[(&str, &str, &[&str], Option<&str>)] = &[
    (
        "bare",
        "From: help@acme.example\n",
        &["|help@acme.example"],
        None,
    ),
    (
        "named",
        "From: Acme Help <help@acme.example>\n",
        &["Acme Help|help@acme.example"],
        None,
    ),
    (
        "quoted",
        "From: \"Anna, Acme\" <help@acme.example>\n",
        &["Anna, Acme|help@acme.example"],
        None,
    ),
    (
        "other case",
        "FROM: <HELP@Acme.Example>\n",
        &["|HELP@acme.example"],
        None,
    ),
    (
        "encoded name",
        "From: =?utf-8?Q?Gr=C3=BCn?= <help@acme.example>\n",
        &["Grün|help@acme.example"],
        None,
    ),
    (
        "folded",
        "From: Acme\n Help <help@acme.example>\n",
        &["Acme Help|help@acme.example"],
        None,
    ),
    (
        "own address as name",
        "From: \"help@acme.example\" <help@acme.example>\n",
        &["help@acme.example|help@acme.example"],
        None,
    ),
    (
        "sender the same",
        "From: help@acme.example\nSender: help@acme.example\n",
        &["|help@acme.example"],
        None,
    ),
    ("none", "To: x@y.example\n", &[], Some("from_count")),
    (
        "two fields",
        "From: help@acme.example\nFrom: help@acme.example\n",
        &["|help@acme.example", "|help@acme.example"],
        Some("from_count"),
    ),
    (
        "second field foreign",
        "From: help@acme.example\nFROM: ceo@bank.example\n",
        &["|help@acme.example", "|ceo@bank.example"],
        Some("from_count"),
    ),
    (
        "second field with a blank in its name",
        "From: help@acme.example\nFr om: ceo@bank.example\n",
        &["|help@acme.example"],
        Some("from_count"),
    ),
    (
        "second field with a blank before the colon",
        "From: help@acme.example\nFrom : ceo@bank.example\n",
        &["|help@acme.example"],
        Some("from_count"),
    ),
    ("empty", "From:\n", &[], Some("from_mailboxes")),
    (
        "two mailboxes",
        "From: help@acme.example, ceo@bank.example\n",
        &["|help@acme.example", "|ceo@bank.example"],
        Some("from_mailboxes"),
    ),
    (
        "two mailboxes, ours last",
        "From: ceo@bank.example, help@acme.example\n",
        &["|ceo@bank.example", "|help@acme.example"],
        Some("from_mailboxes"),
    ),
    (
        "group",
        "From: Team: help@acme.example;\n",
        &["|help@acme.example"],
        Some("from_ambiguous"),
    ),
    (
        "empty group before",
        "From: Team:; <help@acme.example>\n",
        &["|help@acme.example"],
        Some("from_ambiguous"),
    ),
    (
        "foreign",
        "From: ceo@bank.example\n",
        &["|ceo@bank.example"],
        Some("from_not_sender"),
    ),
    (
        "subdomain",
        "From: help@mail.acme.example\n",
        &["|help@mail.acme.example"],
        Some("from_not_sender"),
    ),
    (
        "trailing dot",
        "From: help@acme.example.\n",
        &["|help@acme.example"],
        Some("from_ambiguous"),
    ),
    (
        "another of ours",
        "From: sales@acme.example\n",
        &["|sales@acme.example"],
        Some("from_not_sender"),
    ),
    (
        "plus part",
        "From: help+x@acme.example\n",
        &["|help+x@acme.example"],
        Some("from_not_sender"),
    ),
    (
        "comment",
        "From: help@acme.example (Acme)\n",
        &["Acme|help@acme.example"],
        Some("from_ambiguous"),
    ),
    (
        "comment with an address",
        "From: (ceo@bank.example) help@acme.example\n",
        &["|help@acme.example"],
        Some("from_ambiguous"),
    ),
    (
        "comment inside",
        "From: help(x)@acme.example\n",
        &["|help@acme.example"],
        Some("from_ambiguous"),
    ),
    (
        "source route",
        "From: <@a.example,@b.example:help@acme.example>\n",
        &["|help@acme.example"],
        Some("from_ambiguous"),
    ),
    (
        "percent hack",
        "From: help%acme.example@acme.example\n",
        &["|help%acme.example@acme.example"],
        Some("from_not_sender"),
    ),
    (
        "quoted local part",
        "From: \"help\"@acme.example\n",
        &["|help@acme.example"],
        Some("from_ambiguous"),
    ),
    (
        "quoted at",
        "From: \"ceo@bank.example\"@acme.example\n",
        &["|\"ceo@bank.example\"@acme.example"],
        Some("from_not_sender"),
    ),
    (
        "two angle brackets",
        "From: <ceo@bank.example> <help@acme.example>\n",
        &["|help@acme.example"],
        Some("from_ambiguous"),
    ),
    (
        "two angle brackets, ours first",
        "From: <help@acme.example> <ceo@bank.example>\n",
        &["|help@acme.example"],
        Some("from_ambiguous"),
    ),
    (
        "unclosed",
        "From: <help@acme.example\n",
        &["|help@acme.example"],
        Some("from_ambiguous"),
    ),
    (
        "text behind",
        "From: <help@acme.example> ceo@bank.example\n",
        &["|help@acme.example"],
        Some("from_ambiguous"),
    ),
    (
        "bare address as name",
        "From: ceo@bank.example <help@acme.example>\n",
        &["ceo@bank.example|help@acme.example"],
        Some("from_ambiguous"),
    ),
    (
        "quoted address as name",
        "From: \"ceo@bank.example\" <help@acme.example>\n",
        &["ceo@bank.example|help@acme.example"],
        Some("from_name_misleads"),
    ),
    (
        "encoded address as name",
        "From: =?utf-8?Q?ceo=40bank.example?= <help@acme.example>\n",
        &["ceo@bank.example|help@acme.example"],
        Some("from_name_misleads"),
    ),
    (
        "encoded list",
        "From: =?utf-8?Q?ceo=40bank.example=2C?= <help@acme.example>\n",
        &["ceo@bank.example,|help@acme.example"],
        Some("from_name_misleads"),
    ),
    (
        "encoded address",
        "From: =?utf-8?Q?help=40acme.example?=\n",
        &["|help@acme.example"],
        Some("from_ambiguous"),
    ),
    (
        "quote closed too early",
        "From: \"a\" <x>\" <help@acme.example>\n",
        &["|help@acme.example"],
        Some("from_ambiguous"),
    ),
    (
        "backslash",
        "From: \"a\\\" <help@acme.example>\n",
        &["|help@acme.example"],
        Some("from_ambiguous"),
    ),
    (
        "control character",
        "From: a\u{1}b <help@acme.example>\n",
        &["|help@acme.example"],
        Some("from_ambiguous"),
    ),
    (
        "NEL",
        "From: a\u{85}b <help@acme.example>\n",
        &["|help@acme.example"],
        Some("from_ambiguous"),
    ),
    (
        "sender of others",
        "From: help@acme.example\nSender: ceo@bank.example\n",
        &["|help@acme.example"],
        Some("sender_field_not_sender"),
    ),
    (
        "one of two senders of others",
        "From: help@acme.example\nSender: help@acme.example\nSender: ceo@bank.example\n",
        &["|help@acme.example"],
        Some("sender_field_not_sender"),
    ),
    (
        "resent",
        "Resent-From: ceo@bank.example\nFrom: help@acme.example\n",
        &["|help@acme.example"],
        Some("resent_field"),
    ),
    (
        "resent in our name",
        "From: help@acme.example\nresent-sender: help@acme.example\n",
        &["|help@acme.example"],
        Some("resent_field"),
    ),
];

#[test]
fn a_help_desk_writes_in_one_name_that_nobody_can_misread() {
    let facts = OutboundFacts {
        sender: "help@acme.example".into(),
        recipients: vec!["eve@home.example".into()],
        through_customer: true,
        submitted: true,
    };
    for (name, lines, read, expected) in SUBMITTED {
        let block = lines.replace('\n', "\r\n");
        let fields: Vec<_> = sdk::fields::fields(block.as_bytes()).collect();
        let mailbox = |text: &&str| {
            let (name, address) = text.split_once('|').expect("name|address");
            Mailbox {
                name: name.into(),
                address: address.into(),
            }
        };
        let from: Vec<Mailbox> = read.iter().map(mailbox).collect();
        let code = match verdict(&facts, &fields, &from) {
            OutboundVerdict::Accept(_) => None,
            OutboundVerdict::Reject(reason) => Some(reason.code),
            OutboundVerdict::Defer(reason) => panic!("{name}: deferred {}", reason.code),
        };
        assert_eq!(code.as_deref(), *expected, "{name}: {lines}");
    }
}
