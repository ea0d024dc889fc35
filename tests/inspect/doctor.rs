//! `doctor` in places that lack something: the verdict, the consequence and the remedy that it
//! names, and that it is right about `run`.

use super::filter::{Answer, deny};
use super::json::Json;
use super::support::who::{programs, tool};
use super::support::{Run, Who, compile, file, wait};

/// A place in which nsinit is run: as whom, what is done to it before by root's shell, in mounts of
/// its own, and what filter is around.
struct Place {
    who: Who,
    script: &'static str,
    filter: Option<fn()>,
}

/// What is as ever.
const HERE: Place = Place { who: Who::User, script: "", filter: None };

impl Place {
    /// Runs nsinit with these words there. `$AS` in the script is who it is run as.
    fn run(&self, words: &[&str]) -> Run {
        let nsinit = file::text(&programs().nsinit);
        let who = match self.who {
            Who::Root => String::new(),
            Who::User => "setpriv --reuid=1000 --regid=1000 --clear-groups --".into(),
        };
        let end = match self.script.contains("exec ") {
            true => self.script.to_owned(),
            false => format!("{}\nexec $AS \"$@\"", self.script),
        };
        let unshare = file::text(&tool("unshare"));
        let shell = [unshare.as_str(), "-m", "sh", "-ec", &end, "sh", &nsinit];
        let run = Run::command(Who::Root, shell).and(words).env("AS", &who);
        let mut run = run.directory(&file::directory());
        if self.script.contains("$TRUE") {
            // A root of its own has no libraries.
            let program = compile::program("benches/true.c", "static-true").unwrap();
            run = run.env("TRUE", &file::text(&program));
        }
        match self.filter {
            Some(filter) => run.before_exec(filter),
            None => run,
        }
    }

    /// What doctor finds there: name, verdict, and all it says of it in one text. It must be right
    /// about `run`, say the same as a text, and leave nothing.
    fn findings(&self) -> Vec<(String, String, String)> {
        let ended = self.run(&["doctor", "--json"]).end();
        let json = Json::read(&ended.out);
        let works = self.run(&["run", "--", "/bin/true"]).end();
        assert_eq!(ended.code == 0, works.code == 0, "{}\n{}", ended.out, works.err);
        assert_eq!(json.get("run_works"), &Json::Bool(ended.code == 0));
        assert!(matches!(ended.code, 0 | 1), "{}", ended.err);
        let text = self.run(&["doctor"]).end();
        assert_eq!((text.code, text.err.as_str()), (ended.code, ""));
        assert!(!text.out.contains('\x1b'), "colour in a pipe");
        let findings = json.get("findings").list().iter().map(|finding| {
            let part = |key: &str| {
                let said = finding.get(key);
                if said == &Json::Null { String::new() } else { format!("{}\n", said.text()) }
            };
            let said = part("found") + &part("then") + &part("try");
            let (name, verdict) = (finding.get("name").text(), finding.get("verdict").text());
            // How many namespaces there are may have changed meanwhile.
            for line in said.lines().filter(|line| !line.contains(" seen, ")) {
                assert!(text.out.contains(line), "{line}\n{}", text.out);
            }
            (name.to_owned(), verdict.to_owned(), said)
        });
        findings.collect()
    }

    /// Doctor says this of these.
    fn says(&self, expected: &[(&str, &str, &[&str])]) {
        let findings = self.findings();
        for (name, verdict, words) in expected {
            let found = findings.iter().find(|(own, ..)| own == name);
            let (_, own, said) = found.unwrap_or_else(|| panic!("no {name} in {findings:#?}"));
            let says = words.iter().all(|word| said.contains(word));
            assert!(own == verdict && says, "{name}: {own} {said}\n{verdict} {words:?}");
        }
        cgroups_are_gone();
    }
}

/// The cgroup that is made to see whether it can be is not left behind; that of another doctor, who
/// is looking right now, goes by itself.
pub fn cgroups_are_gone() {
    wait::until("no cgroup of doctor's", || {
        let words = ["/sys/fs/cgroup", "-name", "nsinit-doctor.*"];
        let found = std::process::Command::new("find").args(words).output().unwrap();
        found.stdout.is_empty().then_some(())
    });
}

