//! A message as data: one template, and what may stand in it.
//!
//! Sentences in tables read better than sentences in code, and cost a pointer each instead of the
//! code that puts them together.

use core::fmt::{self, Display, Write};

use super::super::out::Out;
use crate::model::Shift;
use crate::text::Quoted;

/// A template: what we did or found, and on lines of their own why, and what to do about it.
///
/// In braces: `{s}` what was said, in quotes; `{n}` a name of ours; `{t}` a text; `{a}` and `{b}`
/// numbers; `{A}` and `{B}` the same as lengths of time.
macro_rules! sentence {
    (why: $why:expr) => {
        concat!("  why: ", $why, "\n")
    };
    (why: $why:expr, try: $remedy:expr) => {
        concat!("  why: ", $why, "\n  try: ", $remedy, "\n")
    };
    ($first:expr) => {
        concat!($first, "\n")
    };
    ($first:expr, try: $remedy:expr) => {
        concat!($first, "\n  try: ", $remedy, "\n")
    };
    ($first:expr, why: $why:expr) => {
        concat!($first, "\n  why: ", $why, "\n")
    };
    ($first:expr, why: $why:expr, try: $remedy:expr) => {
        concat!($first, "\n  why: ", $why, "\n  try: ", $remedy, "\n")
    };
}
pub(super) use sentence;

/// What stands in the braces.
#[derive(Clone, Copy)]
pub(super) struct Args<'a> {
    pub said: &'a [u8],
    pub name: &'a str,
    pub text: &'a dyn Display,
    pub a: i64,
    pub b: i64,
}

impl Args<'_> {
    /// Nothing in any brace.
    pub(super) const NONE: Args<'static> = Args { said: b"", name: "", text: &"", a: 0, b: 0 };
}

/// Prints a message: `head` (who and where), then the sentence.
pub(super) fn print(head: &dyn Display, sentence: &str, args: &Args<'_>) {
    let mut out = Out::stderr();
    // A message that cannot be written has no other way.
    let _ = write!(out, "{head}");
    let _ = fill(&mut out, sentence, args);
}

/// Writes a template with its braces filled.
fn fill(out: &mut Out, template: &str, args: &Args<'_>) -> fmt::Result {
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once('{') {
        out.write_str(before)?;
        let (what, after) = behind.split_once('}').unwrap_or((behind, ""));
        match what {
            "s" => write!(out, "{}", Quoted(args.said))?,
            "n" => out.write_str(args.name)?,
            "t" => write!(out, "{}", args.text)?,
            "a" => write!(out, "{}", args.a)?,
            "b" => write!(out, "{}", args.b)?,
            "A" => write!(out, "{}", Shift::By(args.a))?,
            "B" => write!(out, "{}", Shift::By(args.b))?,
            _ => write!(out, "{{{what}}}")?,
        }
        rest = after;
    }
    out.write_str(rest)
}
