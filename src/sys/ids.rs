//! Who we are and what we may: setresuid(2), setresgid(2), setgroups(2), capget(2), prctl(2),
//! setrlimit(2), setpriority(2), umask(2), chdir(2).

use core::ffi::CStr;

use rustix::fs::Mode;
use rustix::process::{Gid, Resource as RawResource, Uid};

use super::call::{call, check};
use super::errno;
use crate::model::{Errno, Resource, Rlimit};

/// geteuid(2)
///
/// # Errors
/// None that can happen.
pub fn uid() -> Result<u32, Errno> {
    // SAFETY: nothing in.
    check(unsafe { call!(geteuid) }).map(|uid| uid as u32)
}

/// getegid(2)
///
/// # Errors
/// None that can happen.
pub fn gid() -> Result<u32, Errno> {
    // SAFETY: nothing in.
    check(unsafe { call!(getegid) }).map(|gid| gid as u32)
}

/// setresuid(2), setresgid(2): real, effective and saved id at once.
///
/// # Errors
/// EPERM without CAP_SETUID, EINVAL for an id that is not mapped.
pub fn set_uid(uid: u32) -> Result<(), Errno> {
    let uid = Uid::from_raw(uid);
    rustix::thread::set_thread_res_uid(uid, uid, uid).map_err(errno)
}

/// setresgid(2)
///
/// # Errors
/// EPERM without CAP_SETGID, EINVAL for an id that is not mapped.
pub fn set_gid(gid: u32) -> Result<(), Errno> {
    let gid = Gid::from_raw(gid);
    rustix::thread::set_thread_res_gid(gid, gid, gid).map_err(errno)
}

/// setgroups(2)
///
/// # Errors
/// EPERM without CAP_SETGID, or where setgroups is denied (user_namespaces(7)).
pub fn set_groups(groups: &[u32]) -> Result<(), Errno> {
    let mut list: heapless::Vec<Gid, { crate::limits::GROUPS_MAX }> = heapless::Vec::new();
    for gid in groups {
        list.push(Gid::from_raw(*gid)).map_err(|_| Errno::E2BIG)?;
    }
    rustix::thread::set_thread_groups(&list).map_err(errno)
}

/// prctl(2), PR_SET_NO_NEW_PRIVS
///
/// # Errors
/// EINVAL before Linux 3.5.
pub fn set_no_new_privs() -> Result<(), Errno> {
    rustix::thread::set_no_new_privs(true).map_err(errno)
}

/// prctl(2), PR_GET_NO_NEW_PRIVS
pub fn has_no_new_privs() -> bool {
    rustix::thread::no_new_privs().unwrap_or(false)
}

/// setrlimit(2)
///
/// # Errors
/// EPERM for raising a hard limit without CAP_SYS_RESOURCE.
pub fn set_rlimit(limit: Rlimit) -> Result<(), Errno> {
    let new = rustix::process::Rlimit { current: limit.soft, maximum: limit.hard };
    rustix::process::setrlimit(raw_resource(limit.resource), new).map_err(errno)
}

/// rustix's name of a resource; the numbers are the same on both our machines.
fn raw_resource(resource: Resource) -> RawResource {
    match resource.number() {
        0 => RawResource::Cpu,
        1 => RawResource::Fsize,
        2 => RawResource::Data,
        3 => RawResource::Stack,
        4 => RawResource::Core,
        5 => RawResource::Rss,
        6 => RawResource::Nproc,
        7 => RawResource::Nofile,
        8 => RawResource::Memlock,
        9 => RawResource::As,
        10 => RawResource::Locks,
        11 => RawResource::Sigpending,
        12 => RawResource::Msgqueue,
        13 => RawResource::Nice,
        14 => RawResource::Rtprio,
        _ => RawResource::Rttime,
    }
}

/// setpriority(2) of ourselves: the nice value, -20 to 19.
///
/// # Errors
/// EACCES for a lower value than RLIMIT_NICE allows.
pub fn set_nice(nice: i32) -> Result<(), Errno> {
    rustix::process::setpriority_process(None, nice).map_err(errno)
}

/// umask(2)
pub fn set_umask(mask: u32) {
    let _ = rustix::process::umask(Mode::from_raw_mode(mask)); // the mask before; it cannot fail
}

/// chdir(2)
///
/// # Errors
/// ENOENT, ENOTDIR, EACCES.
pub fn change_directory(path: &CStr) -> Result<(), Errno> {
    rustix::process::chdir(path).map_err(errno)
}
