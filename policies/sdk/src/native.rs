//! A policy outside a sandbox: the same code, compiled for the machine it runs on, with a
//! host played by whoever calls it. For an author's tests, and to time what the sandbox
//! costs.
//!
//! ```
//! use std::rc::Rc;
//! use sdk::native::{Host, with_host};
//!
//! struct OneField;
//!
//! impl Host for OneField {
//!     fn header(&self, name: &str) -> Option<String> {
//!         (name == "Subject").then(|| "Invoice".to_owned())
//!     }
//! }
//!
//! let subject = with_host(Rc::new(OneField), || sdk::mail::header("Subject"));
//! assert_eq!(subject.as_deref(), Some("Invoice"));
//! ```
//!
//! Not here: limits, deadlines and the rest of the sandbox.

use std::cell::RefCell;
use std::rc::Rc;

use crate::log::Level;
use crate::lookup::{Person, SupportAddress};
use crate::types::Mailbox;

/// The host's side of the contract. What is not told is not there: no message, nobody
/// known, nothing set.
pub trait Host {
    /// `mail.header`
    fn header(&self, _name: &str) -> Option<String> {
        None
    }

    /// `mail.headers`
    fn headers(&self, _name: &str) -> Vec<String> {
        Vec::new()
    }

    /// `mail.mailboxes`
    fn mailboxes(&self, _name: &str) -> Vec<Mailbox> {
        Vec::new()
    }

    /// `mail.header-block`
    fn header_block(&self) -> Vec<u8> {
        Vec::new()
    }

    /// `mail.body`
    fn body(&self, _offset: u64, _length: u32) -> Vec<u8> {
        Vec::new()
    }

    /// `mail.octets`
    fn octets(&self) -> u64 {
        0
    }

    /// `lookup.find-support-address`
    fn support_address(&self, _address: &str) -> Option<SupportAddress> {
        None
    }

    /// `lookup.find-person`
    fn person(&self, _address: &str) -> Option<Person> {
        None
    }

    /// `counters.add`
    fn count(&self, _key: &str, _window_seconds: u32) -> u64 {
        1
    }

    /// `log.write`
    fn log(&self, _level: Level, _text: &str) {}

    /// `settings.text`
    fn text(&self, _key: &str) -> Option<String> {
        None
    }

    /// `settings.number`
    fn number(&self, _key: &str) -> Option<i64> {
        None
    }

    /// `settings.flag`
    fn flag(&self, _key: &str) -> Option<bool> {
        None
    }

    /// `settings.texts`
    fn texts(&self, _key: &str) -> Vec<String> {
        Vec::new()
    }

    /// `settings.contains`
    fn contains(&self, _key: &str, _value: &str) -> bool {
        false
    }
}

/// Knows nothing.
struct Nothing;

impl Host for Nothing {}

thread_local! {
    static HOST: RefCell<Rc<dyn Host>> = RefCell::new(Rc::new(Nothing));
}

/// Calls a policy, or any of its functions, under this host.
pub fn with_host<R>(host: Rc<dyn Host>, call: impl FnOnce() -> R) -> R {
    let before = HOST.replace(host);
    let answer = call();
    HOST.set(before);
    answer
}

fn host() -> Rc<dyn Host> {
    HOST.with_borrow(Rc::clone)
}

macro_rules! functions {
    ($module:ident { $($function:ident = $method:ident($($name:ident: $type:ty),*) -> $answer:ty,)+ }) => {
        #[allow(unreachable_pub, reason = "reached by `crate::imports`")]
        pub(crate) mod $module {
            #[allow(unused_imports, reason = "not every module needs all")]
            use super::{Level, Mailbox, Person, SupportAddress, host};

            $(
                /// Of the contract; see `wit/`.
                pub fn $function($($name: $type),*) -> $answer {
                    host().$method($($name),*)
                }
            )+
        }
    };
}

functions!(mail {
    header = header(name: &str) -> Option<String>,
    headers = headers(name: &str) -> Vec<String>,
    mailboxes = mailboxes(name: &str) -> Vec<Mailbox>,
    header_block = header_block() -> Vec<u8>,
    body = body(offset: u64, length: u32) -> Vec<u8>,
    octets = octets() -> u64,
});
functions!(lookup {
    find_support_address = support_address(address: &str) -> Option<SupportAddress>,
    find_person = person(address: &str) -> Option<Person>,
});
functions!(counters {
    add = count(key: &str, window_seconds: u32) -> u64,
});
functions!(log {
    write = log(level: Level, text: &str) -> (),
});
functions!(settings {
    text = text(key: &str) -> Option<String>,
    number = number(key: &str) -> Option<i64>,
    flag = flag(key: &str) -> Option<bool>,
    texts = texts(key: &str) -> Vec<String>,
    contains = contains(key: &str, value: &str) -> bool,
});
