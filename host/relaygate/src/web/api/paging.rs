//! Lists in pages: by cursor (`page[size]`, `page[after]`, `page[before]`) or by
//! number (`page`, `per_page`), as clients ask; never more than a hundred at once.
//!
//! A cursor is the place of an entry in its list, so that pages stay right while
//! entries come and go, and nothing is kept for them.

use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::failure::Failure;
use super::input::Query;

/// Which part of a list is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PageParams {
    /// Entries of a page; asks for pages by cursor.
    #[serde(rename = "page[size]")]
    #[param(minimum = 1, maximum = 100)]
    size: Option<u32>,
    /// What follows this cursor.
    #[serde(rename = "page[after]")]
    after: Option<String>,
    /// What comes before this cursor.
    #[serde(rename = "page[before]")]
    before: Option<String>,
    /// Number of the page, from 1; asks for pages by number.
    #[param(minimum = 1)]
    page: Option<u32>,
    /// Entries of a page; more than a hundred count as a hundred.
    #[param(minimum = 1)]
    per_page: Option<u32>,
    /// The field to sort by, a `-` before it for the other way round.
    sort: Option<String>,
}

/// The same for a list that is read onward only.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(
    dead_code,
    reason = "read by the macro alone; `PageParams` reads the request"
)]
pub(super) struct OnwardParams {
    /// Entries of a page.
    #[param(rename = "page[size]", minimum = 1, maximum = 100)]
    size: Option<u32>,
    /// What follows this cursor.
    #[param(rename = "page[after]")]
    after: Option<String>,
}

/// Where a page stands in its list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum PageInfo {
    /// By cursor.
    Cursor {
        /// The cursors.
        meta: PageMeta,
        /// The neighbours.
        links: PageLinks,
    },
    /// By number.
    Number {
        /// Where the page behind it is.
        next_page: Option<String>,
        /// Where the page before it is.
        previous_page: Option<String>,
        /// Entries in all.
        count: usize,
    },
}

/// The cursors of a page.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PageMeta {
    /// Whether more follows in the direction asked for.
    has_more: bool,
    /// Of its last entry.
    after_cursor: Option<String>,
    /// Of its first entry.
    before_cursor: Option<String>,
}

/// The neighbours of a page.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PageLinks {
    /// Where the page before it is.
    prev: Option<String>,
    /// Where the page behind it is.
    next: Option<String>,
}

/// What was asked for, and where.
pub(super) struct Paging {
    params: PageParams,
    address: String,
    rest: Vec<(String, String)>,
}

/// How a list is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Order {
    /// One of the fields the list knows.
    pub(super) field: &'static str,
    /// The other way round.
    pub(super) descending: bool,
}

