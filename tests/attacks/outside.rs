//! What is left of outside: directories, descriptors, and who started us.

use std::fs;
use std::path::Path;

use super::support::who::{programs, set_mode, tool};
use super::support::{Run, Who, file, subtree};

#[test]
fn a_thread_that_started_us_may_end() {
    // Looks like a launcher whose parent's thread is gone: the death signal is of PID 1 and for the
    // launcher alone, so that nobody else's end is taken for that.
    for who in Who::BOTH {
        let start = move || {
            let run = Run::nsinit(who, &["run", "--", "sh", "-c", "echo begins; read x; echo $x"]);
            let (input, tell) = std::io::pipe().unwrap();
            (run.stdin(input).start(), tell)
        };
        let (mut running, tell) = std::thread::spawn(start).join().unwrap();
        running.wait_for("begins");
        std::io::Write::write_all(&mut &tell, b"lives\n").unwrap();
        drop(tell);
        assert_eq!(running.end().quietly(0), "begins\nlives\n", "{who:?}");
    }
}

#[test]
fn a_working_directory_leads_nowhere_outside() {
    // Looks like CVE-2024-21626: /proc/self/fd/N as the directory, with directories of the caller
    // open from 3 to 20, is none: they are closed by then, and ours are none.
    let root = fs::File::open("/").unwrap();
    for who in Who::BOTH {
        for number in 3..=20 {
            let directory = format!("/proc/self/fd/{number}");
            let run = Run::nsinit(who, &["run", "--chdir", &directory, "--", "pwd"]);
            let ended = (3..=20).fold(run, |run, number| run.giving(&root, number)).end();
            ended.saying(125, &["change directory to \"/proc/self/fd/"]);
        }
    }
}

#[test]
fn row_2_no_descriptor_of_ours_leads_outside() {
    // Looks like CVE-2024-21626 by a hostile root: links in it name each descriptor that PID 1 and
    // whoever becomes a service may hold, and go up from there. With cgroups these were directories
    // of the outer root, and any directory that was asked for, or just the name of where the caller
    // stood, led to it.
    let directory = file::directory();
    let (root, prey) = (directory.join("rootfs"), directory.join("prey"));
    for path in [&root, &root.join("bin"), &prey] {
        fs::create_dir(path).unwrap();
    }
    file::copy(&tool("busybox"), &root.join("bin/sh"));
    set_mode(&root.join("bin/sh"), 0o755);
    file::write(&prey, "found", 0o644, "");
    let prey = file::text(&prey);
    let limit = subtree::limit();
    let parts = "[root]\npath = \"rootfs\"\n[limits]\ncgroup = \"own\"\n\
         [[service]]\nname = \"a\"\nmain = true\ncommand = [\"sh\", \"-c\", \"echo *\"]\n\
         [[service]]\nname = \"b\"\nafter = [\"a\"]\ncommand = [\"sh\", \"-c\", \"read x\"]\n";
    let parts = file::write(&directory, "parts.toml", 0o644, parts);
    let (root, limit) = (file::text(&root), limit.flag());
    let (whole, look) = (["run", "--root", &root, &limit], ["--", "/bin/sh", "-c", "echo *"]);
    for number in 3..40 {
        let leads = format!("/proc/self/fd/{number}{}{prey}", "/..".repeat(12));
        let link = format!("{root}/link");
        let _ = fs::remove_file(&link);
        std::os::unix::fs::symlink(&leads, &link).unwrap();
        let stands = directory.join(format!("here{number}"));
        let inside = format!("{root}{}", file::text(&stands));
        fs::create_dir(&stands).unwrap();
        fs::create_dir_all(Path::new(&inside).parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(&leads, &inside).unwrap();
        let asked = [&whole[..], &["--cwd", "/link"], &look].concat();
        let parted = vec!["run", &parts, "--cwd", "/link"];
        for (words, stands) in [
            (asked, Path::new("/")),
            (parted, Path::new("/")),
            ([&whole[..], &look].concat(), &stands),
        ] {
            let out = Run::nsinit(Who::Root, &words).directory(stands).end().out;
            assert!(!out.contains("found"), "{number}: {words:?}: {out}");
        }
    }
}

#[test]
fn descriptors_of_the_caller_are_closed_in_any_root() {
    // Looks like 0 to 2 alone, and no way to a directory outside through any other; an entrypoint,
    // which passes on what it was given, shows what there was to find.
    let directory = file::directory();
    file::copy(Path::new("/bin/busybox"), &directory.join("busybox"));
    set_mode(&directory.join("busybox"), 0o755);
    let here = file::text(&directory);
    let outside = fs::File::open("/etc").unwrap();
    for who in Who::BOTH {
        let script = "for n in /proc/self/fd/*; do readlink $n; done; ls /proc/self/fd/9/";
        let with_descriptors = |words: &[&str]| {
            let run = Run::nsinit(who, words);
            [3, 7, 9, 99]
                .into_iter()
                .fold(run, |run, number| run.giving(&outside, number))
                .end()
                .out
        };
        let out = with_descriptors(&["run", "--root", &here, "--", "/busybox", "sh", "-c", script]);
        assert!(!out.contains("/etc") && !out.contains("passwd"), "{out}");
        let entrypoint = ["--", "/bin/busybox", "sh", "-c", script];
        let out = with_descriptors(&entrypoint);
        assert!(out.contains("/etc\n") && out.contains("\npasswd\n"), "{out}");
    }
}

#[test]
fn row_26_what_the_kernel_hands_down_is_handed_down() {
    // Looks like the nice value, the processors, the badness, the timer slack, the personality and
    // the mode mask of whoever started nsinit, as if it had started the command; and no signal
    // ignored, blocked or caught.
    let look = "cat /proc/self/oom_score_adj /proc/self/timerslack_ns /proc/self/personality; \
        nice; umask; grep -E '^(Cpus_allowed|Sig(Blk|Ign|Cgt|Pnd)|ShdPnd)' /proc/self/status";
    for who in Who::BOTH {
        let with = |words: &[&str]| {
            let run = Run::command(who, words).and(["sh", "-c", look]).before_exec(|| {
                let (badness, set) = (c"/proc/self/oom_score_adj", 1u64);
                // SAFETY: integers in, one long as the set of processors, and a C string.
                unsafe {
                    libc::setpriority(libc::PRIO_PROCESS, 0, 5);
                    libc::sched_setaffinity(0, 8, (&raw const set).cast());
                    libc::prctl(libc::PR_SET_TIMERSLACK, 77_000);
                    libc::personality(libc::ADDR_NO_RANDOMIZE as libc::c_ulong);
                    libc::umask(0o037);
                    let file = libc::open(badness.as_ptr(), libc::O_WRONLY);
                    libc::write(file, c"321".as_ptr().cast(), 3);
                    libc::close(file);
                }
            });
            run.end().quietly(0)
        };
        let nsinit = file::text(&programs().nsinit);
        let (direct, inside) = (with(&["env"]), with(&[&nsinit, "run", "--"]));
        assert_eq!(inside, direct, "{who:?}");
        assert!(direct.starts_with("321\n77000\n00040000\n5\n0037\n"), "{direct}");
        assert!(direct.contains("SigIgn:\t0000000000000000"), "{direct}");
    }
}
