//! System calls by name and by number (syscalls(2)), of each machine we are built for.
//!
//! A table is one text with the names in the order of their numbers; `=424` stands in front of the
//! name with that number. What finds a name in it is made by the compiler: an index sorted by name.
//! Numbers are given once and for ever, and from 424 on they are the same on both machines
//! (Documentation/process/adding-syscalls.rst). The tables are those of Linux 7.0. Which calls are
//! allowed does not belong here: that is [`filter`](super::filter).

mod aarch64;
mod x86_64;

use crate::limits::CALLS_MAX;
use crate::text::{Names, nearest};

pub use aarch64::MACHINE as AARCH64;
pub use x86_64::MACHINE as X86_64;

/// The machine we are built for.
#[cfg(target_arch = "x86_64")]
pub const NATIVE: Machine = X86_64;
/// The machine we are built for.
#[cfg(target_arch = "aarch64")]
pub const NATIVE: Machine = AARCH64;

/// What system calls a machine has.
#[derive(Clone, Copy)]
pub struct Machine {
    /// How seccomp(2) calls it (linux/audit.h).
    pub audit_arch: u32,
    calls: &'static str,
    index: &'static [Entry],
    /// Names that only the other machine has.
    elsewhere: &'static str,
    /// One bit for each number that has a name.
    named: [u64; CALLS_MAX / 64],
}

/// Where a name stands in the text, and its number.
#[derive(Clone, Copy)]
struct Entry {
    offset: u16,
    number: u16,
}

/// The calls that came after both machines had begun to number them alike.
macro_rules! with_shared {
    ($own:literal) => {
        concat!(
            $own,
            "|=424|pidfd_send_signal|io_uring_setup|io_uring_enter|io_uring_register|open_tree|\
             move_mount|fsopen|fsconfig|fsmount|fspick|pidfd_open|clone3|close_range|openat2|\
             pidfd_getfd|faccessat2|process_madvise|epoll_pwait2|mount_setattr|quotactl_fd|\
             landlock_create_ruleset|landlock_add_rule|landlock_restrict_self|memfd_secret|\
             process_mrelease|futex_waitv|set_mempolicy_home_node|cachestat|fchmodat2|\
             map_shadow_stack|futex_wake|futex_wait|futex_requeue|statmount|listmount|\
             lsm_get_self_attr|lsm_set_self_attr|lsm_list_modules|mseal|setxattrat|getxattrat|\
             listxattrat|removexattrat|open_tree_attr|file_getattr|file_setattr|listns|\
             rseq_slice_yield"
        )
    };
}
use with_shared;

impl Machine {
    /// The number of the call with this name.
    pub fn number_of(&self, name: &[u8]) -> Option<u16> {
        let at = self.index.binary_search_by(|entry| self.name_at(entry.offset).cmp(name)).ok()?;
        self.index.get(at).map(|entry| entry.number)
    }

    /// The name of the call with this number.
    pub fn name_of(&self, number: u16) -> Option<&'static str> {
        let entry = self.index.iter().find(|entry| entry.number == number)?;
        core::str::from_utf8(self.name_at(entry.offset)).ok()
    }

    /// Whether it is a call that the other machine has, and this one has not.
    pub fn is_elsewhere(&self, name: &[u8]) -> bool {
        Names::new(self.elsewhere).number_of(name).is_some()
    }

    /// Whether a call with this number has a name.
    pub const fn has_name(&self, number: u16) -> bool {
        let [low, high] = number.to_le_bytes();
        let word = (high as usize) * 4 + (low as usize) / 64;
        match self.named.split_at_checked(word) {
            Some((_, [bits, ..])) => *bits & (1 << (low % 64)) != 0,
            Some((_, [])) | None => false,
        }
    }

    /// The name that was probably meant.
    pub fn nearest(&self, name: &[u8]) -> Option<&'static str> {
        nearest(name, self.names())
    }

    /// Every name, in the order of the numbers.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        Names::new(self.calls).iter().filter(|name| !name.starts_with('='))
    }

    /// The name that begins there.
    fn name_at(&self, offset: u16) -> &'static [u8] {
        let text = self.calls.as_bytes().get(usize::from(offset)..).unwrap_or_default();
        text.split(|byte| *byte == b'|').next().unwrap_or_default()
    }

    /// The number of a call, for lists that the compiler reads: a name that neither this machine
    /// nor the other has does not compile.
    #[allow(clippy::indexing_slicing, clippy::panic)] // by the compiler alone
    pub(super) const fn listed(&self, list: &str, start: usize, end: usize) -> Option<u16> {
        let mut at = 0;
        while at < self.index.len() {
            let Entry { offset, number } = self.index[at];
            if is_same(self.calls, offset as usize, list, start, end) {
                return Some(number);
            }
            at += 1;
        }
        let mut at = 0;
        while at < self.elsewhere.len() {
            let is_start = at == 0 || self.elsewhere.as_bytes()[at - 1] == b'|';
            if is_start && is_same(self.elsewhere, at, list, start, end) {
                return None;
            }
            at += 1;
        }
        panic!("a name that is no system call");
    }
}

