//! A hardware watchdog: fed from the loop of PID 1, so that the machine is reset when that hangs.

use core::ffi::CStr;

use crate::limits::WATCHDOG_LAST_S;
use crate::model::{Errno, Moment, Span};
use crate::sys::file::{self, Mode};
use crate::sys::{Fd, clock, watchdog};

/// A watchdog that waits.
pub(super) struct Watchdog {
    device: Fd,
    /// How often it is fed.
    period: Span,
    /// When it is fed next.
    next: Moment,
}

impl Watchdog {
    /// Opens it, by which it begins to wait. How long it waits is what the device makes of
    /// `timeout`, or its own; it is fed twice as often.
    pub(super) fn open(path: &CStr, timeout: Option<Span>) -> Result<Self, Errno> {
        let device = file::open(path, Mode::Write)?;
        let seconds = match timeout {
            Some(span) => {
                let seconds = span.ns().div_ceil(1_000_000_000);
                watchdog::set_timeout(&device, u32::try_from(seconds).unwrap_or(u32::MAX))
            }
            None => watchdog::timeout(&device),
        };
        let seconds = match seconds {
            Ok(seconds) => seconds,
            Err(errno) => {
                let _ = watchdog::disarm(device); // nobody would feed it
                return Err(errno);
            }
        };
        let period = Span::from_ms(u64::from(seconds).saturating_mul(500));
        watchdog::feed(&device)?;
        Ok(Self { device, period, next: clock::now().after(period) })
    }

    /// When it is to be fed.
    pub(super) const fn next(&self) -> Moment {
        self.next
    }

    /// Feeds it, when it is time.
    pub(super) fn feed(&mut self, now: Moment) {
        if self.next <= now {
            self.feed_now();
            self.next = now.after(self.period);
        }
    }

    /// Feeds it for the last time. It guards the way down with a longer patience, where it may and
    /// the device has so much; else it waits no more, for a disk that is slow to be written is no
    /// reason to be reset.
    pub(super) fn feed_last(self, is_guarded: bool) -> Option<Self> {
        self.feed_now(); // where it cannot be stopped, it waits so long
        let waits_longer = |seconds| watchdog::set_timeout(&self.device, seconds).is_ok();
        if is_guarded && waits_longer(WATCHDOG_LAST_S) {
            return Some(self);
        }
        let _ = watchdog::disarm(self.device); // likewise
        None
    }

    /// Feeds it.
    pub(super) fn feed_now(&self) {
        let _ = watchdog::feed(&self.device); // a device that is gone is tried again
    }
}
