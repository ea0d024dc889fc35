//! What an entrypoint is started with: descriptors that are closed.

use super::run;
use crate::support::who::programs;
use crate::support::{Mode, Run, Who, file};

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
fn what_there_is_no_more_of_is_said() {
    // Looks like EMFILE and ulimit -n, EAGAIN and ulimit -u.
    let nsinit = file::text(&programs().nsinit);
    let cases: [(Who, &str, &[&str], &str); 4] = [
        (Who::Root, "--nofile=3", &["--", "true"], "try: a higher ulimit -n"),
        (Who::Root, "--nofile=5", &["run", "--", "true"], "try: a higher ulimit -n"),
        (Who::User, "--nproc=1", &["--", "true"], "try: a higher ulimit -u"),
        (Who::User, "--nproc=1", &["run", "--", "true"], "try: a higher ulimit -u"),
    ];
    for (who, limit, words, says) in cases {
        let all = [&["prlimit", limit, nsinit.as_str()], words].concat();
        Run::command(who, all).end().saying(125, &["step ", says]);
    }
}

#[test]
fn an_interpreter_that_cannot_run_itself_is_named() {
    // Looks like a script of a script without its interpreter, one of a program without its loader
    // or for another machine, and one whose interpreter nobody may execute.
    let directory = file::directory();
    let script = |name: &str, interpreter: &str| {
        file::write(&directory, name, 0o755, format!("#!{interpreter}\n"))
    };
    let nested = script("nested", "/nowhere/python3");
    let mut elf = std::fs::read("/bin/true").unwrap();
    elf[18] ^= 62 ^ 183; // e_machine: x86-64 is 62, AArch64 183 (elf(5))
    let foreign = file::write(&directory, "foreign", 0o755, elf);
    let plain = file::write(&directory, "plain", 0o644, "");
    for (name, interpreter) in [("a", &nested), ("b", &foreign), ("c", &plain)] {
        let says = format!("the interpreter \"{interpreter}\" in the first line of the script");
        let says = [says.as_str(), "cannot be executed itself"];
        run(Mode::Pid1, &[], &[script(name, interpreter)]).end().saying(126, &says);
    }
}

#[test]
fn who_it_runs_as_is_said_as_docker_says_it() {
    // Looks like `--user 7:8` and `--user daemon:games`; a name needs /etc/passwd, and says so
    // where there is none.
    let ids = ["sh", "-c", "echo $(id -u) $(id -g) $(id -G)"];
    for (user, expected) in
        [("7:8", "7 8 8\n"), ("daemon:games", "1 60 60\n"), ("daemon:8", "1 8 8\n")]
    {
        assert_eq!(run(Mode::Pid1, &["--user", user], &ids).end().quietly(0), expected, "{user}");
    }
    // A name brings its groups, and with a group of its own still does; USER:GROUP has that alone.
    let etc = "mount -t tmpfs none /etc && echo web:x:7:7::/: >/etc/passwd && \
               printf 'web:x:7:\\nwww:x:8:\\nssl:x:9:web\\n' >/etc/group && exec \"$@\"";
    let nsinit = file::text(&programs().nsinit);
    for (flags, expected) in [
        (&["--user", "web"][..], "7 7 7 9\n"),
        (&["--user", "web", "--group", "www"], "7 8 8 9\n"),
        (&["--user", "web:www"], "7 8 8\n"),
        (&["--user", "web:www", "--groups", "ssl"], "7 8 8 9\n"),
        (&["--user", "web:www", "--user", "web"], "7 7 7 9\n"),
    ] {
        let words = ["unshare", "-m", "sh", "-c", etc, "sh", &nsinit];
        let words = [&words[..], flags, &["--"], &ids].concat();
        assert_eq!(Run::command(Who::Root, words).end().quietly(0), expected, "{flags:?}");
    }
    for (user, says) in [
        ("daemon:no-such", "user \"daemon\" group \"no-such\" groups \"no-such\": ENOENT"),
        ("daemon:", "user is empty"),
        ("daemon:a:b", "user: \"daemon:a:b\" has a \":\" in it"),
    ] {
        run(Mode::Pid1, &["--user", user], &ids).end().saying(125, &[says]);
    }
    let empty = file::text(&file::directory());
    let nsinit = file::text(&programs().nsinit);
    let words = ["unshare", "-m", "sh", "-c", "mount -t tmpfs none /etc && exec \"$@\"", "sh"];
    let words = [&words[..], &[&nsinit, "--user", "nobody", "--", &empty]].concat();
    let says = ["become user \"nobody\": ENOENT", "there is no /etc/passwd", "try: a number"];
    Run::command(Who::Root, words).end().saying(125, &says);
}

#[test]
fn what_never_ran_has_no_exit_code_to_be_mapped() {
    // Looks like 125 although 125 is mapped: no user of that name, and nothing was executed.
    for mode in Mode::ALL {
        for flags in [["--exit-map", "125:0"], ["--success-exit", "125"]] {
            let flags = [&flags[..], &["--user", "no-such-user"]].concat();
            run(mode, &flags, &["true"]).end().saying(125, &["become user"]);
        }
        run(mode, &["--exit-map", "125:3"], &["sh", "-c", "exit 125"]).end().quietly(3);
    }
}

#[test]
fn of_several_faults_in_flags_no_file_is_spoken_of() {
    // Looks like each fault; of very many some, and how many more there are.
    let ended = run(Mode::Subreaper, &["--bad", "--worse"], &["true"]).end();
    ended.saying(125, &["unknown flag \"--bad\"", "unknown flag \"--worse\""]);
    let ended = run(Mode::Subreaper, &["--bad"; 13], &["true"]).end();
    assert!(!ended.err.contains("nsinit check"), "{}", ended.err);
    ended.saying(125, &["unknown flag \"--bad\"", "  and 3 more\n"]);
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
