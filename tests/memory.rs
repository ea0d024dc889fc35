//! The memory functions of the binary, which are its own: what Rust and C expect of them.
//!
//! They are defined in this test program, too, where everything uses them in place of libc's.

#![allow(missing_docs, unsafe_code, reason = "a test program")]

use std::ffi::{c_char, c_int, c_void};

use proptest::prelude::*;

nsinit::define_memory_functions!();

unsafe extern "C" {
    fn memcpy(target: *mut c_void, source: *const c_void, len: usize) -> *mut c_void;
    fn memmove(target: *mut c_void, source: *const c_void, len: usize) -> *mut c_void;
    fn memset(target: *mut c_void, byte: c_int, len: usize) -> *mut c_void;
    fn memcmp(one: *const c_void, other: *const c_void, len: usize) -> c_int;
    fn bcmp(one: *const c_void, other: *const c_void, len: usize) -> c_int;
    fn strlen(text: *const c_char) -> usize;
}

/// What `<` says of two lists of bytes of one length, byte by byte.
fn order(one: &[u8], other: &[u8]) -> c_int {
    let pair = one.iter().zip(other).find(|(one, other)| one != other);
    pair.map_or(0, |(one, other)| if one < other { -1 } else { 1 })
}

proptest! {
    #[test]
    fn bytes_are_compared_as_numbers_without_sign(
        pairs in prop::collection::vec((any::<u8>(), any::<u8>()), 0..70),
        same in 0usize..70,
    ) {
        // Looks like "cgroup" below "uts", and 0x80 above 0x7f.
        let (one, mut other): (Vec<u8>, Vec<u8>) = pairs.into_iter().unzip();
        let same = same.min(one.len());
        other[..same].copy_from_slice(&one[..same]);
        // SAFETY: both have `one.len()` bytes.
        let found = unsafe { memcmp(one.as_ptr().cast(), other.as_ptr().cast(), one.len()) };
        prop_assert_eq!(found.signum(), order(&one, &other));
        // SAFETY: as above.
        let differs = unsafe { bcmp(one.as_ptr().cast(), other.as_ptr().cast(), one.len()) };
        prop_assert_eq!(differs != 0, one != other);
    }

    #[test]
    fn bytes_are_moved_also_where_they_overlap(
        start in prop::collection::vec(any::<u8>(), 100),
        from in 0usize..50, to in 0usize..50, len in 0usize..50,
    ) {
        let mut expected = start.clone();
        let part: Vec<u8> = start[from..from + len].to_vec();
        for (place, byte) in expected[to..].iter_mut().zip(part) {
            *place = byte;
        }
        let mut list = start.clone();
        let base = list.as_mut_ptr();
        // SAFETY: this range ends before 100 …
        let target = unsafe { base.add(to) };
        // SAFETY: … and this one, too.
        let source = unsafe { base.add(from) };
        // SAFETY: as above.
        let _ = unsafe { memmove(target.cast(), source.cast(), len) };
        prop_assert_eq!(&list, &expected);
        let mut copy = [0u8; 50];
        // SAFETY: 50 bytes at most, and two places.
        let _ = unsafe { memcpy(copy.as_mut_ptr().cast(), start[from..].as_ptr().cast(), len) };
        prop_assert_eq!(&copy[..len], &start[from..from + len]);
    }

    #[test]
    fn bytes_are_set_and_a_text_ends_at_its_nul(byte in 1u8.., len in 0usize..70) {
        let mut list = [0u8; 71];
        // SAFETY: 70 bytes at most.
        let _ = unsafe { memset(list.as_mut_ptr().cast(), c_int::from(byte), len) };
        prop_assert!(list.iter().take(len).all(|found| *found == byte));
        // SAFETY: the last byte is 0.
        prop_assert_eq!(unsafe { strlen(list.as_ptr().cast()) }, len);
    }
}
