//! The tables of a file: what its keys stand in.

use crate::text::{Show, Sink, put};

/// A table of the file, in the order of nsinit.toml(5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// `[sandbox]`
    Sandbox,
    /// `[time]`
    Time,
    /// `[user]`
    User,
    /// `[root]`
    Root,
    /// `[[mount]]`
    Mount,
    /// `[net]`
    Net,
    /// `[[net.interface]]`
    Interface,
    /// `[limits]`
    Limits,
    /// `[security]`
    Security,
    /// `[security.landlock]`
    Landlock,
    /// `[init]`
    Init,
    /// `[[service]]`
    Service,
}

impl Table {
    /// All tables.
    pub const ALL: [Self; 12] = [
        Self::Sandbox,
        Self::Time,
        Self::User,
        Self::Root,
        Self::Mount,
        Self::Net,
        Self::Interface,
        Self::Limits,
        Self::Security,
        Self::Landlock,
        Self::Init,
        Self::Service,
    ];

    /// Its name in the file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::Time => "time",
            Self::User => "user",
            Self::Root => "root",
            Self::Mount => "mount",
            Self::Net => "net",
            Self::Interface => "net.interface",
            Self::Limits => "limits",
            Self::Security => "security",
            Self::Landlock => "security.landlock",
            Self::Init => "init",
            Self::Service => "service",
        }
    }

    /// What its keys are about, as a heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Sandbox => "The sandbox and its namespaces",
            Self::Time => "Its clocks",
            Self::User => "Its users and groups",
            Self::Root => "Its root",
            Self::Mount => "What is put into it, in this order",
            Self::Net => "Its network",
            Self::Interface => "An interface of its network",
            Self::Limits => "How much of the machine it has",
            Self::Security => "What it may do",
            Self::Landlock => "What Landlock lets it do",
            Self::Init => "The kernel's init and its machine",
            Self::Service => "A service (flags speak of the main one)",
        }
    }

    /// The table that this one stands in under this name, and which of those in `self` it is.
    pub fn inner(self, name: &[u8]) -> Option<Self> {
        let path = |table: &Self| table.name().split_once('.');
        Self::ALL.into_iter().find(|table| {
            path(table).is_some_and(|(outer, own)| outer == self.name() && own.as_bytes() == name)
        })
    }

    /// The table of this name.
    pub fn named(name: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.name().as_bytes() == name)
    }

    /// Whether there may be several of it.
    pub const fn is_list(self) -> bool {
        matches!(self, Self::Mount | Self::Interface | Self::Service)
    }
}

/// Some of the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tables(u16);

impl Tables {
    /// All of them.
    pub const ALL: Self = Self(u16::MAX);

    /// None but these.
    pub const fn of(tables: &[Table]) -> Self {
        let (mut bits, mut rest) = (0, tables);
        while let [table, others @ ..] = rest {
            bits |= 1 << *table as u16;
            rest = others;
        }
        Self(bits)
    }

    /// These and those.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether one is in both.
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

const _: () = assert!(Table::ALL.len() <= 16, "a bit of Tables for each");

/// Prints its header, `[sandbox]` or `[[service]]`.
impl Show for Table {
    fn show(&self, out: &mut dyn Sink) {
        match self.is_list() {
            true => put!(out, "[[", self.name(), "]]"),
            false => put!(out, "[", self.name(), "]"),
        }
    }
}
