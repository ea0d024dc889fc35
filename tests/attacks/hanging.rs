//! What never answers: a file system in user space (fuse(4)) whose server sits still, as the source
//! of a mount, as a root, as the place of a program. Row 27 of the list.

use std::ffi::CString;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::support::who::{set_mode, tool};
use super::support::{Run, Running, Who, file, proc, wait, witness};

/// A file system that nobody serves, or whose server has taken a request and does nothing. Its
/// requests fail when this is dropped (ENOTCONN, ECONNABORTED).
struct Stuck {
    device: File,
    place: PathBuf,
}

impl Stuck {
    /// `None`, and a word on it, where the kernel has no such thing.
    fn new() -> Option<Self> {
        let device = OpenOptions::new().read(true).write(true).open("/dev/fuse");
        if let Err(error) = &device {
            println!("LEFT OUT: /dev/fuse: {error}");
        }
        Some(Self { device: device.ok()?, place: file::directory() })
    }

    /// The program sees it, and nobody else.
    fn seen_by(&self, run: Run) -> Run {
        let number = self.device.as_raw_fd();
        let options = format!(
            "fd={number},rootmode=40000,user_id=0,group_id=0,allow_other,default_permissions"
        );
        let options = CString::new(options).unwrap();
        let place = CString::new(file::text(&self.place)).unwrap();
        run.before_exec(move || {
            let (none, kind) = (std::ptr::null(), c"fuse".as_ptr());
            // SAFETY: an integer in.
            assert_eq!(unsafe { libc::unshare(libc::CLONE_NEWNS) }, 0);
            let flags = libc::MS_REC | libc::MS_PRIVATE;
            // SAFETY: C strings or null pointers, as mount(2) takes them.
            let made = unsafe { libc::mount(none, c"/".as_ptr(), none, flags, none.cast()) };
            assert_eq!(made, 0);
            let data = options.as_ptr().cast();
            // SAFETY: as before.
            assert_eq!(unsafe { libc::mount(kind, place.as_ptr(), kind, 0, data) }, 0);
        })
    }

    /// Answers what the kernel asks first, and takes one request that is never answered: who waits
    /// for that is not even ended by KILL (fs/fuse/dev.c, `request_wait_answer`).
    fn take_a_request(&self) {
        let mut buffer = vec![0u8; 1 << 18];
        let mut take = || {
            let len = (&self.device).read(&mut buffer).unwrap();
            assert!(len > 40, "{len}");
            u64::from_ne_bytes(buffer[8..16].try_into().unwrap())
        };
        let unique = take();
        // struct fuse_out_header and struct fuse_init_out, version 7.31, of linux/fuse.h.
        let mut answer = vec![0u8; 16 + 64];
        answer[..4].copy_from_slice(&80u32.to_ne_bytes());
        answer[8..16].copy_from_slice(&unique.to_ne_bytes());
        answer[16..20].copy_from_slice(&7u32.to_ne_bytes());
        answer[20..24].copy_from_slice(&31u32.to_ne_bytes());
        answer[24..28].copy_from_slice(&4096u32.to_ne_bytes());
        answer[36..40].copy_from_slice(&4096u32.to_ne_bytes());
        (&self.device).write_all(&answer).unwrap();
        take();
    }
}

/// Words of nsinit that name something in a place that hangs.
fn ways(place: &Path) -> [Vec<String>; 4] {
    let path = format!("{}/x", place.display());
    let words = |words: &[&str]| words.iter().map(|word| String::from(*word)).collect();
    [
        words(&["--ro-bind", "/usr", "/usr", "--ro-bind", &path, "/x", "--", "true"]),
        words(&["--root", &path, "--", "true"]),
        words(&["--cwd", &path, "--", "true"]),
        words(&["--", &path]),
    ]
}

/// Waits until PID 1 hangs in the file system, or its child, for which it waits in clone(2).
fn until_it_hangs(running: &Running) {
    wait::until("PID 1 to hang", || {
        let init = *proc::children(running.pid).first()?;
        let place = |pid: i32| std::fs::read_to_string(format!("/proc/{pid}/wchan"));
        let hangs =
            |pid| place(pid).is_ok_and(|at| ["fuse", "request_"].iter().any(|a| at.contains(a)));
        (hangs(init) || proc::children(init).into_iter().any(hangs)).then_some(())
    });
}

