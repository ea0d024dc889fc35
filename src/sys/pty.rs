//! Terminals of our own: pty(7), ioctl_tty(2), termios(3).

use linux_raw_sys::general as raw;
use linux_raw_sys::ioctl::{TCGETS, TCSETS, TIOCGPTPEER, TIOCGWINSZ, TIOCSPTLCK, TIOCSWINSZ};

use super::Fd;
use super::call::{call, check};
use crate::model::Errno;

/// open(2) of /dev/ptmx: a new terminal, the side of its keyboard and screen and the side of its
/// programs. The first never waits. The second is opened by the first and not by a name, which
/// could be another terminal's (ioctl_tty(2), TIOCGPTPEER).
///
/// # Errors
/// ENOENT without /dev/ptmx, ENOSPC when there are enough, EINVAL before Linux 4.13.
pub fn open() -> Result<(Fd, Fd), Errno> {
    let (here, path) = (raw::AT_FDCWD as usize, c"/dev/ptmx".as_ptr() as usize);
    let flags = raw::O_RDWR | raw::O_NOCTTY | raw::O_CLOEXEC | raw::O_NONBLOCK;
    // SAFETY: a C string that outlives the call.
    let ret = unsafe { call!(openat, here, path, flags as usize, 0) };
    let screen = check(ret).map(Fd::given)?;
    let unlocked = 0i32;
    let unlocked_at = (&raw const unlocked) as usize;
    // SAFETY: the kernel reads one integer.
    let ret = unsafe { call!(ioctl, screen.arg(), TIOCSPTLCK as usize, unlocked_at) };
    let _ = check(ret)?; // zero
    let flags = raw::O_RDWR | raw::O_NOCTTY | raw::O_CLOEXEC;
    // SAFETY: integers in.
    let ret = unsafe { call!(ioctl, screen.arg(), TIOCGPTPEER as usize, flags as usize) };
    let programs = check(ret).map(Fd::given)?;
    Ok((screen, programs))
}

/// The settings of a terminal (struct termios of asm-generic/termbits.h).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Settings {
    input: u32,
    output: u32,
    control: u32,
    local: u32,
    line: u8,
    characters: [u8; 19],
}

const _: () = assert!(size_of::<Settings>() == 36, "as the kernel writes it");

impl Settings {
    /// With each line that a program writes at the beginning of one, whatever was said of it.
    #[must_use]
    pub const fn with_lines(self) -> Self {
        Self { output: self.output | raw::OPOST | raw::ONLCR, ..self }
    }

    /// What cfmakeraw(3) makes of them: every byte passes as it is, and none is a signal.
    #[must_use]
    pub fn raw(self) -> Self {
        let input = raw::IGNBRK | raw::BRKINT | raw::PARMRK | raw::ISTRIP;
        let input = input | raw::INLCR | raw::IGNCR | raw::ICRNL | raw::IXON;
        let local = raw::ECHO | raw::ECHONL | raw::ICANON | raw::ISIG | raw::IEXTEN;
        let mut characters = self.characters;
        for (number, value) in [(raw::VMIN, 1), (raw::VTIME, 0)] {
            if let Some(own) = characters.get_mut(number as usize) {
                *own = value;
            }
        }
        Self {
            input: self.input & !input,
            output: self.output & !raw::OPOST,
            control: self.control & !(raw::CSIZE | raw::PARENB) | raw::CS8,
            local: self.local & !local,
            line: self.line,
            characters,
        }
    }
}

/// ioctl(2) TCGETS: the settings of the terminal that `fd` is open on.
///
/// # Errors
/// ENOTTY for anything else.
pub fn settings(fd: &Fd) -> Result<Settings, Errno> {
    let mut settings = Settings::default();
    // SAFETY: the kernel writes one struct termios.
    let ret = unsafe { call!(ioctl, fd.arg(), TCGETS as usize, (&raw mut settings) as usize) };
    check(ret).map(|_| settings)
}

/// ioctl(2) TCSETS: gives a terminal these settings.
///
/// # Errors
/// ENOTTY, EIO when it is gone.
pub fn set(fd: &Fd, settings: &Settings) -> Result<(), Errno> {
    let settings = core::ptr::from_ref(settings) as usize;
    // SAFETY: the kernel reads one struct termios.
    let ret = unsafe { call!(ioctl, fd.arg(), TCSETS as usize, settings) };
    check(ret).map(|_| ())
}

/// ioctl(2) TIOCGWINSZ and TIOCSWINSZ: the second terminal gets the size of the first, and the
/// programs in its foreground WINCH, when it is another one.
///
/// # Errors
/// ENOTTY when one is no terminal.
pub fn copy_size(from: &Fd, to: &Fd) -> Result<(), Errno> {
    let mut size = [0u16; 4]; // struct winsize
    let at = (&raw mut size) as usize;
    // SAFETY: the kernel writes one struct winsize.
    let ret = unsafe { call!(ioctl, from.arg(), TIOCGWINSZ as usize, at) };
    let _ = check(ret)?; // zero
    // SAFETY: the kernel reads one struct winsize.
    let ret = unsafe { call!(ioctl, to.arg(), TIOCSWINSZ as usize, at) };
    check(ret).map(|_| ())
}
