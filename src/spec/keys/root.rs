//! The keys of the root and of what is put into it: `[root]` and `[[mount]]`.

use super::{Item, Row, Set, Shape, Table, switch, whole};
use crate::model::{HidePid, Mount, MountType, Propagation, Source, Upper, mount_mode};
use crate::spec::flags::descriptor;
use crate::spec::root::{path, set_source};
use crate::text::{Fault, units};

/// `[root]`
pub(super) const ROOT: &[Row] = &[
    whole(Table::Root, "path|root", Shape::OuterPath, "DIR", |spec, item| {
        item.put_text(&mut spec.root.path, path)
    })
    .flag_from(1)
    .help(
        "the outer root, or an empty one where anything is mounted|Directory that becomes the \
         root inside; in a file relative to that.",
    ),
    whole(Table::Root, "read-only", Shape::Switch, "", |spec, item| {
        item.put(&mut spec.root.read_only, switch)
    })
    .help("false|Nothing is written to the root; what is mounted in it counts for itself."),
    whole(
        Table::Root,
        "overlay|root-overlay",
        Shape::OuterPathOrTmpfs,
        "tmpfs|DIR",
        |spec, item| spec.root.set_overlay(item),
    )
    .flag_from(1)
    .help(
        "|Writes go to memory, or to upper in DIR, where the kernel works in work; path stays as \
         it is.",
    ),
    whole(Table::Root, "size|root-size", Shape::TextOrNumber, "BYTES", |spec, item| {
        item.put(&mut spec.root.size, units::size)?;
        spec.root.own.size = spec.root.size.map(|said| said.value);
        Ok(())
    })
    .flag_from(1)
    .help("half of the memory|Most that an empty root, or an overlay in memory, holds."),
    whole(Table::Root, "dev|root-dev", Shape::Switch, "", |spec, item| {
        item.put(&mut spec.root.dev, switch)
    })
    .flag_from(1)
    .help("true, with path|A /dev with null, zero, full, random, urandom, tty, pts, shm."),
];

/// `[[mount]]`
pub(super) const MOUNT: &[Row] = &[
    mount("type", Shape::Text, "TYPE", |own, item| {
        own.kind = MountType::parse(item.bytes())?;
        Ok(())
    })
    .help(
        "bind|What it is: bind, tmpfs, proc, sysfs, dev, devpts, mqueue, cgroup2, overlay; or a \
         dir, file, symlink, data (a file in memory), chmod, remount, mask (hide what is there), \
         lock (read-only).",
    ),
    mount("source", Shape::OuterPath, "PATH", |own, item| {
        let source = Source::Path(path(item.text)?);
        set_source(own, source)
    })
    .help("|What is bound, or copied into a file: a path outside, relative to the file."),
    mount("fd", Shape::Number, "FD", |own, item| {
        let source = Source::Descriptor(descriptor(item.bytes())?);
        set_source(own, source)
    })
    .help("|The same as a descriptor that we were given."),
    mount("content", Shape::Text, "TEXT", |own, item| set_source(own, Source::Text(item.text)))
        .help("|Content of a file or symlink."),
    mount("target", Shape::Text, "PATH", |own, item| {
        own.target = Some(path(item.text)?);
        Ok(())
    })
    .help("|Where, from the root inside; made when missing. Must be given."),
    mount("read-only", Shape::Switch, "", |own, item| set(&mut own.is_read_only, item))
        .help("false|Nothing is written there."),
    mount("optional", Shape::Switch, "", |own, item| set(&mut own.is_optional, item))
        .help("false|A source that is not there is no failure."),
    mount("idmap", Shape::Switch, "", |own, item| set(&mut own.is_mapped, item))
        .help("false|The ids of its files are those inside: 0 on the disk is 0 there. As root."),
    mount("nosuid", Shape::Switch, "", |own, item| set_some(&mut own.nosuid, item))
        .help("true|No set-user-ID bit counts there."),
    mount("nodev", Shape::Switch, "", |own, item| set_some(&mut own.nodev, item))
        .help("true, but in dev|No device there is one."),
    mount("noexec", Shape::Switch, "", |own, item| set_some(&mut own.noexec, item))
        .help("true for what the kernel makes|Nothing there is executed."),
    mount("mode", Shape::Text, "OCTAL", |own, item| {
        own.mode = Some(mount_mode(item.bytes())?);
        Ok(())
    })
    .help("0755, of a file 0666, of data 0600|Mode of what is made."),
    mount("size", Shape::TextOrNumber, "BYTES", |own, item| {
        own.size = Some(units::size(item.bytes())?);
        Ok(())
    })
    .help("half of the memory|Most that a tmpfs holds: 64MiB."),
    mount("nr-inodes", Shape::TextOrNumber, "COUNT", |own, item| {
        own.inodes = Some(units::size(item.bytes())?);
        Ok(())
    })
    .help("one for two pages of memory|Most files that a tmpfs holds."),
    mount("hidepid", Shape::Text, "off|noaccess|invisible|ptraceable", |own, item| {
        own.hidepid = Some(HidePid::parse(item.bytes())?);
        Ok(())
    })
    .help("off|Whose processes a proc shows."),
    mount("pids-only", Shape::Switch, "", |own, item| set(&mut own.has_pids_only, item))
        .help("false|A proc shows processes and nothing else of the kernel (subset=pid)."),
    mount("masked", Shape::Switch, "", |own, item| {
        own.is_bare = !switch(item.bytes())?;
        Ok(())
    })
    .help("true|What a proc or sysfs has of the machine is hidden or read-only."),
    Row::new(Table::Mount, "lower", Shape::OuterPaths, "DIR", Set::Layer)
        .without_flag()
        .help("|Directories that an overlay is made of, from the bottom to the top."),
    mount("upper", Shape::OuterPathOrTmpfs, "tmpfs|DIR", |own, item| {
        own.upper = match (Upper::parse(item.text)?, own.upper) {
            (Upper::Below(upper), Upper::Directories { work, .. }) => {
                Upper::Directories { upper, work }
            }
            (upper, _) => upper,
        };
        Ok(())
    })
    .help("|Where what is written to it goes: memory, upper in DIR, or with work DIR itself."),
    mount("work", Shape::OuterPath, "DIR", |own, item| {
        let upper = match own.upper {
            Upper::Below(upper) => upper,
            Upper::None | Upper::Memory | Upper::Directories { .. } => c"",
        };
        own.upper = Upper::Directories { upper, work: path(item.text)? };
        Ok(())
    })
    .help("|Directory for the kernel's work, of the same file system as upper."),
    mount("propagation", Shape::Text, "private|slave|shared|unbindable", |own, item| {
        own.propagation = Some(Propagation::parse(item.bytes())?);
        Ok(())
    })
    .help("private|Which mounts made elsewhere appear there."),
];

/// A key of one mount, which only a file has: as flags there are those of bubblewrap.
const fn mount(
    name: &'static str,
    shape: Shape,
    value: &'static str,
    set: for<'a> fn(&mut Mount<'a>, Item<'a>) -> Result<(), Fault>,
) -> Row {
    Row::new(Table::Mount, name, shape, value, Set::Mount(set)).without_flag()
}

fn set(place: &mut bool, item: Item<'_>) -> Result<(), Fault> {
    *place = switch(item.bytes())?;
    Ok(())
}

fn set_some(place: &mut Option<bool>, item: Item<'_>) -> Result<(), Fault> {
    *place = Some(switch(item.bytes())?);
    Ok(())
}
