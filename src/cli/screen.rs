//! Standard output as somebody looks at it: whether it is a terminal, how wide, and in colour.

use core::ffi::CStr;

use crate::sys::start::Start;
use crate::sys::{Fd, terminal};
use crate::text::{Length, Show, Sink, put};

/// What standard output is.
#[derive(Clone, Copy)]
pub struct Screen {
    /// Whether it is a terminal.
    pub is_terminal: bool,
    /// How many columns a line may have; no limit anywhere but on a terminal.
    pub columns: usize,
    has_colour: bool,
}

impl Screen {
    /// No terminal.
    #[cfg(test)]
    pub const PLAIN: Self = Self { is_terminal: false, columns: usize::MAX, has_colour: false };
    /// A terminal without colours.
    #[cfg(test)]
    pub const fn plain(columns: usize) -> Self {
        Self { is_terminal: true, columns, has_colour: false }
    }

    /// Looks at standard output. Colour is for terminals that have a name and are not dumb (TERM),
    /// and never where NO_COLOR is set to anything.
    pub fn of(start: &Start) -> Self {
        let columns = terminal::columns(&Fd::inherited(1));
        let variable = |name: &[u8]| {
            let mut pairs = start.env.iter().map(CStr::to_bytes);
            let value = pairs.find_map(|pair| pair.strip_prefix(name)?.strip_prefix(b"="));
            value.filter(|value| !value.is_empty())
        };
        let is_dumb = matches!(variable(b"TERM"), None | Some(b"dumb"));
        let is_plain = is_dumb || variable(b"NO_COLOR").is_some();
        Self {
            is_terminal: columns.is_ok(),
            has_colour: columns.is_ok() && !is_plain,
            columns: columns.ok().filter(|count| *count > 0).map_or(usize::MAX, usize::from),
        }
    }

    /// Text in a colour, where there are colours.
    pub const fn paint<'t>(self, colour: Colour, what: &'t dyn Show) -> Painted<'t> {
        Painted { what, colour, is_on: self.has_colour }
    }
}

/// The colours that a terminal has under these names, whatever they look like there
/// (console_codes(4), "ECMA-48 Select Graphic Rendition").
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// As text is.
    Plain,
    /// Heavier.
    Bold,
    /// Something is wrong.
    Red,
    /// All is well.
    Green,
    /// Not quite.
    Yellow,
    /// A name of ours.
    Cyan,
}

/// Text in a colour.
pub struct Painted<'t> {
    what: &'t dyn Show,
    colour: Colour,
    is_on: bool,
}

impl Show for Painted<'_> {
    fn show(&self, out: &mut dyn Sink) {
        let code = match self.colour {
            Colour::Plain => "",
            Colour::Bold => "1",
            Colour::Red => "31",
            Colour::Green => "32",
            Colour::Yellow => "33",
            Colour::Cyan => "36",
        };
        let is_on = self.is_on && !code.is_empty();
        if is_on {
            put!(out, "\x1b[", code, "m");
        }
        self.what.show(out);
        if is_on {
            put!(out, "\x1b[m");
        }
    }
}

/// Text on one line of so many letters: what is longer ends in `…`.
pub struct Cut<'t>(pub &'t dyn Show, pub usize);

impl Show for Cut<'_> {
    fn show(&self, out: &mut dyn Sink) {
        let Self(what, letters) = *self;
        if Length::of(what).letters <= letters {
            return what.show(out);
        }
        let mut cutter = Cutter { out, left: letters.saturating_sub(1), is_over: false };
        what.show(&mut cutter);
        put!(out, "…");
    }
}

/// Takes so many letters and no more.
struct Cutter<'o> {
    out: &'o mut dyn Sink,
    left: usize,
    is_over: bool,
}

impl Sink for Cutter<'_> {
    fn put(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let is_new = *byte & 0xc0 != 0x80; // else it goes on with a letter (utf-8(7))
            self.is_over |= is_new && self.left == 0;
            if self.is_over {
                return;
            }
            self.left = self.left.saturating_sub(usize::from(is_new));
            self.out.put(&[*byte]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn a_line_is_cut_between_letters() {
        let table = [("größer", 6, "größer"), ("größer", 5, "größ…"), ("ab", 1, "…"), ("", 1, "")];
        for (text, letters, expected) in table {
            let mut shown = Vec::new();
            put!(&mut shown, Cut(&text, letters));
            assert_eq!(shown, expected.as_bytes(), "{text} {letters}");
        }
    }

    #[test]
    fn colour_stands_around_a_text_or_nowhere() {
        for (has_colour, colour, expected) in [
            (true, Colour::Yellow, "\x1b[33mno\x1b[m"),
            (true, Colour::Plain, "no"),
            (false, Colour::Yellow, "no"),
        ] {
            let screen = Screen { is_terminal: true, columns: 80, has_colour };
            let mut shown = Vec::new();
            put!(&mut shown, screen.paint(colour, &"no"));
            assert_eq!(shown, expected.as_bytes());
        }
    }
}
