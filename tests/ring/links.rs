//! The interfaces of a net namespace of its own, and whether they are as they were.
//!
//! A namespace whose last process has ended is taken apart later (net/core/net_namespace.c,
//! `cleanup_net`), and what stood in it with an end elsewhere is there until then. Who looks at
//! once would find it, who sleeps waits for too long or too short: the kernel tells.

#![allow(unsafe_code)] // unshare(2), netlink(7), if_nameindex(3)

use std::collections::BTreeSet;
use std::ffi::CStr;
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};
use std::time::{Duration, Instant};

/// How long the kernel may take. It takes milliseconds, and longer where much is taken apart.
const PATIENCE: Duration = Duration::from_secs(10);

/// A net namespace of this thread, and of what it starts.
pub struct Links {
    /// What the kernel tells of interfaces.
    news: OwnedFd,
    before: BTreeSet<String>,
}

impl Links {
    /// From now on this thread is there, where ip(8) has done these.
    pub fn new(settings: &[&str]) -> Self {
        // SAFETY: an integer in.
        assert_eq!(unsafe { libc::unshare(libc::CLONE_NEWNET) }, 0, "unshare");
        for words in settings {
            let mut ip = std::process::Command::new(super::tool::tool("ip", "iproute2"));
            assert!(ip.args(words.split(' ')).status().unwrap().success(), "ip {words}");
        }
        let kind = libc::SOCK_RAW | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK;
        // SAFETY: integers in.
        let news = unsafe { libc::socket(libc::AF_NETLINK, kind, libc::NETLINK_ROUTE) };
        assert!(news >= 0, "socket");
        // SAFETY: it was just opened and is nobody else's.
        let news = unsafe { OwnedFd::from_raw_fd(news) };
        // SAFETY: zero is a value of each of its fields.
        let mut address: libc::sockaddr_nl = unsafe { std::mem::zeroed() };
        address.nl_family = u16::try_from(libc::AF_NETLINK).unwrap();
        address.nl_groups = u32::try_from(libc::RTMGRP_LINK).unwrap();
        let len = u32::try_from(size_of_val(&address)).unwrap();
        // SAFETY: the kernel reads `len` bytes of the address.
        let bound = unsafe { libc::bind(news.as_raw_fd(), (&raw const address).cast(), len) };
        assert_eq!(bound, 0, "bind");
        Self { news, before: names() }
    }

    /// Waits until there are the interfaces that there were, and no pasta(1); what is too many or
    /// missing, if that does not come.
    pub fn settle(&self) -> Result<(), String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let now: BTreeSet<String> = names().into_iter().chain(pastas()).collect();
            if now == self.before {
                return Ok(());
            }
            let rest = deadline.saturating_duration_since(Instant::now());
            if rest.is_zero() {
                return Err(format!("{:?}", now.symmetric_difference(&self.before)));
            }
            self.wait(rest);
        }
    }

    /// Waits for news, and forgets them: what there is, is looked at.
    fn wait(&self, rest: Duration) {
        let mut source =
            libc::pollfd { fd: self.news.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        let rest = i32::try_from(rest.as_millis()).unwrap().max(1);
        // SAFETY: one entry, which outlives the call.
        let _ = unsafe { libc::poll(&raw mut source, 1, rest) }; // an interruption is one more look
        let mut text = [0u8; 8192];
        // SAFETY: the kernel writes at most as many bytes as there are.
        while unsafe { libc::read(source.fd, text.as_mut_ptr().cast(), text.len()) } > 0 {}
    }
}

/// Every pasta(1) that is in this thread's net namespace: it has no argument by which one could
/// know whose it is. It is called "passt.avx2" as soon as it has found its processor's program.
fn pastas() -> Vec<String> {
    let ours = std::fs::read_link("/proc/thread-self/ns/net").unwrap();
    let is_it = |pid: &i32| {
        let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        ["pasta", "passt"].iter().any(|own| name.starts_with(own))
            && std::fs::read_link(format!("/proc/{pid}/ns/net")).is_ok_and(|its| its == ours)
    };
    super::proc::pids().into_iter().filter(is_it).map(|pid| format!("pasta {pid}")).collect()
}

/// The interfaces of this thread's net namespace.
fn names() -> BTreeSet<String> {
    // SAFETY: nothing in; it gives a list that ends with a null name, or null.
    let list = unsafe { libc::if_nameindex() };
    assert!(!list.is_null(), "if_nameindex");
    let mut names = BTreeSet::new();
    let mut entry = list;
    loop {
        // SAFETY: it is an entry of the list, whose last one has been seen by nobody yet.
        let name = unsafe { (*entry).if_name };
        if name.is_null() {
            break;
        }
        // SAFETY: a name of the list is a C string.
        let name = unsafe { CStr::from_ptr(name) };
        let _ = names.insert(name.to_str().unwrap().to_owned()); // each is there once
        // SAFETY: it was not the last one.
        entry = unsafe { entry.add(1) };
    }
    // SAFETY: it is from if_nameindex, and nothing of it is kept.
    unsafe { libc::if_freenameindex(list) };
    names
}
