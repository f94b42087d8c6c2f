//! Finds messages by what they are, newest first, a page at a time.
//!
//! Nothing is indexed but time: a page looks at so many messages from where the one
//! before it ended, keeps those that fit, and says where to go on. So a page costs
//! what it costs however large the log is, and a rare thing takes several pages, some
//! of them empty. What a message was from the start is looked at first; how it stands
//! is read only of those that are left.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use mail::address::{Address, Domain};
use storage::{ListRange, Timestamp};

use super::{Direction, Entry, Line, Message, Order, Session, Standing, State, keys, standing};
use crate::{Account, Error, Installation};

/// Which messages are wanted; what is absent does not matter.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// That way.
    pub direction: Option<Direction>,
    /// Came by or goes by this connector, or is for an address of its domain.
    pub domain: Option<Domain>,
    /// To this address of the account, or from it.
    pub address: Option<Address>,
    /// To this recipient, whoever it is.
    pub recipient: Option<Address>,
    /// From this address or to it, whoever it is.
    pub party: Option<Address>,
    /// Handed in from this IP address.
    pub peer: Option<String>,
    /// By this credential, by its id; or by this user name, in or out.
    pub credential: Option<String>,
    /// Its Message-ID has this in it, or it is its own id.
    pub message_id: Option<String>,
    /// It made this ticket or tells of it.
    pub ticket: Option<u64>,
    /// It stands so for one of its recipients at least.
    pub state: Option<State>,
    /// For this reason.
    pub reason: Option<String>,
    /// Not before.
    pub since: Option<Timestamp>,
    /// Not after.
    pub until: Option<Timestamp>,
}

/// Where a page goes on. It means something in the log it comes from only, and
/// opens nothing: what is read from there is the reader's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(Vec<u8>);

/// What was found.
#[derive(Debug)]
pub struct Page {
    /// Newest first.
    pub entries: Vec<Entry>,
    /// Where to go on; absent at the end of the log.
    pub next: Option<Cursor>,
}

/// Finds messages of one account; at most `limit` in a page.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn search(
    account: &Account,
    filter: &Filter,
    after: Option<Cursor>,
    limit: usize,
) -> Result<Page, Error> {
    Search::new(Whose::Account(account), filter, limit)
        .page(after)
        .await
}

/// Finds messages of all accounts, for the operator.
///
/// # Errors
/// [`Error::Read`], [`Error::Corrupt`].
pub async fn search_all(
    installation: &Installation,
    filter: &Filter,
    after: Option<Cursor>,
    limit: usize,
) -> Result<Page, Error> {
    Search::new(Whose::Everybody(installation), filter, limit)
        .page(after)
        .await
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64.encode(&self.0))
    }
}

impl Cursor {
    /// Reads what [`fmt::Display`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let short = text.len() <= CURSOR_OCTETS_MAX;
        let row = short.then(|| BASE64.decode(text).ok()).flatten();
        row.map(Self)
    }
}

/// Whose messages are looked through.
#[derive(Clone, Copy)]
enum Whose<'a> {
    Account(&'a Account),
    Everybody(&'a Installation),
}

impl Whose<'_> {
    /// The next messages in the order of time, each with its row there. One that has
    /// just been let go has a row and no message.
    async fn next(&self, range: ListRange) -> Result<Vec<Candidate>, Error> {
        match self {
            Self::Account(account) => {
                let page = account.rows().page::<Message>(range).await?;
                let candidate = |(row, message)| (row, Some(((*account).clone(), message)));
                Ok(page.into_iter().map(candidate).collect())
            }
            Self::Everybody(installation) => {
                let mut candidates = Vec::new();
                for (row, Order) in installation.rows().page::<Order>(range).await? {
                    let found = ordered(installation, &row).await?;
                    candidates.push((row, found));
                }
                Ok(candidates)
            }
        }
    }
}

type Candidate = (Vec<u8>, Option<(Account, Message)>);

async fn ordered(
    installation: &Installation,
    row: &[u8],
) -> Result<Option<(Account, Message)>, Error> {
    let Some((account, row)) = keys::ordered(row) else {
        return Ok(None);
    };
    let account = installation.account(account);
    let message = account.rows().get::<Message>(row).await?;
    Ok(message.map(|kept| (account, kept.record)))
}

struct Search<'a> {
    whose: Whose<'a>,
    filter: &'a Filter,
    limit: usize,
}

impl<'a> Search<'a> {
    fn new(whose: Whose<'a>, filter: &'a Filter, limit: usize) -> Self {
        Self {
            whose,
            filter,
            limit,
        }
    }

    async fn page(&self, after: Option<Cursor>) -> Result<Page, Error> {
        let newest = self.filter.until.map(keys::from);
        let mut last = after.map(|cursor| cursor.0).max(newest);
        let (mut entries, mut looked_at) = (Vec::new(), 0);
        while looked_at < LOOKED_AT_MAX {
            let mut range = ListRange::first(ROWS);
            range.after.clone_from(&last);
            let candidates = self.whose.next(range).await?;
            if candidates.is_empty() {
                return Ok(Page::end(entries));
            }
            looked_at += candidates.len();
            for (row, found) in candidates {
                last = Some(row);
                let Some((account, message)) = found else {
                    continue;
                };
                if self.filter.since.is_some_and(|since| message.at < since) {
                    return Ok(Page::end(entries));
                }
                entries.extend(self.fitting(&account, message).await?);
                if entries.len() >= self.limit {
                    return Ok(Page::until(entries, last));
                }
            }
        }
        Ok(Page::until(entries, last))
    }

