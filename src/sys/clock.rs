//! clock_gettime(2), asked of the kernel itself: no vDSO, no libc, a hundred nanoseconds.

use linux_raw_sys::general as raw;

use super::call::{call, check};
use crate::model::{Clock, Moment};

/// What `clock` shows us now, in nanoseconds. In a time namespace that is the shifted value.
pub fn now_ns(clock: Clock) -> i64 {
    let id = match clock {
        Clock::Monotonic => raw::CLOCK_MONOTONIC,
        Clock::Boottime => raw::CLOCK_BOOTTIME,
    };
    let mut time = raw::__kernel_timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel writes one timespec into `time`.
    let ret = unsafe { call!(clock_gettime, id as usize, (&raw mut time) as usize) };
    match check(ret) {
        Ok(_) => time.tv_sec.saturating_mul(1_000_000_000).saturating_add(time.tv_nsec),
        Err(_) => 0, // both clocks are there on every kernel we start on (Linux 2.6.39)
    }
}

/// Now, on the clock the supervisor counts by: it goes on while the machine is suspended.
pub fn now() -> Moment {
    Moment::from_ns(now_ns(Clock::Boottime).unsigned_abs())
}
