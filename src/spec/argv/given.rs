//! Words that come from a descriptor, in the place of `--args FD`, as bubblewrap has it.
//!
//! Whoever reads descriptors has read them before: the fronts know no calls. They are flags and
//! nothing else: a flag has all of its words in the same descriptor, and no command begins there.

use core::ffi::CStr;

use super::{Front, Lexer, Token, Wrong};
use crate::spec::flags;
use crate::spec::ties::inherited;
use crate::spec::{Complaint, Origin, Spec};
use crate::text::Words;

/// Whether any does in this build.
const IS_BUILT: bool = cfg!(feature = "sandbox");

/// What a descriptor gave.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// Its number.
    pub number: u16,
    /// The words.
    pub words: Words<'a>,
}

/// A line of arguments.
#[derive(Clone, Copy)]
pub struct Line<'a> {
    /// Who reads it.
    pub front: Front,
    /// Its words.
    pub words: Words<'a>,
    /// The number of the first of these, for [`Origin::Argument`].
    pub first: u32,
    /// What each `--args` in it stands for, in their order; where they are not known yet, they
    /// stand for nothing.
    pub given: &'a [Given<'a>],
}

impl<'a> Line<'a> {
    /// A line without words from descriptors.
    pub const fn new(front: Front, words: Words<'a>, first: u32) -> Self {
        Self { front, words, first, given: &[] }
    }
}

/// What comes behind the words of a descriptor.
#[derive(Clone, Copy)]
pub(super) struct Behind<'a> {
    rest: Words<'a>,
    argument: u32,
    /// The descriptor.
    number: u16,
}

impl<'a> Lexer<'a> {
    /// Whether a descriptor gives the next word.
    pub(super) const fn is_given(&self) -> bool {
        IS_BUILT && self.behind.is_some()
    }

    /// The command begins here, unless a descriptor gives it.
    pub(super) const fn command(&self, words: Words<'a>) -> Token<'a> {
        match self.is_given() {
            false => Token::Command(words),
            true => Token::Wrong(Complaint::CommandGiven),
        }
    }

    /// Where the next word was said.
    pub(super) fn origin(&self) -> Origin {
        match self.behind {
            Some(Behind { number, .. }) if IS_BUILT => {
                Origin::Given { number, word: self.argument }
            }
            Some(_) | None => Origin::Argument(self.argument),
        }
    }

    /// The words of this descriptor are next.
    pub(super) fn enter_given(&mut self, number: &'a CStr) -> Token<'a> {
        let next = self.given.split_first();
        let is_it = |given: &Given<'_>| inherited(number.to_bytes()) == Ok(given.number);
        if let Some((given, others)) = next.filter(|(given, _)| is_it(given)) {
            let number = given.number;
            self.behind = Some(Behind { rest: self.rest, argument: self.argument, number });
            (self.rest, self.argument, self.given) = (given.words, 1, others);
        }
        Token::Args(number)
    }

    /// Behind the last word of a descriptor the line goes on.
    pub(super) fn leave_given(&mut self) {
        if let Some(behind) = self.behind.take_if(|_| IS_BUILT && self.rest.is_empty()) {
            (self.rest, self.argument) = (behind.rest, behind.argument);
        }
    }
}

/// Counts a descriptor that gave words.
pub(super) fn put<'a>(number: &'a CStr, spec: &mut Spec<'a>) -> Result<(), Wrong<'a>> {
    match inherited(number.to_bytes()) {
        Ok(_) => {
            spec.ties.given = spec.ties.given.saturating_add(1);
            Ok(())
        }
        Err(fault) => {
            let complaint = Complaint::Flag("args", flags::Wrong::Operand(0, fault));
            Err((number.to_bytes(), complaint))
        }
    }
}
