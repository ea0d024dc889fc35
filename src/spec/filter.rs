//! What was asked of filters of system calls: `[security] seccomp` and what goes with it.

use core::ffi::CStr;

use heapless::Vec;

use super::{List, Origin, Said};
use crate::limits::FILTERS_MAX;
use crate::model::filter::{Action, Program};
use crate::text::{Fault, Names, units};

/// Where the filter comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilterFrom<'a> {
    /// There is none.
    None,
    /// Ours.
    Default,
    /// A file in the format of nsinit-seccomp(5).
    File(&'a CStr),
    /// A descriptor with a program of classic BPF, as bubblewrap takes it.
    Descriptor(u16),
}

impl<'a> FilterFrom<'a> {
    /// `none`, `default`, a number or a path.
    ///
    /// # Errors
    /// [`Fault::Empty`], [`Fault::OutOfRange`].
    pub fn parse(text: &'a CStr) -> Result<Self, Fault> {
        match text.to_bytes() {
            b"" => Err(Fault::Empty),
            b"none" => Ok(Self::None),
            b"default" => Ok(Self::Default),
            number if number.iter().all(u8::is_ascii_digit) => {
                descriptor(number).map(Self::Descriptor)
            }
            _ => Ok(Self::File(text)),
        }
    }
}

/// The number of a descriptor that we were given.
///
/// # Errors
/// [`Fault::NotA`], [`Fault::OutOfRange`].
pub fn descriptor(text: &[u8]) -> Result<u16, Fault> {
    let beyond = Fault::OutOfRange { min: 3, max: i64::from(u16::MAX) };
    let number = units::unsigned(text, u64::from(u16::MAX))?;
    u16::try_from(number).ok().filter(|number| *number > 2).ok_or(beyond)
}

/// What we tell of the calls that a filter of ours refuses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FilterLog {
    /// Nothing.
    #[default]
    None,
    /// Each call that fails, once.
    Refused,
    /// Each call that would not be made, once; it is made all the same.
    Allowed,
}

impl FilterLog {
    const NAMES: Names = Names::new("none|refused|allowed");

    /// One of the names.
    ///
    /// # Errors
    /// [`Fault::NotOneOf`].
    pub fn parse(text: &[u8]) -> Result<Self, Fault> {
        match Self::NAMES.number_of(text) {
            Some(0) => Ok(Self::None),
            Some(1) => Ok(Self::Refused),
            Some(2) => Ok(Self::Allowed),
            _ => Err(Fault::NotOneOf(Self::NAMES)),
        }
    }
}

/// A program that was read or made, and who asked for it.
#[derive(Clone, Copy, Debug)]
pub struct Filter<'a> {
    /// The program that is installed.
    pub program: Program<'a>,
    /// Where it comes from.
    pub from: FilterFrom<'a>,
    /// What becomes of the calls that it says nothing else of; of a program of somebody else
    /// nobody knows.
    pub others: Option<Action>,
    /// By what a question of the program is answered.
    pub judge: Option<Judge<'a>>,
    /// Where it was asked for.
    pub origin: Origin,
}

/// What answers the questions of a filter.
#[derive(Clone, Copy, Debug)]
pub struct Judge<'a> {
    /// The same filter, without questions.
    pub program: Program<'a>,
    /// Whether what it refuses is made all the same.
    pub is_lenient: bool,
}

/// The memory of its lists.
#[derive(Debug)]
pub struct FilterLists<'a> {
    more: Vec<Said<u16>, FILTERS_MAX>,
    ready: Vec<Filter<'a>, FILTERS_MAX>,
}

impl FilterLists<'_> {
    /// Empty lists.
    #[allow(clippy::new_without_default)] // it is made once, within those of the whole
    pub const fn new() -> Self {
        Self { more: Vec::new(), ready: Vec::new() }
    }
}

/// What was asked of filters; `None` and empty lists were not said.
#[derive(Debug)]
pub struct FilterSpec<'a> {
    /// Where the filter comes from.
    pub seccomp: Option<Said<FilterFrom<'a>>>,
    /// Descriptors with more programs.
    pub more: List<'a, Said<u16>, FILTERS_MAX>,
    /// What we tell of refused calls.
    pub log: Option<Said<FilterLog>>,
    /// Whether PID 1 locks itself in.
    pub lock_in: Option<Said<bool>>,
    /// What was read, in its order; of the default filter that tells nothing, nothing is.
    pub ready: List<'a, Filter<'a>, FILTERS_MAX>,
}

impl<'a> FilterSpec<'a> {
    /// Nothing said yet, with memory for its lists.
    pub(super) const fn new(lists: &'a mut FilterLists<'a>) -> Self {
        let FilterLists { more, ready } = lists;
        let (more, ready) = (List::new(more), List::new(ready));
        Self { seccomp: None, more, log: None, lock_in: None, ready }
    }

    /// What is told.
    pub fn tells(&self) -> FilterLog {
        self.log.map(|said| said.value).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_a_word_a_number_or_a_path() {
        for (text, expected) in [
            (c"none", Ok(FilterFrom::None)),
            (c"default", Ok(FilterFrom::Default)),
            (c"10", Ok(FilterFrom::Descriptor(10))),
            (c"./10", Ok(FilterFrom::File(c"./10"))),
            (c"web.seccomp", Ok(FilterFrom::File(c"web.seccomp"))),
            (c"", Err(Fault::Empty)),
            (c"2", Err(Fault::OutOfRange { min: 3, max: 65_535 })),
            (c"99999", Err(Fault::OutOfRange { min: 0, max: 65_535 })),
        ] {
            assert_eq!(FilterFrom::parse(text), expected, "{text:?}");
        }
        assert_eq!(descriptor(b"-1"), Err(Fault::NotA(units::NUMBER)));
        assert_eq!(FilterLog::parse(b"refused"), Ok(FilterLog::Refused));
        assert!(FilterLog::parse(b"all").is_err());
    }
}
