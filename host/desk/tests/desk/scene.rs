//! A store in a directory that goes away, with two accounts on it.

use std::sync::Arc;

use desk::accounts::{self, NewAccount, Subdomain};
use desk::addresses::{
    self, NewAddress, NewOutbound, OutboundAuth, OutboundTls, SupportAddress, Trust,
};
use desk::connectors::{self, NewConnector, Options, disconnect};
use desk::credentials::{self, CredentialId, HashCost, Hasher, Issued, Verifier};
use desk::facts::{AuthorAuthentication, Ingress, Origin};
use desk::intake::{Incoming, Letter, Passage};
use desk::secrets::SealingKey;
use desk::tickets::{self, Changes, Ticket};
use desk::{Account, Error, Installation, Product, brands};
use mail::address::{Address, Domain};
use mail::message::{Content, Headers};
use secrecy::SecretString;
use storage::embedded::{Embedded, Options as StoreOptions};
use storage::{AccountId, Batch, Store, TextId, Timestamp};
use tempfile::TempDir;

/// Cheap, so that a test waits for nothing.
pub const CHEAP: HashCost = HashCost {
    memory_kib: 64,
    passes: 1,
    lanes: 1,
};
pub const NOW: Timestamp = Timestamp(1_800_000_000_000);
pub const OUTBOUND_PASSWORD: &str = "correct-horse-battery-staple";

pub struct Scene {
    pub directory: TempDir,
    pub store: Arc<dyn Store>,
    pub desk: Installation,
    pub product: Product,
    pub key: SealingKey,
    pub hasher: Hasher,
    pub acme: Account,
    pub rival: Account,
}

pub fn domain(text: &str) -> Domain {
    Domain::parse(text).unwrap()
}

pub fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

pub fn later(ms: u64) -> Timestamp {
    Timestamp(NOW.0 + ms)
}

impl Scene {
    /// Changes a ticket of acme's, as an agent does.
    pub async fn change(&self, ticket: u64, changes: &Changes) -> Result<Ticket, Error> {
        let mut batch = Batch::new();
        let ticket = tickets::update(&self.acme, &mut batch, ticket, changes, NOW).await?;
        let _durable = self.acme.commit(batch).await?;
        Ok(ticket)
    }

