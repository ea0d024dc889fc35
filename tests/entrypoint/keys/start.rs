//! What an entrypoint is started with: descriptors that are closed.

use super::run;
use crate::support::{Mode, file};

#[test]
fn what_a_program_cannot_do_without_is_named() {
    // Looks like the name behind #!, and that of the loader in an ELF header.
    let directory = file::directory();
    let script = file::write(&directory, "script", 0o755, "#! /nowhere/python3 -u\n");
    let mut elf = std::fs::read("/bin/sh").unwrap();
    let loader = b"/lib64/ld-linux-x86-64.so.2";
    if let Some(at) = elf.windows(loader.len()).position(|window| window == loader) {
        elf[at + 1] = b'L';
        let program = file::write(&directory, "program", 0o755, elf);
        let says = ["its loader \"/Lib64/ld-linux-x86-64.so.2\" is not there"];
        run(Mode::Subreaper, &[], &[&program]).end().saying(126, &says);
    }
    let says = ["the interpreter \"/nowhere/python3\" in the first line of the script"];
    run(Mode::Pid1, &[], &[&script]).end().saying(126, &says);
    let in_path = ["--env", &format!("PATH={}", file::text(&directory))];
    let says = ["the interpreter in the first line of the script \"script\" is not there"];
    run(Mode::Subreaper, &in_path, &["script"]).end().saying(126, &says);
}

#[test]
fn no_descriptor_of_ours_is_an_input_or_output() {
    // Looks like a workload whose descriptors 0 to 2 are closed as ours are, and an empty log.
    for mode in Mode::ALL {
        let log = file::text(&file::directory().join("log"));
        let script =
            format!("ls -l /proc/$$/fd | sed -n 's/.* \\([0-9]* -> .*\\)/\\1/p' >{log}; exit 7");
        let run = run(mode, &["-v"], &["sh", "-c", &script]).before_exec(|| {
            // SAFETY: integers in; the test looks at a file.
            (0..3).for_each(|fd| unsafe { _ = libc::close(fd) });
        });
        let ended = run.end();
        assert_eq!((ended.code, ended.out.as_str(), ended.err.as_str()), (7, "", ""), "{mode:?}");
        let fds = std::fs::read_to_string(&log).unwrap();
        let is_ours = |line: &str| line.contains("signalfd") || line.contains("pidfd");
        assert!(!fds.lines().any(is_ours), "{mode:?}: {fds}");
    }
}
