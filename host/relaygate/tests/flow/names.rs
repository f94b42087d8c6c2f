//! OUT-02: what a name leads to is judged each time it is dialled.

use std::net::Ipv4Addr;
use std::path::Path;

use relaygate::config;
use relaygate::resolver::{ResolveError, Resolver};
use relaygate_tests::dns::{Dns, Record};

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
