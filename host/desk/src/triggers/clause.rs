//! One condition or action: read once from the words of the public API, so that
//! what cannot be is refused when it is written and not when mail comes.

use mail::address::{Address, Domain};
use serde::{Deserialize, Serialize};

use crate::groups::Directory;
use crate::tickets::{Priority, Status, tags};
use crate::{Error, wire};

/// A condition in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionWords {
    /// `current_tags`, `recipient`, `update_type`, `status`, `priority`, `group_id`, `brand_id`.
    pub field: String,
    /// `includes` or `not_includes` for tags, else `is` or `is_not`.
    pub operator: String,
    /// Several tags stand with blanks between them.
    pub value: String,
}

/// An action in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionWords {
    /// `current_tags` (adds), `remove_tags`, `group_id`, `priority`, `status`.
    pub field: String,
    /// Several tags stand with blanks between them.
    pub value: String,
}

/// What has to be so, or with `holds` false must not be so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// `is` or `includes`; else `is_not` or `not_includes`.
    pub holds: bool,
    /// About what.
    pub subject: Subject,
}

/// What a condition is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Subject {
    /// The ticket has at least one of these tags.
    Tags(Vec<String>),
    /// It was written to this address.
    Recipient(#[serde(with = "wire::one")] Address),
    /// It was made just now; else it was changed.
    Created,
    /// It stands so.
    Status(Status),
    /// It is that urgent; `None` is not set.
    Priority(Option<Priority>),
    /// It is with that group; `None` is with nobody.
    Group(Option<u64>),
    /// It belongs to that brand.
    Brand(u64),
}

/// What a trigger does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// Adds tags.
    AddTags(Vec<String>),
    /// Takes tags away.
    RemoveTags(Vec<String>),
    /// Gives the ticket to a group.
    Group(u64),
    /// Sets how urgent it is.
    Priority(Priority),
    /// Sets where it stands.
    Status(Status),
}

impl ConditionWords {
    pub(super) fn read(&self, groups: &mut Directory) -> Result<Condition, Error> {
        let value = self.value.trim();
        let subject = match self.field.as_str() {
            "current_tags" => Subject::Tags(words(value, tags::check_word)?),
            "recipient" => Subject::Recipient(address(value)?),
            "update_type" => return self.update_type(value),
            "status" => Subject::Status(status(value)?),
            "priority" => Subject::Priority(unset(value, priority)?),
            "group_id" => Subject::Group(unset(value, |name| groups.meant(name))?),
            "brand_id" => Subject::Brand(number(value)?),
            _ => return Err(unknown_field("conditions", CONDITION_FIELDS)),
        };
        Ok(Condition {
            holds: self.holds()?,
            subject,
        })
    }

    /// `Create` and `Change` are each other's opposite.
    fn update_type(&self, value: &str) -> Result<Condition, Error> {
        let created = match value.to_ascii_lowercase().as_str() {
            "create" => true,
            "change" => false,
            _ => return Err(unfit("update_type is Create or Change")),
        };
        Ok(Condition {
            holds: self.holds()? == created,
            subject: Subject::Created,
        })
    }

    fn holds(&self) -> Result<bool, Error> {
        match (self.field.as_str(), self.operator.as_str()) {
            ("current_tags", "includes") => Ok(true),
            ("current_tags", "not_includes") => Ok(false),
            ("current_tags", _) => Err(operator("use includes or not_includes")),
            (_, "is") => Ok(true),
            (_, "is_not") => Ok(false),
            _ => Err(operator("use is or is_not")),
        }
    }
}

impl Condition {
    /// An address in the one domain becomes the same in the other.
    pub(super) fn readdress(&mut self, from: &Domain, to: &Domain) {
        if let Subject::Recipient(address) = &mut self.subject
            && address.domain() == from
            && let Ok(moved) = Address::new(address.local(), to.clone())
        {
            *address = moved;
        }
    }

