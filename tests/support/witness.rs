//! The witness: this test program as a workload that tells what it sees.
//!
//! Called as `witness --witness ROLE …` it never becomes a test: a function in `.init_array`, which
//! runs before `main` and before Rust's runtime touches a signal, plays the role and exits. glibc
//! hands argc and argv to such functions (elf/dl-init.c).

use std::ffi::{CStr, c_char, c_int};

use super::file;
use super::roles;
use super::who::programs;

/// The words that start the witness in a role.
pub fn witness(words: &[&str]) -> Vec<String> {
    let mut all = vec![file::text(&programs().witness), "--witness".into()];
    all.extend(words.iter().map(|word| String::from(*word)));
    all
}

#[used]
#[unsafe(link_section = ".init_array")]
static BEFORE_MAIN: extern "C" fn(c_int, *const *const c_char) = before_main;

extern "C" fn before_main(count: c_int, words: *const *const c_char) {
    let words = all_words(count, words);
    if words.get(1).is_some_and(|word| word == "--witness") {
        let words: Vec<&str> = words.iter().skip(2).map(String::as_str).collect();
        let code = roles::play(&words);
        // SAFETY: an integer in; it does not return.
        unsafe { libc::_exit(code) };
    }
}

/// The words that a function of `.init_array` was called with.
pub fn all_words(count: c_int, words: *const *const c_char) -> Vec<String> {
    let word = |index: usize| {
        // SAFETY: `words` has `count` strings, and `index` is below.
        let text = unsafe { CStr::from_ptr(*words.add(index)) };
        text.to_string_lossy().into_owned()
    };
    (0..usize::try_from(count).unwrap_or(0)).map(word).collect()
}
