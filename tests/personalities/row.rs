//! A row of a table: a command line, its environment, and what is expected of it.

#![allow(dead_code)] // each table uses a part of it

use super::pair::{Whose, child, pid1, seen};

/// Where the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// As a child of the test.
    Child,
    /// As PID 1 of a namespace of its own.
    Pid1,
}

/// What the original does with the same words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Original {
    /// The same.
    Same,
    /// The same lines, in another order: it buffers, or two processes write at once.
    SameLines,
    /// Something else, and docs/compatibility.md says what and why.
    Differs,
    /// There is none on this machine.
    Unknown,
}

/// A row.
#[derive(Clone, Copy)]
pub struct Row {
    name: &'static str,
    words: &'static [&'static str],
    env: &'static [(&'static str, &'static str)],
    place: Place,
    code: i32,
    out: &'static str,
    err: &'static str,
    original: Original,
}

/// A program with these words, which succeeds without a word, as the original does.
pub const fn row(name: &'static str, words: &'static [&'static str]) -> Row {
    let (env, place, original) = (&[], Place::Child, Original::Same);
    Row { name, words, env, place, code: 0, out: "", err: "", original }
}

impl Row {
    pub const fn env(self, env: &'static [(&'static str, &'static str)]) -> Self {
        Self { env, ..self }
    }

    pub const fn pid1(self) -> Self {
        Self { place: Place::Pid1, ..self }
    }

    pub const fn code(self, code: i32) -> Self {
        Self { code, ..self }
    }

    pub const fn out(self, out: &'static str) -> Self {
        Self { out, ..self }
    }

    pub const fn err(self, err: &'static str) -> Self {
        Self { err, ..self }
    }

    pub const fn same_lines(self) -> Self {
        Self { original: Original::SameLines, ..self }
    }

    pub const fn differs(self) -> Self {
        Self { original: Original::Differs, ..self }
    }

    pub const fn no_original(self) -> Self {
        Self { original: Original::Unknown, ..self }
    }

    /// Runs it, ours and where there is one the original, and compares.
    pub fn check(&self) {
        let (out, err) = (String::from(self.out), String::from(self.err));
        let expected = (self.code, out, err);
        let shown = format!("{:?} {} {:?}", self.env, self.name, self.words);
        assert_eq!(self.run(Whose::Ours), expected, "ours: {shown}");
        let lines = |(code, out, err): &(i32, String, String)| {
            let sorted = |text: &str| {
                let mut lines: Vec<String> = text.lines().map(String::from).collect();
                lines.sort();
                lines
            };
            (*code, sorted(out), sorted(err))
        };
        match self.original {
            Original::Same => assert_eq!(self.run(Whose::Theirs), expected, "theirs: {shown}"),
            Original::SameLines => {
                assert_eq!(lines(&self.run(Whose::Theirs)), lines(&expected), "theirs: {shown}");
            }
            Original::Differs => {
                assert_ne!(self.run(Whose::Theirs), expected, "no difference: {shown}");
            }
            Original::Unknown => {}
        }
    }

    fn run(&self, whose: Whose) -> (i32, String, String) {
        let mut run = match self.place {
            Place::Child => child(whose, self.name, self.words),
            Place::Pid1 => pid1(whose, self.name, self.words),
        };
        for (name, value) in self.env {
            run = run.env(name, value);
        }
        seen(&run.end())
    }
}
