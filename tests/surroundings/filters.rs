//! Filters around us, and kernels that do not know a call: seccomp(2) denies it with EPERM, as old
//! versions of Docker did, or with ENOSYS, as an old kernel would.

use super::place::{Place, root};
use super::support::deny::deny;
use super::support::{Run, Who, file};

/// Calls that a kernel of 2018 did not have, or that filters are known to deny.
const CALLS: [libc::c_long; 9] = [
    libc::SYS_clone3,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_send_signal,
    libc::SYS_close_range,
    libc::SYS_openat2,
    libc::SYS_faccessat2,
    libc::SYS_statx,
    libc::SYS_madvise,
    libc::SYS_unshare,
];

/// Everything holds behind this filter.
fn behind(before: fn(), name: &str) {
    let directory = file::text(&root());
    let pid_1 = ["unshare", "-pf", "--mount-proc", "--kill-child", "--"];
    for front in [&pid_1[..], &[]] {
        let name = format!("{name} {}", if front.is_empty() { "not PID 1" } else { "PID 1" });
        let directory = directory.clone();
        Place { directory, before, ..Place::new(&name, front) }.holds();
    }
}

#[test]
fn no_clone3() {
    // Looks like clone3 with EPERM, which Docker before 20.10.10 gave, and with ENOSYS.
    behind(|| deny(&[libc::SYS_clone3], libc::EPERM), "clone3: EPERM");
    behind(|| deny(&[libc::SYS_clone3], libc::ENOSYS), "clone3: ENOSYS");
}

#[test]
fn no_pidfd() {
    // Looks like a kernel that has no pidfd_send_signal and pidfd_open.
    let calls = || deny(&[libc::SYS_pidfd_open, libc::SYS_pidfd_send_signal], libc::ENOSYS);
    behind(calls, "pidfd: ENOSYS");
    let calls = || deny(&[libc::SYS_pidfd_open, libc::SYS_pidfd_send_signal], libc::EPERM);
    behind(calls, "pidfd: EPERM");
}

#[test]
fn none_of_the_newer_calls() {
    // Looks like all of them denied at once; PID 1 comes before the filter.
    let directory = file::text(&root());
    let all = || deny(&CALLS, libc::ENOSYS);
    Place { directory: directory.clone(), before: all, ..Place::new("all: ENOSYS", &[]) }.holds();
    let all = || deny(&CALLS, libc::EPERM);
    Place { directory, before: all, ..Place::new("all: EPERM", &[]) }.holds();
}

#[test]
fn a_write_that_takes_nothing_is_not_tried_for_ever() {
    // Looks like a file of FUSE whose server takes none of a message: the code comes through.
    let run = Run::nsinit(Who::Root, &["-v", "--", "sh", "-c", "exit 7"]);
    assert_eq!(run.before_exec(|| deny(&[libc::SYS_pwritev2], 0)).end().quietly(7), "");
}