/// Starts nsinit in each way as each of both, all at once, and waits until they hang.
fn all_hang(look: impl Fn(Who, usize, Running, Stuck) + Sync) {
    std::thread::scope(|scope| {
        for (who, number) in Who::BOTH.into_iter().flat_map(|who| (0..4).map(move |n| (who, n))) {
            let look = &look;
            scope.spawn(move || {
                let Some(stuck) = Stuck::new() else { return };
                let words = &ways(&stuck.place)[number];
                let run = stuck.seen_by(Run::nsinit(who, &["run"]).and(words));
                let running = run.limit(Duration::from_secs(60)).start();
                until_it_hangs(&running);
                look(who, number, running, stuck);
            });
        }
    });
}

#[test]
fn row_27_a_launcher_that_is_killed_takes_along_who_hangs() {
    // Looks like KILL for the launcher while PID 1 hangs, and everybody gone at once.
    all_hang(|who, number, mut running, _stuck| {
        running.kill(libc::SIGKILL);
        assert_eq!(running.code(), -libc::SIGKILL, "{who:?} {number}");
        running.end_of_killed();
    });
}

#[test]
fn row_27_a_source_that_hangs_holds_nobody_up() {
    // Looks like TERM, or INT, and after a while a report with the very step.
    const STEPS: [&str; 4] = ["open \"", "open root \"", "change directory to \"", "execute \""];
    all_hang(|who, number, running, stuck| {
        running.kill(if number % 2 == 0 { libc::SIGTERM } else { libc::SIGINT });
        let ended = running.end();
        assert!(ended.took < Duration::from_secs(30), "{who:?} {number}: {:?}", ended.took);
        let what = format!("{}{}/x\"", STEPS[number], stuck.place.display());
        let why = "why: it never came back from that, so that it heard no signal";
        ended.saying(125, &["run: step ", &what, ": ETIMEDOUT\n", why, "try: "]);
    });
}

#[test]
fn row_27_what_cannot_be_killed_goes_with_its_file_system() {
    // Looks like a server that has taken a request, so that KILL alone does not wake who waits: the
    // launcher ends all the same, and PID 1 when the kernel lets go of it.
    for who in Who::BOTH {
        let Some(stuck) = Stuck::new() else { return };
        let run = stuck.seen_by(Run::nsinit(who, &["run"]).and(&ways(&stuck.place)[0]));
        let mut running = run.limit(Duration::from_secs(60)).start();
        stuck.take_a_request();
        until_it_hangs(&running);
        running.kill(libc::SIGTERM);
        assert_eq!(running.code(), 125, "{who:?}");
        assert_eq!(running.marked().len(), 1, "{:?}", running.marked());
        drop(stuck);
        running.end_of_killed();
    }
}

#[test]
fn row_27_a_launcher_that_waits_for_it_hears_who_asks_for_the_end() {
    // Looks like the same while namespaces are to be kept, for which PID 1 is waited for.
    for unkillable in [false, true] {
        let Some(stuck) = Stuck::new() else { return };
        let kept = file::text(&file::directory());
        let run = Run::nsinit(Who::Root, &["run", "--persist", &kept]).and(&ways(&stuck.place)[0]);
        let mut running = stuck.seen_by(run).limit(Duration::from_secs(60)).start();
        if unkillable {
            stuck.take_a_request();
        }
        until_it_hangs(&running);
        running.kill(libc::SIGTERM);
        assert_eq!(running.code(), 125);
        assert_eq!(running.marked().len(), usize::from(unkillable), "{:?}", running.marked());
        drop(stuck);
        let ended = running.end_of_killed();
        let why = "why: it never came back from that, so that it heard no signal";
        ended.saying(125, &["run: step ", "open \"", ": ETIMEDOUT\n", why]);
    }
}

#[test]
fn row_27_a_pipe_in_place_of_a_file_holds_nobody_up() {
    // Looks like a root whose /etc/passwd is a named pipe that nobody writes to: no line is in it.
    for who in Who::BOTH {
        let root = file::directory().join("rootfs");
        std::fs::create_dir_all(root.join("etc")).unwrap();
        pipe(&root.join("etc/passwd"));
        std::os::unix::fs::chown(&root, Some(who.uid()), Some(who.uid())).unwrap();
        let root = file::text(&root);
        let ended = Run::nsinit(who, &["run", "--root", &root, "--user", "web", "--", "/x"]).end();
        ended.saying(125, &["become user \"web\": ENOENT", "no line of the /etc/passwd inside"]);
    }
}

