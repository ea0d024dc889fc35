//! What does not fit: of what there are too many, and what else can be done.
//!
//! The limits and the reasons for their sizes are in `limits.rs`. A build without help says how
//! many there may be, and no more.

use super::rows::{cut, find};

/// A row each: keys and flags, parted by `|`; `=` and what there are too many of, all of these
/// together; `=` and what else can be done.
const ROWS: &str = "\
env|unset-env=variables set or taken out=env-file, in whose files any number has room
env-file=files of variables=one file that has them all
groups=groups=a group of its own for all of them
after=services=those that themselves wait for the others
command=words of a command in a file=a script, or the command behind the flags
overlay-src|lower=directories of overlays=one directory that has several of them
bind|bind-try|ro-bind|ro-bind-try|dev-bind|dev-bind-try|bind-fd|ro-bind-fd|tmpfs|overlay|\
tmp-overlay|ro-overlay|proc|dev|mqueue|dir|symlink|file|bind-data|ro-bind-data|chmod|remount-ro|\
mounts=mounts, directories, links and files put into a root=one bind of a directory that has them
read|write|execute=paths of Landlock=a directory that has several of them
bind-tcp|connect-tcp|bind-udp|connect-udp=ports of Landlock=without it, and all ports are allowed
lock-file=files to lock=one file for several purposes
add-seccomp-fd=filters of system calls=one filter that says all of it
interface|interfaces=interfaces, or addresses of one of them=another sandbox for the others
uid-map|gid-map=lines of a map=longer ranges
services=services=nsinit run of another file, as one of them
modules=kernel modules=modprobe(8) in a service
sysctl=settings of the kernel=sysctl(8) in a service
bytes of text=bytes of text to be put together=--env NAME=VALUE in place of --setenv, or env-file
";

/// Of what there are too many, and what to do about it; `name` is a key, a flag or a list.
#[inline(never)] // of few starts
pub(super) fn of(name: &str) -> Option<(&'static str, &'static str)> {
    if !cfg!(feature = "verbs") {
        return None;
    }
    cut(find(ROWS, &|known| known == name)?, b'=')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_has_three_parts() {
        for row in ROWS.lines() {
            assert_eq!(row.matches('=').count(), 2 + row.matches("NAME=").count(), "{row}");
            let name = row.split(['|', '=']).next().unwrap();
            let (what, remedy) = of(name).unwrap();
            assert!(!what.is_empty() && !remedy.is_empty(), "{row}");
        }
        assert_eq!(of("hostname"), None);
    }
}
