//! JSON (RFC 8259), as far as one process of ours speaks it to another: one flat object a line.
//!
//! Written piece by piece, read in place: a value is a slice of the line, and a text in it is
//! unescaped when it is shown. Lists and objects in an object are no JSON to this reader.

use super::{Digits, Show, Sink, put};

/// Anything that can be shown, as a JSON string.
pub struct Text<'t>(pub &'t dyn Show);

impl Show for Text<'_> {
    fn show(&self, out: &mut dyn Sink) {
        put!(out, "\"");
        self.0.show(&mut Escaped(out));
        put!(out, "\"");
    }
}

/// A value, or `null`.
pub struct Maybe<T>(pub Option<T>);

impl<T: Show> Show for Maybe<T> {
    fn show(&self, out: &mut dyn Sink) {
        match &self.0 {
            Some(value) => value.show(out),
            None => put!(out, "null"),
        }
    }
}

/// A JSON list of strings.
pub fn list(out: &mut dyn Sink, texts: impl Iterator<Item: Show>) {
    put!(out, "[");
    for (index, text) in texts.enumerate() {
        put!(out, if index == 0 { "" } else { "," }, Text(&text));
    }
    put!(out, "]");
}

/// Text in a JSON string: quotes, backslashes and what cannot be seen are escaped (RFC 8259, 7).
struct Escaped<'o>(&'o mut dyn Sink);

impl Sink for Escaped<'_> {
    fn put(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match byte {
                b'"' | b'\\' => self.0.put(&[b'\\', *byte]),
                b'\n' => put!(self.0, "\\n"),
                0..b' ' | 0x7f => put!(self.0, "\\u", Digits::hex(u64::from(*byte), 4)),
                _ => self.0.put(&[*byte]),
            }
        }
    }
}

/// A value of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'l> {
    /// A string.
    Text(Raw<'l>),
    /// An integer.
    Number(i64),
    /// `true` or `false`.
    Switch(bool),
    /// `null`.
    Null,
}

/// The inside of a string, as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raw<'l>(&'l [u8]);

impl<'l> Raw<'l> {
    /// Its bytes with their escapes; the text itself where there are none.
    pub const fn bytes(self) -> &'l [u8] {
        self.0
    }
}

/// Prints the text without its escapes. Half a surrogate is U+FFFD.
impl Show for Raw<'_> {
    fn show(&self, out: &mut dyn Sink) {
        let mut rest = self.0;
        while let [byte, tail @ ..] = rest {
            rest = tail;
            if *byte != b'\\' {
                out.put(&[*byte]);
                continue;
            }
            let [escaped, tail @ ..] = rest else { return };
            rest = tail;
            match escaped {
                b'n' => put!(out, "\n"),
                b't' => put!(out, "\t"),
                b'r' => put!(out, "\r"),
                b'b' => put!(out, "\u{8}"),
                b'f' => put!(out, "\u{c}"),
                b'u' => {
                    let (digits, tail) = rest.split_at_checked(4).unwrap_or((rest, &[]));
                    rest = tail;
                    let letter = hex(digits).and_then(char::from_u32);
                    put!(out, letter.unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                other => out.put(&[*other]),
            }
        }
    }
}

/// Four hexadecimal digits.
fn hex(digits: &[u8]) -> Option<u32> {
    let all = digits
        .iter()
        .try_fold(0u32, |sum, digit| Some(sum << 4 | char::from(*digit).to_digit(16)?));
    all.filter(|_| digits.len() == 4)
}

/// One flat object, known to be one.
#[derive(Clone, Copy, Debug)]
pub struct Object<'l>(&'l [u8]);

impl<'l> Object<'l> {
    /// Reads a line; `None` when it is anything else.
    pub fn read(line: &'l [u8]) -> Option<Self> {
        let mut pairs = Pairs::begin(line)?;
        while pairs.next()?.is_some() {}
        Some(Self(line))
    }

    /// The value of a name, the first where it stands twice.
    pub fn get(self, name: &str) -> Option<Value<'l>> {
        let mut pairs = Pairs::begin(self.0)?;
        while let Some((known, value)) = pairs.next()? {
            if known == name.as_bytes() {
                return Some(value);
            }
        }
        None
    }

    /// The text of a name.
    pub fn text(self, name: &str) -> Option<Raw<'l>> {
        match self.get(name) {
            Some(Value::Text(text)) => Some(text),
            Some(Value::Number(_) | Value::Switch(_) | Value::Null) | None => None,
        }
    }

    /// The number of a name.
    pub fn number(self, name: &str) -> Option<i64> {
        match self.get(name) {
            Some(Value::Number(number)) => Some(number),
            Some(Value::Text(_) | Value::Switch(_) | Value::Null) | None => None,
        }
    }

    /// Whether a name is `true`.
    pub fn is_set(self, name: &str) -> bool {
        self.get(name) == Some(Value::Switch(true))
    }
}

/// The pairs of an object, one after the other.
struct Pairs<'l> {
    rest: &'l [u8],
    is_first: bool,
}

impl<'l> Pairs<'l> {
    fn begin(line: &'l [u8]) -> Option<Self> {
        let rest = line.trim_ascii().strip_prefix(b"{")?;
        Some(Self { rest, is_first: true })
    }