    async fn fitting(&self, account: &Account, message: Message) -> Result<Option<Entry>, Error> {
        if !self.filter.fits(&message) {
            return Ok(None);
        }
        let standings = standing::all(account, &message).await?;
        if !self.filter.stands(&message, &standings) {
            return Ok(None);
        }
        let lines = ListRange::prefix(keys::of_message(&message.id), LINES_MAX);
        let lines = account.rows().page::<Line>(lines).await?;
        Ok(Some(Entry {
            account: account.id(),
            message,
            standings,
            lines: lines.into_iter().map(|(_, line)| line).collect(),
        }))
    }
}

impl Page {
    fn until(entries: Vec<Entry>, last: Option<Vec<u8>>) -> Self {
        let next = last.map(Cursor);
        Self { entries, next }
    }

    fn end(entries: Vec<Entry>) -> Self {
        let next = None;
        Self { entries, next }
    }
}

impl Filter {
    /// As far as can be told from the start.
    fn fits(&self, message: &Message) -> bool {
        let own = message.own();
        let of = |domain: &Domain| own.iter().any(|address| address.domain() == domain);
        let is_own = |address: &Address| own.iter().any(|own| is_same(own, address));
        let peer = message.session.as_ref().map(|session| &session.peer);
        wanted(self.direction, |direction| message.direction == direction)
            && wanted(self.domain.as_ref(), |domain| {
                message.connector.as_ref() == Some(domain) || of(domain)
            })
            && wanted(self.address.as_ref(), is_own)
            && wanted(self.recipient.as_ref(), |it| message.is_for(it))
            && wanted(self.party.as_ref(), |it| {
                message.is_for(it) || message.is_from(it)
            })
            && wanted(self.peer.as_ref(), |it| peer == Some(it))
            && wanted(self.message_id.as_ref(), |part| message.is_called(part))
    }

    /// The rest.
    fn stands(&self, message: &Message, standings: &[Standing]) -> bool {
        let any = |wanted: &dyn Fn(&Standing) -> bool| standings.iter().any(wanted);
        wanted(self.ticket, |ticket| {
            message.ticket == Some(ticket) || any(&|it| it.ticket == Some(ticket))
        }) && wanted(self.credential.as_deref(), |name| {
            let session = message.session.as_ref();
            session.is_some_and(|session| session.proves(name))
                || any(&|it| it.identity.as_deref() == Some(name))
        }) && (self.state.is_none() && self.reason.is_none() || any(&|it| self.stands_so(it)))
    }

    fn stands_so(&self, standing: &Standing) -> bool {
        wanted(self.state, |state| standing.state == state)
            && wanted(self.reason.as_ref(), |reason| {
                standing.reason.as_ref() == Some(reason)
            })
    }
}

impl Message {
    /// The account's own addresses in it.
    pub fn own(&self) -> &[Address] {
        match self.direction {
            Direction::Inbound => &self.recipients,
            Direction::Outbound => self.sender.as_slice(),
        }
    }

    /// By its reverse path.
    fn is_from(&self, address: &Address) -> bool {
        let sender = self.sender.as_ref();
        sender.is_some_and(|sender| is_same(sender, address))
    }

    fn is_called(&self, part: &str) -> bool {
        let id = self.message_id.as_ref();
        self.id == part || id.is_some_and(|id| contains(id.as_str(), part))
    }

    fn is_for(&self, address: &Address) -> bool {
        let mut recipients = self.recipients.iter();
        recipients.any(|recipient| is_same(recipient, address))
    }
}

impl Session {
    fn proves(&self, name: &str) -> bool {
        [&self.credential, &self.identity]
            .into_iter()
            .any(|proved| proved.as_deref() == Some(name))
    }
}

fn wanted<T>(wish: Option<T>, fits: impl FnOnce(T) -> bool) -> bool {
    wish.is_none_or(fits)
}

fn is_same(one: &Address, other: &Address) -> bool {
    let [one, other] = [one, other].map(ToString::to_string);
    one.eq_ignore_ascii_case(&other)
}

fn contains(id: &str, part: &str) -> bool {
    let part = part.to_ascii_lowercase();
    id.to_ascii_lowercase().contains(&part)
}

/// Rows read at once.
const ROWS: usize = 128;
/// Messages looked at for one page.
const LOOKED_AT_MAX: usize = 2_048;
/// Lines of a message that come with it in a page; [`super::trace`] shows all.
const LINES_MAX: usize = 32;
/// Base64 of the longest row there is, and then some.
const CURSOR_OCTETS_MAX: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_what_it_wrote() {
        let cursor = Cursor(vec![0, 255, 7]);
        assert_eq!(Cursor::parse(&cursor.to_string()), Some(cursor));
        assert_eq!(Cursor::parse("not a cursor!"), None);
        assert_eq!(Cursor::parse(&"A".repeat(300)), None);
    }
}
