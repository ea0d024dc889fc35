//! What a root may have in it that leads out: links, swapped directories, false devices. Rows 3, 4
//! and 5 of the list, and what is bound by a name that changes.
//!
//! There is no flag that takes this defence away. That the vectors are live, bubblewrap shows,
//! where it is Debian's (0.8): it writes on the host through each of them.

use std::fs;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};

use super::support::who::{set_mode, tool};
use super::support::{Run, Who, file};

/// A root that somebody hostile has made, and the directory outside that it is after.
struct Trap {
    root: PathBuf,
    prey: PathBuf,
}

impl Trap {
    /// With what a shell needs, and a directory outside for everybody.
    fn new(who: Who) -> Self {
        let directory = file::directory();
        let (root, prey) = (directory.join("rootfs"), directory.join("prey"));
        for path in [&root, &prey] {
            fs::create_dir(path).unwrap();
            set_mode(path, 0o777);
        }
        fs::create_dir(root.join("bin")).unwrap();
        file::copy(&tool("busybox"), &root.join("bin/busybox"));
        symlink("busybox", root.join("bin/sh")).unwrap();
        let trap = Self { root, prey };
        trap.give_to(who);
        trap
    }

    /// All of the root is this one's.
    fn give_to(&self, who: Who) {
        let id = Some(who.uid());
        let mut open = vec![self.root.clone()];
        while let Some(path) = open.pop() {
            std::os::unix::fs::lchown(&path, id, id).unwrap();
            if path.is_dir() && !path.is_symlink() {
                open.extend(path.read_dir().unwrap().map(|entry| entry.unwrap().path()));
            }
        }
    }

    /// The prey was not touched: nothing in it, and its mode is what it was.
    fn assert_untouched(&self, what: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let names: Vec<_> = self.prey.read_dir().unwrap().map(|e| e.unwrap().file_name()).collect();
        assert!(names.is_empty(), "{what}: made {names:?} outside");
        let mode = fs::metadata(&self.prey).unwrap().permissions().mode() & 0o7777;
        assert_eq!(mode, 0o777, "{what}: changed the mode outside");
    }
}

/// The ways by which a link in the root may name the prey.
fn ways(prey: &Path) -> [String; 4] {
    let path = prey.to_str().unwrap();
    let up = "../".repeat(12);
    [
        format!("/oldroot{path}"),
        path.to_owned(),
        format!("{up}{}", &path[1..]),
        format!("/proc/1/root{path}"),
    ]
}

/// What is done at a place, as flags; `@` is the place, and `FILE` a file outside.
const DEEDS: &[&[&str]] = &[
    &["--dir", "@"],
    &["--tmpfs", "@"],
    &["--symlink", "x", "@"],
    &["--file", "7", "@"],
    &["--bind-data", "7", "@"],
    &["--ro-bind-data", "7", "@"],
    &["--ro-bind", "FILE", "@"],
    &["--bind", "/usr", "@"],
    &["--dev", "@"],
    &["--proc", "@"],
    &["--mqueue", "@"],
    &["--perms", "0700", "--dir", "@"],
];

/// Runs a command with flags at a place; the file is descriptor 7, too.
fn run(program: Run, flags: &[&str], place: &str, data: &Path) -> super::support::Ended {
    let words = flags.iter().map(|word| match *word {
        "@" => place.to_owned(),
        "FILE" => file::text(data),
        word => word.to_owned(),
    });
    let source = fs::File::open(data).unwrap();
    program.and(words).and(["--", "/bin/sh", "-c", "true"]).giving(&source, 7).end()
}

