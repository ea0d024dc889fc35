//! Who starts nsinit, from where, and with what around it.
//!
//! Every start is in a session of its own, so that a developer's terminal is neither seen nor
//! taken, with an environment of one variable, and from a copy of the program that everybody can
//! reach: a checkout may stand under a closed home.

#![allow(unsafe_code)] // setsid(2) and TIOCSCTTY between fork and exec, openpty(3)

use std::cell::OnceCell;
#[path = "../support/tested.rs"]
mod tested;

use std::ffi::{CStr, CString};
use std::fs;
use std::os::fd::{FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::cgroup::Cgroup;

/// The directories that nsinit searches.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What surrounds a start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Around {
    /// No terminal.
    Nothing,
    /// A terminal as standard input, which is the session's, and we are in its foreground.
    Terminal,
    /// A terminal as standard input that belongs to no session.
    FreeTerminal,
    /// SIGCHLD is ignored.
    IgnoredChildren,
    /// Nobody else in our cgroup, which is ours.
    OwnCgroup,
    /// /etc/subuid and /etc/subgid grant ids to `nobody`, in a mount namespace of its own.
    GrantedIds,
    /// Mounts of its own, which end with it.
    OwnMounts,
    /// Everybody may make tunnels, in a mount namespace of its own.
    Tun,
    /// Descriptors 40 and 41 can be written to, 42 and 43 be read.
    Descriptors,
}

/// What /etc/subuid and /etc/subgid say there.
const GRANT: &str = "nobody:100000:65536\n";

/// A folder for everybody with a copy of nsinit; gone when dropped.
pub struct Folder(PathBuf, OnceCell<Cgroup>);

impl Folder {
    /// A folder with nsinit in it.
    pub fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let (process, number) = (std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(format!("nsinit-ring-{process}-{number}"));
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        let folder = Self(path, OnceCell::new());
        // Not by us: another thread's child would inherit the open copy, and a file that somebody
        // may write cannot be executed (ETXTBSY).
        let mut copy = Command::new("cp");
        let copy = copy.arg(tested::tested()).arg(folder.nsinit());
        assert!(copy.status().unwrap().success(), "cp failed");
        folder
    }

    /// The copy of nsinit.
    pub fn nsinit(&self) -> PathBuf {
        self.0.join("nsinit")
    }

    /// A cgroup for it alone.
    pub fn cgroup(&self) -> &Cgroup {
        self.1.get_or_init(Cgroup::new)
    }

    /// Words, with what stands for this folder's own filled in.
    pub fn fill(&self, words: &str) -> String {
        let words = words.replace("KEPT", self.path("kept").to_str().unwrap());
        match words.contains("CGROUP") || words.contains("LIMIT") {
            true => self.cgroup().fill(&words),
            false => words,
        }
    }

    /// Starts the command where the words say that it is.
    pub fn place(&self, words: &str, around: Around, command: &mut Command) {
        let is_alone = around == Around::OwnCgroup;
        if is_alone || words.contains("CGROUP") {
            self.cgroup().enter(command, is_alone);
        }
    }

    /// A file in it, by name.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes a configuration file with a name that no other has: a sandbox is called like it, and
    /// one whose name is taken looks for another.
    pub fn write_own(&self, text: &str) -> String {
        let name = self.0.file_name().and_then(|name| name.to_str()).unwrap();
        self.write(&format!("{name}.toml"), text)
    }

    /// Writes a file for everybody; gives its path.
    fn write(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0); // a leftover in the temporary folder harms nobody
    }
}

/// Whether we are root; some cases are about nothing else.
pub fn is_root() -> bool {
    // SAFETY: no argument, no failure.
    unsafe { libc::geteuid() == 0 }
}

/// What has to be kept while a command runs: its terminal's other side, and a file of its
/// surroundings, which is gone when dropped.
#[derive(Default)]
pub struct Keep {
    _terminal: Option<OwnedFd>,
    file: Option<PathBuf>,
}

impl Drop for Keep {
    fn drop(&mut self) {
        if let Some(path) = &self.file {
            let _ = fs::remove_file(path); // as above
        }
    }
}

/// The command with its surroundings, and what has to be kept while it runs.
pub fn surround(mut command: Command, around: Around) -> (Command, Keep) {
    let _ = command.env_clear().env("PATH", PATH).current_dir("/"); // itself
    let mut keep = Keep::default();
    if matches!(around, Around::Terminal | Around::FreeTerminal) {
        let (master, slave) = terminal();
        let _ = command.stdin(slave); // itself
        keep._terminal = Some(master);
    } else {
        let _ = command.stdin(std::process::Stdio::null()); // itself
    }
    let grant = (around == Around::GrantedIds).then(granting_file);
    keep.file = grant.or_else(|| (around == Around::Tun).then(tun));
    let source =
        keep.file.clone().map(|path| CString::new(path.into_os_string().into_vec()).unwrap());
    let prepare = move || {
        // SAFETY: a system call without arguments, which may be made between fork and exec.
        let _ = unsafe { libc::setsid() }; // a fresh process leads no group
        match around {
            Around::Nothing | Around::FreeTerminal | Around::OwnCgroup => {}
            Around::GrantedIds => {
                cover(source.as_ref().unwrap(), &[c"/etc/subuid", c"/etc/subgid"])?;
            }
            Around::OwnMounts => leave_mounts()?,
            Around::Tun => cover(source.as_ref().unwrap(), &[c"/dev/net/tun"])?,
            Around::Descriptors => open_descriptors()?,
            Around::Terminal => {
                // SAFETY: integers in, as above.
                if unsafe { libc::ioctl(0, libc::TIOCSCTTY, 0) } != 0 {
                    return Err(std::io::Error::last_os_error());
                }
            }
            Around::IgnoredChildren => {
                // SAFETY: integers in, as above; no handler runs.
                let _ = unsafe { libc::signal(libc::SIGCHLD, libc::SIG_IGN) }; // what it was
            }
        }
        Ok(())
    };
    // SAFETY: `prepare` makes system calls and nothing else.
    let _ = unsafe { command.pre_exec(prepare) }; // itself
    (command, keep)
}

