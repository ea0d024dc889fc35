//! What may be wrong with a statement.

/// What is wrong with a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// No key where one should be.
    MissingKey,
    /// A key that has to be quoted, and is not.
    BareKey,
    /// A key in three quotes.
    MultiLineKey,
    /// A key without `=`.
    MissingEquals,
    /// No value where one should be.
    MissingValue,
    /// What is no value without quotes: neither a number nor a date, `true` or `false`.
    Unquoted,
    /// `True`, `FALSE` and the like.
    Boolean,
    /// A decimal number that begins with `0`.
    LeadingZero,
    /// `_` in a number, but not between two digits.
    Underscore,
    /// A string without its closing quotes.
    OpenString,
    /// A backslash, and nothing that may follow it.
    Escape,
    /// A control character in a string or a comment.
    Control,
    /// A carriage return without a newline.
    CarriageReturn,
    /// Something more behind a header or a value.
    Unexpected,
    /// Two entries of a list or an inline table without a comma between them.
    MissingComma,
    /// A comma without an entry before it.
    ExtraComma,
    /// A list without `]`.
    OpenList,
    /// An inline table without its closing brace.
    OpenTable,
    /// A header without `]`.
    OpenHeader,
    /// A header of one of several tables without `]]`.
    OpenListHeader,
    /// More brackets in one another than [`TOML_DEPTH_MAX`](crate::limits::TOML_DEPTH_MAX).
    TooDeep,
}
