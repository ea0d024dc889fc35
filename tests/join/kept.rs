//! `persist` and `rm`: namespaces that outlive whoever was in them.

use std::path::Path;
use std::process::Command;

use super::KINDS;
use super::holder::Holder;
use super::support::{Run, Who, file, proc, tested};

const ALL: &str = "--namespaces=cgroup,ipc,mnt,net,pid,time,user,uts";

/// A directory in which nothing is kept yet, in a mount namespace of this thread: what is kept
/// there ends with the test, and nobody else sees it.
struct Place(String);

impl Place {
    fn new() -> Self {
        leave_mounts();
        Self(file::text(&file::directory().join("kept")))
    }

    fn path(&self, kind: &str) -> String {
        format!("{}/{kind}", self.0)
    }

    fn exists(&self) -> bool {
        Path::new(&self.0).exists()
    }

    /// The namespace that is kept, as its link would say it.
    fn link(&self, kind: &str) -> String {
        use std::os::unix::fs::MetadataExt as _;
        format!("{kind}:[{}]", std::fs::metadata(self.path(kind)).unwrap().ino())
    }

    fn mounts(&self) -> usize {
        let mounts = std::fs::read_to_string("/proc/thread-self/mountinfo").unwrap();
        mounts.lines().filter(|line| line.contains(&self.0)).count()
    }

    fn rm(&self) {
        Run::nsinit(Who::Root, &["rm", &self.0]).end().quietly(0);
    }
}

/// What this thread and all it starts mount from here on is theirs alone. They stay on one
/// processor: since Linux 6.18 the age of two mount namespaces that were made on different ones is
/// not known (fs/namespace.c, mnt_ns_loop; ns_tree_gen_id).
pub fn leave_mounts() {
    let mut set = [0u64; 16]; // cpu_set_t
    // SAFETY: no argument.
    let number = usize::try_from(unsafe { libc::sched_getcpu() }).unwrap();
    set[number / 64] = 1 << (number % 64);
    // SAFETY: as many bytes as are said, which outlive the call.
    let result = unsafe { libc::sched_setaffinity(0, size_of_val(&set), set.as_ptr().cast()) };
    assert_eq!(result, 0, "{}", std::io::Error::last_os_error());
    // SAFETY: an integer; only this thread is moved.
    let result = unsafe { libc::unshare(libc::CLONE_FS | libc::CLONE_NEWNS) };
    assert_eq!(result, 0, "this test needs root: {}", std::io::Error::last_os_error());
    let (none, private) = (std::ptr::null(), libc::MS_REC | libc::MS_PRIVATE);
    // SAFETY: C strings that outlive the call.
    let result = unsafe { libc::mount(none, c"/".as_ptr(), none, private, none.cast()) };
    assert_eq!(result, 0, "{}", std::io::Error::last_os_error());
}

/// Keeps namespaces whose last process has ended when this comes back.
fn keep(place: &Place, words: &[&str]) -> String {
    let run = Run::nsinit(Who::Root, &["run", "--persist", &place.0]).and(words);
    run.end().quietly(0)
}

/// Whether `ls` lists this namespace.
fn line_of(link: &str) -> Option<String> {
    let (kind, inode) = link.trim_end_matches(']').split_once(":[").unwrap();
    let out = Run::nsinit(Who::Root, &["ls", kind]).end().quietly(0);
    out.lines().find(|line| line.split_whitespace().any(|word| word == inode)).map(String::from)
}

