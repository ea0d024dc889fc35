//! Whether a running nsinit listens to those who may steer it, and where.

use core::ffi::CStr;

use crate::text::{Fault, Names};

/// The forms, for messages.
const FORMS: Names = Names::new("true|false|a path from the root");

/// The control socket, as it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control<'a> {
    /// Where everybody looks for it, by the sandbox's name.
    On,
    /// Nowhere.
    Off,
    /// At this path.
    At(&'a CStr),
}

impl<'a> Control<'a> {
    /// Reads `true`, `false` or a path from the root.
    ///
    /// # Errors
    /// [`Fault::Empty`], [`Fault::NotOneOf`].
    pub fn parse(text: &'a CStr) -> Result<Self, Fault> {
        match text.to_bytes() {
            b"" => Err(Fault::Empty),
            b"true" => Ok(Self::On),
            b"false" => Ok(Self::Off),
            [b'/', .., last] if *last != b'/' => Ok(Self::At(text)),
            _ => Err(Fault::NotOneOf(FORMS)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_on_off_or_at_a_path() {
        assert_eq!(Control::parse(c"true"), Ok(Control::On));
        assert_eq!(Control::parse(c"false"), Ok(Control::Off));
        assert_eq!(Control::parse(c"/run/x.sock"), Ok(Control::At(c"/run/x.sock")));
        assert_eq!(Control::parse(c""), Err(Fault::Empty));
        for text in [c"yes", c"x.sock", c"/", c"/run/"] {
            assert_eq!(Control::parse(text), Err(Fault::NotOneOf(FORMS)), "{text:?}");
        }
    }
}
