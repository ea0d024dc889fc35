//! The key table: one row for each thing that can be asked.
//!
//! A row is a TOML key and the flag of the same name at once. The three fronts read values through
//! it, `help`, the man pages and the faults ("did you mean") are printed from it. Where a new key
//! goes: a field in `Spec` or `ServiceSpec`, a row in the file of its table, a step in `plan`.

mod confine;
mod control;
mod init;
mod join;
mod landlock;
mod limits;
mod net;
mod put;
#[cfg(feature = "sandbox")]
mod root;
mod sandbox;
mod seccomp;
mod service;
mod table;
#[cfg(test)]
mod tests;
mod ties;
mod watch;

pub use put::Set;
pub use table::{Table, Tables};

use super::{Item, Spec, switch};
use crate::text::{Fault, Names, units};

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
    /// A list of such paths, or one; as a flag, as any list.
    OuterPaths,
    /// An integer.
    Number,
    /// A string, or an integer that counts seconds.
    Span,
    /// A string or an integer.
    TextOrNumber,
    /// `true` or `false`; as a flag, nothing or `=false`.
    Switch,
    /// `true`, `false` or a string; as a flag always with its value, but for `--no-KEY`.
    SwitchOrText,
    /// A list of strings, or one; as a flag, separated by commas or said again.
    List,
    /// A table of names and values; as a flag, `NAME=VALUE`, said again for each.
    Pairs,
    /// A string, or a table of one name and value.
    TextOrPair,
    /// A string, or a table of several names and values; as a flag, `NAME=VALUE`, said again for
    /// each.
    TextOrPairs,
    /// A list of strings that is one value: a command. No flag.
    Words,
    /// A string, an integer, or a table of one name whose value may be a command:
    /// `{ exec = ["WORD"] }`; as a flag, `exec=COMMAND`, in words as sh(1) parts them.
    TextOrExec,
}

impl Shape {
    /// Whether `false` is one of its values, which `--no-KEY` stands for.
    pub const fn is_switch(self) -> bool {
        matches!(self, Self::Switch | Self::SwitchOrText)
    }

    /// Whether it is a list, which a flag has between commas.
    pub const fn is_list(self) -> bool {
        matches!(self, Self::List | Self::OuterPaths)
    }
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
        let (is_built, feature) = match table {
            Table::Service | Table::Security => (true, ""),
            Table::Init => (cfg!(feature = "init"), "init"),
            Table::Sandbox | Table::Time | Table::User | Table::Net => {
                // A machine has names and a loopback, and who can be steered has a name.
                (cfg!(any(feature = "run", feature = "init", feature = "control")), "run")
            }
            Table::Root | Table::Mount | Table::Landlock | Table::Limits => {
                (cfg!(feature = "sandbox"), "sandbox")
            }
            Table::Interface => (cfg!(feature = "net"), "net"),
        };
        let set = if is_built { set } else { Set::NotBuilt(feature) };
        let (names, has_flag) = (Names::new(names), true);
        let key = Key { table, names, scope, has_flag, flag_from: 0, shape, value, set };
        Self { key, help: Help(Names::new("")) }
    }

    /// `DEFAULT|SENTENCE`
    const fn help(self, help: &'static str) -> Self {
        let help = if self.key.is_built() { help } else { "" };
        Self { help: Help(Names::new(help)), ..self }
    }

    const fn for_entrypoint(self) -> Self {
        Self { key: Key { scope: KeyFor::Entrypoint, ..self.key }, ..self }
    }

    const fn flag_from(self, flag_from: u8) -> Self {
        Self { key: Key { flag_from, ..self.key }, ..self }
    }

    const fn for_any_verb(self) -> Self {
        Self { key: Key { scope: KeyFor::AnyVerb, ..self.key }, ..self }
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

    /// Whether this build can do what it asks; if not, it is known and refused.
    pub const fn is_built(&self) -> bool {
        !matches!(self.set, Set::NotBuilt(_))
    }

    /// Its name in the file.
    pub fn name(&self) -> &'static str {
        self.names.get(0).unwrap_or_default()
    }

    /// The names of its flag, the first one to begin with.
    pub fn flag_names(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.names.iter().skip(usize::from(self.flag_from))
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

/// Every key, table by table. It has a name to the linker, that link.ld may put it out of the way.
#[allow(clippy::indexing_slicing)] // by the compiler alone
pub static KEYS: [Key; COUNT] = column!(key);

/// What help says of each of [`KEYS`], in a table of its own: a build without help is without it. A
/// static as [`KEYS`] is.
#[allow(clippy::indexing_slicing)] // as above
pub static HELP: [Help; COUNT] = column!(help);

/// Every key with its help, table by table, in the order of [`Table::ALL`].
const PARTS: &[&[Row]] = &[
    sandbox::SANDBOX,
    control::SANDBOX,
    ties::ROWS,
    join::ROWS,
    sandbox::TIME,
    sandbox::USER,
    confine::USER,
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
    watch::ROWS,
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

/// What a key is refused with whose part of the program was left out.
fn built(is_built: bool) -> Result<(), Fault> {
    if is_built { Ok(()) } else { Err(Fault::NotBuilt) }
}

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

/// A key of `[security]` that takes rights away, which a build without confinement knows and
/// refuses.
const fn confine(
    name: &'static str,
    shape: Shape,
    value: &'static str,
    set: for<'a> fn(&mut Spec<'a>, Item<'a>) -> Result<(), Fault>,
) -> Row {
    let set = if cfg!(feature = "sandbox") { Set::Whole(set) } else { Set::NotBuilt("sandbox") };
    Row::new(Table::Security, name, shape, value, set)
}
