//! Complaints on their way from a reader of words to the user.

use core::ffi::CStr;

use super::out::say;
use super::report::{self, Place};
use crate::plan::Refusal;
use crate::spec::{Complaints, Origin, SpecFault, Tables};

/// How many faults are printed before the rest is only counted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// The first.
    First,
    /// Every one.
    All,
}

/// Prints complaints as they come, and counts them.
pub(super) struct Printer<'s> {
    scope: &'s str,
    file: Option<&'static CStr>,
    detail: Detail,
    count: usize,
    /// The tables of which something was not read.
    unread: Tables,
    /// The list that the last complaint was about, which is full.
    full: Option<&'static str>,
}

impl<'s> Printer<'s> {
    /// Nothing printed yet.
    pub(super) const fn new(scope: &'s str, file: Option<&'static CStr>, detail: Detail) -> Self {
        Self { scope, file, detail, count: 0, unread: Tables::of(&[]), full: None }
    }

    /// How many complaints there were.
    pub(super) const fn count(&self) -> usize {
        self.count
    }

    /// Whether nothing more would be printed.
    pub(super) fn is_done(&self) -> bool {
        self.count > 0 && self.detail == Detail::First
    }

    /// Takes a refusal as it takes a complaint, unless it may come of one that was taken.
    pub(super) fn refuse(&mut self, refusal: &Refusal<'_>) {
        // Without `check` nobody is told more than the first.
        let comes_of_another = || refusal.reason.misses().meets(self.unread);
        if !(cfg!(feature = "verbs") && comes_of_another()) && self.is_next_printed() {
            report::refusal(self.place(refusal.origin), refusal);
        }
    }

    /// Says how many were not printed, and what prints them.
    pub(super) fn end(&self) {
        if self.count > 1 && self.detail == Detail::First {
            let more = self.count.saturating_sub(1);
            match self.file.map(report::Path) {
                Some(file) => {
                    say!("  and ", more, " more: nsinit check ", file, " prints every one\n")
                }
                None => say!("  and ", more, " more\n"),
            }
        }
    }

    fn is_next_printed(&mut self) -> bool {
        self.count = self.count.saturating_add(1);
        self.count == 1 || self.detail == Detail::All
    }

    fn place(&self, origin: Origin) -> Place<'s> {
        Place { scope: self.scope, file: self.file, origin }
    }
}

impl<'a> Complaints<'a> for Printer<'_> {
    fn add(&mut self, fault: SpecFault<'a>) {
        self.unread = self.unread.and(fault.complaint.tables());
        let full = fault.complaint.full();
        let is_told = full.is_some() && full == core::mem::replace(&mut self.full, full);
        if !is_told && self.is_next_printed() {
            report::complaint(self.place(fault.origin), &fault);
        }
    }
}