/// The command is executed by `nobody`, behind what its surroundings need root for.
#[allow(dead_code)] // strace has a way of its own
pub fn become_nobody(command: &mut Command) {
    let become_it = || {
        // SAFETY: an empty list and an integer, in each case.
        let is_alone = unsafe { libc::setgroups(0, std::ptr::null()) } == 0;
        // SAFETY: as above.
        let has_group = is_alone && unsafe { libc::setgid(65_534) } == 0;
        // SAFETY: as above.
        match has_group && unsafe { libc::setuid(65_534) } == 0 {
            true => Ok(()),
            false => Err(std::io::Error::last_os_error()),
        }
    };
    // SAFETY: `become_it` makes system calls and nothing else.
    let _ = unsafe { command.pre_exec(become_it) }; // itself
}

/// A path that nobody else has.
fn fresh(name: &str) -> PathBuf {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let (process, number) = (std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    std::env::temp_dir().join(format!("nsinit-ring-{name}-{process}-{number}"))
}

/// The file that grants.
fn granting_file() -> PathBuf {
    let path = fresh("subids");
    fs::write(&path, GRANT).unwrap();
    path
}

fn is_done(result: libc::c_int) -> std::io::Result<()> {
    match result {
        0 => Ok(()),
        _ => Err(std::io::Error::last_os_error()),
    }
}

/// Only system calls, as below.
fn open_descriptors() -> std::io::Result<()> {
    for (number, flags) in [(40, 1), (41, 1), (42, 0), (43, 0)] {
        // SAFETY: a C string that outlives the call; O_WRONLY is 1, O_RDONLY is 0.
        let opened = unsafe { libc::open(c"/dev/null".as_ptr(), flags) };
        // SAFETY: two integers in.
        is_done(i32::from(unsafe { libc::dup2(opened, number) } != number))?;
        // SAFETY: one integer in, of a descriptor that is ours.
        is_done(unsafe { libc::close(opened) })?;
    }
    Ok(())
}

/// Mounts from here on are ours alone, and we stay on one processor: since Linux 6.18 the age of
/// two mount namespaces that were made on different ones is not known (fs/namespace.c,
/// mnt_ns_loop; ns_tree_gen_id). Only system calls: it happens between fork and exec.
fn leave_mounts() -> std::io::Result<()> {
    let none = std::ptr::null();
    let mut set = [0u64; 16]; // cpu_set_t
    // SAFETY: no argument.
    let number = usize::try_from(unsafe { libc::sched_getcpu() }).unwrap_or(0);
    set[number / 64] = 1 << (number % 64);
    let (size, set) = (size_of_val(&set), set.as_ptr().cast());
    // SAFETY: as many bytes as are said, which outlive the call.
    is_done(unsafe { libc::sched_setaffinity(0, size, set) })?;
    // SAFETY: one integer in.
    is_done(unsafe { libc::unshare(libc::CLONE_NEWNS) })?;
    let private = libc::MS_REC | libc::MS_PRIVATE;
    // SAFETY: C strings that outlive the call.
    is_done(unsafe { libc::mount(none, c"/".as_ptr(), none, private, none.cast()) })
}

/// The device of tunnels (tun(4), misc 200), for everybody.
fn tun() -> PathBuf {
    let path = fresh("tun");
    let name = CString::new(path.to_str().unwrap()).unwrap();
    // SAFETY: a C string, a mode and a number in.
    let made = unsafe { libc::mknod(name.as_ptr(), libc::S_IFCHR | 0o666, libc::makedev(10, 200)) };
    is_done(made).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
    path
}

/// Covers each path with a file. Only system calls, as above.
fn cover(file: &CString, paths: &[&CStr]) -> std::io::Result<()> {
    leave_mounts()?;
    let none = std::ptr::null();
    for path in paths {
        let (from, to) = (file.as_ptr(), path.as_ptr());
        // SAFETY: as above.
        is_done(unsafe { libc::mount(from, to, none, libc::MS_BIND, none.cast()) })?;
    }
    Ok(())
}

/// A new terminal: the side of its keyboard and screen, and the side of its programs.
fn terminal() -> (OwnedFd, OwnedFd) {
    let (mut master, mut slave) = (-1, -1);
    let (name, modes, size) = (std::ptr::null_mut(), std::ptr::null(), std::ptr::null());
    // SAFETY: two integers are written; the other three are not asked for.
    let result = unsafe { libc::openpty(&raw mut master, &raw mut slave, name, modes, size) };
    assert_eq!(result, 0, "no terminal: {}", std::io::Error::last_os_error());
    for number in [master, slave] {
        // SAFETY: two integers in.
        let _ = unsafe { libc::fcntl(number, libc::F_SETFD, libc::FD_CLOEXEC) }; // it is open
    }
    // SAFETY: it was just opened and is nobody else's.
    let own = |number| unsafe { OwnedFd::from_raw_fd(number) };
    (own(master), own(slave))
}
