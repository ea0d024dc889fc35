//! User data in a message: in quotes, on one line, whatever bytes it holds.

use core::fmt::{self, Write as _};

/// Prints bytes in double quotes; what cannot be seen is escaped (`\n`, `\x1b`), so that neither a
/// terminal nor a parser of ours is steered by a file name.
pub struct Quoted<'a>(pub &'a [u8]);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for chunk in self.0.utf8_chunks() {
            for letter in chunk.valid().chars() {
                match letter {
                    '"' | '\\' => write!(f, "\\{letter}")?,
                    '\n' => f.write_str("\\n")?,
                    '\r' => f.write_str("\\r")?,
                    '\t' => f.write_str("\\t")?,
                    _ if letter.is_control() => write!(f, "\\x{:02x}", u32::from(letter))?,
                    _ => f.write_char(letter)?,
                }
            }
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        f.write_char('"')
    }
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
