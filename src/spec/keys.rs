//! The key table: one row for each thing that can be asked.
//!
//! A row is a TOML key and the flag of the same name at once. The three fronts read values through
//! it, `help`, the man pages and the faults ("did you mean") are printed from it. Where a new key
//! goes: a field in `Spec` or `ServiceSpec`, a row in the file of its table, a step in `plan`.

mod confine;
mod init;
mod landlock;
mod limits;
mod net;
#[cfg(feature = "sandbox")]
mod root;
mod sandbox;
mod seccomp;
mod service;
mod table;
#[cfg(test)]
mod tests;

use core::ffi::CStr;

pub use table::Table;

use super::service::ServiceSpec;
use super::{Item, Said, Spec, switch};
use crate::limits::COMMAND_WORDS_MAX;
use crate::model::{LimitKind, Mount};
use crate::text::{Fault, Names, Words, units};

/// Which verbs take a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFor {
    /// Every verb that starts a workload.
    AnyVerb,
    /// `run`, which makes the namespaces that the key speaks of.
    Run,
    /// `init`, which has a machine to set up and to leave.
    Init,
    /// The entrypoint, whose parent and whose end the key speaks of; `run` has a launcher there.
    Entrypoint,
}

/// How a key's value is written in the file. As a flag everything is text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A string.
    Text,
    /// A string, a path outside; in a file relative to that.
    OuterPath,
    /// The same, or `tmpfs`.
    OuterPathOrTmpfs,
    /// A list of such paths, or one. No flag.
    OuterPaths,
    /// An integer.
    Number,
    /// A string, or an integer that counts seconds.
    Span,
    /// A string or an integer.
    TextOrNumber,
    /// `true` or `false`; as a flag, nothing or `=false`.
    Switch,
    /// A list of strings, or one; as a flag, separated by commas or said again.
    List,
    /// A table of names and values; as a flag, `NAME=VALUE`, said again for each.
    Pairs,
    /// A string, or a table of one name and value.
    TextOrPair,
    /// A list of strings that is one value: a command. No flag.
    Words,
    /// A string, an integer, or a table of one name whose value may be a command:
    /// `{ exec = ["WORD"] }`; as a flag, `exec=COMMAND`, in words as sh(1) parts them.
    TextOrExec,
}

/// How a row puts a value into the spec.
#[derive(Clone, Copy)]
pub enum Set {
    /// A key of the whole.
    Whole(for<'a> fn(&mut Spec<'a>, Item<'a>) -> Result<(), Fault>),
    /// A key of the interface that is being said.
    Interface,
    /// A key of one service.
    Service(for<'a> fn(&mut ServiceSpec<'a>, Item<'a>) -> Result<(), Fault>),
    /// A key of the whole that takes a text, or a list of words.
    WholeOrExec(
        for<'a> fn(&mut Spec<'a>, Item<'a>) -> Result<(), Fault>,
        for<'a> fn(&mut Spec<'a>, Said<Words<'a>>),
    ),
    /// A key of one mount, of a file alone.
    Mount(for<'a> fn(&mut Mount<'a>, Item<'a>) -> Result<(), Fault>),
    /// One of the directories that the last mount, an overlay, is made of.
    Layer,
    /// A limit of the whole, or of one service, by the key's table.
    Limit(LimitKind),
    /// The command of a service, which the fronts read as a list of words.
    Command,
    /// A key of one service that takes a text, or such a list of words.
    ServiceOrExec(
        for<'a> fn(&mut ServiceSpec<'a>, Item<'a>) -> Result<(), Fault>,
        for<'a> fn(&mut ServiceSpec<'a>, Said<Words<'a>>),
    ),
}

/// What the fronts know of a key.
#[derive(Clone, Copy)]
pub struct Key {
    /// The table it stands in.
    pub table: Table,
    /// Its name in the file, which is its flag's without the dashes; behind it other names of the
    /// flag: what bubblewrap, docker or unshare call it.
    pub names: Names,
    /// Which verbs take it.
    pub scope: KeyFor,
    /// Whether it can be said as a flag and on the kernel command line.
    pub has_flag: bool,
    /// Which of its names is the first that is one of the flag's: the others may be taken.
    flag_from: u8,
    /// How its value is written.
    pub shape: Shape,
    /// What the value stands for, in help.
    pub value: &'static str,
    /// How it gets into the spec.
    pub set: Set,
}

impl core::fmt::Debug for Key {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "[{}] {}", self.table.name(), self.name())
    }
}

/// One row: a key, and what help says of it.
#[derive(Clone, Copy)]
struct Row {
    key: Key,
    help: Help,
}

/// What help says of a key.
#[derive(Clone, Copy)]
pub struct Help(Names);

impl Help {
    /// What holds when nobody says the key.
    pub fn default(self) -> &'static str {
        self.0.get(0).unwrap_or_default()
    }

