//! Complaints on their way from a reader of words to the user.

use core::ffi::CStr;

use super::report::{self, Place};
use crate::spec::{Complaints, SpecFault};

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
}

impl<'a> Complaints<'a> for Printer<'_> {
    fn add(&mut self, fault: SpecFault<'a>) {
        self.count = self.count.saturating_add(1);
        if self.count == 1 || self.detail == Detail::All {
            let place = Place { scope: self.scope, file: self.file, origin: fault.origin };
            report::complaint(place, &fault);
        }
    }
}
