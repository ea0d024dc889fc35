//! User data in a message: in quotes, on one line, whatever bytes it holds.

use super::{Digits, Show, Sink, put};

/// Prints bytes in double quotes; what cannot be seen is escaped (`\n`, `\x1b`), so that neither a
/// terminal nor a parser of ours is steered by a file name.
pub struct Quoted<'a>(pub &'a [u8]);

impl Show for Quoted<'_> {
    fn show(&self, out: &mut dyn Sink) {
        put!(out, "\"");
        escaped(out, self.0, true);
        put!(out, "\"");
    }
}

/// Prints bytes as they are, but for what cannot be seen: in the last column of a table.
pub struct Visible<'a>(pub &'a [u8]);

impl Show for Visible<'_> {
    fn show(&self, out: &mut dyn Sink) {
        escaped(out, self.0, false);
    }
}

/// Prints bytes as a text that is UTF-8, whatever they are: what is none is U+FFFD.
pub struct Lossy<'a>(pub &'a [u8]);

impl Show for Lossy<'_> {
    fn show(&self, out: &mut dyn Sink) {
        for chunk in self.0.utf8_chunks() {
            put!(out, chunk.valid(), if chunk.invalid().is_empty() { "" } else { "\u{fffd}" });
        }
    }
}

fn escaped(out: &mut dyn Sink, text: &[u8], is_quoted: bool) {
    for chunk in text.utf8_chunks() {
        for letter in chunk.valid().chars() {
            match letter {
                '"' | '\\' if is_quoted => put!(out, "\\", letter),
                '\n' => put!(out, "\\n"),
                '\r' => put!(out, "\\r"),
                '\t' => put!(out, "\\t"),
                _ if letter.is_control() => escape(out, u32::from(letter)),
                // Marks and overrides of direction, and ends of lines: what follows would be shown
                // elsewhere, or as something else (UAX #9).
                '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                    escape(out, u32::from(letter));
                }
                _ => put!(out, letter),
            }
        }
        for byte in chunk.invalid() {
            escape(out, u32::from(*byte));
        }
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

    #[test]
    fn what_turns_a_line_around_is_escaped() {
        let mut shown = std::vec::Vec::new();
        put!(&mut shown, Visible("a\u{202e}b\u{2067}c\u{2028}d\u{200d}e".as_bytes()));
        assert_eq!(shown, "a\\x202eb\\x2067c\\x2028d\u{200d}e".as_bytes());
    }

    #[test]
    fn quotes_stay_where_none_are_around() {
        let mut shown = std::vec::Vec::new();
        put!(&mut shown, Visible(b"sh -c \"a\\b\"\x1b\xff"));
        assert_eq!(shown, br#"sh -c "a\b"\x1b\xff"#);
    }

    #[test]
    fn what_is_no_utf_8_is_marked() {
        let mut shown = std::vec::Vec::new();
        put!(&mut shown, Lossy(b"a\xffb\xc3\xa9\xc3"));
        assert_eq!(shown, "a\u{fffd}b\u{e9}\u{fffd}".as_bytes());
    }
}
