//! What our processes may do when the steps of the plan are done, and why.
//!
//! A new call in a loop is a new line here: somebody decides that an idle or ending supervisor may
//! make it.

/// A call of a loop: its name, the call that must have come before it in the loop, and why it is
/// made there.
pub type Loop = [(&'static str, &'static str, &'static str)];

/// What the launcher may do when its steps are done.
pub const LAUNCHER_LOOP: &Loop = &[
    ("ppoll", "", "sleeps until a signal comes, PID 1 reports or ends"),
    ("unlinkat", "ppoll", "removes the control socket and its directory"),
    ("read", "ppoll", "takes the signals that came, and PID 1's reports"),
    ("pidfd_send_signal", "read", "passes a signal on to PID 1"),
    ("clock_gettime", "read", "how long that may take to hear what asks for the end"),
    ("ioctl", "ppoll", "asks the pidfd how PID 1 ended; takes the terminal back"),
    ("fcntl", "ppoll", "asks which group the terminal's foreground is for"),
    ("wait4", "ioctl", "reaps PID 1 where a tracer or an old kernel keeps it as a zombie"),
    ("kill", "ioctl", "asks whether whoever is in front of the terminal is there still"),
    ("getpgid", "ppoll", "takes the terminal back into our own group"),
    ("socket", "ppoll", "takes outer ends of pairs away, the last steps of a plan"),
    ("write", "socket", "as before"),
    ("openat", "ppoll", "looks whether anybody is left in the sandbox's cgroup, the last step"),
    ("pread64", "openat", "as before"),
    ("clock_gettime", "openat", "and for how long"),
    ("write", "openat", "kills them"),
    ("unlinkat", "openat", "removes it"),
    ("pwritev2", "ppoll", "tells a program that everything is over, and how"),
    ("write", "pwritev2", "as before, where the file does not know how not to wait"),
    ("close", "ppoll", "gives descriptors back"),
    ("exit_group", "ppoll", "the end"),
];

/// What the joiner may do when its steps are done.
pub const JOINER_END: &Loop =
    &[("write", "", "tells the launcher who PID 1 is"), ("exit_group", "write", "the end")];

/// What PID 1, or who supervises in its place, may do when its steps are done.
pub const SUPERVISOR_LOOP: &Loop = &[
    ("clock_gettime", "", "the supervisor counts in time"),
    ("getpid", "", "learns whether it is PID 1, whom -1 does not mean"),
    ("unlinkat", "ppoll", "removes the control socket and its directory"),
    ("renameat2", "read", "turns a log over"),
    ("statx", "renameat2", "as before"),
    ("ftruncate", "statx", "empties one that it cannot move"),
    ("pipe2", "clock_gettime", "for a service's word that it is ready"),
    ("clone3", "clock_gettime", "makes a service's process: the step \"spawn\", counted apart"),
    ("socket", "clone3", "sees whether a service answers: its step, as often as it takes"),
    ("connect", "socket", "as before"),
    ("getsockopt", "connect", "as before"),
    ("recvmsg", "clock_gettime", "takes what services say; an earlier run's word is dropped"),
    ("setsockopt", "recvmsg", "closes sockets that came with it without waiting for anybody"),
    ("sendmsg", "recvmsg", "passes it on to the manager outside"),
    ("close_range", "clone3", "lets go what was inherited when nothing can be started any more"),
    ("chdir", "close_range", "as before"),
    ("prctl", "clone3", "locks itself in when everything runs"),
    ("capget", "clone3", "as before"),
    ("capset", "capget", "as before"),
    ("seccomp", "capget", "as before"),
    ("madvise", "ppoll", "gives back the memory that only the start has needed"),
    ("ppoll", "clone3", "sleeps until a signal comes, a service ends or a deadline is there"),
    ("read", "ppoll", "takes the signals that came"),
    ("ioctl", "ppoll", "asks a pidfd how a service ended; what a message is written to"),
    ("wait4", "ppoll", "reaps where the kernel does not"),
    ("waitid", "read", "asks whether the terminal has stopped the service"),
    ("fcntl", "ppoll", "notes which group the terminal's foreground is for"),
    ("pwritev2", "ppoll", "tells what happened"),
    ("write", "ppoll", "as before, or tells the launcher"),
    ("pidfd_send_signal", "ppoll", "signals one service"),
    ("getpgid", "ppoll", "takes the terminal back into our own group"),
    ("kill", "ppoll", "signals what is left at the end"),
    ("openat", "ppoll", "looks in /proc for what a service left"),
    ("fstatfs", "openat", "sees that it is a procfs"),
    ("getdents64", "openat", "as before"),
    ("rt_sigaction", "ppoll", "at the end children are waited for, so that the last one is news"),
    ("rt_sigprocmask", "rt_sigaction", "as before"),
    ("signalfd4", "rt_sigprocmask", "as before"),
    ("close", "clone3", "gives descriptors back"),
    ("exit_group", "ppoll", "the end"),
];

/// Whether `names` are calls of a loop, each behind what must have come before it.
pub fn is_loop(names: &[&str], known: &Loop) -> bool {
    names.iter().enumerate().all(|(index, name)| {
        let is_due = |before: &str| before.is_empty() || names[..index].contains(&before);
        known.iter().any(|(own, before, _)| own == name && is_due(before))
    })
}
