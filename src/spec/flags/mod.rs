//! Flags that are no keys: those of bubblewrap for the file system and the namespaces, with its
//! names, its operands and its order.
//!
//! In a file each has a form of its own (`[[mount]]`, `namespaces`), which help says.

mod kinds;
#[cfg(test)]
mod tests;
mod waiting;

use super::root::path;
use super::{Item, Said, Spec};
use crate::model::{Mount, MountType, NamespaceSet, Source, Upper, mount_mode};
use crate::text::{Fault, Names, units};

use kinds::{more, share_net};
use waiting::{WITH_LAYERS, WITH_MODE, WITH_SIZE};

/// The words behind a flag, as many as it takes.
pub type Operands<'a> = [Item<'a>; OPERANDS];

/// The most words that a flag takes.
pub const OPERANDS: usize = 3;

/// What is wrong with a flag.
#[derive(Clone, Copy, Debug)]
pub enum Wrong {
    /// One of its words, from 0.
    Operand(usize, Fault),
    /// `--perms` or `--size` before it, which say nothing of it; what they are for.
    Misplaced(&'static str, &'static str),
    /// It says something of what follows, and nothing does; what it is for.
    Last(&'static str),
    /// It cannot be done here, and why.
    Never(Never),
}

/// Why a flag is refused whatever it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Never {
    /// The workload would be PID 1.
    PidOne,
    /// Labels of a security module.
    Label,
    /// Levels in front of messages.
    Level,
    /// A second user namespace.
    SecondUser,
}

impl From<Fault> for Wrong {
    fn from(fault: Fault) -> Self {
        Self::Operand(0, fault)
    }
}

/// How a flag gets into the spec.
type Set = for<'a> fn(&mut Spec<'a>, &Operands<'a>) -> Result<(), Wrong>;

/// One flag.
pub struct Flag {
    /// Its name, without the dashes.
    pub name: &'static str,
    /// What its words are: `SRC|DEST`.
    pub operands: Names,
    /// What it does, in one sentence.
    pub help: &'static str,
    /// How a file says it.
    pub in_file: &'static str,
    /// Whether `--perms` may stand before it.
    takes_mode: bool,
    /// Whether `--size` may stand before it.
    takes_size: bool,
    /// Whether `--overlay-src` may stand before it.
    takes_layers: bool,
    set: Set,
}

const fn flag(name: &'static str, operands: &'static str, set: Set) -> Flag {
    let (help, in_file) = ("", "");
    let operands = Names::new(operands);
    Flag {
        name,
        operands,
        help,
        in_file,
        takes_mode: false,
        takes_size: false,
        takes_layers: false,
        set,
    }
}

impl Flag {
    const fn help(self, help: &'static str) -> Self {
        Self { help, ..self }
    }

    const fn in_file(self, in_file: &'static str) -> Self {
        Self { in_file, ..self }
    }

    const fn with_mode(self) -> Self {
        Self { takes_mode: true, ..self }
    }

    const fn with_size(self) -> Self {
        Self { takes_size: true, ..self }
    }

    const fn with_layers(self) -> Self {
        Self { takes_layers: true, ..self }
    }

    /// The flag of this name.
    pub fn find(name: &[u8]) -> Option<&'static Self> {
        let is_built_in = cfg!(feature = "sandbox");
        FLAGS.iter().find(|flag| is_built_in && flag.name.as_bytes() == name)
    }

    /// Reads it into the spec.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn put<'a>(&self, spec: &mut Spec<'a>, operands: &Operands<'a>) -> Result<(), Wrong> {
        let waiting = spec.root.waiting;
        let is_modifier = matches!(self.name, "perms" | "size");
        if waiting.mode.is_some() && !self.takes_mode && !is_modifier {
            return Err(Wrong::Misplaced("perms", WITH_MODE));
        }
        if waiting.size.is_some() && !self.takes_size && !is_modifier {
            return Err(Wrong::Misplaced("size", WITH_SIZE));
        }
        if waiting.layers.count > 0 && !self.takes_layers && !is_modifier {
            return Err(Wrong::Misplaced("overlay-src", WITH_LAYERS));
        }
        (self.set)(spec, operands)
    }
}

