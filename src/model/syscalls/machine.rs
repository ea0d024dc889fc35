//! The system calls of one machine: found by name and by number, in tables that the compiler makes.

use crate::limits::CALLS_MAX;
use crate::text::{Names, nearest};

/// What system calls a machine has.
#[derive(Clone, Copy)]
pub struct Machine {
    /// How seccomp(2) calls it (linux/audit.h).
    pub audit_arch: u32,
    pub(super) calls: &'static str,
    pub(super) index: &'static [Entry],
    /// Names that only the other machine has.
    pub(super) elsewhere: &'static str,
    /// One bit for each number that has a name.
    pub(super) named: [u64; CALLS_MAX / 64],
}

/// Where a name stands in the text, and its number.
#[derive(Clone, Copy)]
pub(super) struct Entry {
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
pub(super) use with_shared;

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
    pub(in crate::model) const fn listed(
        &self,
        list: &str,
        start: usize,
        end: usize,
    ) -> Option<u16> {
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
pub(super) const fn count(calls: &str) -> usize {
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
pub(super) const fn index<const N: usize>(calls: &str) -> [Entry; N] {
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
pub(super) const fn named(index: &[Entry]) -> [u64; CALLS_MAX / 64] {
    let mut bits = [0; CALLS_MAX / 64];
    let mut at = 0;
    while at < index.len() {
        let number = index[at].number as usize;
        bits[number / 64] |= 1 << (number % 64);
        at += 1;
    }
    bits
}
