//! A root of its own: what is opened outside, how the new root is entered, what is put there.
//!
//! Everything that has a name outside is opened first, as copies that are mounted nowhere. Then the
//! new root is entered and the old one is gone, before the first name inside is looked up: a
//! symbolic link in it can lead to nothing that is not inside.

mod calls;
mod decide;
mod early;
mod old;

use core::ffi::CStr;

use super::Lines;
use super::kinds::Kind;
use crate::model::{Attributes, IdKind, Mount, MountType, Propagation, Source, Upper};
use crate::text::{Digits, Quoted, Show, Sink, put};

pub(super) use decide::{check, has_dev, is_asked, push_enter, push_kept, push_open};
pub(super) use early::{check_mapped, push_mapped, push_private};
pub(super) use old::check_kernel;

/// The number of what is held between its opening outside and its place inside.
pub type Slot = u16;

/// The slot of the root itself.
pub const BASE: Slot = Slot::MAX - 2;

/// The devices of a /dev, with their numbers (Documentation/admin-guide/devices.txt).
pub const DEVICES: [(&CStr, (u8, u8)); 6] = [
    (c"null", (1, 3)),
    (c"zero", (1, 5)),
    (c"full", (1, 7)),
    (c"random", (1, 8)),
    (c"urandom", (1, 9)),
    (c"tty", (5, 0)),
];

/// What is hidden in a procfs, and whether it is a directory: as the defaults of OCI runtimes have
/// it. It tells of the whole machine, or lets it be changed.
pub const MASKED: [(&CStr, bool); 9] = [
    (c"acpi", true),
    (c"asound", true),
    (c"kcore", false),
    (c"keys", false),
    (c"latency_stats", false),
    (c"sched_debug", false),
    (c"scsi", true),
    (c"timer_list", false),
    (c"timer_stats", false),
];

/// What is hidden in a sysfs, likewise.
pub const MASKED_IN_SYS: [(&CStr, bool); 2] =
    [(c"firmware", true), (c"devices/virtual/powercap", true)];

/// What can only be read in a procfs, for the same reason.
pub const READ_ONLY: [&CStr; 5] = [c"bus", c"fs", c"irq", c"sys", c"sysrq-trigger"];

/// What is done for a root.
#[derive(Clone, Copy, Debug)]
pub enum RootAct<'a> {
    /// A descriptor that we were given stays open until it is used.
    Keep(u16),
    /// We die with the launcher, also while something outside never answers.
    DieMeanwhile,
    /// A directory outside, as the root.
    OpenRoot(&'a CStr, Attributes),
    /// Something outside, or a file system of the kernel that has to be made while the outer one
    /// is seen.
    Open(&'a Mount<'a>, Slot),
    /// A process in a user namespace that has the maps of PID 1's, for the mounts that get them:
    /// those have to be mapped by somebody who has the rights outside.
    MakeMapper,
    /// One of its maps.
    WriteMapper(IdKind, Lines<'a>),
    /// Something outside with the ids of that.
    OpenMapped(&'a Mount<'a>, Slot),
    /// That process has served.
    EndMapper,
    /// The outer devices.
    OpenDevices,
    /// The terminal that our standard output is.
    OpenConsole,
    /// Directories on top of each other.
    OpenOverlay {
        /// Where what is written goes, and the attributes.
        mount: &'a Mount<'a>,
        /// The directories, from the bottom to the top.
        lower: &'a [&'a CStr],
        /// Where it is held.
        slot: Slot,
        /// Whether we are in a user namespace of our own, where overlayfs has to keep what it notes
        /// in attributes that begin with `user.` (its option `userxattr`, since Linux 5.11).
        is_users: bool,
    },
    /// A file system in memory for what is never seen as a whole: masks, data.
    OpenScratch,
    /// A file there with a content that was given.
    OpenData(&'a Mount<'a>, Slot),
    /// An empty file and an empty directory there.
    OpenMasks,
    /// The new root becomes ours, the old one is gone. What it was opened with is said once more,
    /// for kernels that can do that only now.
    Enter {
        /// Its attributes.
        attributes: Attributes,
        /// With whom it shares what is mounted in it.
        propagation: Option<Propagation>,
    },
    /// Something is put to its place inside; devices are made there, where we may.
    Place {
        /// What.
        mount: &'a Mount<'a>,
        /// Where it is held.
        slot: Slot,
        /// Whether devices are made, and not bound.
        makes_devices: bool,
    },
    /// What a procfs or sysfs has of the machine is hidden, or can only be read.
    Mask(&'a Mount<'a>),
    /// The root becomes read-only.
    Seal,
    /// We stand where we stood, if that is there; the umask is ours again.
    Finish,
}