/// Every flag, in the order of help.
pub const FLAGS: &[Flag] = &[
    flag("args", "FD", |_, _| Ok(()))
        .help("More flags, read from a descriptor to its end; each word is ended by a NUL.")
        .in_file(""),
    flag("bind", "SRC|DEST", |spec, words| bind(spec, words, |_| {}))
        .help("Bind a file or directory from outside.")
        .in_file("source = \"SRC\""),
    flag("bind-try", "SRC|DEST", |spec, words| bind(spec, words, |own| own.is_optional = true))
        .help("The same, where there is one.")
        .in_file("source = \"SRC\", optional = true"),
    flag("ro-bind", "SRC|DEST", |spec, words| bind(spec, words, |own| own.is_read_only = true))
        .help("Bind it read-only, and all that is mounted below.")
        .in_file("source = \"SRC\", read-only = true"),
    flag("ro-bind-try", "SRC|DEST", |spec, words| {
        bind(spec, words, |own| (own.is_read_only, own.is_optional) = (true, true))
    })
    .help("The same, where there is one.")
    .in_file("source = \"SRC\", read-only = true, optional = true"),
    flag("dev-bind", "SRC|DEST", |spec, words| bind(spec, words, |own| own.nodev = Some(false)))
        .help("Bind it, and devices in it are devices.")
        .in_file("source = \"SRC\", nodev = false"),
    flag("dev-bind-try", "SRC|DEST", |spec, words| {
        bind(spec, words, |own| (own.nodev, own.is_optional) = (Some(false), true))
    })
    .help("The same, where there is one.")
    .in_file("source = \"SRC\", nodev = false, optional = true"),
    flag("bind-fd", "FD|DEST", |spec, words| from_fd(spec, words, MountType::Bind, false))
        .help("Bind what a descriptor is open on.")
        .in_file("fd = FD"),
    flag("ro-bind-fd", "FD|DEST", |spec, words| from_fd(spec, words, MountType::Bind, true))
        .help("The same, read-only.")
        .in_file("fd = FD, read-only = true"),
    flag("tmpfs", "DEST", |spec, words| at(spec, words, MountType::Tmpfs))
        .with_mode()
        .with_size()
        .help("An empty file system in memory.")
        .in_file("type = \"tmpfs\""),
    flag("overlay-src", "SRC", |spec, [source, ..]| {
        let waiting = spec.root.waiting.layers;
        spec.root.waiting.layers = spec.root.add_layer(waiting, path(source.text)?)?;
        Ok(())
    })
    .with_layers()
    .help("A directory of the overlay that comes next, on top of those before.")
    .in_file("lower = [\"SRC\"]"),
    flag("overlay", "RWSRC|WORKDIR|DEST", |spec, words| {
        let [upper, work, target] = words;
        let work = path(work.text).map_err(|fault| Wrong::Operand(1, fault))?;
        overlay(spec, target, 2, Upper::Directories { upper: path(upper.text)?, work })
    })
    .with_layers()
    .help("An overlay; what is written goes to RWSRC, beside which the kernel needs WORKDIR.")
    .in_file("type = \"overlay\", upper = \"RWSRC\", work = \"WORKDIR\""),
    flag("tmp-overlay", "DEST", |spec, words| {
        let [target, ..] = words;
        overlay(spec, target, 0, Upper::Memory)
    })
    .with_layers()
    .with_size()
    .help("An overlay; what is written goes to memory.")
    .in_file("type = \"overlay\", upper = \"tmpfs\""),
    flag("ro-overlay", "DEST", |spec, words| {
        let [target, ..] = words;
        overlay(spec, target, 0, Upper::None)
    })
    .with_layers()
    .help("An overlay of two directories or more, read-only.")
    .in_file("type = \"overlay\""),
    flag("dev", "DEST", |spec, words| at(spec, words, MountType::Dev))
        .help("The devices that every program may expect, and terminals of its own.")
        .in_file("type = \"dev\""),
    flag("mqueue", "DEST", |spec, words| at(spec, words, MountType::Mqueue))
        .help("POSIX message queues.")
        .in_file("type = \"mqueue\""),
    flag("dir", "DEST", |spec, words| at(spec, words, MountType::Dir))
        .with_mode()
        .help("Make a directory, where there is none.")
        .in_file("type = \"dir\""),
    flag("symlink", "TO|DEST", symlink)
        .help("Make a symbolic link with this content.")
        .in_file("type = \"symlink\", content = \"TO\""),
    flag("file", "FD|DEST", |spec, words| from_fd(spec, words, MountType::File, false))
        .with_mode()
        .help("Write a file, with all that can be read from a descriptor.")
        .in_file("type = \"file\", content = \"TEXT\""),
    flag("bind-data", "FD|DEST", |spec, words| from_fd(spec, words, MountType::Data, false))
        .with_mode()
        .help("The same in memory, bound to its place.")
        .in_file("type = \"data\", content = \"TEXT\""),
    flag("ro-bind-data", "FD|DEST", |spec, words| from_fd(spec, words, MountType::Data, true))
        .with_mode()
        .help("The same, read-only.")
        .in_file("type = \"data\", content = \"TEXT\", read-only = true"),
    flag("perms", "OCTAL", |spec, words| {
        let [word, ..] = words;
        let value = mount_mode(word.bytes())?;
        match spec.root.waiting.mode.replace(Said { value, origin: word.origin }) {
            Some(_) => Err(Wrong::Misplaced("perms", "one option each")),
            None => Ok(()),
        }
    })
    .help("Mode of what the next option makes.")
    .in_file("mode = \"OCTAL\""),
    flag("size", "BYTES", |spec, words| {
        let [word, ..] = words;
        let value = units::size(word.bytes())?;
        match spec.root.waiting.size.replace(Said { value, origin: word.origin }) {
            Some(_) => Err(Wrong::Misplaced("size", "one option each")),
            None if value == 0 => Err(Fault::OutOfRange { min: 1, max: i64::MAX }.into()),
            None => Ok(()),
        }
    })
    .help("Size of the tmpfs that comes next.")
    .in_file("size = \"BYTES\""),
    flag("chmod", "OCTAL|PATH", chmod)
        .help("Change the mode of what is there.")
        .in_file("type = \"chmod\", mode = \"OCTAL\""),
    flag("remount-ro", "DEST", |spec, words| at(spec, words, MountType::Remount))
        .help("Make a mount read-only, but not those below.")
        .in_file("type = \"remount\", read-only = true"),
    flag("unshare-user", "", |spec, words| more(spec, words, NamespaceSet::USER))
        .help("A user namespace, as --namespaces +user.")
        .in_file("namespaces = [\"+user\"]"),
    flag("unshare-user-try", "", |spec, words| more(spec, words, NamespaceSet::USER))
        .help("The same.")
        .in_file("namespaces = [\"+user\"]"),
    flag("unshare-ipc", "", |spec, words| more(spec, words, NamespaceSet::IPC))
        .help("An IPC namespace, which is a default.")
        .in_file("namespaces = [\"+ipc\"]"),
    flag("unshare-pid", "", |spec, words| more(spec, words, NamespaceSet::PID))
        .help("A PID namespace, which is a default.")
        .in_file("namespaces = [\"+pid\"]"),
    flag("unshare-net", "", |spec, words| more(spec, words, NamespaceSet::NET))
        .help("A network namespace, as --namespaces +net.")
        .in_file("namespaces = [\"+net\"]"),
    flag("unshare-uts", "", |spec, words| more(spec, words, NamespaceSet::UTS))
        .help("A UTS namespace, which is a default.")
        .in_file("namespaces = [\"+uts\"]"),
    flag("unshare-cgroup", "", |spec, words| more(spec, words, NamespaceSet::CGROUP))
        .help("A cgroup namespace, as --namespaces +cgroup.")
        .in_file("namespaces = [\"+cgroup\"]"),
    flag("unshare-cgroup-try", "", |spec, words| more(spec, words, NamespaceSet::CGROUP))
        .help("The same.")
        .in_file("namespaces = [\"+cgroup\"]"),
    flag("unshare-time", "", |spec, words| more(spec, words, NamespaceSet::TIME))
        .help("A time namespace, which is a default.")
        .in_file("namespaces = [\"+time\"]"),
    flag("unshare-all", "", |spec, words| more(spec, words, NamespaceSet::all()))
        .help("A namespace of every kind.")
        .in_file("namespaces = [\"+user\", \"+net\", \"+cgroup\"]"),
    flag("share-net", "", share_net)
        .help("The network of outside, also behind --unshare-all.")
        .in_file("namespaces = [\"-net\"]"),
    flag("die-with-parent", "", |_, _| Ok(()))
        .help("End with whoever started us, which is always so.")
        .in_file(""),
    flag("as-pid-1", "", |_, _| Err(Wrong::Never(Never::PidOne)))
        .help("Always refused: PID 1 is the supervisor.")
        .in_file(""),
    flag("lock-file", "DEST", |spec, [place, ..]| {
        spec.ties.locks.append(*place, path(place.text)?).map_err(Wrong::from)
    })
    .help("Lock a file inside, for reading, as long as PID 1 runs.")
    .in_file("lock-file = [\"DEST\"]"),
    flag("exec-label", "LABEL", |_, _| Err(Wrong::Never(Never::Label)))
        .help("Always refused: no label of SELinux is set.")
        .in_file(""),
    flag("file-label", "LABEL", |_, _| Err(Wrong::Never(Never::Label)))
        .help("The same.")
        .in_file(""),
    flag("level-prefix", "", |_, _| Err(Wrong::Never(Never::Level)))
        .help("Always refused: a message has no level.")
        .in_file(""),
    flag("userns2", "FD", |_, _| Err(Wrong::Never(Never::SecondUser)))
        .help("Always refused: there is one user namespace, of PID 1 and all services.")
        .in_file(""),
];

