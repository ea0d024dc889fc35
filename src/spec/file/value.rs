//! The values of the file: which type a key takes, and how each becomes text for it.
//!
//! A value is handed to the key table as text, whatever TOML calls it: a front has words, and what
//! they mean is `model`'s. So a list is put entry by entry, a table pair by pair as `NAME=VALUE`.
//!
//! Where a key has led does not belong here.

use core::ffi::CStr;

use super::defined::is_table;
use super::{Place, Reader, first_line};
use crate::spec::keys::KEYS;
use crate::spec::{Complaint, Item, Key, Origin, Said, Shape, SpecFault, Table};
use crate::text::toml::{Scalar, Word};
use crate::text::{Buffer, Fault, put};

/// Lists that mean something else when they are empty than when they are not said, and that we
/// cannot follow: no namespace at all, no supplementary group. Any other empty list adds nothing.
const NOTHING_IS_SOMETHING: [&str; 2] = ["namespaces", "groups"];

/// The name in a table whose value is a command.
const EXEC: &[u8] = b"exec";

/// A list or an inline table that is open.
pub(super) struct Frame<'a> {
    is_list: bool,
    /// Where its entries go.
    place: Place<'a>,
    /// Where keys began outside of it.
    outer: Place<'a>,
    start: usize,
    at: Origin,
    /// Why it cannot be taken.
    complaint: Option<Complaint>,
    is_empty: bool,
    /// Whether one of its entries was refused.
    has_fault: bool,
}