    pub async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = Embedded::open(StoreOptions::new(directory.path().join("store"))).unwrap();
        let store: Arc<dyn Store> = Arc::new(store);
        let desk = Installation::new(Arc::clone(&store));
        let product = Product {
            name: "Relaygate".into(),
            header_prefix: "Relaygate".into(),
            hostname: domain("relay.desk.example"),
            native: domain("desk.example"),
        };
        let acme = make(&desk, &product, "acme", None).await;
        let rival = make(&desk, &product, "rival", None).await;
        let (key, hasher) = (SealingKey::generate(), Hasher::new(CHEAP, 2));
        Self {
            directory,
            store,
            desk,
            product,
            key,
            hasher,
            acme,
            rival,
        }
    }

    pub async fn verifier(&self) -> Verifier {
        let native = self.product.native.clone();
        Verifier::new(self.desk.clone(), native, self.hasher.clone())
            .await
            .unwrap()
    }

    /// An account for trying things out.
    pub async fn sandbox_of(&self, production: &Account) -> Account {
        make(&self.desk, &self.product, "try", Some(production.id())).await
    }

    /// Connects a domain as if a policy had said yes.
    pub async fn connect(&self, account: &Account, name: &str) -> Issued {
        let (_, basis) = connectors::facts(account, &self.product.native, &domain(name))
            .await
            .unwrap();
        let new = NewConnector {
            domain: domain(name),
            name: name.to_owned(),
            options: Options::default(),
        };
        let change = connectors::create(account, &self.hasher, new, &basis, NOW);
        change.await.unwrap().commit(account).await.unwrap().1
    }

    /// Issues a second credential set.
    pub async fn rotate(
        &self,
        account: &Account,
        name: &Domain,
        expires: Option<Timestamp>,
    ) -> Result<Issued, Error> {
        let change = credentials::rotate(account, &self.hasher, name, expires, NOW).await?;
        change.commit(account).await
    }

    /// Discards a credential set, be it the last.
    pub async fn discard(
        &self,
        account: &Account,
        name: &Domain,
        id: &CredentialId,
    ) -> Result<bool, Error> {
        let change = credentials::discard(account, name, id, true, NOW).await?;
        change.commit(account).await
    }

    /// Takes a domain out of use, all steps at once.
    pub async fn disconnect(&self, account: &Account, name: &Domain) {
        let begun = disconnect::begin(account, name, NOW).await.unwrap();
        begun.commit(account).await.unwrap();
        for left in disconnect::addresses_left(account, name).await.unwrap() {
            let removed = disconnect::remove_address(account, name, &left).await;
            removed.unwrap().commit(account).await.unwrap();
        }
        let revoked = disconnect::revoke(account, name).await.unwrap();
        revoked.commit(account).await.unwrap();
        let finished = disconnect::finish(account, name, NOW).await.unwrap();
        finished.commit(account).await.unwrap();
    }

    /// Adds an address as if a policy had said yes.
    pub async fn add(&self, account: &Account, text: &str) -> SupportAddress {
        let native = &self.product.native;
        let (_, basis) = addresses::facts(account, native, &address(text), None)
            .await
            .unwrap();
        addresses::add(account, &self.key, new_address(text), &basis, NOW)
            .await
            .unwrap()
    }

    pub async fn text(&self, account: &Account, octets: &[u8]) -> TextId {
        let mut writer = account.store().stage();
        writer.write(octets).await.unwrap();
        let mut batch = Batch::new();
        let id = batch.text(writer.finish().await.unwrap());
        let _durable = account.commit(batch).await.unwrap();
        id
    }

    /// A message as reception hands it over: by submission with the proof of
    /// `connector`, or by mx without one.
    pub async fn incoming(
        &self,
        account: &Account,
        connector: Option<&str>,
        recipient: &str,
        raw: &str,
    ) -> Incoming {
        let raw = raw.replace('\n', "\r\n");
        let headers = Headers::parse(raw.as_bytes()).unwrap();
        let content = Content::read(raw.as_bytes(), &headers);
        Incoming {
            queue_id: desk::sortable_id(NOW),
            ingress: if connector.is_some() {
                Ingress::Submission
            } else {
                Ingress::Mx
            },
            tls: connector.map(|_| "TLSv1.3".to_owned()),
            connector: connector.map(domain),
            credential: None,
            passage: Passage {
                session: "s-1".to_owned(),
                peer: "192.0.2.1".parse().unwrap(),
                helo: "mail.acme.example".to_owned(),
                sender: Some(address("eve@enduser.example")),
                recipients: vec![address(recipient)],
                author_is_reply_to: false,
            },
            recipient: address(recipient),
            text: self.text(account, raw.as_bytes()).await,
            origin: Origin::Person,
            author: AuthorAuthentication::Pass,
            flags: Vec::new(),
            letter: Letter::read(&headers, &content, false),
        }
    }
}

async fn make(
    desk: &Installation,
    product: &Product,
    name: &str,
    sandbox_of: Option<AccountId>,
) -> Account {
    let new = NewAccount {
        subdomain: Subdomain::parse(name).unwrap(),
        name: name.to_owned(),
        admins: vec![address("admin@elsewhere.example")],
        sandbox_of,
    };
    let profile = accounts::create(desk, &product.native, new, NOW)
        .await
        .unwrap();
    desk.account(profile.id)
}

pub fn new_address(text: &str) -> NewAddress {
    NewAddress {
        address: address(text),
        name: None,
        brand: brands::FIRST_BRAND,
        outbound: NewOutbound {
            host: "smtp.acme.example".into(),
            port: 587,
            tls: OutboundTls::Starttls,
            username: text.to_owned(),
            password: SecretString::from(OUTBOUND_PASSWORD),
            trust: Trust::System,
            auth: OutboundAuth::Offered,
        },
        outbound_only: false,
    }
}
