//! OUT-02: what a name leads to is judged each time it is dialled. And a name server that says
//! nothing holds up nobody who does not ask it.

use std::net::Ipv4Addr;
use std::path::Path;
use std::time::Duration;

use desk::connectors::{self, NewConnector, Options};
use mail::address::Domain;
use relaygate::clock::Clock;
use relaygate::config;
use relaygate::operations::proof;
use relaygate::resolver::{ResolveError, Resolver};
use relaygate_tests::dns::{Dns, Record};
use tokio::net::UdpSocket;
use tokio::time::timeout;

use crate::house::House;

const NAME: &str = "mail.rebind.example";
const PUBLIC: Ipv4Addr = Ipv4Addr::new(8, 8, 8, 8);
const METADATA: Ipv4Addr = Ipv4Addr::new(169, 254, 169, 254);

fn resolver(directory: &Path, dns: &Dns) -> Resolver {
    let root = directory.display();
    let text = format!(
        "hostname = \"relay.desk.example\"\nnative_domain = \"desk.example\"\n\
         data_dir = \"{root}/data\"\nkey_file = \"{root}/relaygate.key\"\n\
         [resolver]\nservers = [\"{}\"]\n",
        dns.address()
    );
    let config = config::parse(&text).expect("a configuration");
    Resolver::new(&config).expect("name servers are configured")
}

fn a(name: &str, address: Ipv4Addr) -> Record {
    Record::A(name.to_owned(), address)
}

fn installed() -> bool {
    let installed = Path::new("/usr/sbin/dnsmasq").exists();
    if !installed {
        skip::skipped("names are answered by dnsmasq, which is not installed");
    }
    installed
}

#[tokio::test(flavor = "multi_thread")]
async fn out_02_a_name_that_is_rebound_is_not_dialled() {
    if !installed() {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let mut dns = Dns::start(directory.path(), vec![a(NAME, PUBLIC)]);
    let resolver = resolver(directory.path(), &dns);
    let found = resolver.addresses(NAME, 587).await.expect("it is public");
    assert_eq!(found.len(), 1);
    dns.add([a(NAME, METADATA)]);
    let now = resolver.addresses(NAME, 587).await;
    assert_eq!(now, Err(ResolveError::Refused), "one of two is enough");
}

#[tokio::test(flavor = "multi_thread")]
async fn out_02_an_alias_is_judged_by_where_it_leads() {
    if !installed() {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let alias = |name: &str, target: &str| Record::Cname(name.to_owned(), target.to_owned());
    let records = vec![
        a("inner.example", Ipv4Addr::LOCALHOST),
        alias("middle.example", "inner.example"),
        alias("outer.example", "middle.example"),
    ];
    let dns = Dns::start(directory.path(), records);
    let resolver = resolver(directory.path(), &dns);
    let through = resolver.addresses("outer.example", 587).await;
    assert_eq!(through, Err(ResolveError::Refused));
    let nobody = resolver.addresses("nobody.example", 587).await;
    assert_eq!(nobody, Err(ResolveError::NotFound));
}

/// Mail in, a ticket, somebody to be told of it: whether their mail is signed stands in DNS, and
/// while that is asked for, others may change the account's tickets.
#[tokio::test(flavor = "multi_thread")]
async fn a_silent_name_server_keeps_no_account_waiting() {
    let silent = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
    let server = silent.local_addr().expect("bound");
    let extra = format!("[resolver]\nservers = [\"{server}\"]\n");
    let house = House::with(Clock::system(), &extra, |services| services).await;
    connect_signed(&house).await;
    house.erika_writes().await;
    let asked = timeout(PATIENCE, silent.recv(&mut [0; 512])).await;
    asked.expect("it is asked").expect("a question");
    let turn = house.services.flow.turn(house.account.id());
    let turn = timeout(SOON, turn).await;
    assert!(turn.is_ok(), "the turn is held while DNS is asked");
    let jobs = house.services.store.jobs(storage::JobFilter::first(10));
    let left = jobs.await.expect("jobs");
    assert!(!left.is_empty(), "the question is still open");
}

/// R49: a record that is made later is found without anybody asking.
#[tokio::test(flavor = "multi_thread")]
async fn a_domain_is_proved_by_itself() {
    if !installed() {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let mut dns = Dns::start(directory.path(), Vec::new());
    let extra = format!("[resolver]\nservers = [\"{}\"]\n", dns.address());
    let house = House::with(Clock::system(), &extra, |services| services).await;
    connect_signed(&house).await;
    let found = async || {
        proof::prove_rest(&house.services, &house.account)
            .await
            .expect("it was looked for");
        let connectors = connectors::list(&house.account).await.expect("a list");
        connectors[0].proof.clone()
    };
    let missing = found().await;
    assert_eq!(missing.state.as_str(), "failed");
    let name = "_relaygate-challenge.acme.example".to_owned();
    dns.add([Record::Txt(name, missing.code)]);
    assert!(found().await.is_verified());
}

/// A connector whose mail is to be signed.
async fn connect_signed(house: &House) {
    let services = &house.services;
    let domain = Domain::parse("acme.example").expect("a name");
    let found = connectors::facts(&house.account, &services.native, &domain);
    let (_, basis) = found.await.expect("facts");
    let new = NewConnector {
        domain,
        name: "Acme".to_owned(),
        options: Options {
            dkim_enabled: true,
            ..Options::default()
        },
    };
    let now = services.clock.now();
    let change = connectors::create(&house.account, &services.hasher, new, &basis, now);
    let change = change.await.expect("it can be made");
    change.commit(&house.account).await.expect("it is made");
}

const PATIENCE: Duration = Duration::from_secs(60);
/// Far below the time a look-up is given, far above what a busy machine needs for nothing.
const SOON: Duration = Duration::from_secs(3);