#[test]
fn row_4_a_link_in_the_root_leads_nothing_out() {
    // Looks like CVE-2026-87766: each deed at /link/evil, by each way, as the root and as its bind.
    // It is refused, or it happens inside; the prey outside is untouched.
    let data = PathBuf::from(file::write(&file::directory(), "data", 0o644, "evil"));
    for who in Who::BOTH {
        for is_way_inside in [false, true] {
            let trap = Trap::new(who);
            let path = trap.prey.to_str().unwrap().to_owned();
            if is_way_inside {
                fs::create_dir_all(trap.root.join(&path[1..])).unwrap();
                fs::create_dir_all(trap.root.join("oldroot").join(&path[1..])).unwrap();
            }
            for (number, way) in ways(&trap.prey).iter().enumerate() {
                symlink(way, trap.root.join(format!("link{number}"))).unwrap();
            }
            trap.give_to(who);
            let root = file::text(&trap.root);
            for deed in DEEDS {
                for number in 0..4 {
                    let place = format!("/link{number}/evil");
                    for head in [&["run", "--root", &root][..], &["run", "--bind", &root, "/"]] {
                        let ended = run(Run::nsinit(who, head), deed, &place, &data);
                        let what = format!("{who:?} {head:?} {deed:?} {place}: {}", ended.err);
                        assert!(ended.code == 0 || ended.code == 125, "{}: {what}", ended.code);
                        assert!(ended.code == 0 || ended.err.contains("run: step"), "{what}");
                        trap.assert_untouched(&what);
                    }
                }
            }
            // What is there already is not changed, either.
            for deed in [&["--chmod", "0700", "@"][..], &["--remount-ro", "@"]] {
                for number in 0..4 {
                    let head = ["run", "--root", &root];
                    let place = format!("/link{number}");
                    let ended = run(Run::nsinit(who, &head), deed, &place, &data);
                    trap.assert_untouched(&format!("{deed:?} {place}: {}", ended.err));
                }
            }
        }
    }
}

#[test]
fn row_4_the_vectors_are_live() {
    // Looks like files and directories that Debian's bubblewrap makes in the prey.
    let bwrap = tool("bwrap");
    let data = PathBuf::from(file::write(&file::directory(), "data", 0o644, "evil"));
    let version = Run::command(Who::User, [bwrap.as_os_str(), "--version".as_ref()]).end();
    if version.out.trim() != "bubblewrap 0.8.0" {
        return; // another one may have learned it
    }
    let trap = Trap::new(Who::User);
    let way = format!("/oldroot{}", trap.prey.display());
    symlink(way, trap.root.join("link0")).unwrap();
    let mut bitten = 0;
    for deed in &DEEDS[..5] {
        let head = [bwrap.as_os_str(), "--bind".as_ref(), trap.root.as_os_str(), "/".as_ref()];
        let _ = run(Run::command(Who::User, head), deed, "/link0/evil", &data);
        let made = trap.prey.join("evil");
        if made.symlink_metadata().is_ok() {
            bitten += 1;
            let _ = fs::remove_dir(&made).or_else(|_| fs::remove_file(&made));
        }
    }
    assert_eq!(bitten, 5, "of five deeds");
}

#[test]
fn row_3_proc_and_sys_are_no_links() {
    // Looks like CVE-2019-19921: what is mounted as /proc must be there, or nothing is started.
    for who in Who::BOTH {
        for (name, way) in [("proc", "/x"), ("proc", ".."), ("proc", "bin"), ("sys", "..")] {
            let trap = Trap::new(who);
            symlink(way, trap.root.join(name)).unwrap();
            fs::create_dir(trap.root.join("x")).unwrap();
            trap.give_to(who);
            let root = file::text(&trap.root);
            let toml = format!(
                "[sandbox]\nnamespaces = [\"+net\"]\n[root]\npath = \"{root}\"\n\
                 [[mount]]\ntype = \"{}\"\ntarget = \"/{name}\"\n",
                if name == "proc" { "proc" } else { "sysfs" }
            );
            let toml = file::write(&file::directory(), "case.toml", 0o644, toml);
            let words = ["run", &toml, "--", "/bin/sh", "-c", "true"];
            let said = ["ELOOP", "why: a symbolic link stands there"];
            Run::nsinit(who, &words).end().saying(125, &said);
        }
    }
}

