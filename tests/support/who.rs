//! Who runs a program, and where the programs are: nsinit and the witness, copied to where an
//! ordinary user can read and execute them, and tools of Debian, named with their package when they
//! are missing.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Whose rights a program has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Every capability.
    Root,
    /// None: uid and gid 1000, without groups.
    User,
}

/// The ordinary user's uid and gid. It needs no line in /etc/passwd.
const USER_ID: u32 = 1000;

impl Who {
    pub const BOTH: [Self; 2] = [Self::Root, Self::User];

    /// The words in front of a program that make it this one's. Tests that need root do not pass
    /// without it: they say so.
    pub fn prefix(self) -> Vec<OsString> {
        let is_root = own_uid() == 0;
        assert!(
            self == Self::User || is_root,
            "this test needs root: run the tests as root, as CI does"
        );
        if self == Self::Root || !is_root {
            return Vec::new();
        }
        let ids = [format!("--reuid={USER_ID}"), format!("--regid={USER_ID}")];
        let mut words = vec![tool("setpriv").into_os_string()];
        words.extend(ids.into_iter().map(OsString::from));
        words.extend(["--clear-groups", "--"].map(OsString::from));
        words
    }

    /// Its uid outside.
    pub fn uid(self) -> u32 {
        match (self, own_uid()) {
            (Self::User, 0) => USER_ID,
            (_, own) => own,
        }
    }
}

fn own_uid() -> u32 {
    // SAFETY: nothing in.
    unsafe { libc::geteuid() }
}

/// How nsinit is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// `nsinit run`: a launcher outside and PID 1 inside.
    Run,
    /// `nsinit -- COMMAND`, somewhere in the middle: a subreaper.
    Subreaper,
    /// `nsinit -- COMMAND` as PID 1 of a namespace that unshare(1) made.
    Pid1,
}

impl Mode {
    pub const ALL: [Self; 3] = [Self::Run, Self::Subreaper, Self::Pid1];

    /// The words that make PID 1 of a namespace where the mode wants that.
    pub fn prefix(self, who: Who) -> Vec<OsString> {
        if self != Self::Pid1 {
            return Vec::new();
        }
        let mut words = vec![tool("unshare").into_os_string()];
        words.extend((who == Who::User).then(|| OsString::from("-Ur")));
        words.extend(["-pf", "--mount-proc", "--kill-child", "--"].map(OsString::from));
        words
    }

    /// The whole command: nsinit in this mode with `flags`, in front of `command`.
    pub fn words(self, who: Who, flags: &[&str], command: &[&OsStr]) -> Vec<OsString> {
        let mut words = self.prefix(who);
        words.push(programs().nsinit.clone().into());
        words.extend((self == Self::Run).then(|| OsString::from("run")));
        words.extend(flags.iter().map(OsString::from));
        words.push("--".into());
        words.extend(command.iter().map(OsString::from));
        words
    }
}

/// The programs under test, in a directory that everybody can read.
pub struct Programs {
    /// The directory, removed when the tests end.
    pub directory: PathBuf,
    pub nsinit: PathBuf,
    /// This very test program, which is a workload when it is called `--witness`.
    pub witness: PathBuf,
}

/// The programs, copied at first use; the witness uses those of the test that started it.
pub fn programs() -> &'static Programs {
    static PROGRAMS: OnceLock<Programs> = OnceLock::new();
    PROGRAMS.get_or_init(|| {
        let witness = std::env::current_exe().unwrap();
        if witness.file_name().is_some_and(|name| name == "witness") {
            let directory = witness.parent().unwrap().to_path_buf();
            return Programs { nsinit: directory.join("nsinit"), witness, directory };
        }
        let directory = std::env::temp_dir().join(format!("nsinit-test-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        set_mode(&directory, 0o755);
        // SAFETY: a function that lives as long as the program.
        unsafe { libc::atexit(remove_directory) };
        let copy = |source: &Path, name: &str| {
            let target = directory.join(name);
            super::file::copy(source, &target);
            set_mode(&target, 0o755);
            target
        };
        Programs {
            nsinit: copy(&super::tested(), "nsinit"),
            witness: copy(&witness, "witness"),
            directory,
        }
    })
}

extern "C" fn remove_directory() {
    let _ = fs::remove_dir_all(&programs().directory); // a leftover file is no reason to fail now
}

pub fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Tools and the Debian packages that bring them.
const PACKAGES: &[(&str, &str)] = &[
    ("bash", "bash"),
    ("busybox", "busybox-static"),
    ("bwrap", "bubblewrap"),
    ("cat", "coreutils"),
    ("chroot", "coreutils"),
    ("crun", "crun"),
    ("ip", "iproute2"),
    ("mount", "mount"),
    ("pasta", "passt"),
    ("newuidmap", "uidmap"),
    ("setpriv", "util-linux"),
    ("strace", "strace"),
    ("unshare", "util-linux"),
];

/// Where programs are looked for, by us and by everything we start.
pub const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The path of a tool; a missing one is a failure that says how to put it right.
pub fn tool(name: &str) -> PathBuf {
    let found = PATH.split(':').map(|directory| Path::new(directory).join(name));
    let package = PACKAGES.iter().find(|(tool, _)| *tool == name).map_or(name, |(_, pack)| pack);
    found
        .into_iter()
        .find(|path| path.exists())
        .unwrap_or_else(|| panic!("{name} is missing: apt-get install {package}"))
}
