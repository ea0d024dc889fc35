//! Complaints and refusals on their way to the user.
//!
//! Everything that is wrong with what was asked goes through one printer: the words of the command
//! line, the file, the files that it names, and what was decided of all that. So whoever starts
//! something is told the same, in the same order, as by `check`.

use core::ffi::CStr;

use heapless::Vec;

use super::out::say;
use super::report::{self, Form, Place};
use crate::limits::FAULTS_TOLD_MAX;
use crate::model::Errno;
use crate::plan::Refusal;
use crate::spec::argv::Named;
use crate::spec::{Complaints, Key, Origin, Said, SpecFault, Table, Tables, Unread};

/// How many faults are printed before the rest is only counted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// As many as fit.
    Some,
    /// Every one.
    All,
    /// Every one as an object of an array; whether none stands in it yet.
    Json {
        /// Whether this is so.
        is_first: bool,
    },
}

/// Prints complaints as they come, and counts them.
pub(super) struct Printer<'s> {
    scope: &'s str,
    /// What `check` can be given.
    file: Option<&'static CStr>,
    /// Where the lines are that are read now.
    source: Option<&'static CStr>,
    detail: Detail,
    count: usize,
    /// The tables of which something was not read, and nobody knows which key.
    unread: Tables,
    /// The keys that were not read.
    keys: Vec<&'static Key, FAULTS_TOLD_MAX>,
    /// Those in which a fault is, and not perhaps.
    faulty: Tables,
    /// The list that the last complaint was about, which is full.
    full: Option<&'static str>,
}

impl<'s> Printer<'s> {
    /// Nothing printed yet.
    pub(super) const fn new(scope: &'s str, file: Option<&'static CStr>, detail: Detail) -> Self {
        let none = Tables::of(&[]);
        let (source, unread, faulty) = (file, none, none);
        Self { scope, file, source, detail, count: 0, unread, keys: Vec::new(), faulty, full: None }
    }

    /// How many complaints there were.
    pub(super) const fn count(&self) -> usize {
        self.count
    }

    /// Whether what was read is decided of: without `check` only when all of it could be read.
    pub(super) const fn goes_on(&self) -> bool {
        cfg!(feature = "verbs") || self.count == 0
    }

    /// Whether there is a fault in this table.
    pub(super) const fn has_fault_in(&self, table: Table) -> bool {
        self.faulty.meets(Tables::of(&[table]))
    }

    /// What is complained of from now on stands in a file that was named somewhere.
    pub(super) const fn turn_to(&mut self, source: &'static CStr) {
        self.source = Some(source);
    }

    /// What is complained of from now on was said where it was named.
    pub(super) const fn turn_back(&mut self) {
        self.source = self.file;
    }

    /// Takes a refusal as it takes a complaint, unless it may come of one that was taken.
    pub(super) fn refuse(&mut self, refusal: &Refusal<'_>) {
        let misses = refusal.reason.misses();
        let comes_of_another =
            || misses.any_of(self.unread) || self.keys.iter().any(|key| misses.has(key));
        if !(cfg!(feature = "verbs") && comes_of_another()) && self.is_next_printed() {
            report::refusal(self.place(refusal.origin), refusal);
        }
    }

    /// Takes a file that cannot be read, and could have said something of these tables.
    pub(super) fn unreadable(&mut self, file: Said<&'static CStr>, errno: Errno, of: Tables) {
        self.unread = self.unread.and(of);
        if self.is_next_printed() {
            report::unreadable(self.place(file.origin), file.value, errno);
        }
    }

    /// Takes the file that was to be read before all others, and cannot be.
    pub(super) fn without_file(&mut self, named: Named<'static>, errno: Errno) {
        let Named { path, is_by_name } = named;
        if errno != Errno::ENOENT || !is_by_name {
            return self.unreadable(path, errno, Tables::ALL);
        }
        self.unread = Tables::ALL;
        if self.is_next_printed() {
            report::no_file(self.place(path.origin), path.value);
        }
    }

    /// Takes a descriptor that cannot be read, which could have brought a filter.
    pub(super) fn unreadable_descriptor(&mut self, number: Said<u16>, errno: Errno) {
        self.unread = self.unread.and(Tables::of(&[Table::Security]));
        if self.is_next_printed() {
            report::unreadable_descriptor(self.place(number.origin), number.value, errno);
        }
    }

    /// Says how many were not printed, and what prints them.
    pub(super) fn end(&self) {
        let told = if self.detail == Detail::Some { FAULTS_TOLD_MAX } else { self.count };
        let more = self.count.saturating_sub(told);
        match self.file.map(report::Path) {
            _ if more == 0 => {}
            Some(file) => {
                say!("  and ", more, " more: nsinit check ", file, " prints every one\n");
            }
            None => say!("  and ", more, " more\n"),
        }
    }

    /// Notes what could not be read.
    fn lacks(&mut self, unread: Unread) {
        let (own, tables) = match unread {
            Unread::Key(key) => {
                let own = Tables::of(&[key.table]);
                (own, if self.keys.push(key).is_ok() { Tables::of(&[]) } else { own })
            }
            Unread::Tables(Tables::ALL) => (Tables::of(&[]), Tables::ALL),
            Unread::Tables(own) => (own, own),
        };
        self.faulty = self.faulty.and(own);
        self.unread = self.unread.and(tables);
    }

    fn is_next_printed(&mut self) -> bool {
        self.count = self.count.saturating_add(1);
        self.count <= FAULTS_TOLD_MAX || self.detail != Detail::Some
    }

    fn place(&self, origin: Origin) -> Place<'s> {
        let form = match self.detail {
            Detail::Json { is_first } if self.count > 1 || !is_first => Form::NextObject,
            Detail::Json { .. } => Form::FirstObject,
            Detail::Some | Detail::All => Form::Text,
        };
        Place { scope: self.scope, file: self.source, origin, form }
    }
}

impl<'a> Complaints<'a> for Printer<'_> {
    fn add(&mut self, fault: SpecFault<'a>) {
        if cfg!(feature = "verbs") {
            self.lacks(fault.complaint.unread());
        }
        let full = fault.complaint.full();
        let is_told = full.is_some() && full == core::mem::replace(&mut self.full, full);
        if !is_told && self.is_next_printed() {
            report::complaint(self.place(fault.origin), &fault);
        }
    }
}
