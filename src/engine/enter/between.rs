//! The terminal that what runs inside has in place of ours, and what is carried between the two.

use core::mem::ManuallyDrop;

use heapless::Vec;

use crate::model::Errno;
use crate::sys::pty::{self, Settings};
use crate::sys::wait::{self, Source};
use crate::sys::{Fd, file, terminal};

/// How often something is shown at the end: a terminal holds 64 KiB and what its readers have not
/// taken (drivers/tty/tty_buffer.c), in pieces that may be small.
const LAST_ROUNDS: usize = 1_024;

/// A terminal that what runs inside has in place of ours.
#[derive(Debug)]
pub(super) struct Between {
    /// The side of its keyboard and screen.
    screen: Fd,
    is_open: bool,
    /// One of our descriptors of our terminal, to show things at.
    ours: i32,
    /// Whether what is typed is for it.
    pub is_typed: bool,
    /// The settings of our terminal, while we have changed them.
    before: Option<Settings>,
    /// What was typed and not taken yet.
    typed: Vec<u8, 512>,
}

/// Where there is no terminal, nothing is carried.
pub(super) const fn nothing() -> [Source; 3] {
    [Source::nothing(), Source::nothing(), Source::nothing()]
}

impl Between {
    /// Between the screen of theirs and one of our descriptors of ours.
    pub const fn new(screen: Fd, ours: i32, is_typed: bool) -> Self {
        Self { screen, is_open: true, ours, is_typed, before: None, typed: Vec::new() }
    }

    fn ours(&self) -> ManuallyDrop<Fd> {
        Fd::inherited(self.ours)
    }

    /// What is to be waited for: something is shown, there is room for what was typed, something is
    /// typed.
    pub fn sources(&self) -> [Source; 3] {
        if !self.is_open {
            return nothing();
        }
        let has_typed = !self.typed.is_empty();
        let shown = Source::readable(&self.screen);
        let taken = if has_typed { Source::writable(&self.screen) } else { Source::nothing() };
        let is_waiting = self.is_typed && !has_typed && self.before.is_some();
        let typed =
            if is_waiting { Source::readable(&Fd::inherited(0)) } else { Source::nothing() };
        [shown, taken, typed]
    }

    /// Carries what came.
    pub fn turn(&mut self, shown: &Source, taken: &Source, typed: &Source) {
        if shown.is_ready() {
            let _ = self.show(); // the next round sees to the rest
        }
        if typed.is_ready() {
            self.read();
        }
        if taken.is_ready() {
            self.write();
        }
    }

    /// Every byte that is typed at our terminal goes inside, when we are in its foreground.
    pub fn begin(&mut self) {
        let input = Fd::inherited(0);
        let is_ours = terminal::foreground(&input) == Ok(terminal::own_group());
        if let (true, true, None) = (self.is_typed, is_ours, self.before)
            && let Ok(settings) = pty::settings(&input)
            && pty::set(&input, &settings.raw()).is_ok()
        {
            let _ = pty::set(&self.screen, &settings); // it begins with its own, then
            self.before = Some(settings);
        }
        self.follow_size();
    }

    /// Our terminal is as it was.
    pub fn end(&mut self) {
        if let Some(settings) = self.before.take() {
            let _ = pty::set(&Fd::inherited(0), &settings); // it may be gone
        }
    }

    pub fn follow_size(&self) {
        let _ = pty::copy_size(&self.ours(), &self.screen); // as above
    }

    /// Shows some of what is there to be shown: while a slow terminal takes that, as much has come
    /// anew, and who types is to be heard between. Gives whether there may be more.
    #[inline(never)] // its buffer would lie in the frame of the loop
    fn show(&mut self) -> bool {
        let mut text = [0u8; 4096];
        let len = match file::read(&self.screen, &mut text) {
            Ok(len @ 1..) => len,
            Err(Errno::EAGAIN) => return false,
            Ok(_) | Err(_) => {
                self.is_open = false; // nobody has it open any more (EIO)
                return false;
            }
        };
        let mut rest = text.get(..len).unwrap_or_default();
        let ours = self.ours();
        while !rest.is_empty() {
            match file::write(&ours, rest) {
                Ok(len) => rest = rest.get(len..).unwrap_or_default(),
                // A program before us has left our terminal so that nobody waits for it (fcntl(2),
                // O_NONBLOCK).
                Err(Errno::EAGAIN) => {
                    let _ = wait::poll(&mut [Source::writable(&ours)], None); // then once more
                }
                Err(_) => break, // it is gone
            }
        }
        true
    }

    /// What was left to be shown at the end: as much as lies in a terminal that nobody reads from,
    /// for others may go on.
    pub fn show_rest(&mut self) {
        let _ = (0..LAST_ROUNDS).find(|_| !self.is_open || !self.show()); // or until all is shown
    }

    fn read(&mut self) {
        let mut text = [0u8; 512];
        match file::read(&Fd::inherited(0), &mut text) {
            Ok(len @ 1..) => {
                let text = text.get(..len).unwrap_or_default();
                self.typed = Vec::from_slice(text).unwrap_or_default();
                self.write();
            }
            Err(Errno::EAGAIN | Errno::EINTR) => {}
            Ok(_) | Err(_) => self.is_typed = false, // our terminal has hung up
        }
    }

    fn write(&mut self) {
        if let Ok(len) = file::write(&self.screen, &self.typed) {
            let rest = self.typed.get(len..).unwrap_or_default();
            self.typed = Vec::from_slice(rest).unwrap_or_default();
        }
    }
}
