//! What is said of one namespace, in words and numbers.

use core::ffi::CStr;

use crate::cli::screen::Colour;
use crate::engine::control::find;
use crate::engine::inspect::{self, Command, Entry, Of, Table};
use crate::spec::argv::{self, Front, Line};
use crate::sys::start::Start;
use crate::text::{Arena, Buffer, Show, Sink, Visible, Words, put, units};

/// What keeps a namespace alive; of several things the one that is seen best.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Keeper {
    /// Processes are in it.
    Process,
    /// A thread is in it whose process is elsewhere.
    Thread,
    /// The children that a process will have.
    Children,
    /// It is mounted.
    Mount,
    /// A descriptor is open on it.
    Descriptor,
    /// Nothing that we see but a namespace that is inside it or owned by it.
    Nested,
}

impl Keeper {
    /// What keeps this one.
    pub const fn of(entry: &Entry) -> Self {
        match entry {
            Entry { processes: 1.., .. } => Self::Process,
            Entry { thread: Of { pid: 1.., .. }, .. } => Self::Thread,
            Entry { for_children: 1.., .. } => Self::Children,
            Entry { is_mounted: true, .. } => Self::Mount,
            Entry { descriptor: Of { pid: 1.., .. }, .. } => Self::Descriptor,
            Entry { .. } => Self::Nested,
        }
    }

    /// In one word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Process => "process",
            Self::Thread => "thread",
            Self::Children => "children",
            Self::Mount => "mount",
            Self::Descriptor => "descriptor",
            Self::Nested => "nested",
        }
    }

    /// What has no process stands out.
    pub const fn colour(self) -> Colour {
        match self {
            Self::Process => Colour::Plain,
            Self::Thread | Self::Children | Self::Mount | Self::Descriptor | Self::Nested => {
                Colour::Yellow
            }
        }
    }
}

/// A number, or `-` for none.
pub struct Dash(pub Option<u64>);

impl Show for Dash {
    fn show(&self, out: &mut dyn Sink) {
        match self.0 {
            Some(number) => put!(out, number),
            None => put!(out, "-"),
        }
    }
}

/// The last column: the command of the first process, or what else keeps it.
pub struct What<'t>(pub &'t Table, pub &'t Entry);

impl Show for What<'_> {
    fn show(&self, out: &mut dyn Sink) {
        let Self(table, entry) = *self;
        match Keeper::of(entry) {
            Keeper::Process => put!(out, CommandOf(entry.pid)),
            Keeper::Thread => {
                let Of { pid, number } = entry.thread;
                put!(out, number, " of ", pid, ": ", CommandOf(pid));
            }
            Keeper::Children => {
                let pid = entry.for_children;
                put!(out, "of ", pid, ": ", CommandOf(pid));
            }
            Keeper::Mount => {
                put!(out, Visible(table.mount_of(entry)));
                if entry.mounted_for != 0 {
                    put!(out, " in the mounts of ", entry.mounted_for);
                }
            }
            Keeper::Descriptor => {
                let Of { pid, number } = entry.descriptor;
                put!(out, number, " of ", pid, ": ", CommandOf(pid));
            }
            Keeper::Nested => put!(out, "-"),
        }
    }
}

/// The command of a process, its words parted by spaces.
struct CommandOf(i32);

impl Show for CommandOf {
    fn show(&self, out: &mut dyn Sink) {
        let command = inspect::command(self.0);
        show_command(out, &command);
    }
}

fn show_command(out: &mut dyn Sink, command: &Command) {
    let (open, close) = if command.is_name { ("[", "]") } else { ("", "") };
    put!(out, open);
    for (index, word) in command.words().iter().enumerate() {
        put!(out, if index == 0 { "" } else { " " }, Visible(word.to_bytes()));
    }
    put!(out, close);
}