#[test]
fn nothing_that_run_needs_is_missing_here() {
    // Looks like "yes" for the five kinds and a user namespace, and exit code 0.
    for who in Who::BOTH {
        let kinds = ["ipc", "mnt", "pid", "time", "user", "uts", "cgroup", "net"];
        let mut expected: Vec<(&str, &str, &[&str])> =
            kinds.map(|kind| (kind, "yes", &[" seen, ", " allowed"][..])).into();
        for name in ["own ids", "private mounts", "fresh /proc", "clock offsets", "/proc"] {
            expected.push((name, "yes", &[]));
        }
        Place { who, ..HERE }.says(&expected);
    }
}

#[test]
fn a_filter_that_refuses_user_namespaces_is_found_and_named() {
    // Looks like EPERM for unshare and clone with CLONE_NEWUSER, as container engines do it.
    let unprivileged =
        Place { filter: Some(|| deny(&[], Some(Answer::Errno(libc::EPERM)))), ..HERE };
    unprivileged.says(&[
        ("user", "no", &["EPERM, as the seccomp filter", "no namespaces at all", "unconfined"]),
        ("pid", "no", &["not without a user namespace", "as root"]),
        ("own ids", "no", &["not without a user namespace", "run fails"]),
        ("clock offsets", "no", &["not without a time namespace", "no --boottime"]),
        ("seccomp", "yes", &["a filter is around us already"]),
    ]);
    Place { who: Who::Root, ..unprivileged }.says(&[
        ("user", "no", &["EPERM, as the seccomp filter", "no --namespaces +user"]),
        ("pid", "yes", &[]),
        ("fresh /proc", "yes", &[]),
        ("time", "no", &["ENOSYS: a filter hides clone3(2)", "run needs --namespaces -time"]),
    ]);
}

#[test]
fn a_filter_that_kills_is_survived() {
    // Looks like SECCOMP_RET_KILL_PROCESS for a new user namespace: the child is killed.
    let place = Place { filter: Some(|| deny(&[], Some(Answer::Kill))), ..HERE };
    place.says(&[("user", "no", &["whoever tries it is killed", "seccomp=unconfined"])]);
}

#[test]
fn a_setting_that_forbids_user_namespaces_is_named_with_its_remedy() {
    // Looks like kernel.unprivileged_userns_clone=0 of Debian, over a /proc/sys made for the test.
    let script = "mount -t tmpfs none /proc/sys/kernel
        echo 0 >/proc/sys/kernel/unprivileged_userns_clone";
    let filter: fn() = || deny(&[], Some(Answer::Errno(libc::EPERM)));
    Place { script, filter: Some(filter), ..HERE }.says(&[(
        "user",
        "no",
        &["forbidden to ordinary users", "sysctl kernel.unprivileged_userns_clone=1, or as root"],
    )]);
}

#[test]
fn a_limit_that_is_reached_is_named_for_each_kind() {
    // Looks like 0 in one of the files, in a user namespace whose root we are.
    for kind in ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"] {
        let (unshare, nsinit) = (file::text(&tool("unshare")), file::text(&programs().nsinit));
        let script = format!(
            "echo 0 >/proc/sys/user/max_{kind}_namespaces; \"$0\" doctor; echo \"code $?\"
             \"$0\" run --namespaces user,ipc,mnt,pid,time,uts -- true 2>/dev/null; echo \"run $?\""
        );
        for who in Who::BOTH {
            let words = [unshare.as_str(), "-Ur", "sh", "-c", &script, &nsinit];
            let out = Run::command(who, words).end().quietly(0);
            let found = format!("0 allowed by user.max_{kind}_namespaces, and so many are in use");
            assert!(out.contains(&found), "{out}");
            assert!(
                out.contains(&format!("try: sysctl user.max_{kind}_namespaces=10000")),
                "{out}"
            );
            // Root of a user namespace needs no other one.
            let is_needed = !matches!(kind, "cgroup" | "net" | "user");
            assert!(out.contains(&format!("code {}\n", u8::from(is_needed))), "{out}");
        }
    }
}

