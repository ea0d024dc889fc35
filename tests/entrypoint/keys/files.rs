//! `env-file` and `--config`.

use std::io::Write;
use std::os::fd::AsRawFd;
use std::path::Path;

use super::{SEATS, nsinit, run};
use crate::support::signals::kill;
use crate::support::wait::until;
use crate::support::who::programs;
use crate::support::{Mode, Run, Running, Who, file, proc, witness};

/// A file in a directory of its own.
fn write(name: &str, content: &str) -> String {
    file::write(&file::directory(), name, 0o644, content)
}

#[test]
fn a_file_brings_variables_and_env_overrules_it() {
    // Looks like env(1) printing what the last word on each variable was.
    let first =
        write("env", "# the common part\nA=1\nB= two words \nC=$A \"quoted\"\n\nKEPT\nNONE\n");
    let second = write("env.stage", "A=3\r\nA=4\r\n");
    for mode in Mode::ALL {
        let flags = ["--clear-env", "--env-file", &first, "--env-file", &second, "--env", "D=5"];
        let flags = [&flags[..], &["--env", "C=6"]].concat();
        let run = run(mode, &flags, &["/usr/bin/env"]).env("KEPT", "yes").env("LOST", "no");
        let mut lines: Vec<_> = run.end().quietly(0).lines().map(String::from).collect();
        lines.sort();
        assert_eq!(lines, ["A=4", "B= two words ", "C=6", "D=5", "KEPT=yes"], "{mode:?}");
    }
}

#[test]
fn what_we_inherit_goes_through_but_for_what_the_file_says() {
    // Looks like PATH of the file finding the program, and LC_ALL as it was.
    let path = write("env", "PATH=/usr/bin:/bin\nMARK=file\n");
    let run = run(Mode::Subreaper, &["--env-file", &path], &["env"]).env("MARK", "ours");
    let out = run.end().quietly(0);
    assert!(out.contains("MARK=file\n") && out.contains("LC_ALL=C\n"), "{out}");
    assert!(out.contains("PATH=/usr/bin:/bin\n") && !out.contains("ours"), "{out}");
}

#[test]
fn an_environment_of_thousands_is_changed_as_a_small_one() {
    // What Kubernetes does: seven variables for each service of the namespace. Looks like all of
    // them, those of the login and ours.
    for mode in Mode::ALL {
        let flags = ["--user", "nobody", "--env", "A=7", "--env", "SERVICE_9="];
        let many = (0..3_000).fold(run(mode, &flags, &["env"]), |run, number| {
            run.env(&format!("SERVICE_{number}"), "tcp://10.0.0.1:80")
        });
        let out = many.end().quietly(0);
        let of = |start| out.lines().filter(|line| line.starts_with(start)).count();
        let counts = ["SERVICE_", "SERVICE_2999=tcp:", "SERVICE_9=", "A=7", "USER=nobody"].map(of);
        assert_eq!(counts, [3_000, 1, 1, 1, 1], "{mode:?}");
    }
}

#[test]
fn a_bad_file_is_told_with_its_line_and_nothing_is_touched() {
    // Looks like FILE:3:1, and 125.
    for (content, says) in [
        ("A=1\n\n=2\n", ":3:1: env-file: \"=2\" is no NAME=VALUE"),
        ("export A=1", ":1:1: env-file: \"export A=1\" has a \" \" in it"),
    ] {
        let path = write("env", content);
        let file = Path::new(&path).file_name().unwrap().to_str().unwrap();
        let says = format!("{file}{says}");
        run(Mode::Subreaper, &["--env-file", &path], &["true"]).end().saying(125, &[&says]);
    }
    let says = ["read \"/nowhere/env\": ENOENT"];
    run(Mode::Subreaper, &["--env-file", "/nowhere/env"], &["true"]).end().saying(125, &says);
}

#[test]
fn a_path_in_a_file_begins_where_that_lies_and_that_of_a_flag_where_we_are() {
    // Looks like A from beside the file, both as a list and as one path; `--env-file` overrules
    // them, and its list is split at commas.
    let directory = file::directory();
    let here = file::directory();
    file::write(&directory, "env", 0o644, "A=beside\n");
    file::write(&here, "env", 0o644, "A=here\n");
    file::write(&here, "more", 0o644, "B=more\n");
    for said in ["'env'", "['./env']"] {
        let text = format!("[[service]]\ncommand = ['sh', '-c', 'echo $A$B']\nenv-file = {said}\n");
        let path = file::write(&directory, "box.toml", 0o644, text);
        for (flags, expected) in
            [(&[][..], "beside\n"), (&["--env-file", "env,more"], "heremore\n")]
        {
            let words = [&["--config", &path], flags].concat();
            let run = Run::nsinit(Who::User, &words).directory(&here);
            assert_eq!(run.end().quietly(0), expected, "{said} {flags:?}");
        }
    }
}

