//! Where statements end, and what every corner of the grammar means; `tests/toml.rs` holds it
//! against other readers.

use super::*;
use crate::limits::TOML_DEPTH_MAX;
use std::string::{String, ToString as _};
use std::vec::Vec;

/// Each statement as it was cut, or what is wrong with it.
fn statements(text: &str) -> Vec<Result<&str, Flaw>> {
    let mut document = Document::new(text);
    let mut found = Vec::new();
    let mut start = document.at;
    while let Some(result) = document.next(&mut |_| {}) {
        let statement = &text[start..document.at];
        start = document.at;
        if !statement.trim().is_empty() {
            found.push(result.map(|()| statement).map_err(|damage| damage.flaw));
        }
    }
    found
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let found: Vec<_> = statements(text).into_iter().map(Result::unwrap).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_text_is_cut_where_its_brackets_are_closed() {
    check(
        "[a]\nb = [\n1, # ]\n\"]\"\n,]\n\n'c' = 2",
        &["[a]\n", "b = [\n1, # ]\n\"]\"\n,]\n", "'c' = 2"],
    );
    check(
        "a = '''\n[b]\n'''\r\nb = { c = [[],\n[]] }",
        &["a = '''\n[b]\n'''\r\n", "b = { c = [[],\n[]] }"],
    );
    check("a = [\n[inf],\n[true],\ntrue,\n[0x1]]", &["a = [\n[inf],\n[true],\ntrue,\n[0x1]]"]);
    check("a = {\nb = 1,\n'c' = 2\n}", &["a = {\nb = 1,\n'c' = 2\n}"]);
}

#[test]
fn closing_what_was_not_opened_buys_no_depth() {
    let just = |depth| "a = ".to_string() + &"[".repeat(depth) + &"]".repeat(depth) + "\nb = 1";
    assert_eq!(statements(&just(TOML_DEPTH_MAX)).len(), 2);
    assert!(statements(&just(TOML_DEPTH_MAX))[0].is_ok());
    for depth in [TOML_DEPTH_MAX + 1, 60, 70, 1_000] {
        assert_eq!(statements(&just(depth))[0], Err(Flaw::TooDeep));
    }
    let deep = "a = [".to_string() + &"{},".repeat(1_000) + &"[".repeat(1_000);
    assert_eq!(statements(&deep), [Err(Flaw::TooDeep)]);
}

/// What comes behind `a = ` and is good, by the corners of TOML 1.1.
const GOOD: &[&str] = &[
    "\"\"",
    "''",
    r#""\b\t\n\f\r\e\"\\\x00\u00e9\U0010ffff""#,
    "\"\"\"\"\"\"",
    "''''''''",
    "\"\"\"\"a\"\"\"\"\"",
    "\"\"\"\\\r\n \t\n  a\\  \n\"\"\"",
    "'''\r\n\\q\r\n'''",
    "+0",
    "-0",
    "0xdead_BEEF",
    "0o0",
    "0b1_0",
    "0e0",
    "1e06",
    "-1.5_0E+1_0",
    "+inf",
    "-nan",
    "1979-05-27",
    "1979-05-27t07:32z",
    "1979-05-27 07:32:00.999-07:00",
    "07:32",
    "07:32:00.5",
    "[ ]",
    "[[1], ['a', {b = 2}],]",
    "[ # c\n\r\n1 # d\n, # e\n]",
    "{}",
    "{ b . 'c' = 1, d = {}, }",
    "{ # c\n\n b = 1 # d\n , # e\n }",
];

/// What comes behind `a = ` and is no good, and what is wrong with it.
const BAD: &[(&str, Flaw)] = &[
    ("", Flaw::MissingValue),
    ("# 1", Flaw::MissingValue),
    ("= 1", Flaw::MissingValue),
    ("]", Flaw::MissingValue),
    ("1 2", Flaw::Unexpected),
    ("'a' b = 1", Flaw::Unexpected),
    ("\"\"\"a\"\"\"\"\"\"", Flaw::Unexpected),
    ("'a", Flaw::OpenString),
    ("\"a\\\"", Flaw::OpenString),
    ("'a\n'", Flaw::OpenString),
    ("'''a''", Flaw::OpenString),
    ("\"\"\"a\\\"\"\"", Flaw::OpenString),
    (r#""\a""#, Flaw::Escape),
    (r#""\x4""#, Flaw::Escape),
    (r#""\ud800""#, Flaw::Escape),
    (r#""\U00110000""#, Flaw::Escape),
    ("\"\\ \n\"", Flaw::Escape),
    ("\"\"\"\\ a\"\"\"", Flaw::Escape),
    ("'\u{7f}'", Flaw::Control),
    ("1 # \u{0}", Flaw::Control),
    ("'a\rb'", Flaw::CarriageReturn),
    ("'''\r'''", Flaw::CarriageReturn),
    ("1\r", Flaw::CarriageReturn),
    ("bind", Flaw::Unquoted),
    ("10s", Flaw::Unquoted),
    ("10.9.0.1", Flaw::Unquoted),
    ("it's", Flaw::Unquoted),
    ("0x", Flaw::Unquoted),
    ("0X1", Flaw::Unquoted),
    ("+0x1", Flaw::Unquoted),
    ("--1", Flaw::Unquoted),
    ("1.", Flaw::Unquoted),
    (".5", Flaw::Unquoted),
    ("1e", Flaw::Unquoted),
    ("1979-05-27T", Flaw::Unquoted),
    ("1979-05-27  07:32", Flaw::Unexpected),
    ("07:32:00.", Flaw::Unquoted),
    ("07:32Z", Flaw::Unquoted),
    ("True", Flaw::Boolean),
    ("022", Flaw::LeadingZero),
    ("-01", Flaw::LeadingZero),
    ("00.5", Flaw::LeadingZero),
    ("1__0", Flaw::Underscore),
    ("_1", Flaw::Underscore),
    ("1_", Flaw::Underscore),
    ("1_.5", Flaw::Underscore),
    ("0x_1", Flaw::Underscore),
    ("[1 2]", Flaw::MissingComma),
    ("{b = 1\nc = 2}", Flaw::MissingComma),
    ("[,]", Flaw::ExtraComma),
    ("[1,,]", Flaw::ExtraComma),
    ("{,}", Flaw::ExtraComma),
    ("[1", Flaw::OpenList),
    ("[1}", Flaw::OpenList),
    ("{b = 1]", Flaw::OpenTable),
    ("{b}", Flaw::MissingEquals),
    ("{b\n= 1}", Flaw::MissingEquals),
    ("{b =\n1}", Flaw::MissingValue),
    ("{= 1}", Flaw::MissingKey),
];

#[test]
fn a_value_is_good_or_has_one_flaw() {
    for value in GOOD {
        check(&(String::from("a = ") + value), &[&(String::from("a = ") + value)]);
    }
    for (value, flaw) in BAD {
        assert_eq!(statements(&(String::from("a = ") + value))[0], Err(*flaw), "{value}");
    }
}

#[test]
fn a_key_and_a_header_are_good_or_have_one_flaw() {
    for text in ["a-_9 . \"\" . 'c d' = 1", "1.2 = 3", "[ a . 'b' ] # c", "[[a.b]]", "\t# \u{7e}é"]
    {
        check(text, &[text]);
    }
    for (text, flaw) in [
        ("a", Flaw::MissingEquals),
        ("a b = 1", Flaw::MissingEquals),
        ("a: 1", Flaw::BareKey),
        ("é = 1", Flaw::BareKey),
        ("a'b' = 1", Flaw::BareKey),
        (".a = 1", Flaw::MissingKey),
        ("a. = 1", Flaw::MissingKey),
        ("\"\"\"a\"\"\" = 1", Flaw::MultiLineKey),
        ("'a = 1", Flaw::OpenString),
        ("[]", Flaw::MissingKey),
        ("[a.]", Flaw::MissingKey),
        ("[ [a]]", Flaw::MissingKey),
        ("[a", Flaw::OpenHeader),
        ("[[a]", Flaw::OpenListHeader),
        ("[[a] ]", Flaw::OpenListHeader),
        ("[a]]", Flaw::Unexpected),
        ("[a] b = 1", Flaw::Unexpected),
        ("a = 1 \u{c}", Flaw::Unexpected),
    ] {
        assert_eq!(statements(text), [Err(flaw)], "{text}");
    }
}
