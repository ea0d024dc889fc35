//! What is shown of one service: its state in a word, since when, and its PID as it is seen here.

use crate::cli::screen::Colour;
use crate::engine::control::find::Beside;
use crate::engine::pid_of;
use crate::model::Span;
use crate::model::answer::{Life, count, plain};
use crate::text::json::{Object, Raw};
use crate::text::{Show, Sink, put};

/// A service, as an answer has it.
#[derive(Clone, Copy)]
pub struct Row<'l> {
    /// The whole line.
    pub object: Object<'l>,
    /// Where it is in its life; what we do not know is taken for running.
    pub life: Life,
    /// Its PID, in our PID namespace.
    pub pid: Option<u64>,
}

impl<'l> Row<'l> {
    /// Reads one, and what came with it.
    pub fn new(object: Object<'l>, beside: &Beside) -> Self {
        let life = Life::parse(plain(object, "state")).unwrap_or(Life::Running);
        let said = count(object, "pid");
        // A number without a descriptor is one of its own namespace, which may be ours.
        let pid = said.and_then(|said| match beside.descriptors.first() {
            Some(pidfd) => pid_of(pidfd),
            None => (beside.init == 1).then_some(said),
        });
        Self { object, life, pid }
    }

    /// Its name.
    pub fn name(&self) -> &'l [u8] {
        plain(self.object, "service")
    }

    /// Its state in a word.
    pub fn state(&self) -> &'static str {
        let is_unready = self.life == Life::Running && !self.object.is_set("ready");
        match self.object.is_set("reloading") {
            true => "reloading",
            false if is_unready => "unready",
            false => self.life.name(),
        }
    }

    /// In which colour that is shown.
    pub const fn colour(state: &[u8]) -> Colour {
        match state {
            b"pausing" | b"unready" | b"reloading" | b"stopping" | b"failed" => Colour::Yellow,
            _ => Colour::Plain,
        }
    }

    /// For how long it is as it is.
    pub fn age(&self) -> Age {
        Age(count(self.object, "for-ms").unwrap_or(0))
    }

    /// What its last run came to, nothing while it runs.
    pub fn last(&self) -> Optional<'l> {
        Optional(self.object.text("last"))
    }

    /// What it says of itself.
    pub fn says(&self) -> Optional<'l> {
        Optional(self.object.text("says"))
    }
}

/// A text, or nothing.
#[derive(Clone, Copy)]
pub struct Optional<'l>(pub Option<Raw<'l>>);

impl Show for Optional<'_> {
    fn show(&self, out: &mut dyn Sink) {
        if let Some(text) = self.0 {
            put!(out, text);
        }
    }
}

/// A number, or nothing.
pub struct Number(pub Option<u64>);

impl Show for Number {
    fn show(&self, out: &mut dyn Sink) {
        if let Some(number) = self.0 {
            put!(out, number);
        }
    }
}

/// A length of time in milliseconds, as people say it: `1.5s`, `42s`, `3m5s`, `2h10m`, `4d3h`.
#[derive(Clone, Copy)]
pub struct Age(pub u64);

impl Show for Age {
    fn show(&self, out: &mut dyn Sink) {
        let seconds = self.0 / 1000;
        let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
        match (days, hours, minutes) {
            (0, 0, 0) if seconds < 10 => put!(out, Span::from_ms(self.0 / 100 * 100)),
            (0, 0, 0) => put!(out, seconds, "s"),
            (0, 0, _) => put!(out, minutes, "m", seconds % 60, "s"),
            (0, ..) => put!(out, hours, "h", minutes, "m"),
            (..) => put!(out, days, "d", hours, "h"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Buffer;

    #[test]
    fn an_age_is_told_in_two_units_at_most() {
        for (ms, expected) in [
            (0, "0s"),
            (420, "400ms"),
            (1_560, "1.5s"),
            (42_999, "42s"),
            (185_000, "3m5s"),
            (7_800_000, "2h10m"),
            (356_400_000, "4d3h"),
        ] {
            let mut out = Buffer::<32>::new();
            put!(&mut out, Age(ms));
            assert_eq!(out.text(), Some(expected.as_bytes()), "{ms}");
        }
    }
}