/// The name of the sandbox whose PID 1 has this command: what `--name` says, or the file's stem.
pub fn name_in<'w>(words: Words<'w>) -> Option<&'w [u8]> {
    let rest = words.rest();
    if rest.first() != Some(c"run") {
        return None;
    }
    if let Some(name) = argv::value_of(Front::Run, rest.rest(), "name") {
        return Some(name.to_bytes());
    }
    let file = argv::file(Line::new(Front::Run, rest.rest(), 2))?.path.value.to_bytes();
    let name = file.rsplit(|byte| *byte == b'/').next()?;
    Some(name.strip_suffix(b".toml").unwrap_or(name))
}

/// The sandboxes that listen: for each two words, the PID of its launcher and its name.
pub struct Listening<'n>(Words<'n>);

impl<'n> Listening<'n> {
    /// Asks who there is, and keeps it in `memory`.
    pub fn find(start: &Start, memory: &'n mut [u8]) -> Self {
        let mut arena = Arena::new(memory);
        if cfg!(feature = "control") {
            find::each(start, &mut |name, sandbox| {
                let mut line = Buffer::<300>::new();
                put!(&mut line, sandbox.launcher, "\0");
                line.put(name);
                line.put(b"\0");
                let _ = arena.push(line.text().unwrap_or_default()); // else its command says it
            });
        }
        Self(arena.keep_words())
    }

    /// The name of the sandbox with this PID 1. Its launcher started it, or whom the launcher had
    /// join namespaces of others.
    fn name_of(&self, pid: i32) -> Option<&'n [u8]> {
        let _ = self.0.first()?; // nobody listens
        let mut above = inspect::parent_of(pid);
        for _ in 0..ABOVE {
            let launcher = above?;
            let pairs = self.0.iter().zip(self.0.iter().skip(1)).step_by(2);
            let is_it = |number: &CStr| {
                let number = units::unsigned(number.to_bytes(), u64::from(u32::MAX));
                number == Ok(u64::from(launcher.unsigned_abs()))
            };
            let mut names = pairs.filter(|(number, _)| is_it(number)).map(|(_, name)| name);
            if let Some(name) = names.next() {
                return Some(name.to_bytes());
            }
            above = inspect::parent_of(launcher);
        }
        None
    }
}

/// How many processes above a PID 1 are looked at.
const ABOVE: usize = 2;

/// The sandbox of ours that a namespace belongs to: what keeps it is its PID 1, or whom its
/// launcher started in a PID namespace of others.
pub struct Sandbox<'n> {
    known: Option<&'n [u8]>,
    command: Command,
}

impl<'n> Sandbox<'n> {
    /// The sandbox of this one, if it is one of ours.
    pub fn of(entry: &Entry, listening: &Listening<'n>) -> Option<Self> {
        let known = listening.name_of(entry.pid);
        let is_one = entry.is_ours || known.is_some();
        is_one.then(|| Self { known, command: inspect::command(entry.pid) })
    }

    /// Its name, as it is found by it, or else as its command says it; it need not have one.
    pub fn name(&self) -> Option<&[u8]> {
        self.known.or_else(|| name_in(self.command.words()))
    }
}

impl Show for Sandbox<'_> {
    fn show(&self, out: &mut dyn Sink) {
        match self.name() {
            Some(name) => put!(out, Visible(name)),
            None => put!(out, "(unnamed)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sandbox_is_called_as_it_was_started() {
        for (words, name) in [
            ("nsinit|run|--name|kiosk|--|sh", Some("kiosk")),
            ("nsinit|run|--hostname|a|--name=kiosk|b.toml", Some("kiosk")),
            ("/usr/bin/nsinit|run|/etc/kiosk.toml", Some("kiosk")),
            ("nsinit|run|--config|box|--|sh", Some("box")),
            ("nsinit|run|--|sh|--name|none", None),
            ("nsinit|run|sh|-c|kiosk.toml", None),
            ("nsinit|--|sh", None),
            ("nsinit", None),
        ] {
            let words = words.replace('|', "\0") + "\0";
            let found = name_in(Words::new(words.as_bytes()));
            assert_eq!(found, name.map(str::as_bytes), "{words:?}");
        }
    }
}
