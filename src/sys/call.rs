//! From a return value to a result.

use crate::model::Errno;

/// A system call by name: `call!(dup3, old, new, flags)`, three arguments or fewer in registers of
/// their own, up to six as a list.
///
/// Unsafe to use: the arguments must be what the call demands.
macro_rules! call {
    ($name:ident) => { call!(@three $name, 0, 0, 0) };
    ($name:ident, $a:expr) => { call!(@three $name, $a, 0, 0) };
    ($name:ident, $a:expr, $b:expr) => { call!(@three $name, $a, $b, 0) };
    ($name:ident, $a:expr, $b:expr, $c:expr) => { call!(@three $name, $a, $b, $c) };
    ($name:ident, $a:expr, $b:expr, $c:expr, $d:expr) => {
        call!(@six $name, $a, $b, $c, $d, 0, 0)
    };
    ($name:ident, $a:expr, $b:expr, $c:expr, $d:expr, $e:expr) => {
        call!(@six $name, $a, $b, $c, $d, $e, 0)
    };
    ($name:ident, $a:expr, $b:expr, $c:expr, $d:expr, $e:expr, $f:expr) => {
        call!(@six $name, $a, $b, $c, $d, $e, $f)
    };
    (@three $name:ident, $a:expr, $b:expr, $c:expr) => {
        $crate::sys::arch::syscall3($crate::sys::call::number::$name, $a, $b, $c)
    };
    (@six $name:ident, $a:expr, $b:expr, $c:expr, $d:expr, $e:expr, $f:expr) => {
        $crate::sys::arch::syscall6($crate::sys::call::number::$name, [$a, $b, $c, $d, $e, $f])
    };
}
pub(super) use call;

/// The numbers of the calls we make ourselves, of the machine we are built for.
pub(super) mod number {
    use linux_raw_sys::general as raw;

    macro_rules! numbers {
        ($($name:ident = $raw:ident),* $(,)?) => {
            $(#[allow(non_upper_case_globals)] pub const $name: usize = raw::$raw as usize;)*
        };
    }
    numbers! {
        bind = __NR_bind,
        capget = __NR_capget,
        capset = __NR_capset,
        unlinkat = __NR_unlinkat,
        renameat2 = __NR_renameat2,
        listen = __NR_listen,
        getsockopt = __NR_getsockopt,
        flock = __NR_flock,
        ftruncate = __NR_ftruncate,
        fchmod = __NR_fchmod,
        accept4 = __NR_accept4,
        clone = __NR_clone,
        chroot = __NR_chroot,
        connect = __NR_connect,
        finit_module = __NR_finit_module,
        mkdirat = __NR_mkdirat,
        mknodat = __NR_mknodat,
        mount = __NR_mount,
        mount_setattr = __NR_mount_setattr,
        reboot = __NR_reboot,
        fchdir = __NR_fchdir,
        fsconfig = __NR_fsconfig,
        fstatfs = __NR_fstatfs,
        fsmount = __NR_fsmount,
        fsopen = __NR_fsopen,
        getcwd = __NR_getcwd,
        move_mount = __NR_move_mount,
        open_tree = __NR_open_tree,
        pivot_root = __NR_pivot_root,
        symlinkat = __NR_symlinkat,
        swapoff = __NR_swapoff,
        sync = __NR_sync,
        umask = __NR_umask,
        umount2 = __NR_umount2,
        clone3 = __NR_clone3,
        close = __NR_close,
        close_range = __NR_close_range,
        clock_gettime = __NR_clock_gettime,
        clock_settime = __NR_clock_settime,
        dup3 = __NR_dup3,
        execve = __NR_execve,
        exit_group = __NR_exit_group,
        fcntl = __NR_fcntl,
        faccessat = __NR_faccessat,
        getdents64 = __NR_getdents64,
        memfd_create = __NR_memfd_create,
        getsockname = __NR_getsockname,
        getpgid = __NR_getpgid,
        getpid = __NR_getpid,
        getegid = __NR_getegid,
        geteuid = __NR_geteuid,
        getppid = __NR_getppid,
        getsid = __NR_getsid,
        getxattr = __NR_getxattr,
        inotify_add_watch = __NR_inotify_add_watch,
        inotify_init1 = __NR_inotify_init1,
        ioctl = __NR_ioctl,
        keyctl = __NR_keyctl,
        kill = __NR_kill,
        landlock_add_rule = __NR_landlock_add_rule,
        landlock_create_ruleset = __NR_landlock_create_ruleset,
        landlock_restrict_self = __NR_landlock_restrict_self,
        madvise = __NR_madvise,
        openat = __NR_openat,
        openat2 = __NR_openat2,
        pidfd_open = __NR_pidfd_open,
        pwritev2 = __NR_pwritev2,
        pidfd_send_signal = __NR_pidfd_send_signal,
        pipe2 = __NR_pipe2,
        ppoll = __NR_ppoll,
        prctl = __NR_prctl,
        pread64 = __NR_pread64,
        process_vm_readv = __NR_process_vm_readv,
        read = __NR_read,
        readlinkat = __NR_readlinkat,
        recvmsg = __NR_recvmsg,
        rt_sigaction = __NR_rt_sigaction,
        rt_sigprocmask = __NR_rt_sigprocmask,
        rt_sigqueueinfo = __NR_rt_sigqueueinfo,
        seccomp = __NR_seccomp,
        sendmsg = __NR_sendmsg,
        setns = __NR_setns,
        setpgid = __NR_setpgid,
        setsockopt = __NR_setsockopt,
        signalfd4 = __NR_signalfd4,
        socket = __NR_socket,
        socketpair = __NR_socketpair,
        statfs = __NR_statfs,
        statx = __NR_statx,
        unshare = __NR_unshare,
        wait4 = __NR_wait4,
        waitid = __NR_waitid,
        write = __NR_write,
    }
}

/// What a call returned: a number, or one of the errors from -4095 to -1 (syscall(2)).
pub(super) fn check(ret: isize) -> Result<usize, Errno> {
    match usize::try_from(ret) {
        Ok(value) => Ok(value),
        Err(_) => Err(Errno::new(i32::try_from(ret.wrapping_neg()).unwrap_or(0))),
    }
}

/// rustix's error as ours.
pub fn errno(error: rustix::io::Errno) -> Errno {
    Errno::new(error.raw_os_error())
}
