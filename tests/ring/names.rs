//! The names of the system calls that nsinit makes, by their numbers on this machine.

use libc::c_long;

macro_rules! names {
    ($($name:ident = $number:ident),* $(,)?) => {
        /// The name of a call; a number where we know none.
        pub fn name_of(call: c_long) -> &'static str {
            match call {
                $(libc::$number => stringify!($name),)*
                other => panic!("system call {other} has no name in ring/names.rs"),
            }
        }
    };
}

names! {
    bind = SYS_bind,
    capget = SYS_capget,
    capset = SYS_capset,
    chdir = SYS_chdir,
    clock_gettime = SYS_clock_gettime,
    clone = SYS_clone,
    clone3 = SYS_clone3,
    close = SYS_close,
    close_range = SYS_close_range,
    dup3 = SYS_dup3,
    execve = SYS_execve,
    exit_group = SYS_exit_group,
    faccessat = SYS_faccessat,
    getdents64 = SYS_getdents64,
    getpgid = SYS_getpgid,
    getsockname = SYS_getsockname,
    getpid = SYS_getpid,
    getppid = SYS_getppid,
    ioctl = SYS_ioctl,
    kill = SYS_kill,
    madvise = SYS_madvise,
    mount = SYS_mount,
    openat = SYS_openat,
    pidfd_send_signal = SYS_pidfd_send_signal,
    pipe2 = SYS_pipe2,
    ppoll = SYS_ppoll,
    prctl = SYS_prctl,
    pread64 = SYS_pread64,
    prlimit64 = SYS_prlimit64,
    read = SYS_read,
    recvmsg = SYS_recvmsg,
    pwritev2 = SYS_pwritev2,
    rt_sigaction = SYS_rt_sigaction,
    rt_sigprocmask = SYS_rt_sigprocmask,
    seccomp = SYS_seccomp,
    sendmsg = SYS_sendmsg,
    setdomainname = SYS_setdomainname,
    setgroups = SYS_setgroups,
    sethostname = SYS_sethostname,
    setns = SYS_setns,
    setpgid = SYS_setpgid,
    setpriority = SYS_setpriority,
    setresgid = SYS_setresgid,
    setresuid = SYS_setresuid,
    setsid = SYS_setsid,
    setsockopt = SYS_setsockopt,
    signalfd4 = SYS_signalfd4,
    socket = SYS_socket,
    socketpair = SYS_socketpair,
    umask = SYS_umask,
    uname = SYS_uname,
    unshare = SYS_unshare,
    wait4 = SYS_wait4,
    waitid = SYS_waitid,
    write = SYS_write,
}