/// Exchanges two names for each other again and again, until it is dropped.
struct Racer {
    is_over: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<u64>>,
}

impl Racer {
    fn new(one: &Path, other: &Path) -> Self {
        let path = |path: &Path| std::ffi::CString::new(file::text(path)).unwrap();
        let (one, other) = (path(one), path(other));
        let is_over = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&is_over);
        let (tell, begun) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let mut count = 0;
            while !over.load(Ordering::Relaxed) {
                // SAFETY: two C strings that outlive the call.
                let result = unsafe {
                    libc::syscall(
                        libc::SYS_renameat2,
                        libc::AT_FDCWD,
                        one.as_ptr(),
                        libc::AT_FDCWD,
                        other.as_ptr(),
                        libc::RENAME_EXCHANGE,
                    )
                };
                assert_eq!(result, 0, "renameat2: {}", std::io::Error::last_os_error());
                count += 1;
                if count == 1 {
                    tell.send(()).unwrap();
                }
            }
            count
        });
        begun.recv().unwrap();
        Self { is_over, thread: Some(thread) }
    }

    /// Ends it; how often it has exchanged them.
    fn end(mut self) -> u64 {
        self.is_over.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap()
    }
}

/// Everything that happens in a directory, by inotify(7).
struct Watch(std::os::fd::OwnedFd);

impl Watch {
    fn new(directory: &Path) -> Self {
        use std::os::fd::FromRawFd as _;
        let path = std::ffi::CString::new(file::text(directory)).unwrap();
        // SAFETY: one integer in.
        let fd = unsafe { libc::inotify_init1(libc::IN_CLOEXEC | libc::IN_NONBLOCK) };
        assert!(fd >= 0);
        let what = libc::IN_CREATE
            | libc::IN_DELETE
            | libc::IN_ATTRIB
            | libc::IN_MODIFY
            | libc::IN_MOVED_TO;
        // SAFETY: a C string that outlives the call.
        let added = unsafe { libc::inotify_add_watch(fd, path.as_ptr(), what) };
        assert!(added >= 0);
        // SAFETY: it was just opened and is nobody else's.
        Self(unsafe { std::os::fd::OwnedFd::from_raw_fd(fd) })
    }

    /// Whether anything happened.
    fn has_seen(&self) -> bool {
        let mut buffer = [0u8; 4096];
        // SAFETY: the kernel writes at most as many bytes as there are.
        let len = unsafe { libc::read(self.0.as_raw_fd(), buffer.as_mut_ptr().cast(), 4096) };
        len > 0
    }
}

/// How often a root is entered while somebody swaps a directory for a link.
const STARTS: usize = 250; // for each of two

#[test]
fn row_3_a_swapped_directory_leads_nothing_out() {
    // Looks like CVE-2021-30465: 500 starts, each with six deeds below a directory that is a link
    // to the prey every other moment. Nothing happens in the prey, not even for a moment.
    let data = PathBuf::from(file::write(&file::directory(), "data", 0o644, "evil"));
    for who in Who::BOTH {
        let trap = Trap::new(who);
        fs::create_dir_all(trap.root.join("volume/deep")).unwrap();
        fs::create_dir(trap.prey.join("deep")).unwrap();
        set_mode(&trap.prey.join("deep"), 0o777);
        symlink(&trap.prey, trap.root.join("swap")).unwrap();
        trap.give_to(who);
        let watches = [Watch::new(&trap.prey), Watch::new(&trap.prey.join("deep"))];
        let racer = Racer::new(&trap.root.join("volume"), &trap.root.join("swap"));
        let root = file::text(&trap.root);
        let (mut done, mut refused) = (0, 0);
        for start in 0..STARTS {
            let place = |name: &str| format!("/volume/deep/{name}{start}");
            let (a, b, c, d, e) = (place("a"), place("b/c"), place("d"), place("e"), place("f"));
            let flags = [
                "--dir",
                &a,
                "--tmpfs",
                &b,
                "--symlink",
                "x",
                &c,
                "--file",
                "7",
                &d,
                "--ro-bind",
                "/usr",
                &e,
                "--chmod",
                "0700",
                "/volume",
            ];
            let ended = run(Run::nsinit(who, &["run", "--root", &root]), &flags, "", &data);
            match ended.code {
                0 => done += 1,
                125 => refused += 1,
                code => panic!("{code}: {}", ended.err),
            }
        }
        let swaps = racer.end();
        println!("{who:?}: {done} started, {refused} refused, {swaps} swaps");
        assert!(swaps > 1000 && refused > 0, "{done} started, {refused} refused, {swaps} swaps");
        assert!(!watches.iter().any(Watch::has_seen), "something happened outside");
        fs::remove_dir(trap.prey.join("deep")).unwrap();
        trap.assert_untouched("a swapped directory");
    }
}

