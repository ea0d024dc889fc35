//! What is no TOML.

use super::sentence::sentence;
use crate::text::toml::Flaw;

/// The sentence for a flaw; `{s}` is the word that stands there, `{a}` how deep brackets may be,
/// `{n}` a closing brace.
pub(super) const fn sentence_for(flaw: Flaw) -> &'static str {
    match flaw {
        Flaw::MissingKey => sentence!("missing key"),
        Flaw::BareKey => sentence!(
            "key {s} must be quoted",
            why: "without quotes it is made of letters, digits, - and _ alone"
        ),
        Flaw::MultiLineKey => sentence!("keys cannot be multi-line strings"),
        Flaw::MissingEquals => sentence!("key with no value, expected \"=\""),
        Flaw::MissingValue => sentence!("missing value"),
        Flaw::Unquoted => sentence!(
            "string values must be quoted: {s}",
            try: "{s}, or true or false where it is one of these"
        ),
        Flaw::Boolean => sentence!("invalid boolean {s}", try: "true or false"),
        Flaw::LeadingZero => sentence!(
            "unexpected leading zero in {s}",
            try: "0o in front of an octal number"
        ),
        Flaw::Underscore => sentence!("\"_\" may only go between digits: {s}"),
        Flaw::OpenString => sentence!("unclosed string"),
        Flaw::Escape => sentence!(
            "invalid escape {s}",
            try: "\\\\ for a backslash, or the string in single quotes"
        ),
        Flaw::Control => {
            sentence!("a control character: {s}", try: "an escape such as \"\\u0007\"")
        }
        Flaw::CarriageReturn => sentence!("carriage return must be followed by newline"),
        Flaw::Unexpected => sentence!("unexpected key or value {s}", try: "a line of its own"),
        Flaw::MissingComma => sentence!("missing comma in front of {s}"),
        Flaw::ExtraComma => sentence!("extra comma"),
        Flaw::OpenList => sentence!("unclosed array, expected \"]\""),
        Flaw::OpenTable => sentence!("unclosed inline table, expected \"{n}\""),
        Flaw::OpenHeader => sentence!("unclosed table, expected \"]\""),
        Flaw::OpenListHeader => sentence!("unclosed array table, expected \"]]\""),
        Flaw::TooDeep => sentence!("more than {a} brackets within one another"),
    }
}
