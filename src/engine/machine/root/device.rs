//! The device that a root is on, which may come late: a bus is looked through while we run.

use core::ffi::CStr;

use crate::engine::files::head_of;
use crate::engine::trouble::Trouble;
use crate::model::{Errno, RootSource, Span, Why};
use crate::sys::file::{self, Mode};
use crate::sys::wait::{self, Source};
use crate::sys::{Fd, clock, uevent};
use crate::text::{Buffer, Sink, put, units};

/// A path of a device, or what else is mounted.
pub(super) type Path = Buffer<256>;

/// Where it is, as soon as it is there. The kernel tells of each device that comes.
pub(super) fn find(source: RootSource<'_>, wait: Span) -> Result<Path, Trouble> {
    if let RootSource::Tag(name) | RootSource::Inside(name) = source {
        let mut path = Path::new();
        path.put(name.to_bytes());
        return Ok(path); // a file system without a device
    }
    let news = uevent::open(); // before the first look, so that none is missed
    let end = clock::now().after(wait);
    loop {
        if let Some(path) = look(source) {
            return Ok(path);
        }
        let left = end.since(clock::now());
        let mut sources = [Source::of(news.as_ref().ok())];
        match wait::poll(&mut sources, Some(left)) {
            Ok(0) | Err(_) if left == Span::from_ms(0) => {
                return Err((Errno::ENOENT, Why::NoRootDevice));
            }
            Ok(_) | Err(_) => news.as_ref().ok().map_or((), drain),
        }
    }
}

/// What was told is of no matter, for everything is looked through again.
fn drain(news: &Fd) {
    let mut message = [0u8; 2048];
    while file::read(news, &mut message).is_ok_and(|len| len > 0) {}
}

fn look(source: RootSource<'_>) -> Option<Path> {
    let mut path = Path::new();
    if let RootSource::Device(device) = source {
        path.put(device.to_bytes());
        return file::access(device, false).is_ok().then_some(path);
    }
    let directory = file::open(c"/sys/class/block", Mode::Directory).ok()?;
    let mut entries = [0u8; 1024];
    while let Ok(entries) = file::entries(&directory, &mut entries) {
        if entries.is_empty() {
            break;
        }
        for name in file::entry_names(entries) {
            let mut text = [0u8; 512];
            let Some(text) = uevent_of(name, &mut text) else { continue };
            if is_meant(text, source) {
                put!(&mut path, "/dev/");
                path.put(value(text, b"DEVNAME=")?);
                return Some(path);
            }
        }
    }
    None
}

/// What the kernel says of a block device, in lines (Documentation/ABI/testing/sysfs-uevent).
fn uevent_of<'b>(name: &CStr, text: &'b mut [u8]) -> Option<&'b [u8]> {
    let mut path = Path::new();
    put!(&mut path, "/sys/class/block/");
    path.put(name.to_bytes());
    put!(&mut path, "/uevent");
    head_of(path.path()?, text)
}

fn value<'t>(text: &'t [u8], key: &[u8]) -> Option<&'t [u8]> {
    text.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(key))
}

fn is_meant(text: &[u8], source: RootSource<'_>) -> bool {
    let number = |key| units::unsigned(value(text, key)?, u64::from(u32::MAX)).ok();
    match source {
        RootSource::Number(major, minor) => {
            number(b"MAJOR=") == Some(major.into()) && number(b"MINOR=") == Some(minor.into())
        }
        RootSource::PartLabel(name) => value(text, b"PARTNAME=") == Some(name.to_bytes()),
        RootSource::PartUuid(id) => {
            value(text, b"PARTUUID=").is_some_and(|own| own.eq_ignore_ascii_case(id.to_bytes()))
        }
        RootSource::None | RootSource::Device(_) | RootSource::Inside(_) | RootSource::Tag(_) => {
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partition_is_known_by_its_numbers_and_its_names() {
        let text = b"MAJOR=254\nMINOR=2\nDEVNAME=vda2\nDEVTYPE=partition\nDISKSEQ=9\nPARTN=2\n\
                     PARTNAME=root one\nPARTUUID=0fc63daf-8483-4772-8e79-3d69d8477de4\n";
        for (source, expected) in [
            (RootSource::Number(254, 2), true),
            (RootSource::Number(254, 1), false),
            (RootSource::PartLabel(c"root one"), true),
            (RootSource::PartLabel(c"root"), false),
            (RootSource::PartUuid(c"0FC63DAF-8483-4772-8E79-3D69D8477DE4"), true),
            (RootSource::PartUuid(c"0FC63DAF"), false),
        ] {
            assert_eq!(is_meant(text, source), expected, "{source:?}");
        }
        assert_eq!(value(text, b"DEVNAME="), Some(&b"vda2"[..]));
    }
}
