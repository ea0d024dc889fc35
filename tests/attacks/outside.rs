//! What is left of outside: directories, descriptors, and who started us.

use std::fs;

use super::support::{Run, Who, file};

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
            let from = std::os::fd::AsRawFd::as_raw_fd(&root);
            let directory = format!("/proc/self/fd/{number}");
            let run = Run::nsinit(who, &["run", "--chdir", &directory, "--", "pwd"]);
            let ended = run
                .before_exec(move || {
                    for target in 3..=20 {
                        // SAFETY: integers in; these numbers are nobody's in a process about to
                        // exec.
                        unsafe { libc::dup2(from, target) };
                    }
                })
                .end();
            ended.saying(125, &["change directory to \"/proc/self/fd/"]);
        }
    }
}

#[test]
fn descriptors_of_the_caller_are_closed_in_any_root() {
    // Looks like 0 to 2 alone, and no way to a directory outside through any other; an entrypoint,
    // which passes on what it was given, shows what there was to find.
    let directory = file::directory();
    file::copy(std::path::Path::new("/bin/busybox"), &directory.join("busybox"));
    super::support::who::set_mode(&directory.join("busybox"), 0o755);
    let here = file::text(&directory);
    let outside = fs::File::open("/etc").unwrap();
    for who in Who::BOTH {
        let from = std::os::fd::AsRawFd::as_raw_fd(&outside);
        let script = "for n in /proc/self/fd/*; do readlink $n; done; ls /proc/self/fd/9/";
        let with_descriptors = |words: &[&str]| {
            let run = Run::nsinit(who, words).before_exec(move || {
                for target in [3, 7, 9, 99] {
                    // SAFETY: as above.
                    unsafe { libc::dup2(from, target) };
                }
            });
            run.end().out
        };
        let out = with_descriptors(&["run", "--root", &here, "--", "/busybox", "sh", "-c", script]);
        assert!(!out.contains("/etc") && !out.contains("passwd"), "{out}");
        let entrypoint = ["--", "/bin/busybox", "sh", "-c", script];
        let out = with_descriptors(&entrypoint);
        assert!(out.contains("/etc\n") && out.contains("\npasswd\n"), "{out}");
    }
}
