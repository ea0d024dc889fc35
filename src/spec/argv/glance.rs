//! What stands in words, before they are read or without reading them.

use core::ffi::CStr;

use super::{Front, Lexer, Token};
use crate::spec::Said;
use crate::text::Words;

/// The file named in `words`, so that it can be read before the flags that overrule it.
pub fn file<'a>(front: Front, words: Words<'a>, first: u32) -> Option<Said<&'a CStr>> {
    let mut lexer = Lexer::new(front, words, first);
    while let Some((token, _, origin)) = lexer.next() {
        match token {
            Token::File(path) => return Some(Said { value: path, origin }),
            Token::Flag(..)
            | Token::Other(..)
            | Token::Setenv(..)
            | Token::Verbose
            | Token::Command(_)
            | Token::Wrong(_) => {}
        }
    }
    None
}

/// The value of the flag `name` in words that another process was started with, the last one said.
pub fn value_of<'a>(front: Front, words: Words<'a>, name: &str) -> Option<&'a CStr> {
    let mut lexer = Lexer::new(front, words, 0);
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