/// A named pipe, opened to write when nsinit reads it and waits.
fn pipe_that_is_read(run: impl FnOnce(&str) -> Running, seat: Mode) -> (Running, std::fs::File) {
    let path = file::text(&file::directory().join("env"));
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    assert!(made.unwrap().success());
    let running = run(&path);
    let pipe = std::fs::OpenOptions::new().write(true).open(&path).unwrap(); // waits for a reader
    until("nsinit waits", || proc::polls(nsinit(seat, &running)).then_some(()));
    (running, pipe)
}

#[test]
fn a_file_may_be_a_pipe_whose_writer_takes_his_time() {
    // Looks like both of two lines, the second written when the first was read.
    for mode in SEATS {
        let start =
            |path: &str| run(mode, &["--env-file", path], &["sh", "-c", "echo $A$B"]).start();
        let (running, mut pipe) = pipe_that_is_read(start, mode);
        pipe.write_all(b"A=1\n").unwrap();
        until("it is read", || {
            let mut left = 0;
            // SAFETY: the kernel writes one integer.
            unsafe { libc::ioctl(pipe.as_raw_fd(), libc::FIONREAD, &raw mut left) };
            (left == 0).then_some(())
        });
        pipe.write_all(b"B=2\n").unwrap();
        drop(pipe);
        assert_eq!(running.end().quietly(0), "12\n");
    }
}

#[test]
fn who_waits_for_a_file_can_be_ended() {
    // Looks like the end by TERM, or as PID 1 like a TERM that the workload has.
    for mode in SEATS {
        let start = |path: &str| run(mode, &["--env-file", path], &["sleep", "1000"]).start();
        let (running, pipe) = pipe_that_is_read(start, mode);
        assert_eq!(kill(nsinit(mode, &running), libc::SIGTERM), 0);
        let expected = match mode {
            Mode::Pid1 => {
                drop(pipe);
                128 + libc::SIGTERM
            }
            Mode::Run | Mode::Subreaper => -libc::SIGTERM,
        };
        assert_eq!(running.end().code, expected, "{mode:?}");
    }
}

/// A web server and a log shipper that outlives it.
fn two_services(log: &str, code: &str) -> String {
    let words = |words: &[&str]| format!("{:?}", witness(words));
    let (web, ship) = (words(&["serve", "web", log]), words(&["serve", "ship", log]));
    format!(
        "[[service]]\nname = \"ship\"\ncommand = {ship}\n\n\
         [[service]]\nname = \"web\"\nmain = true\nafter = [\"ship\"]\n\
         command = {web}\nexit-map = [\"0:{code}\"]\n"
    )
}

#[test]
fn several_services_live_in_one_container_and_main_gives_the_code() {
    // Looks like ship before web, web's stop before ship's, and web's code mapped to 9.
    for mode in SEATS {
        let log = file::text(&file::directory().join("log"));
        let path = write("services.toml", &two_services(&log, "9"));
        let program = file::text(&programs().nsinit);
        let words = mode.prefix(Who::Root).into_iter();
        let words = words.chain([program.into(), "--config".into(), path.into()]);
        let mut run = Run::command(Who::Root, words).start();
        run.wait_for("web serves");
        run.wait_for("ship serves");
        let is_number = |letter: char| letter.is_ascii_digit() || letter == ' ';
        kill(nsinit(mode, &run), libc::SIGTERM);
        run.end().quietly(9);
        let noted = std::fs::read_to_string(&log).unwrap();
        let names: Vec<_> = noted.lines().map(|line| line.trim_end_matches(is_number)).collect();
        // Who is first to note a start is chance: without `ready` a service is ready at once.
        assert_eq!(names[2..], ["web stops", "ship stops"], "{mode:?}");
        assert!(names[..2].contains(&"ship starts") && names[..2].contains(&"web starts"));
    }
}

#[test]
fn a_file_for_run_is_refused_with_its_line() {
    // Looks like the line with hostname, and what to do.
    let path =
        write("kiosk.toml", "[sandbox]\nhostname = \"kiosk\"\n[[service]]\ncommand = \"x\"\n");
    let says = ["kiosk.toml:2:12: \"hostname\" needs namespaces of our own", "try: nsinit run"];
    let run = Run::nsinit(Who::Root, &["--config", &path]);
    run.end().saying(125, &says);
}
