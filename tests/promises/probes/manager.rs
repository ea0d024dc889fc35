//! Between a service manager and the workload: the variables that name a process, and sd_notify(3).

use std::os::fd::AsRawFd as _;
use std::os::unix::net::UnixDatagram;

use super::program::{Seat, Wish};
use super::subject::{SCRATCH, Subject, init_of, sweep};
use super::{Probe, Verdict, broken, kept, when};
use crate::support::{proc, witness};

pub const PROBES: &[Probe] = &[
    Probe {
        name: "listen-pid",
        promise: "LISTEN_PID names the workload",
        look: |subject| names_workload(subject, "LISTEN_PID"),
    },
    Probe {
        name: "watchdog-pid",
        promise: "WATCHDOG_PID names the workload",
        look: |subject| names_workload(subject, "WATCHDOG_PID"),
    },
    Probe {
        name: "listen-pid-of-another",
        promise: "LISTEN_PID of somebody else is left alone",
        look: |subject| {
            let command = ["sh", "-c", "echo $LISTEN_PID"];
            let run = subject.run(Seat::Child, Wish::Plain, &command).env("LISTEN_PID", "4711");
            let out = run.start().end_only().out;
            when(out.trim() == "4711", "changed", out)
        },
    },
    Probe { name: "notify", promise: "READY=1 is taken by the manager", look: notify },
];

/// A manager sets the variable to the PID of the program that it executes.
fn names_workload(subject: &Subject, name: &str) -> Verdict {
    for seat in Seat::BOTH {
        let front = format!("export LISTEN_FDS=1 WATCHDOG_USEC=9000000 {name}=$$; exec \"$@\"");
        let command = ["sh", "-c", &format!("echo $$ ${name}")];
        let run = subject.behind(seat, &["sh", "-c", &front, "sh"], Wish::Plain, &command);
        let out = run.start().end_only().out;
        let (own, named) = out.trim().split_once(' ').unwrap_or_default();
        when(!own.is_empty() && own == named, "not it", format!("{}: {out}", seat.name()))?;
    }
    kept()
}

/// The manager knows whom it started and takes messages from nobody else (NotifyAccess=main in
/// systemd.service(5)), unless a MAINPID= from him names another.
fn notify(subject: &Subject) -> Verdict {
    for seat in Seat::BOTH {
        let path = format!("{SCRATCH}/notify-{seat:?}");
        let socket = UnixDatagram::bind(&path).unwrap();
        pass_credentials(&socket);
        socket.set_read_timeout(Some(subject.patience)).unwrap();
        let command = witness(&["notify", "READY=1"]);
        let run = subject.run(seat, Wish::Plain, &command).env("NOTIFY_SOCKET", &path);
        let mut run = run.start();
        run.wait_for(";\n");
        let seen = is_taken(&socket, init_of(seat, &run));
        drop(run);
        sweep();
        seen.map_err(|mut seen| {
            seen.detail = format!("{}: {}", seat.name(), seen.detail);
            seen
        })?;
    }
    kept()
}

fn is_taken(socket: &UnixDatagram, mut main: i32) -> Verdict {
    let mut story = format!("main is {main}");
    while let Some((sender, text)) = receive(socket) {
        story += &format!("; {sender} says {text:?}");
        if sender != main {
            continue;
        }
        let named = text.lines().find_map(|line| line.strip_prefix("MAINPID=")?.parse().ok());
        main = named.unwrap_or(main);
        if proc::status(main).is_none() {
            return broken("wrong MAINPID", story);
        }
        if text.lines().any(|line| line == "READY=1") {
            return kept();
        }
    }
    broken("refused", story)
}

/// SO_PASSCRED, unix(7)
fn pass_credentials(socket: &UnixDatagram) {
    let (on, len) = (1i32, 4);
    let at = (&raw const on).cast();
    // SAFETY: the kernel reads four bytes.
    let ret = unsafe {
        libc::setsockopt(socket.as_raw_fd(), libc::SOL_SOCKET, libc::SO_PASSCRED, at, len)
    };
    assert_eq!(ret, 0);
}

/// A datagram and the PID of its sender as we see it.
fn receive(socket: &UnixDatagram) -> Option<(i32, String)> {
    let (mut text, mut control) = ([0u8; 4096], [0usize; 16]);
    let mut part = libc::iovec { iov_base: text.as_mut_ptr().cast(), iov_len: text.len() };
    // SAFETY: plain numbers and pointers, for which zero is a value.
    let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
    message.msg_iov = &raw mut part;
    message.msg_iovlen = 1;
    message.msg_control = control.as_mut_ptr().cast();
    message.msg_controllen = size_of_val(&control);
    // SAFETY: the kernel writes into the two buffers, whose lengths are given.
    let len = unsafe { libc::recvmsg(socket.as_raw_fd(), &raw mut message, 0) };
    let len = usize::try_from(len).ok()?;
    // SAFETY: the kernel filled the control buffer; its first header is that of SCM_CREDENTIALS.
    let credentials: libc::ucred = unsafe {
        let header = libc::CMSG_FIRSTHDR(&raw const message);
        assert!(!header.is_null() && (*header).cmsg_type == libc::SCM_CREDENTIALS);
        libc::CMSG_DATA(header).cast::<libc::ucred>().read_unaligned()
    };
    Some((credentials.pid, String::from_utf8_lossy(&text[..len]).into_owned()))
}