impl Machine {
    /// The numbers of calls that both machines have, for lists that the compiler reads.
    #[allow(clippy::indexing_slicing, clippy::panic)] // by the compiler alone
    pub const fn list<const N: usize>(&self, list: &str) -> [u16; N] {
        let (mut numbers, mut start, mut at) = ([0; N], 0, 0);
        while start < list.len() {
            let mut end = start;
            while end < list.len() && list.as_bytes()[end] != b'|' {
                end += 1;
            }
            match self.listed(list, start, end) {
                Some(number) => numbers[at] = number,
                None => panic!("a call that only one machine has"),
            }
            (start, at) = (end + 1, at + 1);
        }
        numbers
    }
}

/// Whether the name that begins at `offset` of `text` is the one from `start` to `end` of `list`.
#[allow(clippy::indexing_slicing)] // by the compiler alone
const fn is_same(text: &str, offset: usize, list: &str, start: usize, end: usize) -> bool {
    let (text, list, len) = (text.as_bytes(), list.as_bytes(), end - start);
    if offset + len > text.len() || (offset + len < text.len() && text[offset + len] != b'|') {
        return false;
    }
    let mut at = 0;
    while at < len {
        if text[offset + at] != list[start + at] {
            return false;
        }
        at += 1;
    }
    true
}

/// How many names there are.
#[allow(clippy::indexing_slicing)] // by the compiler alone
const fn count(calls: &str) -> usize {
    let bytes = calls.as_bytes();
    let (mut at, mut count) = (0, 0);
    while at < bytes.len() {
        if (at == 0 || bytes[at - 1] == b'|') && bytes[at] != b'=' {
            count += 1;
        }
        at += 1;
    }
    count
}

/// Every name, sorted.
#[allow(clippy::indexing_slicing, clippy::cast_possible_truncation)] // by the compiler alone
const fn index<const N: usize>(calls: &str) -> [Entry; N] {
    let bytes = calls.as_bytes();
    let mut index = [Entry { offset: 0, number: 0 }; N];
    let (mut at, mut len, mut number) = (0, 0, 0);
    while at < bytes.len() {
        let start = at;
        while at < bytes.len() && bytes[at] != b'|' {
            at += 1;
        }
        if bytes[start] == b'=' {
            number = 0;
            let mut digit = start + 1;
            while digit < at {
                number = number * 10 + (bytes[digit] - b'0') as u16;
                digit += 1;
            }
        } else {
            let place = place_for(bytes, &index, len, start);
            let mut behind = len;
            while behind > place {
                index[behind] = index[behind - 1];
                behind -= 1;
            }
            index[place] = Entry { offset: start as u16, number };
            (len, number) = (len + 1, number + 1);
        }
        at += 1;
    }
    index
}

/// Where among the first `len` names the one that begins at `start` belongs.
#[allow(clippy::indexing_slicing)] // by the compiler alone
const fn place_for(bytes: &[u8], index: &[Entry], len: usize, start: usize) -> usize {
    let (mut low, mut high) = (0, len);
    while low < high {
        let middle = low.midpoint(high);
        match is_before(bytes, index[middle].offset as usize, start) {
            true => low = middle + 1,
            false => high = middle,
        }
    }
    low
}