/// A bind with its changes.
fn bind<'a>(
    spec: &mut Spec<'a>,
    [source, target, _]: &Operands<'a>,
    change: fn(&mut Mount<'a>),
) -> Result<(), Wrong> {
    let source_path = path(source.text)?;
    let target_path = path(target.text).map_err(|fault| Wrong::Operand(1, fault))?;
    let mut mount = Mount::new(MountType::Bind, target_path);
    mount.source = Source::Path(source_path);
    change(&mut mount);
    spec.root.add(mount, source.origin).map_err(Wrong::from)
}

/// What comes from a descriptor.
fn from_fd<'a>(
    spec: &mut Spec<'a>,
    [number, target, _]: &Operands<'a>,
    kind: MountType,
    is_read_only: bool,
) -> Result<(), Wrong> {
    let source = Source::Descriptor(descriptor(number.bytes())?);
    let target_path = path(target.text).map_err(|fault| Wrong::Operand(1, fault))?;
    let mode = spec.root.waiting.mode.take().map(|said| said.value);
    let mount = Mount { source, is_read_only, mode, ..Mount::new(kind, target_path) };
    spec.root.add(mount, number.origin).map_err(Wrong::from)
}

/// What needs a place alone.
fn at<'a>(spec: &mut Spec<'a>, [target, ..]: &Operands<'a>, kind: MountType) -> Result<(), Wrong> {
    let waiting = core::mem::take(&mut spec.root.waiting);
    let mount = Mount {
        mode: waiting.mode.map(|said| said.value),
        size: waiting.size.map(|said| said.value),
        is_read_only: kind == MountType::Remount,
        ..Mount::new(kind, path(target.text)?)
    };
    spec.root.add(mount, target.origin).map_err(Wrong::from)
}

