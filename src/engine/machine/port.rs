//! Ports of a virtual machine, and writing with patience.
//!
//! A virtio-serial port has a name, which its device has not: the number of the device depends on
//! the order in which they were found. The name stands in sysfs
//! (Documentation/ABI/testing/sysfs-class, drivers/char/virtio_console.c).

use crate::engine::files::head_of;
use crate::model::{Errno, Span};
use crate::sys::file::{self, Mode};
use crate::sys::wait::{self, Source};
use crate::sys::{Fd, clock};
use crate::text::{Buffer, put};

/// How long a host that does not read is waited for.
const PATIENCE: Span = Span::from_s(2);
/// The pauses in which a port of ours is looked for again when there are others: names come behind
/// their devices, by a message of their own.
const PAUSE: Span = Span::from_ms(10);
const PAUSES_MAX: usize = 20;

/// The port with this name, open for writing. Where there is no port at all, nobody waits.
#[inline(never)] // its buffer would lie in the frame of every act
pub(super) fn find(name: &str) -> Option<Fd> {
    for _ in 0..PAUSES_MAX {
        match look(name) {
            Look::Found(port) => return Some(port),
            Look::None => return None,
            Look::Others => pause(PAUSE),
        }
    }
    None
}

/// Waits, for nothing.
pub(super) fn pause(span: Span) {
    let _ = wait::poll(&mut [], Some(span)); // every signal is blocked, so nothing cuts it short
}

enum Look {
    Found(Fd),
    /// There are ports, and none has our name yet.
    Others,
    None,
}

fn look(name: &str) -> Look {
    let Ok(directory) = file::open(c"/sys/class/virtio-ports", Mode::Directory) else {
        return Look::None;
    };
    let mut entries = [0u8; 512];
    let mut has_nameless = false;
    while let Ok(entries) = file::entries(&directory, &mut entries) {
        if entries.is_empty() {
            break;
        }
        for device in file::entry_names(entries).map(core::ffi::CStr::to_bytes) {
            if device.starts_with(b".") {
                continue;
            }
            let Some(own) = core::str::from_utf8(device).ok() else { continue };
            match is_named(own, name) {
                Some(true) => return open(own).map_or(Look::Others, Look::Found),
                Some(false) => {}
                None => has_nameless = true,
            }
        }
    }
    if has_nameless { Look::Others } else { Look::None }
}

/// Whether a port has this name; `None` while it has none.
fn is_named(device: &str, name: &str) -> Option<bool> {
    let mut path = Buffer::<80>::new();
    put!(&mut path, "/sys/class/virtio-ports/", device, "/name");
    let mut own = [0u8; 64];
    let own = head_of(path.path()?, &mut own)?.trim_ascii();
    (!own.is_empty()).then_some(own == name.as_bytes())
}

fn open(device: &str) -> Option<Fd> {
    let mut path = Buffer::<40>::new();
    put!(&mut path, "/dev/", device);
    file::open(path.path()?, Mode::WriteNow).ok()
}

/// Writes all of it, as long as somebody takes it; `false` when nobody did.
pub(super) fn write(target: &Fd, bytes: &[u8]) -> bool {
    let begin = clock::now();
    let mut rest = bytes;
    while !rest.is_empty() {
        let left = PATIENCE.ns().saturating_sub(clock::now().since(begin).ns());
        let mut sources = [Source::writable(target)];
        let is_ready = wait::poll(&mut sources, Some(Span::from_ns(left))).is_ok_and(|n| n > 0);
        match is_ready.then(|| file::write_now(target, rest)) {
            Some(Ok(len)) => rest = rest.get(len..).unwrap_or_default(),
            // A port that nobody is connected to can be written and takes nothing.
            Some(Err(Errno::EAGAIN)) if left > 0 => pause(PAUSE),
            Some(Err(_)) | None => return false,
        }
    }
    true
}
