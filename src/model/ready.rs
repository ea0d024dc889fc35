//! How a service says that it is ready, and what comes between the request to stop and its stop
//! signal.

use super::{Endpoint, Span};
use crate::text::{Fault, Names, Words, units};

/// The forms of readiness, for messages.
const NAMES: Names = Names::new("none|notify|fd=N|tcp=[ADDRESS:]PORT|exec=COMMAND");

/// The lowest descriptor that a service can say it by: 0 to 2 are its standard ones.
const FD_MIN: u16 = 3;
/// The highest: the limit of open descriptors is 1024 where nobody raised it (getrlimit(2)).
const FD_MAX: u16 = 1023;

/// How a service says that it is ready.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ready<'a> {
    /// It is ready as soon as it runs.
    #[default]
    None,
    /// By `READY=1` to the socket that `NOTIFY_SOCKET` names (sd_notify(3)).
    Notify,
    /// By a newline to this descriptor, as s6 has it.
    Fd(u16),
    /// It does not: somebody answers there when it is.
    Tcp(Endpoint),
    /// It does not: this command is run again and again until it succeeds.
    Exec(Words<'a>),
}

impl Ready<'_> {
    /// Reads `none`, `notify`, `fd=N` or `tcp=[ADDRESS:]PORT`; a command is a list of words, which
    /// the fronts read.
    ///
    /// # Errors
    /// [`Fault::NotOneOf`], [`Fault::OutOfRange`] and [`Fault::NotA`] for the descriptor, those of
    /// [`Endpoint::parse`], and [`Fault::NotBuilt`] without the part that knocks.
    pub fn parse(text: &[u8]) -> Result<Self, Fault> {
        match text {
            b"none" => Ok(Self::None),
            b"notify" => Ok(Self::Notify),
            [b'f', b'd', b'=', number @ ..] => {
                let (min, max) = (i64::from(FD_MIN), i64::from(FD_MAX));
                let beyond = Fault::OutOfRange { min, max };
                let number = units::signed(number, min, max)?;
                u16::try_from(number).map(Self::Fd).map_err(|_| beyond)
            }
            [b't', b'c', b'p', b'=', ..] if !cfg!(feature = "net") => Err(Fault::NotBuilt),
            [b't', b'c', b'p', b'=', there @ ..] => Endpoint::parse(there).map(Self::Tcp),
            _ => Err(Fault::NotOneOf(NAMES)),
        }
    }
}

/// What comes between the request to stop a service and its stop signal. It goes on meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PreStop<'a> {
    /// A pause.
    Pause(Span),
    /// The run of this command.
    Exec(Words<'a>),
}

impl PreStop<'_> {
    /// Reads the length of a pause; a command is a list of words, which the fronts read.
    ///
    /// # Errors
    /// Those of [`Span::parse`].
    pub fn parse(text: &[u8]) -> Result<Self, Fault> {
        Span::parse(text).map(Self::Pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readiness_is_a_word_or_a_descriptor_above_the_standard_ones() {
        assert_eq!(Ready::parse(b"none"), Ok(Ready::None));
        assert_eq!(Ready::parse(b"notify"), Ok(Ready::Notify));
        assert_eq!(Ready::parse(b"fd=3"), Ok(Ready::Fd(3)));
        for text in ["fd=2", "fd=1024", "fd=-1"] {
            let beyond = Err(Fault::OutOfRange { min: 3, max: 1023 });
            assert_eq!(Ready::parse(text.as_bytes()), beyond, "{text}");
        }
        assert_eq!(Ready::parse(b"fd="), Err(Fault::Empty));
        assert_eq!(Ready::parse(b"fd=x"), Err(Fault::NotA(units::NUMBER)));
        let there = Endpoint::parse(b"[::1]:80").unwrap();
        assert_eq!(Ready::parse(b"tcp=[::1]:80"), Ok(Ready::Tcp(there)));
        assert!(Ready::parse(b"tcp=").is_err() && Ready::parse(b"tcp=0").is_err());
        for text in ["", "fd", "tcp", "Notify", "exec=", "file=/x"] {
            assert_eq!(Ready::parse(text.as_bytes()), Err(Fault::NotOneOf(NAMES)), "{text}");
        }
        assert_eq!(PreStop::parse(b"5s"), Ok(PreStop::Pause(Span::from_s(5))));
        assert!(PreStop::parse(b"exec").is_err());
    }
}