/// A named pipe that nobody else has open.
fn pipe(path: &Path) {
    let name = CString::new(file::text(path)).unwrap();
    // SAFETY: a C string and a mode in.
    assert_eq!(unsafe { libc::mkfifo(name.as_ptr(), 0o666) }, 0);
    set_mode(path, 0o666);
}

/// A root with a shell that has a few tools.
fn root(who: Who) -> PathBuf {
    let root = file::directory().join("rootfs");
    std::fs::create_dir_all(root.join("bin")).unwrap();
    file::copy(&tool("busybox"), &root.join("bin/busybox"));
    for name in ["sh", "rm", "mkfifo", "cat"] {
        std::os::unix::fs::symlink("busybox", root.join("bin").join(name)).unwrap();
    }
    std::os::unix::fs::chown(&root, Some(who.uid()), Some(who.uid())).unwrap();
    root
}

#[test]
fn row_27_a_pipe_in_place_of_the_kernels_counts_holds_nobody_up() {
    // Looks like 137 for a workload that kills itself, whereupon PID 1 looks whether the kernel has
    // done so for want of memory, in a root that has made that look wait.
    for who in Who::BOTH {
        let root = root(who);
        std::fs::create_dir_all(root.join("sys/fs/cgroup/memory")).unwrap();
        for name in ["memory.events", "memory/memory.oom_control"] {
            pipe(&root.join("sys/fs/cgroup").join(name));
        }
        let words = ["run", "--root", &file::text(&root), "--", "/bin/sh", "-c", "kill -9 $$"];
        Run::nsinit(who, &words).end().quietly(137);
    }
}

#[test]
fn row_27_a_pipe_in_place_of_an_output_holds_nobody_up() {
    // Looks like a service that puts a pipe in the place of its output, and the word of that when
    // it is started again, while another one goes on; and, in place of an input, like its end.
    let said = "[root]\npath = 'ROOT'\n\
        [[service]]\nname = 'a'\nmain = true\ncommand = ['/bin/sh', '-c', 'echo runs; read x']\n\
        [[service]]\nname = 'b'\nrestart = 'always'\nrestart-delay = '1ms'\nrestart-limit = 1\n\
        stdout = { file = '/out' }\n\
        command = ['/bin/sh', '-c', 'rm -f /out; mkfifo /out']\n";
    for who in Who::BOTH {
        let root = root(who);
        let said = said.replace("ROOT", &file::text(&root));
        let path = file::write(&file::directory(), "pipes.toml", 0o644, said);
        let (input, _keep) = std::io::pipe().unwrap();
        let mut running = Run::nsinit(who, &["run", &path]).stdin(input).start();
        running.wait_for_error("connect stdout to \"/out\": ENXIO");
        running.wait_for_error("a named pipe that nobody reads");
        running.kill(libc::SIGTERM);
        let ended = running.end();
        assert!(ended.took < Duration::from_secs(4) && ended.code == 143, "{}", ended.err);
        pipe(&root.join("in"));
        let words = ["run", "--root", &file::text(&root), "--stdin", "file=/in", "--", "/bin/cat"];
        Run::nsinit(who, &words).end().quietly(0);
    }
}

#[test]
fn row_27_a_socket_that_lingers_holds_nobody_up() {
    // Looks like a connection whose other end takes nothing: whoever closes its last descriptor
    // waits for an hour, and PID 1 was given that (socket(7), SO_LINGER). It hears TERM.
    for who in Who::BOTH {
        let words = ["run", "--ready", "notify", "--"];
        let mut running = Run::nsinit(who, &words).and(witness(&["linger"])).start();
        running.wait_for("given");
        running.kill(libc::SIGTERM);
        let ended = running.end();
        assert!(ended.took < Duration::from_secs(4), "{:?}", ended.took);
        ended.quietly(0);
    }
}

#[test]
fn row_27_a_device_in_place_of_a_file_holds_nobody_up() {
    // Looks like a root whose /etc/passwd is a link to /dev/urandom, which has lines without end.
    for who in Who::BOTH {
        let root = root(who);
        std::fs::create_dir(root.join("etc")).unwrap();
        std::os::unix::fs::symlink("/dev/urandom", root.join("etc/passwd")).unwrap();
        let root = file::text(&root);
        let ended = Run::nsinit(who, &["run", "--root", &root, "--user", "web", "--", "/x"]).end();
        ended.saying(125, &["become user \"web\": EINVAL", "cannot be read"]);
    }
}
