//! A message as data: one template, and what may stand in it.
//!
//! Sentences in tables read better than sentences in code, and cost a pointer each instead of the
//! code that puts them together.

use super::super::out::Out;
use crate::model::Shift;
use crate::text::{Quoted, Show, Sink, put};

/// A template: what we did or found, and on lines of their own why, and what to do about it.
///
/// In braces: `{s}` what was said, in quotes; `{n}` a name of ours; `{t}` a text; `{a}` and `{b}`
/// numbers; `{A}` and `{B}` the same as lengths of time. `{?}` and `{!}` begin the two lines. Of
/// `{[}a{|}b{]}` the first is for whoever wrote a file, and the second for whoever typed flags.
macro_rules! sentence {
    (why: $why:expr) => {
        concat!("{?}", $why)
    };
    (why: $why:expr, try: $remedy:expr) => {
        concat!("{?}", $why, "{!}", $remedy)
    };
    ($first:expr) => {
        $first
    };
    ($first:expr, try: $remedy:expr) => {
        concat!($first, "{!}", $remedy)
    };
    ($first:expr, why: $why:expr) => {
        concat!($first, "{?}", $why)
    };
    ($first:expr, why: $why:expr, try: $remedy:expr) => {
        concat!($first, "{?}", $why, "{!}", $remedy)
    };
}
pub(super) use sentence;

/// What stands in the braces.
#[derive(Clone, Copy)]
pub(in crate::cli) struct Args<'a> {
    pub said: &'a [u8],
    pub name: &'a str,
    pub text: &'a dyn Show,
    pub a: i64,
    pub b: i64,
    /// Whether it was said by a flag, and would be said otherwise by one.
    pub is_flag: bool,
}

impl Args<'_> {
    /// Nothing in any brace.
    pub(in crate::cli) const NONE: Args<'static> =
        Args { said: b"", name: "", text: &"", a: 0, b: 0, is_flag: false };
}

/// Prints a message: `head` (who and where), then the sentence.
pub(super) fn print(head: &dyn Show, sentence: &str, args: &Args<'_>) {
    write(&mut Out::stderr(), head, sentence, args);
}

/// Writes a message as [`print`] does.
pub(super) fn write(out: &mut dyn Sink, head: &dyn Show, sentence: &str, args: &Args<'_>) {
    put!(out, head);
    fill(out, sentence, args);
    put!(out, "\n");
}

/// Writes a template with its braces filled.
pub(in crate::cli) fn fill(out: &mut dyn Sink, template: &str, args: &Args<'_>) {
    for piece in told(template, args) {
        match piece {
            (name, true) => brace(out, name, args),
            (text, false) => put!(out, text),
        }
    }
}

/// One part of a sentence: what begins with `{?}` or `{!}`, or what stands before these.
pub(super) struct Part<'s> {
    pub sentence: &'s str,
    pub args: &'s Args<'s>,
    /// `?`, `!` or nothing.
    pub mark: &'static str,
}

impl Part<'_> {
    /// Whether the sentence has it.
    pub fn is_there(&self) -> bool {
        self.mark.is_empty()
            || told(self.sentence, self.args).any(|piece| piece == (self.mark, true))
    }
}

impl Show for Part<'_> {
    fn show(&self, out: &mut dyn Sink) {
        let mut mark = "";
        for piece in told(self.sentence, self.args) {
            match piece {
                (next @ ("?" | "!"), true) => mark = next,
                _ if mark != self.mark => {}
                (name, true) => brace(out, name, self.args),
                (text, false) => put!(out, text),
            }
        }
    }
}

/// The pieces of a template that are for whoever said it, by a flag or in a file.
fn told<'t>(template: &'t str, args: &Args<'_>) -> impl Iterator<Item = (&'t str, bool)> {
    let is_flag = args.is_flag;
    let mut is_left_out = false;
    pieces(template).filter(move |piece| {
        match piece {
            ("[", true) => is_left_out = is_flag,
            ("|", true) => is_left_out = !is_flag,
            ("]", true) => is_left_out = false,
            _ => return !is_left_out,
        }
        false
    })
}

/// Writes what stands in a brace.
fn brace(out: &mut dyn Sink, name: &str, args: &Args<'_>) {
    match name {
        "?" => put!(out, "\n  why: "),
        "!" => put!(out, "\n  try: "),
        "s" => put!(out, Quoted(args.said)),
        "n" => put!(out, args.name),
        "t" => put!(out, args.text),
        "a" => put!(out, args.a),
        "b" => put!(out, args.b),
        "A" => put!(out, Shift::By(args.a)),
        "B" => put!(out, Shift::By(args.b)),
        literal => put!(out, "{", literal, "}"),
    }
}

/// Writes a template; what stands in braces is written by `fill`, which gets its name.
pub(super) fn walk(out: &mut dyn Sink, template: &str, fill: &mut dyn FnMut(&mut dyn Sink, &str)) {
    for (piece, is_name) in pieces(template) {
        match is_name {
            true => fill(out, piece),
            false => put!(out, piece),
        }
    }
}

/// The pieces of a template, and which are names: text and what stands in braces take turns.
fn pieces(template: &str) -> impl Iterator<Item = (&str, bool)> {
    template.split(['{', '}']).zip([false, true].into_iter().cycle())
}