/// Whether the name that begins at `one` comes before the one that begins at `other`.
#[allow(clippy::indexing_slicing)] // by the compiler alone
const fn is_before(bytes: &[u8], one: usize, other: usize) -> bool {
    let mut at = 0;
    loop {
        let a = if one + at < bytes.len() && bytes[one + at] != b'|' { bytes[one + at] } else { 0 };
        let b = if other + at < bytes.len() && bytes[other + at] != b'|' {
            bytes[other + at]
        } else {
            0
        };
        if a != b || a == 0 {
            return a < b;
        }
        at += 1;
    }
}

/// One bit for each number that has a name.
#[allow(clippy::indexing_slicing)] // by the compiler alone
const fn named(index: &[Entry]) -> [u64; CALLS_MAX / 64] {
    let mut bits = [0; CALLS_MAX / 64];
    let mut at = 0;
    while at < index.len() {
        let number = index[at].number as usize;
        bits[number / 64] |= 1 << (number % 64);
        at += 1;
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const MACHINES: [Machine; 2] = [X86_64, AARCH64];

    #[test]
    fn every_name_has_its_number_and_every_number_its_name() {
        for machine in MACHINES {
            let names: std::vec::Vec<_> = machine.names().collect();
            assert!(names.len() > 300);
            let mut numbers = BTreeSet::new();
            for name in names {
                let number = machine.number_of(name.as_bytes()).unwrap();
                assert_eq!(machine.name_of(number), Some(name));
                assert!(machine.has_name(number) && numbers.insert(number), "{name}");
            }
            assert_eq!((0..u16::MAX).filter(|n| machine.has_name(*n)).count(), numbers.len());
            assert!(numbers.iter().all(|number| usize::from(*number) < CALLS_MAX));
        }
    }

    #[test]
    fn numbers_are_those_of_the_kernel() {
        // Columns: name, x86_64, aarch64; the ends of each run, and what stands behind a gap.
        for (name, x86, arm) in [
            ("read", Some(0), Some(63)),
            ("io_setup", Some(206), Some(0)),
            ("open", Some(2), None),
            ("openat", Some(257), Some(56)),
            ("recvmmsg", Some(299), Some(243)),
            ("wait4", Some(61), Some(260)),
            ("kexec_file_load", Some(320), Some(294)),
            ("uprobe", Some(336), None),
            ("pidfd_send_signal", Some(424), Some(424)),
            ("clone3", Some(435), Some(435)),
            ("mseal", Some(462), Some(462)),
            ("rseq_slice_yield", Some(471), Some(471)),
            ("=424", None, None),
            ("", None, None),
            ("rea", None, None),
        ] {
            assert_eq!(X86_64.number_of(name.as_bytes()), x86, "{name}");
            assert_eq!(AARCH64.number_of(name.as_bytes()), arm, "{name}");
        }
        assert_eq!((X86_64.name_of(337), AARCH64.name_of(250)), (None, None));
    }

    #[test]
    fn what_only_the_other_machine_has_is_known() {
        let missing = |from: &Machine, to: &Machine| {
            let names = from.names().filter(|name| to.number_of(name.as_bytes()).is_none());
            names.collect::<BTreeSet<_>>()
        };
        let listed = |machine: &Machine| Names::new(machine.elsewhere).iter().collect();
        assert_eq!(missing(&AARCH64, &X86_64), listed(&X86_64));
        assert_eq!(missing(&X86_64, &AARCH64), listed(&AARCH64));
        assert!(AARCH64.is_elsewhere(b"open") && !AARCH64.is_elsewhere(b"openat"));
    }

    #[test]
    fn a_typing_error_finds_its_call() {
        assert_eq!(X86_64.nearest(b"reed"), Some("read"));
        assert_eq!(X86_64.nearest(b"renamat2"), Some("renameat2"));
    }
}
