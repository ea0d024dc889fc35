//! Sets and maps of exit codes, by number or by the signal that such a code reports.
//!
//! A signal stands for 128+N here, the code that shells and container engines report for it: a
//! shell that ran the program turns its death into just that code, so the two are one thing to
//! whoever reads them.

use super::Signal;
use crate::text::{Fault, units};

/// The form of one change, for messages.
const CHANGE: &str = "change of an exit code such as 143:0 or TERM:0";

/// Reads `0` to `255`, or a signal for 128+N.
fn code(text: &[u8]) -> Result<u8, Fault> {
    let is_number = text.first().is_some_and(u8::is_ascii_digit);
    if !is_number {
        return Signal::parse(text).map(|signal| super::End::Signaled(signal).code());
    }
    let number = units::unsigned(text, 255)?;
    u8::try_from(number).map_err(|_| Fault::OutOfRange { min: 0, max: 255 })
}

/// A set of exit codes, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExitCodes([u64; 4]);

impl ExitCodes {
    /// No code.
    pub const EMPTY: Self = Self([0; 4]);

    /// Adds `0` to `255`, or a signal for 128+N.
    ///
    /// # Errors
    /// Those of a number and of [`Signal::parse`].
    pub fn add(&mut self, text: &[u8]) -> Result<(), Fault> {
        self.add_code(code(text)?);
        Ok(())
    }

    /// Adds a code.
    pub fn add_code(&mut self, code: u8) {
        for (word, first) in self.0.iter_mut().zip([0u8, 64, 128, 192]) {
            *word |= Self::bit(code, first);
        }
    }

    /// Whether `code` is in the set.
    pub fn has(self, code: u8) -> bool {
        self.0
            .iter()
            .zip([0u8, 64, 128, 192])
            .any(|(word, first)| word & Self::bit(code, first) > 0)
    }

    /// The bit of `code` in the word that begins with the code `first`; none in another's.
    const fn bit(code: u8, first: u8) -> u64 {
        match code.wrapping_sub(first) {
            place @ 0..64 => 1 << place,
            64.. => 0,
        }
    }
}

/// What becomes of each exit code: nothing, but for those that were said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExitMap([u8; 256]);

impl Default for ExitMap {
    fn default() -> Self {
        Self(core::array::from_fn(|code| code.to_le_bytes()[0])) // 0 to 255
    }
}

impl ExitMap {
    /// Adds one change, `FROM:TO`, both as for [`ExitCodes::add`]; the last word on a code counts.
    ///
    /// # Errors
    /// [`Fault::NotA`] without a colon, and those of [`ExitCodes::add`].
    pub fn add(&mut self, text: &[u8]) -> Result<(), Fault> {
        let (from, to) = split_at_colon(text).ok_or(Fault::NotA(CHANGE))?;
        let (from, to) = (code(from)?, code(to)?);
        if let Some(place) = self.0.get_mut(usize::from(from)) {
            *place = to; // there is a place for each of 256
        }
        Ok(())
    }

    /// What becomes of `code`.
    pub fn of(&self, code: u8) -> u8 {
        self.0.get(usize::from(code)).copied().unwrap_or(code)
    }
}

/// The two sides of the first colon.
pub(super) fn split_at_colon(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = text.iter().position(|byte| *byte == b':')?;
    let (left, right) = text.split_at_checked(colon)?;
    Some((left, right.get(1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_what_was_added_and_a_signal_is_its_code() {
        let mut set = ExitCodes::EMPTY;
        for text in ["0", "63", "64", "255", "TERM", "sigkill", "RTMAX"] {
            set.add(text.as_bytes()).unwrap();
        }
        let has: std::vec::Vec<u8> = (0..=255).filter(|code| set.has(*code)).collect();
        assert_eq!(has, [0, 63, 64, 137, 143, 192, 255]);
    }

    #[test]
    fn a_map_changes_what_was_said_and_nothing_else() {
        let mut map = ExitMap::default();
        for text in ["143:0", "KILL:7", "0:1", "KILL:TERM"] {
            map.add(text.as_bytes()).unwrap();
        }
        for code in 0..=255 {
            let expected = match code {
                143 => 0,
                137 => 143,
                0 => 1,
                other => other,
            };
            assert_eq!(map.of(code), expected);
        }
    }

    #[test]
    fn what_is_no_code_is_refused() {
        let beyond = Err(Fault::OutOfRange { min: 0, max: 255 });
        assert_eq!(ExitCodes::default().add(b"256"), beyond);
        assert_eq!(ExitMap::default().add(b"1:256"), beyond);
        for text in ["FOO", "", "-1", "KIL"] {
            let added = ExitCodes::default().add(text.as_bytes());
            assert!(matches!(added, Err(Fault::NotA(_))), "{text}");
        }
        assert_eq!(ExitMap::default().add(b"143"), Err(Fault::NotA(CHANGE)));
    }
}