    /// What it does, in one sentence.
    pub fn sentence(self) -> &'static str {
        self.0.get(1).unwrap_or_default()
    }
}

impl Row {
    /// A row with the values most rows have.
    const fn new(
        table: Table,
        names: &'static str,
        shape: Shape,
        value: &'static str,
        set: Set,
    ) -> Self {
        let scope = match table {
            Table::Service | Table::Security | Table::Landlock => KeyFor::AnyVerb,
            Table::Init => KeyFor::Init,
            Table::Sandbox
            | Table::Time
            | Table::User
            | Table::Root
            | Table::Mount
            | Table::Net
            | Table::Interface
            | Table::Limits => KeyFor::Run,
        };
        let (names, has_flag) = (Names::new(names), true);
        let key = Key { table, names, scope, has_flag, flag_from: 0, shape, value, set };
        Self { key, help: Help(Names::new("")) }
    }

    /// `DEFAULT|SENTENCE`
    const fn help(self, help: &'static str) -> Self {
        Self { help: Help(Names::new(help)), ..self }
    }

    const fn for_entrypoint(self) -> Self {
        Self { key: Key { scope: KeyFor::Entrypoint, ..self.key }, ..self }
    }

    const fn flag_from(self, flag_from: u8) -> Self {
        Self { key: Key { flag_from, ..self.key }, ..self }
    }

    const fn without_flag(self) -> Self {
        Self { key: Key { has_flag: false, ..self.key }, ..self }
    }
}

impl Key {
    /// The key of `table` with this name.
    pub fn in_table(table: Table, name: &[u8]) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.table == table && key.name().as_bytes() == name)
    }

    /// The key whose flag has this name, without the dashes.
    pub fn of_flag(name: &[u8]) -> Option<&'static Self> {
        KEYS.iter().find(|key| {
            let number = key.names.number_of(name);
            key.has_flag && number.is_some_and(|number| number >= usize::from(key.flag_from))
        })
    }

    /// Its name in the file.
    pub fn name(&self) -> &'static str {
        self.names.get(0).unwrap_or_default()
    }

    /// The names of its flag, the first one to begin with.
    pub fn flag_names(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.names.iter().skip(usize::from(self.flag_from))
    }

    /// Reads one text for this key into the spec; keys of a service go to `service`, or, where that
    /// is `None`, to the main service.
    ///
    /// # Errors
    /// What the key's type refuses. `Ok(false)` when there is no main service to speak of.
    pub fn put<'a>(
        &self,
        spec: &mut Spec<'a>,
        service: Option<usize>,
        item: Item<'a>,
    ) -> Result<bool, Fault> {
        match self.set {
            Set::Whole(set) | Set::WholeOrExec(set, _) => set(spec, item).map(|()| true),
            Set::Service(set) | Set::ServiceOrExec(set, _) => {
                let target = target(spec, service);
                target.map_or(Ok(false), |target| set(target, item).map(|()| true))
            }
            Set::Interface => {
                let interface = spec.net.interface()?;
                interface.put(self.name(), item.bytes(), item.origin).map(|()| true)
            }
            Set::Mount(set) => {
                let target = spec.root.last();
                target.map_or(Ok(false), |target| set(target, item).map(|()| true))
            }
            Set::Layer => {
                let layers = spec.root.last().map(|mount| mount.layers).unwrap_or_default();
                let layers = spec.root.add_layer(layers, item.text)?;
                spec.root.last().into_iter().for_each(|mount| mount.layers = layers);
                Ok(true)
            }
            Set::Limit(_) if !cfg!(feature = "sandbox") => Err(Fault::NotBuilt), // no row has it
            Set::Limit(kind) if self.table == Table::Limits => {
                spec.limits.limits.set(kind, item).map(|()| true)
            }
            Set::Limit(kind) => {
                let target = target(spec, service);
                target.map_or(Ok(false), |target| target.limits.set(kind, item).map(|()| true))
            }
            Set::Command => Ok(false),
        }
    }

    /// Reads a command for this key into the spec, for the same service as [`Key::put`].
    ///
    /// # Errors
    /// [`Fault::Empty`], [`Fault::TooMany`]. `Ok(false)` when there is no main service to speak of.
    pub fn put_words<'a>(
        &self,
        spec: &mut Spec<'a>,
        service: Option<usize>,
        words: Said<Words<'a>>,
    ) -> Result<bool, Fault> {
        if words.value.first().is_none_or(CStr::is_empty) {
            return Err(Fault::Empty);
        }
        if words.value.len() > COMMAND_WORDS_MAX {
            return Err(Fault::TooMany { max: COMMAND_WORDS_MAX });
        }
        if let Set::WholeOrExec(_, set) = self.set {
            set(spec, words);
            return Ok(true);
        }
        let Some(target) = target(spec, service) else { return Ok(false) };
        match self.set {
            Set::Command => target.command = Some(words),
            Set::ServiceOrExec(_, set) => set(target, words),
            Set::Whole(_)
            | Set::WholeOrExec(..)
            | Set::Service(_)
            | Set::Interface
            | Set::Mount(_)
            | Set::Layer
            | Set::Limit(_) => {}
        }
        Ok(true)
    }
}

