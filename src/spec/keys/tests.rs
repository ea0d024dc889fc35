//! The promises of the key table.

use super::*;
use std::collections::HashSet;

#[test]
fn no_flag_and_no_key_stands_twice() {
    let mut flags = HashSet::new();
    let mut keys = HashSet::new();
    for key in &KEYS {
        assert!(keys.insert((key.table.name(), key.name())), "{key:?} twice");
        for name in key.flag_names().filter(|_| key.has_flag) {
            assert!(flags.insert(name), "--{name} twice");
        }
    }
}

#[test]
fn every_row_explains_itself_and_stands_with_its_table() {
    assert!(KEYS.is_sorted_by_key(|key| Table::ALL.iter().position(|table| *table == key.table)));
    for (key, help) in KEYS.iter().zip(&HELP) {
        let sentence = help.sentence();
        assert!(sentence.ends_with('.') && sentence.len() > 8, "{key:?}: {sentence}");
        assert_eq!(help.0.iter().count(), 2, "{key:?}: DEFAULT|SENTENCE");
        assert_eq!(key.shape == Shape::Switch, key.value.is_empty(), "{key:?}");
        assert!(
            key.name().bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')),
            "{key:?}"
        );
    }
}

#[test]
fn a_flag_is_found_by_each_of_its_names() {
    assert_eq!(Key::of_flag(b"chdir").unwrap().name(), "cwd");
    assert_eq!(Key::of_flag(b"cwd").unwrap().name(), "cwd");
    assert!(Key::of_flag(b"command").is_none());
    assert!(Key::in_table(Table::Service, b"command").is_some());
    assert!(Key::in_table(Table::Sandbox, b"command").is_none());
}
