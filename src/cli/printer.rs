//! Complaints on their way from a reader of words to the user.

use core::ffi::CStr;

use super::out::say;
use super::report::{self, Place};
use crate::plan::Refusal;
use crate::spec::{Complaints, Origin, SpecFault};

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
}

impl<'s> Printer<'s> {
    /// Nothing printed yet.
    pub(super) const fn new(scope: &'s str, file: Option<&'static CStr>, detail: Detail) -> Self {
        Self { scope, file, detail, count: 0 }
    }

    /// How many complaints there were.
    pub(super) const fn count(&self) -> usize {
        self.count
    }

    /// Takes a refusal as it takes a complaint.
    pub(super) fn refuse(&mut self, refusal: &Refusal<'_>) {
        if self.is_next_printed() {
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
        if self.is_next_printed() {
            report::complaint(self.place(fault.origin), &fault);
        }
    }
}
