//! How a service reads its configuration again.

use super::Signal;
use crate::text::{Fault, Names, Words};

/// The forms, for messages.
const FORMS: Names = Names::new("a signal|notify|notify:SIGNAL|exec=COMMAND");

/// How a service reads its configuration again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reload<'a> {
    /// It gets this signal, and does as it likes.
    Signal(Signal),
    /// It gets this signal, says `RELOADING=1` and then `READY=1` (`Type=notify-reload` of
    /// systemd.service(5)).
    Notify(Signal),
    /// This command has it do so, and succeeds when that is done.
    Exec(Words<'a>),
}

impl Reload<'_> {
    /// Reads a signal, `notify` or `notify:SIGNAL`; a command is a list of words, which the fronts
    /// read.
    ///
    /// # Errors
    /// [`Fault::NotOneOf`], and those of [`Signal::parse`] behind `notify:`.
    pub fn parse(text: &[u8]) -> Result<Self, Fault> {
        match text {
            b"notify" => Ok(Self::Notify(Signal::HUP)),
            [b'n', b'o', b't', b'i', b'f', b'y', b':', signal @ ..] => {
                Signal::parse(signal).map(Self::Notify)
            }
            _ => Signal::parse(text).map(Self::Signal).map_err(|_| Fault::NotOneOf(FORMS)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reload_is_a_signal_with_or_without_an_answer() {
        for (text, expected) in [
            ("HUP", Reload::Signal(Signal::HUP)),
            ("SIGUSR1", Reload::Signal(Signal::USR1)),
            ("notify", Reload::Notify(Signal::HUP)),
            ("notify:USR2", Reload::Notify(Signal::USR2)),
        ] {
            assert_eq!(Reload::parse(text.as_bytes()), Ok(expected), "{text}");
        }
        for text in ["", "Notify", "exec", "file=/x"] {
            assert_eq!(Reload::parse(text.as_bytes()), Err(Fault::NotOneOf(FORMS)), "{text}");
        }
        assert!(Reload::parse(b"notify:").is_err() && Reload::parse(b"notify:X").is_err());
    }
}