impl RootAct<'_> {
    /// Whether it makes something in memory, or by the ids that we are then.
    pub const fn is_made(&self) -> bool {
        matches!(
            self,
            Self::Open(Mount { kind: MountType::Tmpfs, .. }, _) | Self::OpenOverlay { .. }
        )
    }

    /// Whether it is about mounts with the ids of a user namespace.
    pub const fn is_of_mapper(&self) -> bool {
        matches!(
            self,
            Self::MakeMapper | Self::WriteMapper(..) | Self::OpenMapped(..) | Self::EndMapper
        )
    }

    /// Its sort.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Keep(_) => Kind::KeepDescriptor,
            Self::DieMeanwhile => Kind::DieMeanwhile,
            Self::MakeMapper | Self::EndMapper => Kind::Mapper,
            Self::WriteMapper(..) => Kind::WriteMapper,
            Self::OpenMapped(..) => Kind::OpenMapped,
            Self::Open(..) if self.is_made() => Kind::MakeInMemory,
            Self::Open(mount, _) if mount.is_linked() => Kind::OpenLinked,
            Self::OpenRoot(..) | Self::Open(..) | Self::OpenDevices | Self::OpenConsole => {
                Kind::OpenOutside
            }
            Self::OpenOverlay { .. } | Self::OpenScratch | Self::OpenData(..) | Self::OpenMasks => {
                Kind::MakeInMemory
            }
            Self::Enter { .. } => Kind::EnterRoot,
            Self::Place { .. } | Self::Mask(_) => Kind::PlaceInRoot,
            Self::Seal => Kind::SealRoot,
            Self::Finish => Kind::FinishRoot,
        }
    }

    /// More about it, for `explain`.
    pub fn show_detail(&self, out: &mut dyn Sink) {
        match *self {
            Self::OpenRoot(_, attributes) => put!(out, attributes),
            Self::Open(mount, _) | Self::OpenMapped(mount, _) | Self::OpenData(mount, _) => {
                show_attributes(out, mount);
            }
            Self::OpenOverlay { mount, is_users, .. } => {
                show_attributes(out, mount);
                put!(out, if is_users { ",userxattr" } else { "" });
            }
            Self::OpenDevices => {
                for (index, (name, _)) in DEVICES.iter().enumerate() {
                    put!(out, if index == 0 { "" } else { "," });
                    out.put(name.to_bytes());
                }
            }
            Self::Enter { .. } => put!(out, "pivot_root, the old root detached"),
            Self::Place { mount, makes_devices, .. } => match mount.kind {
                MountType::Dev => {
                    put!(out, if makes_devices { "devices made" } else { "devices bound" });
                }
                MountType::Tmpfs | MountType::Devpts | MountType::Mqueue | MountType::Cgroup2 => {
                    show_attributes(out, mount);
                }
                MountType::Dir | MountType::File => {
                    if let Some(mode) = mount.mode {
                        put!(out, "mode ", Digits::octal(u64::from(mode), 4));
                    }
                }
                MountType::Bind
                | MountType::Data
                | MountType::Proc
                | MountType::Sysfs
                | MountType::Overlay
                | MountType::Symlink
                | MountType::Chmod
                | MountType::Remount
                | MountType::Mask
                | MountType::Lock => {}
            },
            Self::Mask(mount) if mount.kind == MountType::Sysfs => put!(out, "firmware, powercap"),
            Self::Mask(_) => put!(out, "kcore,keys,… hidden; sys,irq,… ro"),
            Self::OpenConsole => put!(out, "nosuid,noexec,optional"),
            Self::Keep(_)
            | Self::DieMeanwhile
            | Self::MakeMapper
            | Self::WriteMapper(..)
            | Self::EndMapper
            | Self::OpenScratch
            | Self::OpenMasks
            | Self::Seal
            | Self::Finish => {}
        }
    }
}

/// The attributes and options of a mount.
fn show_attributes(out: &mut dyn Sink, mount: &Mount<'_>) {
    put!(out, mount.attributes());
    if let Some(mode) = mount.mode {
        put!(out, ",mode=", Digits::octal(u64::from(mode), 4));
    }
    if let Some(size) = mount.size {
        put!(out, ",size=", size);
    }
    if let Some(inodes) = mount.inodes {
        put!(out, ",nr_inodes=", inodes);
    }
    if let Some(hidepid) = mount.hidepid {
        put!(out, ",hidepid=", hidepid.name().0);
    }
    put!(out, if mount.has_pids_only { ",subset=pid" } else { "" });
    if let Some(propagation) = mount.propagation {
        put!(out, ",", propagation.name());
    }
    put!(out, if mount.is_optional { ",optional" } else { "" });
}