#[test]
fn each_kind_is_kept_joined_after_its_last_process_and_let_go() {
    // Looks like the link the workload saw, again, in a process that joins the file of its kind.
    for kind in KINDS {
        let place = Place::new();
        let script = format!("readlink /proc/self/ns/{kind}");
        let only = format!("--namespaces={kind}");
        let was = keep(&place, &["--proc=bind", &only, "--", "sh", "-c", &script]);
        assert_eq!(was.trim(), place.link(kind));
        assert!(line_of(was.trim()).unwrap().contains(&place.0), "ls: {kind}");
        let join = format!("{kind}={}", place.path(kind));
        let words = ["run", "--proc=bind", "--namespaces=-pid,-mnt,-uts,-ipc,-time", "--join"];
        let run = Run::nsinit(Who::Root, &words).and([&join, "--", "sh", "-c", &script]);
        match kind {
            // Nobody can be born in it any more (pid_namespaces(7)).
            "pid" => run.end().saying(125, &["has lost its PID 1"]),
            _ => assert_eq!(run.end().quietly(0), was, "{kind}"),
        }
        place.rm();
        assert!(!place.exists() && place.mounts() == 0, "{kind}");
        // Its number may be another one's at once.
        let left = line_of(was.trim()).unwrap_or_default();
        assert!(!left.contains("mount") && !left.contains(&place.0), "{kind}: {left}");
    }
}

#[test]
fn all_kinds_are_kept_with_clocks_and_names_and_owned_by_the_kept_user_namespace() {
    // Looks like a machine that has been up for forty days, found again with its name and owner.
    let place = Place::new();
    let words = ["--hostname", "kept", "--boottime", "+40d", ALL, "--", "true"];
    keep(&place, &words);
    assert_eq!(place.mounts(), 9, "a place and eight kinds");
    let json = Run::nsinit(Who::Root, &["ls", "--json"]).end().quietly(0);
    let inode = |link: String| link.split_once('[').unwrap().1.trim_end_matches(']').to_owned();
    let owner = inode(place.link("user"));
    for kind in KINDS.into_iter().filter(|kind| *kind != "user") {
        let own = format!("\"inode\":{}", inode(place.link(kind)));
        let line = json.lines().find(|line| line.contains(&own)).unwrap();
        assert!(line.contains(&owner), "{kind}: {line}");
    }
    let joins: Vec<String> = KINDS
        .into_iter()
        .filter(|kind| *kind != "pid")
        .map(|kind| format!("--join={kind}={}", place.path(kind)))
        .collect();
    let script = "hostname; read up rest </proc/uptime; echo ${up%.*}";
    let run = Run::nsinit(Who::Root, &["run"]).and(joins).and(["--", "sh", "-c", script]);
    let out = run.end().quietly(0);
    let (name, uptime) = out.trim().split_once('\n').unwrap();
    assert_eq!(name, "kept");
    assert!(uptime.parse::<u64>().unwrap() > 40 * 86_400, "{uptime}");
    place.rm();
}

#[test]
fn what_is_joined_is_kept_as_well() {
    // Looks like the holder's net, still there when the holder has gone.
    let holder = Holder::new(Who::Root, &["--namespaces", "net"]);
    let (link, join) = (holder.link("net"), format!("net={}", holder.pid));
    let place = Place::new();
    keep(&place, &["--join", &join, "--namespaces=uts", "--", "true"]);
    holder.end();
    assert_eq!(place.link("net"), link);
    place.rm();
}

#[test]
fn what_does_not_come_to_run_is_not_kept() {
    // Looks like no mount and no directory after a command that is not there, after a step of PID 1
    // that fails, and after keeping that failed midway: an older mount namespace behind ipc.
    let place = Place::new();
    let words = ["run", "--persist", &place.0, ALL, "--", "/nope"];
    Run::nsinit(Who::Root, &words).end().saying(127, &["execute \"/nope\": ENOENT"]);
    assert!(!place.exists() && place.mounts() == 0);

    let words = ["run", "--persist", &place.0, "--bind", "/nope", "/x", "--", "true"];
    Run::nsinit(Who::Root, &words).end().saying(125, &["/nope"]);
    assert!(!place.exists() && place.mounts() == 0);

    let join = format!("mnt=/proc/{}/ns/mnt", std::process::id());
    let nsinit = file::text(&tested());
    let script = format!(
        "mount --make-rprivate /; {nsinit} run --persist {0} --join {join} --proc=bind \
         --namespaces=ipc -- true; code=$?; test -e {0}; echo $? $(grep -c {0} \
         /proc/self/mountinfo); exit $code",
        place.0
    );
    let output = Command::new("unshare").args(["-m", "sh", "-c", &script]).output().unwrap();
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(125), "{err}");
    assert!(err.contains("keep the mnt namespace there: EINVAL"), "{err}");
    assert_eq!(out, "1 0\n", "{err}");
}

