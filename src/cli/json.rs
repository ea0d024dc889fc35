//! JSON (RFC 8259), written piece by piece.

use crate::text::{Digits, Show, Sink, put};

/// Anything that can be shown, as a JSON string.
pub struct Text<'t>(pub &'t dyn Show);

impl Show for Text<'_> {
    fn show(&self, out: &mut dyn Sink) {
        put!(out, "\"");
        self.0.show(&mut Json(out));
        put!(out, "\"");
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
struct Json<'o>(&'o mut dyn Sink);

impl Sink for Json<'_> {
    fn put(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match byte {
                b'"' | b'\\' => self.0.put(&[b'\\', *byte]),
                b'\n' => put!(self.0, "\\n"),
                0..b' ' => put!(self.0, "\\u", Digits::hex(u64::from(*byte), 4)),
                _ => self.0.put(&[*byte]),
            }
        }
    }
}