/// A path outside, or what else something comes from.
struct From<'m>(&'m Mount<'m>);

impl Show for From<'_> {
    fn show(&self, out: &mut dyn Sink) {
        match self.0.source {
            Source::None => put!(out, self.0.kind.name()),
            Source::Path(path) => put!(out, Quoted(path.to_bytes())),
            Source::Descriptor(number) => put!(out, "descriptor ", number),
            Source::Text(_) => put!(out, "a text"),
        }
    }
}

impl Show for RootAct<'_> {
    fn show(&self, out: &mut dyn Sink) {
        match *self {
            Self::Keep(number) => put!(out, "keep descriptor ", number),
            Self::DieMeanwhile => put!(out, "die with the launcher, while the root is made"),
            Self::OpenRoot(path, _) => put!(out, "open root ", Quoted(path.to_bytes())),
            Self::Open(Mount { kind: MountType::Tmpfs, .. }, BASE) => {
                put!(out, "open an empty root");
            }
            Self::Open(mount, BASE) => put!(out, "open ", From(mount), " as root"),
            Self::Open(mount, _) => put!(out, "open ", From(mount)),
            Self::MakeMapper => put!(out, "make a user namespace to map mounts by"),
            Self::WriteMapper(kind, lines) => {
                put!(out, "write its ", kind.file(), " ");
                for (index, line) in lines.iter().enumerate() {
                    put!(out, if index == 0 { "\"" } else { ", " }, line);
                }
                put!(out, "\"");
            }
            Self::OpenMapped(mount, _) => put!(out, "open ", From(mount), " with ids of that"),
            Self::EndMapper => put!(out, "let go of that user namespace"),
            Self::OpenConsole => put!(out, "open the terminal of standard output"),
            Self::OpenOverlay { mount, lower, slot, .. } => {
                put!(out, "open an overlay of ");
                for (index, path) in lower.iter().enumerate() {
                    put!(out, if index == 0 { "" } else { ", " }, Quoted(path.to_bytes()));
                }
                match mount.upper {
                    Upper::None => {}
                    Upper::Memory => put!(out, " and memory"),
                    Upper::Below(path) | Upper::Directories { upper: path, .. } => {
                        put!(out, " and ", Quoted(path.to_bytes()));
                    }
                }
                put!(out, if slot == BASE { " as root" } else { "" });
            }
            Self::OpenDevices => put!(out, "open devices"),
            Self::OpenScratch => put!(out, "open a scratch file system"),
            Self::OpenData(mount, _) => put!(out, "make a file of ", From(mount)),
            Self::OpenMasks => put!(out, "make masks"),
            Self::Enter { .. } => put!(out, "enter the new root"),
            Self::Place { mount, .. } => show_place(out, mount),
            Self::Mask(mount) => {
                put!(out, "mask what is the machine's in ", Quoted(mount.place().to_bytes()));
            }
            Self::Seal => put!(out, "make the root read-only"),
            Self::Finish => put!(out, "return to our directory, or to \"/\""),
        }
    }
}

fn show_place(out: &mut dyn Sink, mount: &Mount<'_>) {
    let place = Quoted(mount.place().to_bytes());
    match mount.kind {
        MountType::Dir => put!(out, "make directory ", place),
        MountType::File => put!(out, "write ", From(mount), " to ", place),
        MountType::Symlink => {
            put!(out, "link ", place);
            if let Source::Text(content) = mount.source {
                put!(out, " to ", Quoted(content.to_bytes()));
            }
        }
        MountType::Chmod => {
            let mode = Digits::octal(u64::from(mount.mode.unwrap_or(0)), 4);
            put!(out, "change mode of ", place, " to ", mode);
        }
        MountType::Remount => put!(out, "make ", place, " read-only"),
        MountType::Mask => put!(out, "mask ", place),
        MountType::Lock => put!(out, "lock ", place, " against writing"),
        MountType::Bind | MountType::Data => put!(out, "bind ", From(mount), " on ", place),
        MountType::Tmpfs
        | MountType::Proc
        | MountType::Sysfs
        | MountType::Dev
        | MountType::Devpts
        | MountType::Mqueue
        | MountType::Cgroup2
        | MountType::Overlay => put!(out, "mount ", mount.kind.name(), " on ", place),
    }
}