#[test]
fn a_place_below_a_shared_mount_is_private_itself() {
    // Looks like a mount namespace that is kept although everything around is shared.
    let place = Place::new();
    let nsinit = file::text(&tested());
    let script = format!(
        "mount --make-rshared / && {nsinit} run --persist {0} -- true && \
         {nsinit} ls mnt | grep -c '[-] *mount  *[-].*{0}/mnt' && {nsinit} rm {0} && \
         grep -c {0} /proc/self/mountinfo",
        place.0
    );
    let output = Command::new("unshare").args(["-m", "sh", "-c", &script]).output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "1\n0\n", "{err}");
}

#[test]
fn a_place_that_is_taken_full_or_no_directory_is_refused() {
    // Looks like a refusal with its remedy, before anything was touched.
    let place = Place::new();
    keep(&place, &["--", "true"]);
    let run = |who, path: &str| Run::nsinit(who, &["run", "--persist", path, "--", "true"]);
    run(Who::Root, &place.0).end().saying(125, &["are kept in", "already", "nsinit rm"]);
    place.rm();
    run(Who::Root, "/etc").end().saying(125, &["\"/etc\" is not empty"]);
    run(Who::Root, "/etc/passwd").end().saying(125, &["the directory", "ENOTDIR"]);
    run(Who::User, "/tmp/nsinit-kept-by-user").end().saying(125, &["needs CAP_SYS_ADMIN"]);
    assert!(!Path::new("/tmp/nsinit-kept-by-user").exists());
    let words =
        ["run", "--persist", &place.0, "--namespaces=-pid,-mnt,-uts,-ipc,-time", "--", "true"];
    Run::nsinit(Who::Root, &words).end().saying(125, &["nothing would be kept"]);
    assert!(!place.exists());
}

#[test]
fn an_ordinary_user_keeps_in_mounts_of_its_own() {
    // Looks like a sandbox of a user in which namespaces are kept, and joined again.
    let script = format!(
        "{0} run --persist /mnt/k --namespaces=net,uts,mnt --hostname in -- true && \
         {0} run --join uts=/mnt/k/uts --namespaces=mnt -- hostname && {0} rm /mnt/k",
        super::support::who::programs().nsinit.display()
    );
    for who in Who::BOTH {
        let words = ["run", "--namespaces=user,mnt", "--uid=0", "--gid=0", "--proc=bind", "--"];
        leave_mounts(); // once more is no harm
        let run = Run::nsinit(who, &words);
        let script = format!("mount -t tmpfs t /mnt && {script}");
        assert_eq!(run.and(["sh", "-c", &script]).end().quietly(0), "in\n", "{who:?}");
    }
}

#[test]
fn rm_touches_nothing_that_was_not_kept() {
    // Looks like code 1 and a reason for a directory, a mount, a file, nothing; EPERM for a user.
    let directory = file::directory();
    let path = file::text(&directory);
    std::fs::create_dir(directory.join("net")).unwrap();
    for (what, words) in [
        (path.as_str(), "no namespaces are kept"),
        ("/proc", "no namespaces are kept"),
        ("/etc/passwd", "ENOTDIR"),
        ("/nope", "ENOENT"),
    ] {
        Run::nsinit(Who::Root, &["rm", what]).end().saying(1, &["rm: argument 2: ", words]);
    }
    assert!(directory.join("net").exists());
    Run::nsinit(Who::Root, &["rm"]).end().saying(125, &["which directory?"]);
    Run::nsinit(Who::Root, &["rm", "--all"]).end().saying(125, &["unknown flag \"--all\""]);
    let place = Place::new();
    keep(&place, &["--", "true"]);
    let ended = Run::nsinit(Who::User, &["rm", &place.0]).end();
    ended.saying(1, &["rm: argument 2: let go of"]);
    assert!(place.mounts() > 0);
    place.rm();
    let own = proc::namespace("self", "net");
    assert!(own.starts_with("net:["), "we are where we were");
}