    /// The next pair, or none behind the last; no answer at all for what is no flat object.
    fn next(&mut self) -> Option<Option<(&'l [u8], Value<'l>)>> {
        let mut rest = self.rest.trim_ascii_start();
        if let Some(end) = rest.strip_prefix(b"}") {
            return end.is_empty().then_some(None);
        }
        if !self.is_first {
            rest = rest.strip_prefix(b",")?.trim_ascii_start();
        }
        self.is_first = false;
        let (name, rest) = string(rest)?;
        let rest = rest.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
        let (value, rest) = value(rest)?;
        self.rest = rest;
        Some(Some((name.0, value)))
    }
}

/// The value at the front, and what follows.
fn value(text: &[u8]) -> Option<(Value<'_>, &[u8])> {
    if text.starts_with(b"\"") {
        return string(text).map(|(text, rest)| (Value::Text(text), rest));
    }
    for (word, value) in [
        (b"true".as_slice(), Value::Switch(true)),
        (b"false".as_slice(), Value::Switch(false)),
        (b"null".as_slice(), Value::Null),
    ] {
        if let Some(rest) = text.strip_prefix(word) {
            return Some((value, rest));
        }
    }
    let len = text.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'-').count();
    let (digits, rest) = text.split_at_checked(len)?;
    let is_padded = matches!(digits, [b'0', _, ..] | [b'-', b'0', ..]);
    let number = super::units::signed(digits, i64::MIN + 1, i64::MAX).ok();
    number.filter(|_| !is_padded).map(|number| (Value::Number(number), rest))
}

/// The string at the front, and what follows.
fn string(text: &[u8]) -> Option<(Raw<'_>, &[u8])> {
    let text = text.strip_prefix(b"\"")?;
    let mut is_escaped = false;
    let end = text.iter().position(|byte| {
        let is_end = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        is_end
    })?;
    let (inside, rest) = text.split_at_checked(end)?;
    let is_whole = !inside.iter().any(|byte| *byte < b' ') && are_escapes(inside);
    Some((Raw(inside), rest.get(1..)?)).filter(|_| is_whole)
}

/// Whether every escape is one.
fn are_escapes(mut inside: &[u8]) -> bool {
    while let Some(at) = inside.iter().position(|byte| *byte == b'\\') {
        inside = match inside.get(at..).unwrap_or_default() {
            [_, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', rest @ ..] => rest,
            [_, b'u', rest @ ..] => match rest.split_at_checked(4) {
                Some((digits, rest)) if hex(digits).is_some() => rest,
                Some(_) | None => return false,
            },
            _ => return false,
        };
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Buffer;
    use proptest::prelude::*;
    use std::string::String;

    fn shown(what: impl Show) -> String {
        let mut out = Buffer::<4096>::new();
        put!(&mut out, what);
        String::from_utf8(out.text().unwrap().into()).unwrap()
    }

    #[test]
    fn a_flat_object_is_read_name_by_name() {
        let line =
            br#" { "a" : "x\"\\y\u00e9\n", "n":-7,"yes":true,"no":false , "nil":null, "":0 } "#;
        let object = Object::read(line).unwrap();
        assert_eq!(shown(object.text("a").unwrap()), "x\"\\y\u{e9}\n");
        assert_eq!(object.number("n"), Some(-7));
        assert!(object.is_set("yes") && !object.is_set("no") && !object.is_set("a"));
        assert_eq!(object.get("nil"), Some(Value::Null));
        assert_eq!((object.get("b"), object.number("")), (None, Some(0)));
        assert!(Object::read(b"{}").unwrap().get("a").is_none());
    }

    #[test]
    fn what_is_no_flat_object_is_none() {
        for line in [
            "",
            "{",
            "}",
            "[]",
            "{}x",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{,\"a\":1}",
            "{\"a\":1 \"b\":2}",
            "{\"a\":[1]}",
            "{\"a\":{}}",
            "{\"a\":1.5}",
            "{\"a\":01}",
            "{\"a\":-}",
            "{\"a\":99999999999999999999}",
            "{\"a\":tru}",
            "{\"a\":\"x}",
            "{\"a\":\"\\x\"}",
            "{\"a\":\"\\u12\"}",
            "{\"a\":\"\t\"}",
            "{a:1}",
        ] {
            assert!(Object::read(line.as_bytes()).is_none(), "{line}");
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(text in "\\PC*|[\\x00-\\x7f]{0,40}", number in i64::MIN + 1..) {
            let line = {
                let mut out = Buffer::<8192>::new();
                put!(&mut out, "{\"t\":", Text(&text.as_str()), ",\"n\":", number, "}");
                out.text().unwrap().to_vec()
            };
            let object = Object::read(&line).unwrap();
            prop_assert_eq!(shown(object.text("t").unwrap()), text);
            prop_assert_eq!(object.number("n"), Some(number));
        }

        #[test]
        fn any_bytes_are_read_or_refused(line in prop::collection::vec(
            prop_oneof![any::<u8>(), prop::sample::select(b"{}\":,\\u0trueflsn- ".to_vec())], 0..80,
        )) {
            if let Some(object) = Object::read(&line) {
                let _ = object.get("a");
            }
        }
    }
}