    /// As the public API writes it.
    pub fn words(&self) -> ConditionWords {
        let (field, value) = match &self.subject {
            Subject::Tags(tags) => ("current_tags", tags.join(" ")),
            Subject::Recipient(address) => ("recipient", address.to_string()),
            Subject::Created => ("update_type", "Create".to_owned()),
            Subject::Status(status) => ("status", status.as_str().to_owned()),
            Subject::Priority(priority) => ("priority", text(*priority, Priority::as_str)),
            Subject::Group(group) => (
                "group_id",
                group.map_or_else(String::new, |id| id.to_string()),
            ),
            Subject::Brand(brand) => ("brand_id", brand.to_string()),
        };
        let operator = match (&self.subject, self.holds) {
            (Subject::Tags(_), true) => "includes",
            (Subject::Tags(_), false) => "not_includes",
            (_, true) => "is",
            (_, false) => "is_not",
        };
        ConditionWords {
            field: field.to_owned(),
            operator: operator.to_owned(),
            value,
        }
    }
}

impl ActionWords {
    pub(super) fn read(&self, groups: &mut Directory) -> Result<Action, Error> {
        let value = self.value.trim();
        Ok(match self.field.as_str() {
            "current_tags" => Action::AddTags(words(value, tags::check_ordinary)?),
            "remove_tags" => Action::RemoveTags(words(value, tags::check_ordinary)?),
            "group_id" => Action::Group(groups.meant(value)?),
            "priority" => Action::Priority(priority(value)?),
            "status" => match status(value)? {
                Status::New | Status::Closed => {
                    return Err(unfit("a trigger sets open, pending or solved"));
                }
                status => Action::Status(status),
            },
            _ => return Err(unknown_field("actions", ACTION_FIELDS)),
        })
    }
}

impl Action {
    /// As the public API writes it.
    pub fn words(&self) -> ActionWords {
        let (field, value) = match self {
            Self::AddTags(tags) => ("current_tags", tags.join(" ")),
            Self::RemoveTags(tags) => ("remove_tags", tags.join(" ")),
            Self::Group(id) => ("group_id", id.to_string()),
            Self::Priority(priority) => ("priority", priority.as_str().to_owned()),
            Self::Status(status) => ("status", status.as_str().to_owned()),
        };
        ActionWords {
            field: field.to_owned(),
            value,
        }
    }
}

fn text<T>(value: Option<T>, name: impl Fn(T) -> &'static str) -> String {
    value.map_or("", name).to_owned()
}

/// An empty value means: not set.
fn unset<T>(value: &str, read: impl FnOnce(&str) -> Result<T, Error>) -> Result<Option<T>, Error> {
    (!value.is_empty()).then(|| read(value)).transpose()
}

fn words(value: &str, check: fn(&str) -> Result<(), Error>) -> Result<Vec<String>, Error> {
    let words: Vec<String> = value.split_whitespace().map(str::to_owned).collect();
    if !(1..=WORDS_MAX).contains(&words.len()) {
        return Err(unfit(&format!("name 1 to {WORDS_MAX} tags")));
    }
    words.iter().try_for_each(|word| check(word))?;
    Ok(words)
}

fn address(value: &str) -> Result<Address, Error> {
    Address::parse(value).map_err(|_| unfit("give an address such as help@acme.example"))
}

fn number(value: &str) -> Result<u64, Error> {
    value.parse().map_err(|_| unfit("give a number"))
}

fn status(value: &str) -> Result<Status, Error> {
    Status::parse(value).ok_or_else(|| unfit("use new, open, pending, solved or closed"))
}

fn priority(value: &str) -> Result<Priority, Error> {
    Priority::parse(value).ok_or_else(|| unfit("use low, normal, high or urgent"))
}

fn unfit(hint: &str) -> Error {
    Error::invalid("value", "value_malformed", hint)
}

fn operator(hint: &str) -> Error {
    Error::invalid("operator", "operator_unknown", hint)
}

fn unknown_field(list: &'static str, known: &str) -> Error {
    Error::invalid(list, "field_unknown", format!("the fields are {known}"))
}

const CONDITION_FIELDS: &str =
    "current_tags, recipient, update_type, status, priority, group_id, brand_id";
const ACTION_FIELDS: &str = "current_tags, remove_tags, group_id, priority, status";
/// Tags one clause may name.
const WORDS_MAX: usize = 20;
