//! The file as a front: TOML into a [`Spec`].
//!
//! The text comes in pieces (`text::toml`): the parts of a key lead, one by one, from the top level
//! to a `Place`, and the value is put there through the key table. So the spelling of a key makes
//! no difference: `[sandbox]` and `hostname = …`, `sandbox.hostname = …` and
//! `sandbox = { hostname = … }` are one way through the same three steps.
//!
//! Every fault is told and reading goes on behind it; a mistake leads `Place::Nowhere`, where
//! nothing is read, so that it is told once. What the values mean does not belong here: that is
//! `model`, through `Key::put`.

mod defined;
mod position;
#[cfg(test)]
pub(super) mod tests;
mod value;

use heapless::Vec;

use self::defined::{Defined, How};
use self::position::Position;
use self::value::Frame;
use super::keys::KEYS;
use super::{Complaint, Complaints, Key, Origin, Spec, SpecFault, Table};
use crate::limits::{ARENA_MAX, INTERFACES_MAX, ROOT_MOUNTS_MAX, SERVICES_MAX, TOML_DEPTH_MAX};
use crate::model::Mount;
use crate::text::toml::{Damage, Document, Piece, Word};
use crate::text::{Arena, nearest};

/// Reads the file `source` into `spec`.
pub fn read<'a>(
    source: &'a [u8],
    arena: &mut Arena<'a>,
    spec: &mut Spec<'a>,
    complaints: &mut dyn Complaints<'a>,
) {
    let mut position = Position::new(source);
    let text = match core::str::from_utf8(source) {
        Ok(text) => text,
        Err(error) => {
            let start = error.valid_up_to();
            let len = error.error_len().unwrap_or(source.len());
            let said = source.get(start..).unwrap_or_default();
            let said = said.get(..len).unwrap_or(said);
            let (origin, complaint) = (position.at(start), Complaint::NotUtf8);
            return complaints.add(SpecFault { origin, said, complaint });
        }
    };
    let mut document = Document::new(text);
    let mut reader = Reader {
        source,
        position,
        arena,
        spec,
        complaints,
        defined: Defined::new(),
        body: Place::Root,
        header: None,
        header_at: Origin::Default,
        here: Place::Nowhere,
        name: None,
        is_dotted: false,
        frames: Vec::new(),
        full: None,
    };
    while let Some(result) = document.next(&mut |piece| reader.take(piece)) {
        if let Err(damage) = result {
            reader.damaged(&damage);
        }
    }
    reader.leave_table();
}

/// Where a key has led so far, and where its value goes.
#[derive(Clone, Copy)]
enum Place<'a> {
    /// The top level.
    Root,
    /// A table; of several it is the last one.
    Table(Table),
    /// A key.
    Key(&'static Key),
    /// A name in a key that is a table.
    Pair(&'static Key, &'a [u8]),
    /// Behind a fault that was told.
    Nowhere,
}

/// A part of a key and where it stands.
struct Name<'a> {
    text: &'a [u8],
    start: usize,
}

/// Reads one piece after the other.
struct Reader<'s, 'a> {
    source: &'a [u8],
    position: Position<'a>,
    arena: &'s mut Arena<'a>,
    spec: &'s mut Spec<'a>,
    complaints: &'s mut dyn Complaints<'a>,
    defined: Defined<'a>,
    /// Where keys begin: the table of the last header, or the innermost inline table.
    body: Place<'a>,
    /// How the header that is being read defines its table.
    header: Option<How>,
    /// Where the last header stands.
    header_at: Origin,
    /// Where the key that is being read has led.
    here: Place<'a>,
    /// Its last part, which was not followed yet.
    name: Option<Name<'a>>,
    /// Whether a dot stands before the next part.
    is_dotted: bool,
    /// The lists and inline tables that are open.
    frames: Vec<Frame<'a>, TOML_DEPTH_MAX>,
    /// The list of tables that had one too many.
    full: Option<Table>,
}