#[test]
fn row_5_devices_are_not_the_roots() {
    // Looks like CVE-2025-31133 and CVE-2025-52565: /dev, /dev/null and /dev/console of the root
    // are links to what the machine is ruled by; core_pattern is as it was, and cannot be written.
    let core_pattern = || fs::read_to_string("/proc/sys/kernel/core_pattern").unwrap();
    let before = core_pattern();
    for who in Who::BOTH {
        for is_dev_a_link in [false, true] {
            let trap = Trap::new(who);
            if is_dev_a_link {
                symlink("/proc/sys/kernel", trap.root.join("dev")).unwrap();
            } else {
                fs::create_dir(trap.root.join("dev")).unwrap();
                for name in ["null", "console", "pts", "ptmx", "fd"] {
                    let way = "/proc/sys/kernel/core_pattern";
                    symlink(way, trap.root.join("dev").join(name)).unwrap();
                }
            }
            trap.give_to(who);
            let script = "test -c /dev/null && echo evil >/dev/null; \
                echo evil >/proc/sys/kernel/core_pattern; cat /proc/kcore /proc/keys | wc -c";
            let root = file::text(&trap.root);
            let words = ["run", "--root", &root, "--", "/bin/sh", "-c", script];
            let ended = Run::nsinit(who, &words).end();
            // A /dev in /proc/sys cannot be made; else what is there is ours.
            let is_held = ended.code == 125 || ended.out.ends_with("0\n");
            assert!(is_held, "{who:?}: {} {}", ended.out, ended.err);
            assert_eq!(core_pattern(), before);
        }
    }
}

#[test]
fn row_22_what_is_bound_is_looked_up_once() {
    // Looks like CVE-2024-42472: the name of what is bound is swapped for a link to something
    // secret all the time. What stands inside is the one or the other as a whole, never a mixture.
    for who in Who::BOTH {
        let directory = file::directory();
        for name in ["mine", "secret"] {
            fs::create_dir(directory.join(name)).unwrap();
            file::write(&directory.join(name), name, 0o644, name);
        }
        symlink("secret", directory.join("swap")).unwrap();
        let racer = Racer::new(&directory.join("mine"), &directory.join("swap"));
        let source = file::text(&directory.join("mine"));
        for _ in 0..50 {
            let words = [
                "run",
                "--ro-bind",
                "/usr",
                "/usr",
                "--symlink",
                "usr/lib64",
                "/lib64",
                "--symlink",
                "usr/lib",
                "/lib",
                "--bind",
                &source,
                "/x",
                "--ro-bind",
                &source,
                "/y",
                "--",
                "/usr/bin/ls",
                "/x",
                "/y",
            ];
            let out = Run::nsinit(who, &words).end().quietly(0);
            let lists = ["/x:\nmine\n", "/x:\nsecret\n"];
            assert!(lists.iter().any(|list| out.starts_with(list)), "{out}");
        }
        racer.end();
    }
}