impl<'a> Reader<'_, 'a> {
    /// The innermost list, when the next value is an entry of it.
    fn list(&mut self) -> Option<&mut Frame<'a>> {
        self.frames.last_mut().filter(|frame| frame.is_list)
    }

    /// Where the next value goes, and whether as the entry of a list.
    fn target(&mut self) -> (Place<'a>, bool) {
        let here = self.here;
        self.list().map_or((here, false), |frame| (frame.place, true))
    }

    /// A value that is neither a list nor a table.
    pub(super) fn scalar(&mut self, word: Word<'a>, scalar: Scalar) {
        let (key, name) = match self.target().0 {
            Place::Root | Place::Nowhere => return,
            Place::Table(table) => return self.refuse(word, no_table(table)),
            Place::Key(key) => (key, None),
            Place::Pair(key, name) => (key, Some(name)),
        };
        if let Some(frame) = self.list() {
            frame.is_empty = false;
        }
        let is_exec = key.shape == Shape::TextOrExec && name == Some(EXEC);
        let shape = if is_exec { Shape::Words } else { key.shape };
        let fits = takes(shape, scalar, name.is_some());
        if !fits && (shape == Shape::Words || shape == Shape::Pairs && name.is_none()) {
            return self.refuse(word, Complaint::WrongType(key, type_name(scalar)));
        }
        let origin = self.position.at(word.start());
        let mut pair = None;
        let result = match shape {
            Shape::Words => self.add_to_command(key, word, origin),
            Shape::Text
            | Shape::OuterPath
            | Shape::OuterPathOrTmpfs
            | Shape::OuterPaths
            | Shape::SwitchOrText
            | Shape::Number
            | Shape::Span
            | Shape::TextOrNumber
            | Shape::Switch
            | Shape::List
            | Shape::Pairs
            | Shape::TextOrPair
            | Shape::TextOrPairs
            | Shape::TextOrExec => self.item_text(shape, name, word, scalar).and_then(|text| {
                pair = name.map(|_| text.to_bytes());
                let service = self.spec.services.len().checked_sub(1);
                key.put(self.spec, service, Item { text, origin }).map(|_| ())
            }),
        };
        if let (false, Ok(())) = (fits, result) {
            let complaint = Complaint::Spelling(key, type_name(scalar));
            self.refuse_as(word, pair.unwrap_or(said_in(word)), complaint);
        } else if let (false, Shape::Switch) = (fits, shape) {
            self.refuse(word, Complaint::WrongType(key, type_name(scalar)));
        } else if let Err(fault) = result {
            // Where no word of a list was said, that may be the fault of the name.
            let said = pair.filter(|_| matches!(fault, Fault::NotOneOf(_)));
            self.refuse_as(word, said.unwrap_or(said_in(word)), Complaint::Value(key, fault));
            if let (Fault::TooMany { .. }, Some(frame)) = (fault, self.list()) {
                frame.place = Place::Nowhere; // the entries that follow are too many as well
            }
        }
    }

    fn refuse(&mut self, word: Word<'a>, complaint: Complaint) {
        self.refuse_as(word, said_in(word), complaint);
    }

    fn refuse_as(&mut self, word: Word<'a>, said: &'a [u8], complaint: Complaint) {
        self.complain(word.start(), said, complaint);
        if let Some(frame) = self.list() {
            frame.has_fault = true;
        }
    }

    /// What the key table reads: the text of a scalar, behind its name when it has one.
    fn item_text(
        &mut self,
        shape: Shape,
        name: Option<&[u8]>,
        word: Word<'a>,
        scalar: Scalar,
    ) -> Result<&'a CStr, Fault> {
        self.arena.drop_pending();
        if let Some(name) = name {
            self.arena.push(name)?;
            self.arena.push(b"=")?;
        }
        match scalar {
            Scalar::Text if is_outer_path(shape) => return self.outer_path(shape, word),
            Scalar::Text => word.decode(self.arena)?,
            Scalar::Integer(Some(number)) => {
                let mut digits = Buffer::<20>::new();
                put!(&mut digits, number);
                self.arena.push(digits.text().unwrap_or_default())?; // no i64 is longer
            }
            Scalar::Integer(None) => {
                return Err(Fault::OutOfRange { min: i64::MIN, max: i64::MAX });
            }
            Scalar::Switch(true) => self.arena.push(b"true")?,
            Scalar::Switch(false) => self.arena.push(b"false")?,
            Scalar::Float | Scalar::DateTime => self.arena.push(word.text())?,
        }
        self.arena.keep_word()
    }

    /// A path outside: a relative one begins where the file lies.
    fn outer_path(&mut self, shape: Shape, word: Word<'a>) -> Result<&'a CStr, Fault> {
        word.decode(self.arena)?;
        let said = self.arena.keep();
        let file = self.spec.file.map_or(b"".as_slice(), CStr::to_bytes);
        let len = file.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at.saturating_add(1));
        let is_word = said == b"tmpfs" && shape == Shape::OuterPathOrTmpfs;
        if !matches!(said.first(), None | Some(b'/')) && !is_word {
            self.arena.push(file.get(..len).unwrap_or_default())?;
        }
        self.arena.push(said)?;
        self.arena.keep_word()
    }

    /// One word of a command; alone it is the whole command.
    fn add_to_command(
        &mut self,
        key: &'static Key,
        word: Word<'a>,
        origin: Origin,
    ) -> Result<(), Fault> {
        let is_alone = self.list().is_none();
        if is_alone {
            self.arena.drop_pending();
        }
        word.decode(self.arena)?;
        self.arena.push(b"\0")?;
        if is_alone { self.end_command(key, origin) } else { Ok(()) }
    }

    /// The words in the arena are a command.
    fn end_command(&mut self, key: &'static Key, origin: Origin) -> Result<(), Fault> {
        let value = self.arena.keep_words();
        let service = self.spec.services.len().checked_sub(1);
        key.put_words(self.spec, service, Said { value, origin }).map(|_| ())
    }

    /// `[` or `{`
    pub(super) fn open(&mut self, start: usize, is_list: bool) {
        let at = self.position.at(start);
        let (target, is_entry) = self.target();
        let found = match is_list {
            true => begin_list(target, is_entry),
            false => self.begin_table(target, is_entry, at),
        };
        if let Some(frame) = self.list() {
            frame.is_empty = false;
        }
        let (place, complaint) = match found {
            Ok(place) => (place, None),
            Err(complaint) => (Place::Nowhere, Some(complaint)),
        };
        let outer = self.body;
        let (is_empty, has_fault) = (true, false);
        let frame = Frame { is_list, place, outer, start, at, complaint, is_empty, has_fault };
        let _ = self.frames.push(frame); // no statement is deeper than the frames are many
        if is_list {
            self.arena.drop_pending();
        } else {
            self.body = place;
        }
    }

    fn begin_table(
        &mut self,
        target: Place<'a>,
        is_entry: bool,
        at: Origin,
    ) -> Result<Place<'a>, Complaint> {
        match target {
            Place::Root | Place::Nowhere => Ok(Place::Nowhere),
            Place::Table(table) if table.is_list() != is_entry => Err(Complaint::WrongTable(table)),
            Place::Table(table) if is_entry => self.begin_entry(table, at),
            Place::Table(_) => Ok(target),
            Place::Key(key) if is_table(key.shape) && !is_entry => Ok(target),
            Place::Key(key) | Place::Pair(key, _) => Err(Complaint::WrongType(key, "a table")),
        }
    }

    /// `]` or `}`
    pub(super) fn close(&mut self, end: usize) {
        let Some(frame) = self.frames.pop() else { return };
        self.body = frame.outer;
        let complaint = frame.complaint.or_else(|| self.end_frame(&frame));
        if let Some(complaint) = complaint {
            let said = first_line(self.source.get(frame.start..end).unwrap_or_default());
            self.complaints.add(SpecFault { origin: frame.at, said, complaint });
            if let Some(outer) = self.list() {
                outer.has_fault = true;
            }
        }
    }

    /// What has to be done at the end of a list or table, and what is wrong with it as a whole.
    fn end_frame(&mut self, frame: &Frame<'a>) -> Option<Complaint> {
        let key = match frame.place {
            Place::Key(key) => key,
            Place::Pair(key, _) if frame.is_list => key,
            Place::Pair(..) | Place::Root | Place::Table(_) | Place::Nowhere => return None,
        };
        if !frame.is_list {
            return self.emptiness(key);
        }
        if matches!(key.shape, Shape::Words | Shape::TextOrExec) && !frame.has_fault {
            return self.end_command(key, frame.at).err().map(|fault| Complaint::Value(key, fault));
        }
        if frame.is_empty && has_none(key) {
            let service = self.spec.services.len().checked_sub(1);
            let put = key.put(self.spec, service, Item { text: c"none", origin: frame.at });
            return put.err().map(|fault| Complaint::Value(key, fault));
        }
        let is_meant = frame.is_empty && NOTHING_IS_SOMETHING.contains(&key.name());
        is_meant.then_some(Complaint::Value(key, Fault::Empty))
    }

    /// The complaint about a key that needs a pair, and got none.
    pub(super) fn emptiness(&self, key: &'static Key) -> Option<Complaint> {
        let needs_one = is_table(key.shape) && key.shape != Shape::Pairs;
        let is_missing = needs_one && !self.defined.has_pair(key);
        is_missing.then_some(Complaint::Value(key, Fault::Empty))
    }
}

