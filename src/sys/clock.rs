//! clock_gettime(2), asked of the kernel itself: no vDSO, no libc, a hundred nanoseconds; and
//! clock_settime(2).

use linux_raw_sys::general as raw;

use super::call::{call, check};
use crate::model::{Clock, Errno, Moment};

/// What `clock` shows us now, in nanoseconds. In a time namespace that is the shifted value.
pub fn now_ns(clock: Clock) -> i64 {
    let id = match clock {
        Clock::Monotonic => raw::CLOCK_MONOTONIC,
        Clock::Boottime => raw::CLOCK_BOOTTIME,
    };
    match get(id) {
        Ok(time) => time.tv_sec.saturating_mul(1_000_000_000).saturating_add(time.tv_nsec),
        Err(_) => 0, // both clocks are there on every kernel we start on (Linux 2.6.39)
    }
}

fn get(id: u32) -> Result<raw::__kernel_timespec, Errno> {
    let mut time = raw::__kernel_timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel writes one timespec into `time`.
    let ret = unsafe { call!(clock_gettime, id as usize, (&raw mut time) as usize) };
    check(ret).map(|_| time)
}

/// The time of day, CLOCK_REALTIME, in seconds from 1970.
pub fn wall_s() -> i64 {
    get(raw::CLOCK_REALTIME).map_or(0, |time| time.tv_sec) // as above
}

/// The time of day, from 1970.
pub fn wall() -> Moment {
    let time = get(raw::CLOCK_REALTIME).map_or((0, 0), |time| (time.tv_sec, time.tv_nsec));
    let ns = time.0.saturating_mul(1_000_000_000).saturating_add(time.1);
    Moment::from_ns(ns.unsigned_abs())
}

/// clock_settime(2), CLOCK_REALTIME: the time of day, in seconds from 1970.
///
/// # Errors
/// EPERM without CAP_SYS_TIME, EINVAL for a time before the machine's start.
pub fn set_wall_s(seconds: i64) -> Result<(), Errno> {
    let time = raw::__kernel_timespec { tv_sec: seconds, tv_nsec: 0 };
    let id = raw::CLOCK_REALTIME as usize;
    // SAFETY: the kernel reads one timespec.
    let ret = unsafe { call!(clock_settime, id, (&raw const time) as usize) };
    check(ret).map(|_| ())
}

/// Now, on the clock the supervisor counts by. It stands still while the machine is suspended, as
/// services do and the timeout of ppoll(2): whoever slept with the machine was not silent.
pub fn now() -> Moment {
    Moment::from_ns(now_ns(Clock::Monotonic).unsigned_abs())
}

/// Now, on the clock by which people are told how long something has lasted: it goes on meanwhile.
pub fn now_of_boot() -> Moment {
    Moment::from_ns(now_ns(Clock::Boottime).unsigned_abs())
}
