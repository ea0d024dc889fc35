//! Tables of words: a row a line, which are names, parted by `|`, then `=` and what they lead to.

use crate::text::Names;

/// What the first row leads to that has such a name.
#[inline(never)] // of few starts
pub(super) fn find(table: &'static str, is_it: &dyn Fn(&str) -> bool) -> Option<&'static str> {
    let mut rest = table;
    while let Some((row, behind)) = cut(rest, b'\n') {
        rest = behind;
        let (names, words) = cut(row, b'=')?;
        if Names::new(names).iter().any(is_it) {
            return Some(words);
        }
    }
    None
}

/// What stands before and behind the first of these bytes. str::split_once may panic, or so says
/// its code.
pub(super) fn cut(text: &'static str, at: u8) -> Option<(&'static str, &'static str)> {
    let end = text.bytes().position(|byte| byte == at)?;
    Some((text.get(..end)?, text.get(end.saturating_add(1)..)?))
}