#[test]
fn a_proc_with_covered_parts_is_found() {
    // Looks like what Docker does to /proc: a tmpfs on a directory, another file on a file.
    let script = "mount -t tmpfs none /proc/irq; mount --bind /dev/null /proc/keys";
    Place { script, ..HERE }.says(&[(
        "fresh /proc",
        "no",
        &[
            "EPERM: the outer /proc is covered in places: \"/proc/irq\" (2 in all)",
            "run needs --proc bind",
        ],
    )]);
    Place { script, who: Who::Root, ..HERE }.says(&[("fresh /proc", "yes", &[])]);
}

#[test]
fn cgroups_that_are_missing_or_read_only_are_found() {
    // Looks like the mounts of a container without cgroups, or with the usual read-only ones.
    for who in Who::BOTH {
        let script = "umount -R -l /sys/fs/cgroup || :";
        Place { script, who, filter: None }.says(&[
            ("cgroups", "no", &["none of version 2", "mount -t cgroup2"]),
            ("controllers", "no", &["none without cgroups"]),
            ("cgroups of our own", "no", &["none without cgroups"]),
        ]);
    }
    let script = "mount -t cgroup2 none /mnt; umount -R -l /sys/fs/cgroup || :
        mount -o remount,bind,ro /mnt";
    Place { script, who: Who::Root, filter: None }.says(&[
        ("cgroups", "yes", &["version 2, ours is \"/mnt\""]),
        ("cgroups of our own", "no", &["EROFS", "read-only", "writable-cgroups"]),
    ]);
}

#[test]
fn a_chroot_is_recognized() {
    // Looks like nobody getting a user namespace, and root's mounts not being private.
    let root = "mkdir root root/proc root/tmp root/bin; cp \"$1\" root/nsinit; shift
        cp \"$TRUE\" root/bin/true; mount -t proc none root/proc
        exec chroot root /nsinit \"$@\"";
    Place { script: root, who: Who::Root, filter: None }.says(&[
        ("private mounts", "no", &["\"/\" is not a mount point", "mount --bind DIR DIR"]),
        ("user", "no", &["nobody gets one in a chroot", "outside the chroot"]),
        ("fresh /proc", "no", &["not without"]),
    ]);
    let user = "mkdir root root/proc root/tmp root/bin; cp \"$1\" root/nsinit; shift
        cp \"$TRUE\" root/bin/true; mount -t proc none root/proc
        exec chroot --userspec=1000:1000 --groups= root /nsinit \"$@\"";
    Place { script: user, ..HERE }.says(&[
        ("user", "no", &["nobody gets one in a chroot", "as root, or outside the chroot"]),
        ("ipc", "no", &["not without a user namespace"]),
    ]);
    let mounted = "mkdir root; mount --bind root root; cd .; cd root
        mkdir proc tmp bin; cp \"$1\" nsinit; shift
        cp \"$TRUE\" bin/true; mount -t proc none proc
        exec chroot . /nsinit \"$@\"";
    Place { script: mounted, who: Who::Root, filter: None }.says(&[
        ("private mounts", "yes", &[]),
        ("user", "no", &["EPERM: a security module or a chroot forbids it"]),
    ]);
    let bare = "mkdir root root/proc root/tmp root/bin; cp \"$1\" root/nsinit; shift
        exec chroot root /nsinit \"$@\"";
    Place { script: bare, who: Who::Root, filter: None }.says(&[(
        "/proc",
        "no",
        &["not mounted", "no id maps", "mount -t proc proc /proc"],
    )]);
}

