//! What is wrong with what was said.

use core::fmt;

use super::{Message, Place};
use crate::model::Shift;
use crate::spec::{Complaint, Key, Shape, SpecFault, Table};
use crate::text::{Fault, Quoted};

/// Reports one complaint.
pub fn complaint(place: Place<'_>, fault: &SpecFault<'_>) {
    let said = Quoted(fault.said);
    let mut message = match fault.complaint {
        Complaint::Value(key, value) => return value_fault(place, fault, key, value),
        Complaint::UnknownKey { table: Some(table), .. } => {
            Message::new(format_args!("{place}unknown key {said} in {}", Name(table)))
        }
        Complaint::UnknownKey { table: None, .. } => {
            Message::new(format_args!("{place}unknown key {said} outside any table"))
        }
        Complaint::OtherTable(_) => {
            Message::new(format_args!("{place}key {said} stands in the wrong table"))
        }
        Complaint::UnknownTable { .. } => Message::new(format_args!("{place}unknown table {said}")),
        Complaint::NotForThisVerb(key) => {
            Message::new(format_args!("{place}--{} needs namespaces of our own", key.name))
        }
        Complaint::WrongType(key, has) => {
            Message::new(format_args!("{place}{} in {} is {has}", key.name, Name(key.table)))
        }
        Complaint::WrongTable(table) => {
            Message::new(format_args!("{place}{} is written as {}", table.name(), Name(table)))
        }
        Complaint::Twice => Message::new(format_args!("{place}{said} is said twice")),
        Complaint::Grammar(what, None) => Message::new(format_args!("{place}{what}")),
        Complaint::Grammar(what, Some(expected)) => {
            Message::new(format_args!("{place}{what}, expected {}", Quoted(expected.as_bytes())))
        }
        Complaint::NotUtf8 => Message::new(format_args!("{place}not UTF-8 text: {said}")),
        Complaint::FileTooLarge(max) => {
            Message::new(format_args!("{place}file {said} is larger than {max} bytes"))
        }
        Complaint::TooMany(what, max) => {
            Message::new(format_args!("{place}more than {max} {what}"))
        }
        Complaint::NoValue(_) => Message::new(format_args!("{place}{said} needs a value")),
        Complaint::NeedlessValue(name) => {
            Message::new(format_args!("{place}--{name} takes no value"))
        }
        Complaint::UnknownFlag { .. } => Message::new(format_args!("{place}unknown flag {said}")),
        Complaint::NoMainService => Message::new(format_args!(
            "{place}{said} is for the main service, and none of them is that"
        )),
        Complaint::OpenQuote => Message::new(format_args!("{place}a quote is not closed: {said}")),
        Complaint::SecondFile => Message::new(format_args!("{place}a second file: {said}")),
    };
    remedy(&mut message, fault);
}

/// What to say instead.
fn remedy(message: &mut Message, fault: &SpecFault<'_>) {
    match fault.complaint {
        Complaint::UnknownKey { nearest: Some(near), .. }
        | Complaint::UnknownTable { nearest: Some(near) } => message.remedy(format_args!("{near}")),
        Complaint::UnknownFlag { nearest: Some(near) } => message.remedy(format_args!("--{near}")),
        Complaint::UnknownKey { nearest: None, .. } => {
            message.remedy(format_args!("nsinit help lists every key"))
        }
        Complaint::UnknownFlag { nearest: None } => {
            message.remedy(format_args!(
                "nsinit help, or -- in front of a command that begins with a dash"
            ));
        }
        Complaint::UnknownTable { nearest: None } => {
            message.remedy(format_args!("sandbox, time, user, net, security or service"));
        }
        Complaint::OtherTable(key) => {
            message.remedy(format_args!("put it under {}", Name(key.table)))
        }
        Complaint::NotForThisVerb(_) => message.remedy(format_args!("nsinit run")),
        Complaint::WrongType(key, _) => message.remedy(format_args!("{}", Form(key))),
        Complaint::WrongTable(table) => message.remedy(format_args!("{}", Name(table))),
        Complaint::NoValue(value) => message.remedy(format_args!("{value} behind it")),
        Complaint::NoMainService => message.remedy(format_args!("main = true for one of them")),
        Complaint::SecondFile => {
            message.remedy(format_args!("one file, or -- in front of the command"))
        }
        Complaint::FileTooLarge(_)
        | Complaint::Value(..)
        | Complaint::Twice
        | Complaint::Grammar(..)
        | Complaint::NotUtf8
        | Complaint::TooMany(..)
        | Complaint::NeedlessValue(_)
        | Complaint::OpenQuote => {}
    }
}

