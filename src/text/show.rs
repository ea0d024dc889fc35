//! Writing text: a noun shows itself to a sink, piece by piece.
//!
//! core::fmt can do this too, and brings precision, alternates, a table of pieces for each call and
//! a result to hand on after each: a tenth of the binary. Here a piece is bytes, and a noun that is
//! to be printed in another way is another noun, such as [`Digits`] or [`Quoted`](super::Quoted).
//!
//! Nothing fails between two pieces. A sink that can fail (a full buffer, a closed pipe) takes
//! nothing more from then on, and is asked at the end, as one asks ferror(3).

/// Where text goes.
pub trait Sink {
    /// Takes the next bytes.
    fn put(&mut self, bytes: &[u8]);
}

/// What can be written as text.
pub trait Show {
    /// Writes it, piece by piece.
    fn show(&self, out: &mut dyn Sink);
}

/// Writes one thing behind the other: `put!(out, "step ", number, " of ", all, ": ")`.
macro_rules! put {
    ($out:expr, $($part:expr),+ $(,)?) => {{
        let out: &mut dyn $crate::text::Sink = $out;
        $($crate::text::Show::show(&$part, out);)+
    }};
}
pub(crate) use put;

impl<T: Show + ?Sized> Show for &T {
    fn show(&self, out: &mut dyn Sink) {
        T::show(self, out);
    }
}

impl Show for str {
    fn show(&self, out: &mut dyn Sink) {
        out.put(self.as_bytes());
    }
}

impl Show for char {
    fn show(&self, out: &mut dyn Sink) {
        out.put(self.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

/// Numbers, in decimal.
macro_rules! show_number {
    ($($type:ty as $wide:ty),+) => {$(
        impl Show for $type {
            fn show(&self, out: &mut dyn Sink) {
                <$wide>::from(*self).show(out);
            }
        }
    )+};
}
show_number!(u8 as u64, u16 as u64, u32 as u64, i32 as i64);

impl Show for u64 {
    fn show(&self, out: &mut dyn Sink) {
        Digits::decimal(*self, 1).show(out);
    }
}

impl Show for usize {
    fn show(&self, out: &mut dyn Sink) {
        u64::try_from(*self).unwrap_or(u64::MAX).show(out); // a usize is no longer than a u64
    }
}

impl Show for i64 {
    fn show(&self, out: &mut dyn Sink) {
        if *self < 0 {
            out.put(b"-");
        }
        self.unsigned_abs().show(out);
    }
}

/// A number in a base, with zeros in front up to a width.
pub struct Digits {
    number: u64,
    base: Base,
    width: usize,
}

#[derive(Clone, Copy)]
enum Base {
    Octal,
    Decimal,
    Hex,
}

impl Digits {
    /// In base eight, as modes are written.
    pub const fn octal(number: u64, width: usize) -> Self {
        Self { number, base: Base::Octal, width }
    }

    /// In base ten.
    pub const fn decimal(number: u64, width: usize) -> Self {
        Self { number, base: Base::Decimal, width }
    }

    /// In base sixteen, as bytes are written.
    pub const fn hex(number: u64, width: usize) -> Self {
        Self { number, base: Base::Hex, width }
    }
}

impl Show for Digits {
    fn show(&self, out: &mut dyn Sink) {
        let mut text = [0; 22]; // as long as u64::MAX in base eight
        let mut len = 0usize;
        let mut rest = self.number;
        for place in text.iter_mut().rev() {
            let digit;
            (digit, rest) = match self.base {
                Base::Octal => (rest % 8, rest / 8),
                Base::Decimal => (rest % 10, rest / 10),
                Base::Hex => (rest % 16, rest / 16),
            };
            let [digit, ..] = digit.to_le_bytes();
            *place = if digit < 10 { b'0' + digit } else { b'a' - 10 + digit };
            len = len.saturating_add(1);
            if rest == 0 && len >= self.width {
                break;
            }
        }
        let start = text.len().saturating_sub(len);
        out.put(text.get(start..).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;
    use std::vec::Vec;

    impl Sink for Vec<u8> {
        fn put(&mut self, bytes: &[u8]) {
            self.extend_from_slice(bytes);
        }
    }

    fn check(what: impl Show, expected: &str) {
        let mut text = Vec::new();
        put!(&mut text, what);
        assert_eq!(String::from_utf8(text).unwrap(), expected);
    }

    #[test]
    fn numbers_are_written_to_their_last_digit() {
        check(0u8, "0");
        check(-1i32, "-1");
        check(1_203u16, "1203");
        check(i64::MIN, "-9223372036854775808");
        check(u64::MAX, "18446744073709551615");
    }

    #[test]
    fn digits_have_zeros_in_front_up_to_their_width() {
        check(Digits::octal(0o22, 4), "0022");
        check(Digits::octal(u64::MAX, 1), "1777777777777777777777");
        check(Digits::hex(0x1b, 2), "1b");
        check(Digits::hex(0xf, 4), "000f");
        check(Digits::decimal(5, 3), "005");
        check(Digits::decimal(1_234, 3), "1234");
    }

    #[test]
    fn one_thing_stands_behind_the_other() {
        let mut text = Vec::new();
        put!(&mut text, "step ", 3u8, " of ", 12usize, ':', 'ß');
        assert_eq!(text, "step 3 of 12:ß".as_bytes());
    }
}
