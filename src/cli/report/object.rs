//! A fault as a JSON object, for editors and whoever checks files by a program: `check --json`.
//!
//! It has what the message has, in parts: where, what is wrong, why, and what to try. A part that
//! there is nothing to say of is `null`.

use super::sentence::{Args, Part};
use super::{Form, Place};
use crate::cli::out::Out;
use crate::spec::Origin;
use crate::text::json::{Maybe, Text};
use crate::text::{Lossy, Sink, put};

/// Prints a fault as an object of the array that standard output is.
pub(super) fn tell(place: &Place<'_>, sentence: &str, args: &Args<'_>) {
    write(&mut Out::stdout(), place, sentence, args);
}

fn write(out: &mut dyn Sink, place: &Place<'_>, sentence: &str, args: &Args<'_>) {
    let (line, column) = match place.origin {
        Origin::File { line, column } => (Some(line), Some(column)),
        Origin::Default
        | Origin::CommandLine { .. }
        | Origin::Argument(_)
        | Origin::Given { .. } => (None, None),
    };
    let file = Lossy(place.file.unwrap_or_default().to_bytes());
    put!(out, if place.form == Form::FirstObject { "\n" } else { ",\n" });
    put!(out, "{\"file\":", Text(&file), ",\"line\":", Maybe(line), ",\"column\":", Maybe(column));
    for (name, mark) in [("reason", ""), ("why", "?"), ("try", "!")] {
        let part = Part { sentence, args, mark };
        let text = part.is_there().then_some(Text(&part));
        put!(out, ",\"", name, "\":", Maybe(text));
    }
    put!(out, "}");
}

#[cfg(test)]
mod tests {
    use super::super::sentence::sentence;
    use super::*;
    use std::string::String;
    use std::vec::Vec;

    #[test]
    fn an_object_has_the_parts_of_the_message() {
        let mut place =
            Place::new("check", Some(c"a \"b\".toml"), Origin::File { line: 3, column: 7 });
        let args = Args { said: b"x\xff", a: 5, ..Args::NONE };
        let both =
            sentence!("{s} is bad", why: "{a} is{[} more{|} less{]}", try: "{[}file{|}flag{]}");
        let file = r#"{"file":"a \"b\".toml","line":"#;
        for (form, origin, sentence, before, expected) in [
            (
                Form::FirstObject,
                place.origin,
                both,
                "\n",
                r#"3,"column":7,"reason":"\"x\\xff\" is bad","why":"5 is more","try":"file"}"#,
            ),
            (
                Form::NextObject,
                Origin::Default,
                sentence!("no"),
                ",\n",
                r#"null,"column":null,"reason":"no","why":null,"try":null}"#,
            ),
        ] {
            (place.form, place.origin) = (form, origin);
            let mut shown = Vec::new();
            write(&mut shown, &place, sentence, &args);
            let expected = std::format!("{before}{file}{expected}");
            assert_eq!(String::from_utf8(shown).unwrap(), expected);
        }
    }
}
