//! System calls: what the default filter refuses, and what works without it.

use super::support::terminal::Terminal;
use super::support::{Run, Who, witness};

/// What comes of a call inside, with this filter.
fn tried(who: Who, filter: &str, numbers: &[&str]) -> String {
    let words = [&["call"], numbers].concat();
    let run = Run::nsinit(who, &["run", "--seccomp", filter, "--"]).and(witness(&words));
    run.end().quietly(0).trim().to_owned()
}

/// A call without the filter and with it.
#[track_caller]
fn hold(who: Who, numbers: &[&str], without: &str, with: &str) {
    assert_eq!(tried(who, "none", numbers), without, "{who:?} {numbers:?} without");
    assert_eq!(tried(who, "default", numbers), with, "{who:?} {numbers:?} with");
}

fn number(number: libc::c_long) -> String {
    number.to_string()
}

#[test]
fn nobody_types_into_the_terminal() {
    // Looks like EPERM for TIOCSTI, also with a bit above the lower half (CVE-2019-10063), and for
    // TIOCLINUX, which a pseudoterminal does not know.
    let ioctl = number(libc::SYS_ioctl);
    for (request, without) in [
        ("0x5412", "done"),
        ("0x100005412", "done"),
        ("0x541c", "ENOTTY"),
        ("0xff0000541c", "ENOTTY"),
    ] {
        for (filter, expected) in [("none", without), ("default", "EPERM")] {
            let terminal = Terminal::new();
            let words = witness(&["call", &ioctl, "0", request, "@"]);
            let run = Run::nsinit(Who::Root, &["run", "--seccomp", filter, "--"]).and(words);
            let mut run = run.start_at(&terminal);
            let said = run.wait_for("\n");
            // What was typed is a NUL, which a terminal shows as ^@.
            assert_eq!(said.trim().trim_start_matches("^@"), expected, "{request} {filter}");
            assert_eq!(run.code(), 0);
            run.hang_up();
        }
    }
}

#[test]
fn nobody_makes_a_namespace_inside() {
    // Looks like EPERM for each kind, by unshare(2), clone(2) and setns(2), and ENOSYS for
    // clone3(2), whose flags no filter sees. A user namespace is what others need for the rest.
    let (unshare, clone) = (number(libc::SYS_unshare), number(libc::SYS_clone));
    let clone3 = number(libc::SYS_clone3);
    for who in Who::BOTH {
        hold(who, &[&unshare, "0x10000000"], "done", "EPERM");
        hold(who, &[&clone, "0x10000011"], "done", "EPERM");
        hold(who, &[&clone3, "@", "64"], "done", "ENOSYS");
        hold(who, &[&number(libc::SYS_setns), "0", "0"], "EINVAL", "EPERM");
    }
    for kind in ["0x20000", "0x2000000", "0x4000000", "0x8000000", "0x20000000", "0x40000000"] {
        hold(Who::Root, &[&unshare, kind], "done", "EPERM");
    }
    hold(Who::Root, &[&unshare, "0x80"], "done", "EPERM");
    hold(Who::Root, &[&unshare, "0x400"], "done", "done"); // CLONE_FILES is no namespace
}

#[test]
fn threads_come_by_the_way_that_is_left() {
    // Looks like pthread_create(3), which asks for clone3(2) first.
    for who in Who::BOTH {
        let run = Run::nsinit(who, &["run", "--seccomp=default", "--"]).and(witness(&["thread"]));
        assert_eq!(run.end().quietly(0), "a thread counted to 5050\n");
    }
}

#[test]
fn sockets_lead_nowhere_else() {
    // Looks like EAFNOSUPPORT for AF_VSOCK, which no network namespace holds back, AF_PACKET and
    // netlink beyond routes; what programs talk in is there.
    let socket = number(libc::SYS_socket);
    for (family, kind, protocol, without) in
        [("40", "1", "0", "done"), ("0x100000028", "1", "0", "done"), ("16", "3", "9", "done")]
    {
        hold(Who::User, &[&socket, family, kind, protocol], without, "EAFNOSUPPORT");
    }
    hold(Who::Root, &[&socket, "17", "3", "0"], "done", "EAFNOSUPPORT");
    for (family, kind, protocol) in [("1", "1", "0"), ("2", "2", "0"), ("16", "3", "0")] {
        hold(Who::User, &[&socket, family, kind, protocol], "done", "done");
    }
    hold(Who::User, &[&number(libc::SYS_socketpair), "1", "1", "0", "@"], "done", "done");
}

#[test]
fn interfaces_that_were_ways_out_are_closed() {
    // Looks like EPERM, and anything but EPERM where the filter is not.
    let calls: [(libc::c_long, &[&str], &str); 6] = [
        (libc::SYS_io_uring_setup, &["1", "0"], "EFAULT"),
        (libc::SYS_keyctl, &["0", "0xfffffffd", "1"], "done"), // the session keyring
        (libc::SYS_mount, &["@", "@", "@", "0", "0"], "ENOENT"),
        (libc::SYS_umount2, &["@", "0"], "ENOENT"),
        (libc::SYS_bpf, &["0", "@", "0"], "EINVAL"),
        (libc::SYS_open_by_handle_at, &["0", "@", "0"], "EINVAL"),
    ];
    for (call, arguments, without) in calls {
        let call = number(call);
        hold(Who::Root, &[&[call.as_str()], arguments].concat(), without, "EPERM");
    }
}

#[test]
fn the_upper_half_of_an_argument_leads_past_nothing() {
    // Looks like READ_IMPLIES_EXEC refused, whatever stands in bits that the kernel does not read.
    let personality = number(libc::SYS_personality);
    hold(Who::User, &[&personality, "0x400000"], "done", "EPERM");
    hold(Who::User, &[&personality, "0x700400000"], "done", "EPERM");
    hold(Who::User, &[&personality, "0x40000"], "done", "done");
    hold(Who::User, &[&personality, "0xffffffff"], "done", "done");
}

#[cfg(target_arch = "x86_64")]
#[test]
fn there_is_no_second_entry_to_the_kernel() {
    // Looks like SIGSYS for a 32-bit call, where the kernel has them at all, and ENOSYS for x32.
    let foreign = |filter: &str| {
        let run = Run::nsinit(Who::User, &["run", "--seccomp", filter, "--"]);
        run.and(witness(&["foreign-call"])).end()
    };
    let without = foreign("none");
    assert!(without.code == 0 || without.code == 128 + libc::SIGSEGV, "{}", without.code);
    if without.code == 0 {
        assert_eq!(foreign("default").code, 128 + libc::SIGSYS);
    }
    let x32 = ["0x40000027"]; // getpid
    assert_eq!(tried(Who::User, "default", &x32), "ENOSYS");
}

#[test]
fn calls_of_kernels_to_come_do_not_exist_yet() {
    // Looks like ENOSYS, not EPERM, so that programs take the way they have for older kernels.
    for number in ["472", "500", "511", "512", "100000"] {
        assert_eq!(tried(Who::User, "default", &[number]), "ENOSYS");
    }
}
