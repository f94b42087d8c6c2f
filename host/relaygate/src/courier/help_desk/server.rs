//! A help desk's inbound mail server, by SMTP or LMTP.

use desk::Account;
use desk::addresses::Trust;
use desk::desks::{Server, ServerProtocol, ServerTls, Setting};
use mail::client::{Cause, Outcome, Protocol, Settings, Timeouts, Tls, Transaction};
use mail::sasl::Credentials;

use super::{Attempt, End, Open};
use crate::courier::connection::{Connection, TlsPlan};
use crate::courier::settle::said;
use crate::courier::smarthost::server_name;
use crate::courier::{OpenError, beyond_ascii, reason};
use crate::runner::HandOver;
use crate::services::Services;

/// One attempt, over the connection there is or a new one.
pub(super) async fn deliver(
    services: &Services,
    account: &Account,
    setting: &Setting,
    server: &Server,
    hand_over: &HandOver,
    open: &mut Option<Open>,
) -> Attempt {
    let text = match account.store().text(hand_over.text).await {
        Ok(text) => text,
        Err(error) => return Attempt::deferred("internal", error.to_string()),
    };
    let fits = |open: &Open| open.connection.is_open() && open.set_at == setting.changed_at;
    if !open.as_ref().is_some_and(fits) {
        *open = match connect(services, account, setting, server).await {
            Ok(connection) => Some(Open {
                set_at: setting.changed_at,
                connection,
            }),
            Err(error) => {
                return Attempt::deferred(reason::of_open_error(&error), error.to_string());
            }
        };
    }
    let Some(Open { connection, .. }) = open else {
        return Attempt::deferred("connection_lost", "no connection");
    };
    let (eight_bit, utf8) = beyond_ascii(&text).await;
    let transaction = Transaction {
        sender: hand_over.arrived.sender.clone(),
        recipients: vec![hand_over.arrived.recipient.clone()],
        octets: text.octets(),
        eight_bit,
        utf8,
    };
    let outcome = connection
        .deliver(transaction, &text)
        .await
        .into_iter()
        .next();
    attempted(connection, outcome)
}

fn attempted(connection: &Connection, outcome: Option<Outcome>) -> Attempt {
    let Some(outcome) = outcome else {
        return Attempt::deferred("connection_lost", "connection lost");
    };
    let trouble = match &outcome {
        Outcome::Deferred(Cause::Trouble(trouble))
        | Outcome::Failed(Cause::Trouble(trouble))
        | Outcome::Unknown(trouble) => Some(trouble.to_string()),
        _ => None,
    };
    let reply = reason::reply(&outcome).cloned();
    let words = reply.as_ref().map(said);
    let detail = connection.tls_trouble().map(str::to_owned);
    let tls_failed = detail.as_ref().map(|_| "tls_failed");
    Attempt {
        end: match &outcome {
            Outcome::Accepted(_) => End::Taken,
            Outcome::Failed(_) => End::Refused,
            Outcome::Deferred(_) | Outcome::Unknown(_) => End::Deferred,
        },
        word: tls_failed.or_else(|| reason::of(&outcome)),
        said: words.or(detail).or(trouble).unwrap_or_default(),
        tls: connection
            .tls()
            .map(|tls| format!("{} {}", tls.version, tls.cipher)),
        reply,
    }
}

async fn connect(
    services: &Services,
    account: &Account,
    setting: &Setting,
    server: &Server,
) -> Result<Connection, OpenError> {
    let resolver = &services.resolver;
    let sockets = resolver.addresses(&server.host, server.port).await?;
    if server.tls == ServerTls::None && !resolver.are_listed(&sockets) {
        return Err(OpenError::ClearText);
    }
    let tls = TlsPlan {
        connector: services
            .client_tls
            .connector(&Trust::by(server.ca_pem.as_deref()))?,
        name: server_name(&server.host)?,
    };
    let settings = settings(services, account, setting, server)?;
    let seat = services.flow.seats.take(&server.host, account.id()).await;
    let route = (&sockets[..], &services.config.egress.addresses[..]);
    Connection::open(route, tls, settings, seat.ok_or(OpenError::Busy)?).await
}

fn settings(
    services: &Services,
    account: &Account,
    setting: &Setting,
    server: &Server,
) -> Result<Settings, OpenError> {
    let password = setting.password(account, &services.sealing)?;
    let password = password
        .as_deref()
        .map(|octets| std::str::from_utf8(octets))
        .transpose()
        .map_err(|_| OpenError::Disconnected)?;
    let login = server.username.as_deref().zip(password);
    Ok(Settings {
        host: services.hostname.clone(),
        protocol: match server.protocol {
            ServerProtocol::Smtp => Protocol::Smtp,
            ServerProtocol::Lmtp => Protocol::Lmtp,
        },
        tls: match server.tls {
            ServerTls::None => Tls::None,
            ServerTls::Starttls => Tls::Required,
            ServerTls::Implicit => Tls::Implicit,
        },
        credentials: login.map(|(user, password)| Credentials::new(user, password)),
        mechanism: None,
        timeouts: Timeouts::default(),
    })
}