/// What was said, as far as one line shows it: without its quotes.
fn said_in(word: Word<'_>) -> &[u8] {
    let said = first_line(word.text()).trim_ascii();
    let is_quote = |byte: &u8| matches!(byte, b'"' | b'\'');
    match (said.first(), said.last()) {
        (Some(first), Some(last)) if is_quote(first) && first == last => {
            said.get(1..said.len().saturating_sub(1)).unwrap_or_default()
        }
        _ => said,
    }
}

/// A value where a table belongs. `user = "web"` at the top level is a key of a service.
fn no_table(table: Table) -> Complaint {
    let is_it = |key: &&Key| key.table != table && key.name() == table.name();
    KEYS.iter().find(is_it).map_or(Complaint::WrongTable(table), Complaint::OtherTable)
}

/// Whether an empty list of a key is its entry `none`: something was said, namely nothing.
fn has_none(key: &Key) -> bool {
    let is_capabilities = matches!(key.name(), "capabilities" | "ambient-capabilities");
    key.table == Table::Landlock || key.table == Table::Security && is_capabilities
}

/// A list at `target`.
const fn begin_list(target: Place<'_>, is_entry: bool) -> Result<Place<'_>, Complaint> {
    match target {
        Place::Root | Place::Nowhere => Ok(Place::Nowhere),
        Place::Table(table) if table.is_list() && !is_entry => Ok(target),
        Place::Table(table) => Err(Complaint::WrongTable(table)),
        Place::Key(key)
            if matches!(key.shape, Shape::List | Shape::OuterPaths | Shape::Words) && !is_entry =>
        {
            Ok(target)
        }
        Place::Pair(key, EXEC) if matches!(key.shape, Shape::TextOrExec) && !is_entry => Ok(target),
        Place::Key(key) | Place::Pair(key, _) => Err(Complaint::WrongType(key, "a list")),
    }
}

/// Whether a key of this shape has paths outside.
const fn is_outer_path(shape: Shape) -> bool {
    matches!(shape, Shape::OuterPath | Shape::OuterPathOrTmpfs | Shape::OuterPaths)
}

/// Whether a key of this shape takes such a value, as a whole or as an entry of its list or table.
const fn takes(shape: Shape, scalar: Scalar, is_pair: bool) -> bool {
    let is_text = matches!(scalar, Scalar::Text);
    let is_number = matches!(scalar, Scalar::Integer(_));
    match shape {
        Shape::Text
        | Shape::OuterPath
        | Shape::OuterPathOrTmpfs
        | Shape::OuterPaths
        | Shape::Words => is_text,
        Shape::Number => is_number,
        Shape::Span | Shape::TextOrNumber | Shape::List => is_text || is_number,
        Shape::Switch => matches!(scalar, Scalar::Switch(_)),
        Shape::SwitchOrText => is_text || matches!(scalar, Scalar::Switch(_)),
        Shape::Pairs => is_pair && (is_text || is_number),
        Shape::TextOrPair | Shape::TextOrPairs => is_text || (is_pair && is_number),
        Shape::TextOrExec => is_text || is_number,
    }
}

/// What a message calls a value.
const fn type_name(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::Text => "a string",
        Scalar::Integer(_) => "an integer",
        Scalar::Switch(_) => "a boolean",
        Scalar::Float => "a float",
        Scalar::DateTime => "a date-time",
    }
}
