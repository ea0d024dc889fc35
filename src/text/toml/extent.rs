//! Where a word, a string and a statement end, whatever is wrong with them.
//!
//! This is what a fault ends at: the reader goes on behind the statement that has it. A good
//! statement ends with the line on which its brackets are closed. A broken one may lack a bracket,
//! so it ends as well before a line that can only be another statement.
//!
//! What stands in a statement does not belong here.

/// Where the statement ends that begins at `start`: behind its newline.
pub(super) fn end_of_statement(text: &[u8], start: usize) -> usize {
    let is_header = is_header(text, start);
    let mut brackets = Brackets::default();
    let mut at = start;
    while let Some(first) = text.get(at) {
        brackets.take(*first);
        at = end_of_word(text, at);
        if *first == b'\n' {
            let rest = text.get(at..).unwrap_or_default();
            if is_header || brackets.depth == 0 || brackets.is_forgotten_before(rest) {
                break;
            }
        }
    }
    at
}

/// Whether the statement at `start` is a header: that never goes over the end of its line.
pub(super) fn is_header(text: &[u8], start: usize) -> bool {
    let statement = text.get(start..).unwrap_or_default();
    without_blanks(statement).starts_with(b"[")
}

/// Where the word, the string, the comment or the sign ends that begins at `start`.
pub(super) fn end_of_word(text: &[u8], start: usize) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    let len = match rest.first() {
        Some(b'"' | b'\'') => return end_of_string(text, start),
        Some(b'#') => run(rest, |byte| *byte != b'\n'),
        Some(_) => run(rest, |byte| !is_sign(*byte)).max(1),
        None => 0,
    };
    start.saturating_add(len)
}

/// What ends a word.
pub(super) const fn is_sign(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'\t' | b'\r' | b'\n' | b'#' | b'.' | b',' | b'=' | b'[' | b']' | b'{' | b'}'
    )
}

/// Where the string ends that begins at `start`; without its closing quotes a string of one line
/// ends with the line, and one of several lines with the text.
pub(super) fn end_of_string(text: &[u8], start: usize) -> usize {
    let Some(quote) = text.get(start) else { return start };
    let quotes = |at: usize| run(text.get(at..).unwrap_or_default(), |byte| byte == quote);
    let is_multi_line = quotes(start) >= 3;
    let mut at = start.saturating_add(if is_multi_line { 3 } else { 1 });
    while let Some(byte) = text.get(at) {
        let len = match byte {
            b'\\' if *quote == b'"' => 2,
            b'\n' if !is_multi_line => return at,
            _ if byte != quote => 1,
            _ if !is_multi_line => return at.saturating_add(1),
            // Two quotes may stand before the three that close.
            _ => match quotes(at) {
                few @ ..3 => few,
                many => return at.saturating_add(many.min(5)),
            },
        };
        at = at.saturating_add(len);
    }
    text.len()
}

/// How many bytes at the beginning are such.
pub(super) fn run(text: &[u8], is_such: impl Fn(&u8) -> bool) -> usize {
    text.iter().take_while(|byte| is_such(byte)).count()
}

/// What follows behind the white space of a line.
fn without_blanks(text: &[u8]) -> &[u8] {
    text.get(run(text, is_blank)..).unwrap_or_default()
}

/// White space within a line.
pub(super) const fn is_blank(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// What a key without quotes is made of.
pub(super) fn is_bare(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// The brackets that are open. One is closed by its own kind alone.
#[derive(Default)]
struct Brackets {
    depth: u32,
    /// A bit for each, the innermost last: whether it is one of a list. Where more than 64 are open
    /// the outermost are forgotten; no statement is good that has so many.
    are_lists: u64,
}

impl Brackets {
    /// Takes the first byte of the next word.
    fn take(&mut self, first: u8) {
        match first {
            b'[' | b'{' => {
                self.depth = self.depth.saturating_add(1);
                self.are_lists = self.are_lists << 1 | u64::from(first == b'[');
            }
            b']' | b'}' if self.depth > 0 && self.is_in_list() == (first == b']') => {
                self.depth = self.depth.saturating_sub(1);
                self.are_lists >>= 1;
            }
            _ => {}
        }
    }

    const fn is_in_list(&self) -> bool {
        self.are_lists & 1 == 1
    }

    /// Whether a closing bracket was forgotten, for what follows can only be another statement:
    /// `[word]` is no value anywhere, and `word =` is none inside a list.
    fn is_forgotten_before(&self, rest: &[u8]) -> bool {
        let line = without_blanks(rest);
        let opening = run(line, |byte| *byte == b'[');
        let name = without_blanks(line.get(opening..).unwrap_or_default());
        let len = run(name, |byte| is_bare(byte) || *byte == b'.');
        let (word, after) = name.split_at_checked(len).unwrap_or_default();
        let sign = without_blanks(after).first();
        match opening {
            0 => self.is_in_list() && !word.is_empty() && sign == Some(&b'='),
            1 | 2 => {
                word.first().is_some_and(u8::is_ascii_lowercase)
                    && !matches!(word, b"true" | b"false" | b"inf" | b"nan")
                    && sign == Some(&b']')
            }
            _ => false,
        }
    }
}