/// An overlay of the layers that were said before.
fn overlay<'a>(
    spec: &mut Spec<'a>,
    target: &Item<'a>,
    operand: usize,
    upper: Upper<'a>,
) -> Result<(), Wrong> {
    let waiting = core::mem::take(&mut spec.root.waiting);
    let target_path = path(target.text).map_err(|fault| Wrong::Operand(operand, fault))?;
    let mount = Mount {
        layers: waiting.layers,
        upper,
        size: waiting.size.map(|said| said.value),
        ..Mount::new(MountType::Overlay, target_path)
    };
    spec.root.add(mount, target.origin).map_err(Wrong::from)
}

fn symlink<'a>(spec: &mut Spec<'a>, [to, target, _]: &Operands<'a>) -> Result<(), Wrong> {
    let source = Source::Text(path(to.text)?);
    let target_path = path(target.text).map_err(|fault| Wrong::Operand(1, fault))?;
    let mount = Mount { source, ..Mount::new(MountType::Symlink, target_path) };
    spec.root.add(mount, to.origin).map_err(Wrong::from)
}

fn chmod<'a>(spec: &mut Spec<'a>, [mode, target, _]: &Operands<'a>) -> Result<(), Wrong> {
    let mode_said = Some(mount_mode(mode.bytes())?);
    let target_path = path(target.text).map_err(|fault| Wrong::Operand(1, fault))?;
    let mount = Mount { mode: mode_said, ..Mount::new(MountType::Chmod, target_path) };
    spec.root.add(mount, mode.origin).map_err(Wrong::from)
}

/// The number of a descriptor that we were given.
pub(super) fn descriptor(text: &[u8]) -> Result<u16, Fault> {
    let number = units::unsigned(text, u64::from(u16::MAX))?;
    u16::try_from(number).map_err(|_| Fault::OutOfRange { min: 0, max: i64::from(u16::MAX) })
}
