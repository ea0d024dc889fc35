//! Whether a statement is good TOML.
//!
//! toml_parser checks the order of tokens by itself; the words in between are checked when somebody
//! decodes them, so this decodes every one. It also closes gaps that toml_parser leaves to its
//! caller: values that are missing, integers without digits, line ends before a value.
//!
//! What is said twice, or is of the wrong type, does not belong here.

use toml_parser::decoder::{Encoding, ScalarKind};
use toml_parser::lexer::Token;
use toml_parser::parser::{EventReceiver, parse_document};
use toml_parser::{ErrorSink, Expected, ParseError, Source, Span};

use super::Flaw;
use super::word::{Word, is_integer};

/// What is wrong with the grammar of a statement, and where; only the first fault counts, for what
/// follows is often its echo.
pub(super) fn check(source: Source<'_>, tokens: &[Token]) -> Option<(usize, Flaw)> {
    let mut error: Option<ParseError> = None;
    parse_document(tokens, &mut Check { source, awaits_value: false }, &mut error);
    let error = error?;
    let start = error.unexpected().or(error.context()).map_or(0, |span| span.start());
    let what = DESCRIPTIONS.iter().find(|known| **known == error.description());
    // Where several things could stand there, the first is no better guess than the others.
    let expected = match error.expected() {
        Some([Expected::Literal(literal)]) => Some(*literal),
        Some(_) | None => None,
    };
    Some((start, Flaw::Grammar(what.copied().unwrap_or("not TOML"), expected)))
}

/// Decodes every word once, for its faults.
struct Check<'a> {
    source: Source<'a>,
    awaits_value: bool,
}

const MISSING_KEY: &str = "missing key";
const MISSING_VALUE: &str = "missing value";
const INVALID_INTEGER: &str = "invalid integer number";

impl EventReceiver for Check<'_> {
    fn simple_key(&mut self, span: Span, encoding: Option<Encoding>, error: &mut dyn ErrorSink) {
        self.awaits_value = true;
        if span.is_empty() {
            error.report_error(ParseError::new(MISSING_KEY).with_unexpected(span));
            return;
        }
        Word::new(self.source, span, encoding).raw().decode_key(&mut (), error);
    }

    fn std_table_close(&mut self, _span: Span, _error: &mut dyn ErrorSink) {
        self.awaits_value = false;
    }

    fn array_table_close(&mut self, _span: Span, _error: &mut dyn ErrorSink) {
        self.awaits_value = false;
    }

    fn inline_table_open(&mut self, _span: Span, _error: &mut dyn ErrorSink) -> bool {
        self.awaits_value = false;
        true
    }

    fn array_open(&mut self, _span: Span, _error: &mut dyn ErrorSink) -> bool {
        self.awaits_value = false;
        true
    }

    fn scalar(&mut self, span: Span, encoding: Option<Encoding>, error: &mut dyn ErrorSink) {
        self.awaits_value = false;
        if span.is_empty() {
            error.report_error(ParseError::new(MISSING_VALUE).with_unexpected(span));
            return;
        }
        let raw = Word::new(self.source, span, encoding).raw();
        if let ScalarKind::Integer(radix) = raw.decode_scalar(&mut (), error)
            && !is_integer(raw.as_str(), radix)
        {
            error.report_error(ParseError::new(INVALID_INTEGER).with_unexpected(span));
        }
    }

    fn comment(&mut self, span: Span, error: &mut dyn ErrorSink) {
        Word::new(self.source, span, None).raw().decode_comment(error);
    }

    /// toml_parser lets the lines of an inline table end between a key and its value.
    fn newline(&mut self, span: Span, error: &mut dyn ErrorSink) {
        Word::new(self.source, span, None).raw().decode_newline(error);
        if self.awaits_value {
            error.report_error(ParseError::new(MISSING_VALUE).with_unexpected(span));
        }
    }
}

/// Everything toml_parser says. What it says is text for ever, but its type does not tell.
const DESCRIPTIONS: &[&str] = &[
    "`_` may only go between digits",
    "carriage return must be followed by newline",
    "extra `=`",
    "extra assignment between key-value pairs",
    "extra comma in array",
    "extra comma in inline table",
    "integers with a radix cannot be signed",
    "invalid basic string",
    "invalid binary number",
    "invalid boolean",
    "invalid comment character",
    "invalid exponent",
    "invalid float",
    "invalid fraction",
    "invalid hexadecimal number",
    "invalid inline table element",
    INVALID_INTEGER,
    "invalid key-value pair",
    "invalid literal string",
    "invalid mantissa",
    "invalid multi-line basic string",
    "invalid multi-line literal string",
    "invalid octal number",
    "invalid table",
    "invalid unquoted key",
    "invalid value",
    "key with no value",
    "keys cannot be multi-line basic strings",
    "keys cannot be multi-line literal strings",
    "missing array opening",
    "missing assignment between key-value pairs",
    "missing comma between array elements",
    "missing comma between key-value pairs",
    "missing escaped value",
    "missing inline table opening",
    "missing key for inline table element",
    "missing opening quote",
    "missing table open",
    MISSING_KEY,
    MISSING_VALUE,
    "missing value for key",
    "radix must be lowercase",
    "redundant integer number prefix",
    "redundant numeric sign",
    "string values must be quoted",
    "too few unicode value digits",
    "unclosed array",
    "unclosed array table",
    "unclosed inline table",
    "unclosed table",
    "unexpected `=` in array",
    "unexpected content",
    "unexpected content between comment and newline",
    "unexpected key or value",
    "unexpected leading zero",
    "unexpected sign",
];
