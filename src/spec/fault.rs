//! What is wrong with what was said: where, about which key, and why.

use super::flags::Wrong;
use super::{Key, Origin, Table, Tables};
use crate::text::Fault;
use crate::text::toml::Flaw;

/// Why something that was said cannot be taken.
#[derive(Clone, Copy, Debug)]
pub enum Complaint {
    /// The value of a key is not what it should be.
    Value(&'static Key, Fault),
    /// A flag that is no key, and what is wrong with its words.
    Flag(&'static str, Wrong),
    /// No key has this name; perhaps the near one was meant.
    UnknownKey {
        /// The table it stands in.
        table: Option<Table>,
        /// The known key nearest to it.
        nearest: Option<&'static str>,
    },
    /// A key that stands in another table.
    OtherTable(&'static Key),
    /// No table has this name.
    UnknownTable {
        /// The known table nearest to it.
        nearest: Option<Table>,
    },
    /// A key of this verb's scope was expected; this one belongs to `run`.
    NotForThisVerb(&'static Key),
    /// A value of another type than the key takes; the text names the type it has.
    WrongType(&'static Key, &'static str),
    /// The same of a value that would be taken if it were written as the right type.
    Spelling(&'static Key, &'static str),
    /// A table where a list of tables belongs, or the other way round.
    WrongTable(Table),
    /// The same key twice in one table, or one table twice.
    Twice,
    /// The grammar of TOML.
    Grammar(Flaw),
    /// A filter of system calls, in its own format.
    Filter(FilterFault),
    /// The file is no UTF-8 text.
    NotUtf8,
    /// More of something than a capacity holds; what, and how many fit.
    TooMany(&'static str, usize),
    /// A flag without its value.
    NoValue(&'static str),
    /// A command, among words that a descriptor gave.
    CommandGiven,
    /// `--args`, likewise.
    ArgsGiven,
    /// A flag that takes no value was given one.
    NeedlessValue(&'static str),
    /// No flag has this name.
    UnknownFlag {
        /// The known flag nearest to it.
        nearest: Option<&'static str>,
    },
    /// Flags for the main service, but there are several and none is the main one.
    NoMainService,
    /// A quote that is not closed.
    OpenQuote,
    /// More than one file.
    SecondFile,
    /// What a part of nsinit takes that is not built in.
    NotBuilt(&'static str),
}

/// What is wrong with a line of a filter, or with the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilterFault {
    /// A line that begins with none of the words it could.
    UnknownWord(Option<&'static str>),
    /// No machine has a call of this name; perhaps the near one was meant.
    UnknownCall(Option<&'static str>),
    /// No error has this name.
    UnknownErrno,
    /// `default` or `unknown` and no action, or an action and no call.
    NoAction,
    /// As above.
    NoCall,
    /// Something behind the end of a line that is complete.
    Behind,
    /// `include` and something else than `default`.
    Include,
    /// What stands behind `if` is no comparison.
    NotACondition,
    /// A comparison that no argument fulfils, because the value has bits that the mask has not.
    NeverHolds,
    /// More comparisons in one line than there are arguments.
    TooManyConditions,
    /// `default` or `unknown` a second time.
    Twice,
    /// No room for more rules.
    TooManyRules,
    /// Nobody says what becomes of the other calls.
    NoDefault,
    /// The command could not be executed, or would never end where that fails.
    Needed(&'static str),
    /// The call by which a service hands over where its filter asks.
    NeededToTell,
    /// The program is longer than the kernel takes, or than there is room for.
    TooLong,
    /// What came from a descriptor is no program.
    NotAProgram,
}

impl Complaint {
    /// The list that is full, where that is the fault: what comes behind it is told with it.
    pub fn full(&self) -> Option<&'static str> {
        match self {
            Self::Value(key, Fault::TooMany { .. }) => Some(key.name()),
            Self::Flag(name, Wrong::Operand(_, Fault::TooMany { .. })) | Self::TooMany(name, _) => {
                Some(name)
            }
            Self::Value(..)
            | Self::Flag(..)
            | Self::UnknownKey { .. }
            | Self::OtherTable(_)
            | Self::UnknownTable { .. }
            | Self::NotForThisVerb(_)
            | Self::WrongType(..)
            | Self::Spelling(..)
            | Self::WrongTable(_)
            | Self::Twice
            | Self::Grammar(_)
            | Self::Filter(_)
            | Self::NotUtf8
            | Self::NoValue(_)
            | Self::CommandGiven
            | Self::ArgsGiven
            | Self::NeedlessValue(_)
            | Self::UnknownFlag { .. }
            | Self::NoMainService
            | Self::OpenQuote
            | Self::SecondFile
            | Self::NotBuilt(_) => None,
        }
    }

    /// What may not have been read that was meant.
    pub fn unread(&self) -> Unread {
        let all = || Unread::Tables(Tables::ALL);
        match self {
            Self::Value(key, _) | Self::WrongType(key, _) | Self::OtherTable(key) => {
                Unread::Key(key)
            }
            Self::UnknownKey { table: Some(table), nearest } => {
                let near = nearest.and_then(|name| Key::in_table(*table, name.as_bytes()));
                near.map_or(Unread::Tables(Tables::of(&[*table])), Unread::Key)
            }
            Self::UnknownFlag { nearest } => {
                let near = nearest.and_then(|name| Key::of_flag(name.as_bytes()));
                near.map_or_else(all, Unread::Key)
            }
            Self::WrongTable(table) => Unread::Tables(Tables::of(&[*table])),
            Self::Filter(_) => Unread::Tables(Tables::of(&[Table::Security])),
            Self::NotForThisVerb(_) | Self::Spelling(..) => Unread::Tables(Tables::of(&[])),
            Self::Flag(..)
            | Self::UnknownKey { table: None, .. }
            | Self::UnknownTable { .. }
            | Self::Twice
            | Self::Grammar(_)
            | Self::NotUtf8
            | Self::TooMany(..)
            | Self::NoValue(_)
            | Self::CommandGiven
            | Self::ArgsGiven
            | Self::NeedlessValue(_)
            | Self::NoMainService
            | Self::OpenQuote
            | Self::SecondFile
            | Self::NotBuilt(_) => all(),
        }
    }
}

/// What was perhaps said, and could not be read. That it is missing is no fault then.
#[derive(Clone, Copy, Debug)]
pub enum Unread {
    /// A key.
    Key(&'static Key),
    /// Any key of these tables.
    Tables(Tables),
}

/// A complaint with its place.
#[derive(Clone, Copy, Debug)]
pub struct SpecFault<'a> {
    /// Where it was said.
    pub origin: Origin,
    /// What was said: the word that is wrong.
    pub said: &'a [u8],
    /// Why it cannot be taken.
    pub complaint: Complaint,
}

/// Where complaints go: `check` prints every one, `run` the first ten.
pub trait Complaints<'a> {
    /// Takes one complaint.
    fn add(&mut self, fault: SpecFault<'a>);
}

impl<'a, F: FnMut(SpecFault<'a>)> Complaints<'a> for F {
    fn add(&mut self, fault: SpecFault<'a>) {
        self(fault);
    }
}
