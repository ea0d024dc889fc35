//! What stands in a /dev, /proc and /sys of our own.

use super::flags::USR;
use super::support::{Run, Who};

/// Runs a shell script with these flags behind the host's programs.
fn script(who: Who, flags: &[&str], script: &str) -> String {
    let words = [&["run"], &USR[..], flags, &["--", "sh", "-c", script]].concat();
    Run::nsinit(who, &words).end().quietly(0)
}

#[test]
fn dev_has_what_every_program_may_expect_and_nothing_else() {
    // Looks like six devices, five links, shm and pts; a pseudo-terminal can be opened.
    for who in Who::BOTH {
        let names = "fd full null ptmx pts random shm stderr stdin stdout tty urandom zero";
        assert_eq!(script(who, &["--dev", "/dev"], "echo $(ls /dev)"), format!("{names}\n"));
        let test = "for d in null zero full random urandom tty; do test -c /dev/$d || echo $d; \
            done; \
            echo x >/dev/null && head -c 3 /dev/zero | wc -c; head -c 2 /dev/urandom | wc -c; \
            readlink /dev/fd /dev/stdin /dev/stdout /dev/stderr /dev/ptmx; stat -c %a /dev/shm; \
            script -qec tty /dev/null </dev/null | tr -d '\\r'";
        let links = "/proc/self/fd\n/proc/self/fd/0\n/proc/self/fd/1\n/proc/self/fd/2\npts/ptmx\n";
        let expected = format!("3\n2\n{links}1777\n/dev/pts/0\n");
        assert_eq!(script(who, &["--dev", "/dev"], test), expected);
        let two = ["--dev", "/dev", "--dev", "/x/dev"];
        assert_eq!(script(who, &two, "echo x >/x/dev/null; test -c /x/dev/tty"), "");
    }
}

#[test]
fn a_terminal_of_ours_is_the_console() {
    // Looks like /dev/console when standard output is a terminal; what is written there is seen.
    use super::support::terminal::Terminal;
    for who in Who::BOTH {
        let terminal = Terminal::new();
        // The terminal of a test is root's.
        let to = if who == Who::Root { ">/dev/console" } else { "" };
        let script = &format!("test -c /dev/console && echo by console {to}");
        let words = [&["run"], &USR[..], &["--dev", "/dev", "--", "sh", "-c", script]].concat();
        let mut run = Run::nsinit(who, &words).start_at(&terminal);
        run.wait_for("by console");
        assert_eq!(run.code(), 0);
        run.hang_up();
    }
}

#[test]
fn a_terminal_that_has_no_name_here_is_no_console() {
    // Looks like a shell that nsenter(1) or a container's exec has put before other names: what its
    // terminal was called is somebody else's, or nobody's, and there is no /dev/console then.
    use super::support::terminal::Terminal;
    use super::support::who::{programs, tool};
    for who in Who::BOTH {
        for cover in ["mount -t tmpfs none /dev/pts", "mount --bind /dev/null $(tty)"] {
            let terminal = Terminal::new();
            let inside = "test -c /dev/null && test ! -e /dev/console && echo none";
            let words = [&["run"], &USR[..], &["--dev", "/dev", "--", "sh", "-c", inside]].concat();
            let unshare = super::support::file::text(&tool("unshare"));
            let run = Run::command(Who::Root, [&unshare, "-m", "sh", "-c"]);
            let run = run.and([&format!("{cover}; exec \"$@\""), "sh"]).and(who.prefix());
            let run = run.and([&programs().nsinit]).and(words);
            let mut run = run.start_at(&terminal);
            run.wait_for("none");
            assert_eq!(run.code(), 0, "{who:?} {cover}");
            run.hang_up();
        }
    }
}

#[test]
fn what_is_the_machines_in_proc_is_hidden_or_read_only() {
    // Looks like empty files and directories, and EROFS for what would change the machine.
    let test = "cd /proc; cat kcore keys timer_list latency_stats sched_debug timer_stats \
        2>/dev/null | wc -c; ls -A acpi asound scsi 2>/dev/null | grep -v ':$' | grep -c .; \
        for f in sys/kernel/core_pattern sysrq-trigger irq/default_smp_affinity bus/x fs/x; do \
        (echo x >$f) 2>&1 | grep -cv 'Read-only\\|nonexistent\\|denied\\|No such'; done; true";
    for who in Who::BOTH {
        assert_eq!(script(who, &["--dev", "/dev"], test), "0\n0\n0\n0\n0\n0\n0\n", "{who:?}");
    }
}

#[test]
fn proc_can_hide_more() {
    // Looks like processes alone with pids-only, and nobody else's with hidepid.
    let toml = super::support::file::write(
        &super::support::file::directory(),
        "proc.toml",
        0o644,
        r#"
        [[mount]]
        source = "/usr"
        target = "/usr"
        read-only = true
        [[mount]]
        type = "symlink"
        content = "usr/lib64"
        target = "/lib64"
        [[mount]]
        type = "symlink"
        content = "usr/lib"
        target = "/lib"
        [[mount]]
        type = "proc"
        target = "/proc"
        pids-only = true
        hidepid = "invisible"
        "#,
    );
    for who in Who::BOTH {
        let words = ["run", &toml, "--", "/usr/bin/sh", "-c", "cd /proc; echo *"];
        let out = Run::nsinit(who, &words).end().quietly(0);
        assert!(!out.contains("meminfo") && out.contains("self"), "{out}");
    }
}

/// A shared file system, something that is mounted in it when the sandbox runs, and what it sees.
const LATER: &str = "d=$1; shift
mount -t tmpfs none $d; mount --make-shared $d; mkdir -m 755 $d/sub; mkfifo $d/up $d/go
chmod 777 $d $d/up $d/go
\"$@\" & read x <$d/up
mount -t tmpfs none $d/sub; touch $d/sub/came; echo >$d/go; wait $!";

#[test]
fn what_is_mounted_outside_later_appears_where_that_was_asked_for() {
    // Looks like a mount made when all runs: in the bind that is a slave, and in no other.
    use super::support::file;
    use super::support::who::{programs, tool};
    for who in Who::BOTH {
        let directory = file::directory();
        let place = file::text(&directory.join("place"));
        std::fs::create_dir(&place).unwrap();
        let mount = |target: &str, more: &str| {
            format!("[[mount]]\nsource = \"{place}\"\ntarget = \"{target}\"\n{more}\n")
        };
        let text = format!(
            "[[mount]]\nsource = \"/usr\"\ntarget = \"/usr\"\n\
             [[mount]]\ntype = \"symlink\"\ncontent = \"usr/lib64\"\ntarget = \"/lib64\"\n\
             [[mount]]\ntype = \"symlink\"\ncontent = \"usr/lib\"\ntarget = \"/lib\"\n{}{}",
            mount("/slave", "propagation = \"slave\""),
            mount("/other", ""),
        );
        let toml = file::write(&directory, "slave.toml", 0o644, text);
        let look = "echo >/slave/up; read x </slave/go; echo $(ls /slave/sub), $(ls /other/sub)";
        let unshare = file::text(&tool("unshare"));
        let outer = [&unshare, "-m", "sh", "-c", LATER, "sh", &place];
        let run = Run::command(Who::Root, outer).and(who.prefix()).and([&programs().nsinit]);
        let words = ["run", &toml, "--env", "PATH=/usr/bin", "--", "/usr/bin/sh", "-c", look];
        assert_eq!(run.and(words).end().quietly(0), "came,\n", "{who:?}");
    }
}