/// A value that its key cannot take.
fn value_fault(place: Place<'_>, fault: &SpecFault<'_>, key: &Key, value: Fault) {
    let (said, name) = (Quoted(fault.said), key.name);
    match value {
        Fault::Empty => drop(Message::new(format_args!("{place}{name} is empty"))),
        Fault::TooLong { len, max } => {
            drop(Message::new(format_args!(
                "{place}{name} {said} has {len} bytes, at most {max} are allowed"
            )));
        }
        Fault::TooMany { max } => {
            drop(Message::new(format_args!("{place}{name} has more than {max} entries")));
        }
        Fault::NotOneOf(allowed) => {
            let mut message = Message::new(format_args!("{place}{name} cannot be {said}"));
            message.remedy(format_args!("{}", Choice(allowed)));
        }
        Fault::NotA(form) => drop(Message::new(format_args!("{place}{name}: {said} is no {form}"))),
        Fault::OutOfRange { min, max } => {
            drop(Message::new(format_args!(
                "{place}{name}: {said} is not between {min} and {max}"
            )));
        }
        Fault::BadByte(byte) => {
            drop(Message::new(format_args!(
                "{place}{name}: {said} has a {} in it",
                Quoted(&[byte])
            )));
        }
        Fault::WallClock => {
            let mut message =
                Message::new(format_args!("{place}{name}: the wall clock cannot be shifted"));
            message.why(format_args!("a time namespace has offsets for two clocks only, monotonic and boottime (time_namespaces(7))"));
            message.remedy(format_args!(
                "boottime = \"{}\" for the uptime, or set the machine's own clock",
                Shift::By(0)
            ));
        }
        Fault::Nul => drop(Message::new(format_args!("{place}{name}: a NUL byte cannot be in it"))),
    }
}

/// `[sandbox]` or `[[service]]`.
struct Name(Table);

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.is_list() {
            true => write!(f, "[[{}]]", self.0.name()),
            false => write!(f, "[{}]", self.0.name()),
        }
    }
}

/// Words to choose from: `never, on-failure or always`.
struct Choice(&'static [&'static str]);

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, word) in self.0.iter().enumerate() {
            let mark = match index {
                0 => "",
                _ if index + 1 == self.0.len() => " or ",
                _ => ", ",
            };
            write!(f, "{mark}{word}")?;
        }
        Ok(())
    }
}

/// How a value of this key is written.
struct Form<'k>(&'k Key);

impl fmt::Display for Form<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Key { name, value, .. } = self.0;
        match self.0.shape {
            Shape::Text => write!(f, "{name} = \"{value}\""),
            Shape::Number => write!(f, "{name} = {value}, a whole number"),
            Shape::Span => write!(f, "{name} = \"{value}\", or a whole number of seconds"),
            Shape::TextOrNumber => write!(f, "{name} = \"{value}\", or a whole number"),
            Shape::Switch => write!(f, "{name} = true or {name} = false"),
            Shape::List | Shape::Words => write!(f, "{name} = [\"{value}\"]"),
            Shape::Pairs => write!(f, "{name} = {{ NAME = \"VALUE\" }}"),
            Shape::TextOrPair => {
                write!(f, "{name} = \"inherit\" or {name} = {{ file = \"PATH\" }}")
            }
        }
    }
}
