//! Descriptors 0 to 2, whatever the kernel could open.
//!
//! It opens /dev/console for init, and starts it without any descriptor when there is none
//! (init/main.c, `console_on_rootfs`). The first file that is opened then would be standard input,
//! and what is written to it a message.

use core::ffi::CStr;

use crate::sys::Fd;
use crate::sys::fd::{is_open, pipe, redirect};
use crate::sys::file::{self, Mode};
use crate::sys::mount;

/// Sees to it that all three are open: the console, or what swallows everything.
pub(super) fn open() {
    let missing = [0, 1, 2].map(|number| !is_open(number));
    if missing == [false; 3] {
        return;
    }
    let Some(target) = console().or_else(null) else { return open_pipe(missing) };
    for (number, is_missing) in (0..).zip(missing) {
        if is_missing {
            let _ = redirect(&target, number); // nothing is left to be tried
        }
    }
    if target.number() <= 2 {
        let _ = target.leave_open(); // it is one of them
    }
}

/// The console: in the root we were given, in a devtmpfs, or made.
fn console() -> Option<Fd> {
    const PATH: &CStr = c"/dev/console";
    let open = || file::open(PATH, Mode::ReadWrite).ok();
    open()
        .or_else(|| {
            let _ = file::make_directory(c"/dev"); // it may be there
            // The plan mounts it too, and finds it mounted.
            let _ = mount::mount_kernel(c"devtmpfs", c"/dev", false, false, c"mode=0755");
            open()
        })
        .or_else(|| {
            let _ = file::make_device(PATH, 5, 1); // whether it helps is seen below
            open()
        })
}

fn null() -> Option<Fd> {
    const PATH: &CStr = c"/dev/null";
    let open = || file::open(PATH, Mode::ReadWrite).ok();
    open().or_else(|| {
        let _ = file::make_device(PATH, 1, 3); // likewise
        open()
    })
}

/// Without any device: a pipe that nobody reads, and that nothing comes out of.
fn open_pipe(missing: [bool; 3]) {
    let Ok((read, write)) = pipe(false) else { return };
    // Neither end may be closed by being a copy's original below 3.
    let (read, write) = (read.leave_open(), write.leave_open());
    for (number, is_missing) in (0..).zip(missing) {
        let target = if number == 0 { &read } else { &write };
        if is_missing {
            let _ = redirect(target, number); // nothing is left to be tried
        }
    }
}