impl<'a> Reader<'_, 'a> {
    fn take(&mut self, piece: Piece<'a>) {
        match piece {
            Piece::Header { start, is_list } => {
                self.leave_table();
                self.header_at = self.position.at(start);
                self.header = Some(if is_list { How::ListHeader } else { How::Header });
                self.body = Place::Root;
            }
            Piece::HeaderEnd => {
                let how = self.header.take().unwrap_or(How::Header);
                self.body = self.follow(how);
            }
            Piece::Name(word) => self.name(word),
            Piece::Dot => {
                let how = if self.header.is_some() { How::Parent } else { How::Dotted };
                self.here = self.follow(how);
                self.is_dotted = true;
            }
            Piece::Equals => self.here = self.follow(How::Value),
            Piece::Scalar(word, scalar) => self.scalar(word, scalar),
            Piece::Open { start, is_list } => self.open(start, is_list),
            Piece::Close { end } => self.close(end),
        }
    }

    /// A statement that is no TOML. Behind a header of that kind nobody knows where keys go.
    fn damaged(&mut self, damage: &Damage<'a>) {
        if damage.is_header {
            self.leave_table();
            self.body = Place::Nowhere;
        }
        let complaint = Complaint::Grammar(damage.flaw);
        self.complain(damage.start, first_line(damage.said), complaint);
    }

    /// The end of a table that began with a header.
    fn leave_table(&mut self) {
        if let Place::Key(key) = self.body
            && let Some(complaint) = self.emptiness(key)
        {
            let (origin, said) = (self.header_at, key.name().as_bytes());
            self.complaints.add(SpecFault { origin, said, complaint });
        }
    }

    /// A part of a key.
    fn name(&mut self, word: Word<'a>) {
        if !self.is_dotted {
            self.here = self.body;
        }
        self.is_dotted = false;
        self.name = None;
        if let Place::Nowhere = self.here {
            return;
        }
        match word.name(self.arena) {
            Ok(text) => self.name = Some(Name { text, start: word.start() }),
            Err(_full) => {
                let complaint = Complaint::TooMany("bytes of text", ARENA_MAX);
                self.complain(word.start(), word.text(), complaint);
                self.here = Place::Nowhere;
            }
        }
    }

    /// Where the last part of the key leads from here.
    fn follow(&mut self, how: How) -> Place<'a> {
        let Some(name) = self.name.take() else { return Place::Nowhere };
        let found = match self.here {
            Place::Root => self.follow_to_table(name.text, how),
            Place::Table(table) => self.follow_to_key(table, name.text, how),
            Place::Key(key) if how == How::Value => {
                self.defined.define_pair(key, name.text).map(|()| Place::Pair(key, name.text))
            }
            Place::Key(key) | Place::Pair(key, _) => Err(Complaint::WrongType(key, "a table")),
            Place::Nowhere => return Place::Nowhere,
        };
        found.unwrap_or_else(|complaint| {
            self.complain(name.start, name.text, complaint);
            Place::Nowhere
        })
    }

    fn follow_to_table(&mut self, name: &'a [u8], how: How) -> Result<Place<'a>, Complaint> {
        let Some(table) = Table::named(name) else {
            return Err(match how {
                How::Value => unknown_key(None, name),
                How::Parent | How::Header | How::ListHeader | How::Dotted => {
                    let nearest = nearest(name, Table::ALL.iter().map(|table| table.name()));
                    let nearest = nearest.and_then(|name| Table::named(name.as_bytes()));
                    Complaint::UnknownTable { nearest }
                }
            });
        };
        self.enter_table(table, how)
    }

    /// One more way into a table.
    fn enter_table(&mut self, table: Table, how: How) -> Result<Place<'a>, Complaint> {
        self.defined.define_table(table, how)?;
        match how {
            How::ListHeader => self.begin_entry(table, self.header_at),
            How::Parent if self.full == Some(table) => Ok(Place::Nowhere),
            How::Parent | How::Header | How::Dotted | How::Value => Ok(Place::Table(table)),
        }
    }

    fn follow_to_key(
        &mut self,
        table: Table,
        name: &'a [u8],
        how: How,
    ) -> Result<Place<'a>, Complaint> {
        if let Some(inner) = table.inner(name) {
            return self.enter_table(inner, how);
        }
        let unknown = || match Table::named(name) {
            Some(table) => Complaint::WrongTable(table),
            None => unknown_key(Some(table), name),
        };
        let key = Key::in_table(table, name).ok_or_else(unknown)?;
        self.defined.define_key(key, how)?;
        Ok(Place::Key(key))
    }

    /// One more entry of a list of tables; of those that are too many, the first is told.
    fn begin_entry(&mut self, table: Table, origin: Origin) -> Result<Place<'a>, Complaint> {
        let (begun, what, max) = match table {
            _ if self.full == Some(table) => return Ok(Place::Nowhere),
            Table::Interface => {
                (self.spec.net.begin_interface(origin), "interfaces", INTERFACES_MAX)
            }
            Table::Mount => {
                let added = self.spec.root.add(Mount::default(), origin);
                (added, "mounts", ROOT_MOUNTS_MAX)
            }
            Table::Service
            | Table::Sandbox
            | Table::Time
            | Table::User
            | Table::Root
            | Table::Net
            | Table::Limits
            | Table::Security
            | Table::Landlock
            | Table::Init => (self.spec.add_service(origin), "services", SERVICES_MAX),
        };
        self.defined.begin_next(table);
        begun.map(|()| Place::Table(table)).map_err(|_full| {
            self.full = Some(table);
            Complaint::TooMany(what, max)
        })
    }

    fn complain(&mut self, start: usize, said: &'a [u8], complaint: Complaint) {
        let origin = self.position.at(start);
        self.complaints.add(SpecFault { origin, said, complaint });
    }
}

/// A name that is no key of this table.
fn unknown_key(table: Option<Table>, name: &[u8]) -> Complaint {
    if !cfg!(feature = "sandbox") && matches!(table, Some(Table::Root | Table::Mount)) {
        return Complaint::NotBuilt("sandbox");
    }
    if let Some(key) = KEYS.iter().find(|key| key.name().as_bytes() == name) {
        return Complaint::OtherTable(key);
    }
    let rows = || KEYS.iter().filter(|key| table.is_none_or(|table| table == key.table));
    let same = rows().find(|key| key.names.number_of(name).is_some());
    let nearest = same.map(Key::name).or_else(|| nearest(name, rows().map(Key::name)));
    Complaint::UnknownKey { table, nearest }
}

/// What a message shows of a value that goes over several lines.
fn first_line(text: &[u8]) -> &[u8] {
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    line.strip_suffix(b"\r").unwrap_or(line)
}
