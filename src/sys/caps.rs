//! Capabilities: capget(2), capset(2), and the part of prctl(2) that is about them.

use linux_raw_sys::{general as raw, prctl};

use super::call::{call, check};
use crate::model::{Capabilities, Errno, SecureBits};

/// Which process, in the form of 64 bits (linux/capability.h, `_LINUX_CAPABILITY_VERSION_3`); 0 is
/// the calling thread.
const HEADER: raw::__user_cap_header_struct =
    raw::__user_cap_header_struct { version: raw::_LINUX_CAPABILITY_VERSION_3, pid: 0 };

/// No capability.
const EMPTY: raw::__user_cap_data_struct =
    raw::__user_cap_data_struct { effective: 0, permitted: 0, inheritable: 0 };

/// Three sets of a process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sets {
    /// Those in force.
    pub effective: Capabilities,
    /// Those that may be in force.
    pub permitted: Capabilities,
    /// Those that a file may give at an exec, and may be ambient.
    pub inheritable: Capabilities,
}

/// capget(2) of ourselves.
///
/// # Errors
/// None that can happen.
pub fn get() -> Result<Sets, Errno> {
    let (mut header, mut data) = (HEADER, [EMPTY; 2]);
    let pointers = ((&raw mut header) as usize, data.as_mut_ptr() as usize);
    // SAFETY: the kernel reads the header and writes two structs of numbers.
    let ret = unsafe { call!(capget, pointers.0, pointers.1) };
    let _ = check(ret)?; // zero
    let [low, high] = data;
    let join =
        |low: u32, high: u32| Capabilities::from_bits(u64::from(low) | u64::from(high) << 32);
    Ok(Sets {
        effective: join(low.effective, high.effective),
        permitted: join(low.permitted, high.permitted),
        inheritable: join(low.inheritable, high.inheritable),
    })
}

/// capset(2) of ourselves.
///
/// # Errors
/// EPERM for one that we do not have.
pub fn set(sets: Sets) -> Result<(), Errno> {
    let half = |shift: u32| {
        let part = |set: Capabilities| (set.bits() >> shift) as u32;
        raw::__user_cap_data_struct {
            effective: part(sets.effective),
            permitted: part(sets.permitted),
            inheritable: part(sets.inheritable),
        }
    };
    let (mut header, data) = (HEADER, [half(0), half(32)]);
    // SAFETY: the kernel reads the header and two structs of numbers.
    let ret = unsafe { call!(capset, (&raw mut header) as usize, data.as_ptr() as usize) };
    check(ret).map(|_| ())
}

/// prctl(2), PR_CAPBSET_DROP: takes one out of the bounding set.
///
/// # Errors
/// EPERM without CAP_SETPCAP, EINVAL for one that the kernel does not have.
pub fn drop_bounding(capability: u8) -> Result<(), Errno> {
    // SAFETY: two integers in.
    let ret = unsafe { call!(prctl, prctl::PR_CAPBSET_DROP as usize, usize::from(capability)) };
    check(ret).map(|_| ())
}

/// prctl(2), PR_CAP_AMBIENT_RAISE, since Linux 4.3.
///
/// # Errors
/// EPERM for one that is not permitted and inheritable, or where SECBIT_NO_CAP_AMBIENT_RAISE is
/// set.
pub fn raise_ambient(capability: u8) -> Result<(), Errno> {
    let (option, raise) = (prctl::PR_CAP_AMBIENT as usize, prctl::PR_CAP_AMBIENT_RAISE as usize);
    // SAFETY: integers in; the two arguments that are not used must be zero.
    let ret = unsafe { call!(prctl, option, raise, usize::from(capability), 0, 0) };
    check(ret).map(|_| ())
}

/// prctl(2), PR_SET_KEEPCAPS: a change of user keeps the permitted ones, until the next exec.
///
/// # Errors
/// EPERM where SECBIT_KEEP_CAPS_LOCKED is set.
pub fn keep() -> Result<(), Errno> {
    // SAFETY: two integers in.
    let ret = unsafe { call!(prctl, prctl::PR_SET_KEEPCAPS as usize, 1) };
    check(ret).map(|_| ())
}

/// prctl(2), PR_GET_SECUREBITS
///
/// # Errors
/// None that can happen.
pub fn secure_bits() -> Result<SecureBits, Errno> {
    // SAFETY: an integer in.
    let ret = unsafe { call!(prctl, prctl::PR_GET_SECUREBITS as usize) };
    check(ret).map(|bits| SecureBits::from_bits(bits as u16))
}

/// prctl(2), PR_SET_SECUREBITS
///
/// # Errors
/// EPERM without CAP_SETPCAP, for a bit that is locked, and for one that the kernel does not have.
pub fn set_secure_bits(bits: SecureBits) -> Result<(), Errno> {
    // SAFETY: two integers in.
    let ret = unsafe { call!(prctl, prctl::PR_SET_SECUREBITS as usize, usize::from(bits.bits())) };
    check(ret).map(|_| ())
}