#[test]
fn ranges_of_other_ids_are_counted_and_what_is_in_the_way_is_said() {
    // Looks like lines of /etc/subuid for a user by name or number, with newuidmap or without. Whom
    // /etc/passwd does not know may have another name elsewhere, so it is known.
    let place = |script: &str| {
        let known = "echo somebody:x:1000:1000::/:/bin/sh >users; mount --bind users /etc/passwd";
        let script = format!("{known}\n{script}");
        Place { script: Box::leak(script.into_boxed_str()), ..HERE }
    };
    let ranges = "echo 1000:100000:65536 >ids; echo 1000:300000:10 >>ids
        mount --bind ids /etc/subuid; mount --bind ids /etc/subgid";
    place(ranges).says(&[("other ids", "yes", &["65546 uids and 65546 gids, by newuidmap"])]);
    let none = "echo 1:1:1 >ids; mount --bind ids /etc/subuid; mount --bind ids /etc/subgid";
    place(none).says(&[("other ids", "no", &["0 uids in /etc/subuid", "usermod --add-subuids"])]);
    let no_right = "cp /usr/bin/newuidmap plain; mount --bind plain /usr/bin/newuidmap";
    place(no_right).says(&[("other ids", "no", &["no right of their own", "chmod u+s"])]);
    let no_new_privs = "echo 1000:100000:65536 >ids; mount --bind ids /etc/subuid
        exec setpriv --no-new-privs $AS \"$@\"";
    let no_new_privs_text = ["no_new_privs is set", "no-new-privileges"];
    place(no_new_privs).says(&[("other ids", "no", &no_new_privs_text)]);
    Place { who: Who::Root, ..HERE }.says(&[("other ids", "yes", &["root maps any"])]);
}

#[test]
fn calls_that_are_hidden_are_missed_one_by_one() {
    // Looks like an older kernel: ENOSYS for fsopen, mount_setattr, landlock, pidfds.
    let filter: fn() = || {
        let calls = [libc::SYS_fsopen, libc::SYS_mount_setattr, libc::SYS_landlock_create_ruleset];
        deny(&calls, None);
    };
    for who in Who::BOTH {
        let mut expected: Vec<(&str, &str, &[&str])> = vec![
            ("mounts by descriptor", "no", &["ENOSYS", "5.2", "seccomp=unconfined"]),
            ("landlock", "no", &["ENOSYS", "CONFIG_SECURITY_LANDLOCK"]),
        ];
        if who == Who::Root {
            expected.push(("idmapped mounts", "no", &["ENOSYS", "5.12"]));
        }
        Place { who, filter: Some(filter), ..HERE }.says(&expected);
    }
}

#[test]
fn what_a_network_needs_is_found() {
    // Looks like veth and macvlan for root; pasta and its device for an ordinary user.
    Place { who: Who::Root, ..HERE }.says(&[("interfaces", "yes", &["veth, macvlan"])]);
    let only = ["CAP_NET_ADMIN", "as root, or network = \"pasta\""];
    let script = "mount -t tmpfs none /dev/net; mknod -m 666 /dev/net/tun c 10 200";
    let found = ("pasta", "yes", &["/usr/bin/pasta"][..]);
    Place { script, ..HERE }.says(&[("interfaces", "no", &only), found]);
    let script = "mount -t tmpfs none /dev/net; mknod -m 600 /dev/net/tun c 10 200";
    Place { script, ..HERE }.says(&[("pasta", "no", &["needs /dev/net/tun: EACCES", "chmod"])]);
    let script = "mount -t tmpfs none /dev/net";
    Place { script, ..HERE }.says(&[("pasta", "no", &["needs /dev/net/tun: ENOENT", "modprobe"])]);
    let script = "mount --bind /dev/null /usr/bin/pasta";
    Place { script, ..HERE }.says(&[("pasta", "no", &["not there", "apt-get install passt"])]);
}

#[test]
fn an_unknown_word_is_refused() {
    // Looks like `doctor: argument 2: unknown flag "--jsom"`, and nothing tried.
    let ended = Run::nsinit(Who::User, &["doctor", "--jsom"]).end();
    ended.saying(125, &["doctor: argument 2: unknown flag \"--jsom\"", "try: --json"]);
}