impl Paging {
    /// How the list is to be sorted; `fields` are what it knows, the first one is how
    /// it is sorted if nobody says so.
    pub(super) fn order(&self, fields: &[&'static str]) -> Result<Order, Failure> {
        let asked = self.params.sort.as_deref().unwrap_or(fields[0]);
        let descending = asked.starts_with('-');
        let name = asked.trim_start_matches('-');
        let known = fields.iter().copied().find(|field| *field == name);
        known
            .map(|field| Order { field, descending })
            .ok_or_else(|| Failure::bad_request(format!("sort by {}", fields.join(" or "))))
    }

    /// The page of a list. `place` has to sort as the list is to be, and to be
    /// another one for each entry.
    pub(super) fn cut<T>(
        self,
        entries: Vec<T>,
        descending: bool,
        place: impl Fn(&T) -> String,
    ) -> Result<(Vec<T>, PageInfo), Failure> {
        let mut placed: Vec<_> = entries.into_iter().map(|it| (place(&it), it)).collect();
        placed.sort_by(|(one, _), (other, _)| one.cmp(other));
        if descending {
            placed.reverse();
        }
        match self.by_cursor() {
            true => self.cut_by_cursor(placed, descending),
            false => self.cut_by_number(placed),
        }
    }

    /// How much of a list that is read onward only is wanted, and from where on.
    pub(super) fn onward(&self) -> Result<(usize, Option<String>), Failure> {
        let after = self.params.after.as_deref().map(decode).transpose()?;
        Ok((self.size()? as usize, after))
    }

    /// The place of a page whose source says itself where to go on.
    pub(super) fn onward_from(&self, next: Option<String>) -> PageInfo {
        let next = next.map(|next| URL_SAFE_NO_PAD.encode(next));
        let size = self.params.size.unwrap_or(ENTRIES_MAX).to_string();
        let link = |next| self.link(&[("page[size]", size.as_str()), ("page[after]", next)]);
        PageInfo::Cursor {
            links: PageLinks {
                prev: None,
                next: next.as_deref().map(link),
            },
            meta: PageMeta {
                has_more: next.is_some(),
                after_cursor: next,
                before_cursor: None,
            },
        }
    }

    fn size(&self) -> Result<u32, Failure> {
        let size = self.params.size.unwrap_or(ENTRIES_MAX);
        match (1..=ENTRIES_MAX).contains(&size) {
            true => Ok(size),
            false => {
                let hint = format!("page[size] is 1 to {ENTRIES_MAX}");
                Err(Failure::bad_request(hint))
            }
        }
    }

    fn by_cursor(&self) -> bool {
        let PageParams {
            size,
            after,
            before,
            ..
        } = &self.params;
        size.is_some() || after.is_some() || before.is_some()
    }

    fn cut_by_cursor<T>(
        self,
        placed: Vec<(String, T)>,
        descending: bool,
    ) -> Result<(Vec<T>, PageInfo), Failure> {
        let size = self.size()?;
        let is_behind = |place: &str, cursor: &str| match descending {
            false => place > cursor,
            true => place < cursor,
        };
        let (first, last) = match (&self.params.after, &self.params.before) {
            (Some(_), Some(_)) => {
                return Err(Failure::bad_request(
                    "ask for what is before or after, not both",
                ));
            }
            (Some(after), None) => {
                let after = decode(after)?;
                let first = placed.partition_point(|(place, _)| !is_behind(place, &after));
                (first, first + size as usize)
            }
            (None, Some(before)) => {
                let before = decode(before)?;
                let last = placed
                    .partition_point(|(place, _)| place != &before && !is_behind(place, &before));
                (last.saturating_sub(size as usize), last)
            }
            (None, None) => (0, size as usize),
        };
        let last = last.min(placed.len());
        let more_behind = last < placed.len();
        let cursor = |at: Option<usize>| {
            let entry = at.and_then(|at| placed.get(at));
            entry.map(|(place, _)| URL_SAFE_NO_PAD.encode(place))
        };
        let (before, after) = match first < last {
            true => (cursor(Some(first)), cursor(last.checked_sub(1))),
            false => (None, None),
        };
        let link = |key: &str, cursor: &Option<String>| {
            let cursor = cursor.as_ref()?;
            Some(self.link(&[("page[size]", &size.to_string()), (key, cursor)]))
        };
        let info = PageInfo::Cursor {
            links: PageLinks {
                prev: (first > 0).then(|| link("page[before]", &before)).flatten(),
                next: more_behind.then(|| link("page[after]", &after)).flatten(),
            },
            meta: PageMeta {
                has_more: match self.params.before {
                    Some(_) => first > 0,
                    None => more_behind,
                },
                after_cursor: after,
                before_cursor: before,
            },
        };
        let entries = placed.into_iter().skip(first).take(last - first.min(last));
        Ok((entries.map(|(_, entry)| entry).collect(), info))
    }

    fn cut_by_number<T>(self, placed: Vec<(String, T)>) -> Result<(Vec<T>, PageInfo), Failure> {
        let page = self.params.page.unwrap_or(1);
        let size = self.params.per_page.unwrap_or(ENTRIES_MAX).min(ENTRIES_MAX);
        if page == 0 || size == 0 {
            return Err(Failure::bad_request("page and per_page count from 1"));
        }
        let count = placed.len();
        let first = (page as usize - 1).saturating_mul(size as usize);
        let link =
            |page: u32| self.link(&[("page", &page.to_string()), ("per_page", &size.to_string())]);
        let more = first.saturating_add(size as usize) < count;
        let info = PageInfo::Number {
            next_page: more.then(|| link(page + 1)),
            previous_page: (page > 1).then(|| link(page - 1)),
            count,
        };
        let entries = placed.into_iter().skip(first).take(size as usize);
        Ok((entries.map(|(_, entry)| entry).collect(), info))
    }

    /// Where another page of the same list is.
    fn link(&self, page: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.rest).extend_pairs(page);
        format!("{}?{}", self.address, query.finish())
    }
}

/// A cursor of ours; clients hand them back as they got them.
fn decode(cursor: &str) -> Result<String, Failure> {
    let octets = URL_SAFE_NO_PAD.decode(cursor).ok();
    let text = octets.and_then(|octets| String::from_utf8(octets).ok());
    text.ok_or_else(|| Failure::bad_request("that is no cursor of ours"))
}

