//! What stands in words, before they are read or without reading them.

use core::ffi::CStr;

use super::{Front, Lexer, Line, Token};
use crate::spec::Said;
use crate::spec::ties::inherited;
use crate::text::Words;

/// The descriptors that are to give words, in their order; those that cannot be are left out.
pub fn given<'a>(line: Line<'a>) -> impl Iterator<Item = Said<u16>> + use<'a> {
    let mut lexer = Lexer::new(line);
    core::iter::from_fn(move || lexer.next()).filter_map(|(token, _, origin)| match token {
        Token::Args(number) => {
            let value = inherited(number.to_bytes()).ok()?;
            Some(Said { value, origin })
        }
        Token::Flag(..)
        | Token::Other(..)
        | Token::Setenv(..)
        | Token::Verbose
        | Token::File(_)
        | Token::Command(_)
        | Token::Wrong(_) => None,
    })
}

/// A file that a line names.
#[derive(Clone, Copy)]
pub struct Named<'a> {
    /// Its path.
    pub path: Said<&'a CStr>,
    /// Whether its name alone says that it is no command.
    pub is_by_name: bool,
}

/// The file named in a line, so that it can be read before the flags that overrule it.
pub fn file(line: Line<'_>) -> Option<Named<'_>> {
    let mut lexer = Lexer::new(line);
    while let Some((token, word, origin)) = lexer.next() {
        match token {
            Token::File(path) => {
                let is_by_name = line.front != Front::Check && word == path;
                return Some(Named { path: Said { value: path, origin }, is_by_name });
            }
            Token::Flag(..)
            | Token::Other(..)
            | Token::Setenv(..)
            | Token::Verbose
            | Token::Command(_)
            | Token::Args(_)
            | Token::Wrong(_) => {}
        }
    }
    None
}

/// The value of the flag `name` in words that another process was started with, the last one said.
pub fn value_of<'a>(front: Front, words: Words<'a>, name: &str) -> Option<&'a CStr> {
    let mut lexer = Lexer::new(Line::new(front, words, 0));
    let mut found = None;
    while let Some((token, _, _)) = lexer.next() {
        if let Token::Flag(key, value) = token
            && key.name() == name
        {
            found = value;
        }
    }
    found
}
