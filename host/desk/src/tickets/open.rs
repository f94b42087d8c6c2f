//! A ticket an agent makes here, in their own name or for somebody else.

use std::collections::BTreeSet;

use mail::address::Address;
use storage::{Batch, Timestamp};

use super::update::Changes;
use super::write::{self, NewTicket};
use crate::brands::FIRST_BRAND;
use crate::notifications::Event;
use crate::{Account, Error, Product, accounts, addresses, people};

/// A ticket as an agent enters it.
#[derive(Debug, Clone)]
pub struct NewMatter {
    /// Who enters it; has to be an agent of the account.
    pub agent: Address,
    /// What it is about.
    pub subject: String,
    /// The first comment as text.
    pub body: String,
    /// Whether end users may read that.
    pub public: bool,
    /// Whose matter it is; the agent's own if absent.
    pub requester: Option<Address>,
    /// What the requester is called, if they are new.
    pub requester_name: String,
    /// The support address it belongs to, which answers; the account's default one
    /// if absent.
    pub recipient: Option<Address>,
    /// Number of its brand; that of the recipient, else the first, if absent.
    pub brand: Option<u64>,
    /// What else is said of it.
    pub changes: Changes,
}

/// Adds a ticket to the batch. Its requester is told of a public first comment that is not
/// their own.
///
/// # Errors
/// [`Error::Invalid`] for somebody who is no agent or no requester, an empty comment,
/// and what [`super::update()`] refuses.
pub async fn open(
    account: &Account,
    product: &Product,
    batch: &mut Batch,
    new: NewMatter,
    now: Timestamp,
) -> Result<Event, Error> {
    let comment = write::entered(account, new.agent.clone(), new.body, new.public, now).await?;
    let requester = new.requester.unwrap_or(new.agent);
    check_requester(account, product, &requester).await?;
    let brand = brand(account, new.recipient.as_ref(), new.brand).await?;
    let printed = new
        .requester_name
        .chars()
        .filter(|letter| !letter.is_control());
    let name: String = printed.take(NAME_CHARS_MAX).collect();
    people::meet(account, batch, &requester, name.trim(), now).await?;
    let ticket = NewTicket {
        subject: String::new(),
        tags: BTreeSet::new(),
        recipient: new.recipient,
        requester,
        brand,
        by_mail: false,
        created_authenticated: false,
        email_ccs: Vec::new(),
        changes: Changes {
            subject: Some(new.subject),
            ..new.changes
        },
    };
    write::create(account, product, batch, ticket, comment, now).await
}

/// What we write to a support address comes back to us.
async fn check_requester(
    account: &Account,
    product: &Product,
    requester: &Address,
) -> Result<(), Error> {
    let ours = requester.domain().is_within(&product.native);
    if ours || addresses::find(account, requester).await?.is_some() {
        let hint = "name a person, not a support address";
        return Err(Error::invalid(
            "requester",
            "requester_is_support_address",
            hint,
        ));
    }
    Ok(())
}

async fn brand(
    account: &Account,
    recipient: Option<&Address>,
    wanted: Option<u64>,
) -> Result<u64, Error> {
    let found = match recipient {
        Some(recipient) => {
            let hint = "choose one of the account's support addresses";
            let unknown = || Error::invalid("recipient", "recipient_unknown", hint);
            let found = addresses::find(account, recipient).await?;
            Some(found.ok_or_else(unknown)?)
        }
        None => None,
    };
    let brand = wanted.or(found.map(|found| found.brand));
    let brand = brand.unwrap_or(FIRST_BRAND);
    let profile = accounts::profile(account).await?;
    match profile.brands.iter().any(|known| known.id == brand) {
        true => Ok(brand),
        false => {
            let hint = "choose one of the account's brands";
            Err(Error::invalid("brand", "brand_unknown", hint))
        }
    }
}

/// Characters of a requester's name that are kept.
const NAME_CHARS_MAX: usize = 100;
