//! What can be wrong with a word, without a word about it.
//!
//! A [`Fault`] is plain data: the reason, with the limit or the allowed values in it. Where it was
//! said is added by whoever read it (`spec`), the sentence is made in `cli/report.rs`.

use super::Names;

/// Why a text is not the value it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing where something is needed.
    Empty,
    /// More bytes than the kernel or one of our limits takes.
    TooLong {
        /// Its length in bytes.
        len: usize,
        /// The most there may be, in bytes.
        max: usize,
    },
    /// More entries than a capacity of `limits.rs` holds.
    TooMany {
        /// The most there may be.
        max: usize,
    },
    /// A word outside a closed list.
    NotOneOf(Names),
    /// Not written as such a value is written; the text names the form that is.
    NotA(&'static str),
    /// A number outside its range.
    OutOfRange {
        /// The least allowed.
        min: i64,
        /// The most allowed.
        max: i64,
    },
    /// A byte that cannot stand in such a value.
    BadByte(u8),
    /// The wall clock, which no time namespace can shift (time_namespaces(7)).
    WallClock,
    /// A name that nothing of this sort has; perhaps the near one was meant.
    Unknown(&'static str, Option<&'static str>),
    /// Not in a build without the feature that it belongs to.
    NotBuilt,
    /// A NUL byte inside a text that the kernel takes as a C string.
    Nul,
}