/// The service that is spoken of: this one, or the main one.
fn target<'s, 'a>(
    spec: &'s mut Spec<'a>,
    service: Option<usize>,
) -> Option<&'s mut ServiceSpec<'a>> {
    match service {
        Some(index) => spec.services.get_mut(index),
        None => spec.main_service(),
    }
}

/// One field of every row.
macro_rules! column {
    ($field:ident) => {{
        let mut column = [PARTS[0][0].$field; COUNT];
        let (mut part, mut at) = (0, 0);
        while part < PARTS.len() {
            let mut row = 0;
            while row < PARTS[part].len() {
                column[at] = PARTS[part][row].$field;
                (row, at) = (row + 1, at + 1);
            }
            part += 1;
        }
        column
    }};
}

/// Every key, table by table.
#[allow(clippy::indexing_slicing)] // by the compiler alone
pub const KEYS: &[Key] = &column!(key);

/// What help says of each of [`KEYS`], in a table of its own: a build without help is without it.
#[allow(clippy::indexing_slicing)] // as above
pub const HELP: &[Help] = &column!(help);

/// Every key with its help, table by table, in the order of [`Table::ALL`].
const PARTS: &[&[Row]] = &[
    sandbox::SANDBOX,
    sandbox::TIME,
    sandbox::USER,
    #[cfg(feature = "sandbox")]
    root::ROOT,
    #[cfg(feature = "sandbox")]
    root::MOUNT,
    net::LOOPBACK,
    if cfg!(feature = "net") { net::NET } else { &[] },
    if cfg!(feature = "net") { net::INTERFACE } else { &[] },
    if cfg!(feature = "sandbox") { limits::LIMITS } else { &[] },
    sandbox::SECURITY,
    seccomp::ROWS,
    confine::ROWS,
    landlock::ROWS,
    init::ROWS,
    service::ROWS,
    if cfg!(feature = "sandbox") { limits::OF_SERVICE } else { &[] },
];

/// How many keys there are.
#[allow(clippy::indexing_slicing)] // as above
const COUNT: usize = {
    let (mut part, mut count) = (0, 0);
    while part < PARTS.len() {
        count += PARTS[part].len();
        part += 1;
    }
    count
};

const fn whole(
    table: Table,
    name: &'static str,
    shape: Shape,
    value: &'static str,
    set: for<'a> fn(&mut Spec<'a>, Item<'a>) -> Result<(), Fault>,
) -> Row {
    Row::new(table, name, shape, value, Set::Whole(set))
}

/// A number, 0 and more, less than `end`.
fn count_below(text: &[u8], end: u32) -> Result<u32, Fault> {
    let max = end.saturating_sub(1);
    let number = units::unsigned(text, u64::from(max))?;
    u32::try_from(number).map_err(|_| Fault::OutOfRange { min: 0, max: i64::from(max) })
}