/// The place of something by its number.
pub(super) fn place(number: u64) -> String {
    format!("{number:020}")
}

impl<S: Send + Sync> FromRequestParts<S> for Paging {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let Query(params) = Query::<PageParams>::from_request_parts(parts, state).await?;
        let caller = Caller::from_request_parts(parts, state).await?;
        let asked = parts.extensions.get::<OriginalUri>();
        let path = asked.map_or_else(|| parts.uri.path(), |uri| uri.0.path());
        let query = parts.uri.query().unwrap_or_default();
        let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
        let rest = pairs.filter(|(key, _)| !PAGE_KEYS.contains(&key.as_str()));
        Ok(Self {
            address: caller.site.link(path),
            rest: rest.collect(),
            params,
        })
    }
}

/// Entries of a page at most.
const ENTRIES_MAX: u32 = 100;
/// What a link to another page says itself.
const PAGE_KEYS: [&str; 5] = [
    "page[size]",
    "page[after]",
    "page[before]",
    "page",
    "per_page",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn paging(query: &str) -> Paging {
        let uri = format!("https://desk.example/api/v2/x?{query}")
            .parse()
            .expect("a uri");
        let params = axum::extract::Query::<PageParams>::try_from_uri(&uri);
        Paging {
            params: params.expect("a query").0,
            address: "https://desk.example/api/v2/x".to_owned(),
            rest: vec![("role".to_owned(), "agent".to_owned())],
        }
    }

    fn cut(query: &str, entries: u64, descending: bool) -> (Vec<u64>, PageInfo) {
        let page = paging(query).cut((1..=entries).collect(), descending, |it| place(*it));
        page.expect("a page")
    }

    /// Follows `links.next` from the first page to the last, and `links.prev` back.
    #[test]
    fn cursors_lead_through_a_list_and_back() {
        for descending in [false, true] {
            let (mut seen, mut pages) = (Vec::new(), Vec::new());
            let mut query = "page%5Bsize%5D=3".to_owned();
            loop {
                let (entries, info) = cut(&query, 8, descending);
                seen.extend(entries.clone());
                pages.push(entries);
                let PageInfo::Cursor { meta, links } = info else {
                    panic!("asked by cursor")
                };
                assert_eq!(meta.has_more, links.next.is_some());
                let Some(next) = links.next else { break };
                query = next.split_once('?').expect("a query").1.to_owned();
                assert!(query.starts_with("role=agent&"), "filters stay: {query}");
            }
            let mut all: Vec<u64> = (1..=8).collect();
            if descending {
                all.reverse();
            }
            assert_eq!(seen, all);
            let before = URL_SAFE_NO_PAD.encode(place(pages[2][0]));
            let (entries, _) = cut(
                &format!("page[size]=3&page[before]={before}"),
                8,
                descending,
            );
            assert_eq!(entries, pages[1]);
        }
    }

    #[test]
    fn a_cursor_outlives_its_entry() {
        let after = URL_SAFE_NO_PAD.encode(place(4));
        let kept = |entry: &u64| *entry != 4;
        let entries = (1..=6).filter(kept).collect();
        let page = paging(&format!("page[after]={after}")).cut(entries, false, |it| place(*it));
        assert_eq!(page.expect("a page").0, [5, 6]);
    }

    #[test]
    fn numbers_count_from_one_to_the_end() {
        let (entries, info) = cut("page=2&per_page=3", 7, false);
        assert_eq!(entries, [4, 5, 6]);
        let PageInfo::Number {
            next_page,
            previous_page,
            count,
        } = info
        else {
            panic!("asked by number")
        };
        assert_eq!(count, 7);
        let base = "https://desk.example/api/v2/x?role=agent&";
        assert_eq!(next_page, Some(format!("{base}page=3&per_page=3")));
        assert_eq!(previous_page, Some(format!("{base}page=1&per_page=3")));
        assert!(cut("page=4294967295", 7, false).0.is_empty());
        assert_eq!(cut("per_page=100000", 300, false).0.len(), 100);
    }

    #[test]
    fn what_cannot_be_a_page_is_told() {
        for query in [
            "page[size]=0",
            "page[size]=101",
            "page[after]=%25",
            "page=0",
            "page[after]=MQ&page[before]=MQ",
        ] {
            let page = paging(query).cut(vec![1_u64], false, |it| place(*it));
            assert!(page.is_err(), "{query}");
        }
    }
}
