//! Which number each function had, and which it gets.

use std::fmt;

use wasm_encoder::reencode::{Error, Reencode, ReencodeComponent};

/// The functions of a module, or the core functions of a component, in the order of their old
/// numbers.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    functions: Vec<Option<u32>>,
    given: u32,
}

/// Something is not as it is where components can be rearranged.
#[derive(Debug)]
pub(crate) struct NotSo;

impl Numbers {
    /// A number for a function that is new.
    pub(crate) fn new_one(&mut self) -> u32 {
        self.given += 1;
        self.given - 1
    }

    /// The next of the old ones is kept.
    pub(crate) fn kept(&mut self) {
        let number = self.new_one();
        self.functions.push(Some(number));
    }

    /// The next of the old ones goes away; its number, for [`Numbers::is_now`].
    pub(crate) fn gone(&mut self) -> u32 {
        self.functions.push(None);
        u32::try_from(self.functions.len() - 1).unwrap_or(u32::MAX)
    }

    /// The old one of that number is from now on what has this number now.
    pub(crate) fn is_now(&mut self, old: u32, number: u32) {
        if let Some(place) = self.functions.get_mut(old as usize) {
            *place = Some(number);
        }
    }
}

impl Reencode for Numbers {
    type Error = NotSo;

    fn function_index(&mut self, old: u32) -> Result<u32, Error<NotSo>> {
        let known = self.functions.get(old as usize).copied().flatten();
        known.ok_or(Error::UserError(NotSo))
    }
}

impl ReencodeComponent for Numbers {}

impl fmt::Display for NotSo {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("it is put together in another way")
    }
}

impl std::error::Error for NotSo {}
