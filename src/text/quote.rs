//! User data in a message: in quotes, on one line, whatever bytes it holds.

use super::{Digits, Show, Sink, put};

/// Prints bytes in double quotes; what cannot be seen is escaped (`\n`, `\x1b`), so that neither a
/// terminal nor a parser of ours is steered by a file name.
pub struct Quoted<'a>(pub &'a [u8]);

impl Show for Quoted<'_> {
    fn show(&self, out: &mut dyn Sink) {
        put!(out, "\"");
        for chunk in self.0.utf8_chunks() {
            for letter in chunk.valid().chars() {
                match letter {
                    '"' | '\\' => put!(out, "\\", letter),
                    '\n' => put!(out, "\\n"),
                    '\r' => put!(out, "\\r"),
                    '\t' => put!(out, "\\t"),
                    _ if letter.is_control() => escape(out, u32::from(letter)),
                    _ => put!(out, letter),
                }
            }
            for byte in chunk.invalid() {
                escape(out, u32::from(*byte));
            }
        }
        put!(out, "\"");
    }
}

fn escape(out: &mut dyn Sink, number: u32) {
    put!(out, "\\x", Digits::hex(u64::from(number), 2));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn what_cannot_be_seen_is_escaped() {
        let shown = Quoted(b"a\"b\\c\n\r\t\x1b[2J\xff\xc3\xa9").to_string();
        assert_eq!(shown, r#""a\"b\\c\n\r\t\x1b[2J\xffé""#);
    }
}
