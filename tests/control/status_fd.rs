//! `json-status-fd`: what happens, told to a program at a descriptor that it gave us.

use std::io::{BufRead as _, BufReader, Write as _};

use super::support::who::programs;
use super::support::{Run, Who, file};

/// Runs a shell that has descriptor 9 open on a file, and gives what was told there, line by line.
fn told(who: Who, text: &str, code: i32, err: &[&str]) -> Vec<String> {
    let directory = file::directory();
    let path = file::write(&directory, "told.toml", 0o644, text);
    let out = directory.join("out");
    std::fs::write(&out, "").unwrap();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o666);
    std::fs::set_permissions(&out, open).unwrap();
    let script = format!("exec \"$@\" 9>>{}", file::text(&out));
    let nsinit = file::text(&programs().nsinit);
    let ended = Run::command(who, ["sh", "-c", &script, "sh", &nsinit, "run", &path]).end();
    match err {
        [] => assert_eq!((ended.code, ended.err.as_str()), (code, "")),
        words => ended.saying(code, words),
    }
    std::fs::read_to_string(&out).unwrap().lines().map(str::to_owned).collect()
}

const STATUS: &str = "[sandbox]\njson-status-fd = 9\n";

#[test]
fn a_program_is_told_who_runs_what_happens_and_how_it_ended() {
    // Looks like bubblewrap's child-pid with namespaces, events between, and its exit-code; and no
    // service has the descriptor.
    let text = format!(
        "{STATUS}[[service]]\nname = 'a'\nmain = true\nafter = ['b']\n\
         command = ['sh', '-c', 'test -e /proc/self/fd/9 && exit 1; exit 7']\n\
         [[service]]\nname = 'b'\ncommand = ['sh', '-c', 'echo >&3; exec sleep 1000']\n\
         ready = {{ fd = 3 }}\n"
    );
    for who in Who::BOTH {
        let lines = told(who, &text, 7, &[]);
        assert!(lines[0].starts_with("{\"child-pid\":"), "{lines:?}");
        for kind in ["ipc", "mnt", "pid", "uts"] {
            assert!(lines[0].contains(&format!("\"{kind}-namespace\":40")), "{lines:?}");
        }
        assert_eq!(
            lines[1..],
            [
                r#"{"event":"started","service":"b"}"#,
                r#"{"event":"ready","service":"b"}"#,
                r#"{"event":"started","service":"a"}"#,
                r#"{"event":"ready","service":"a"}"#,
                r#"{"event":"exited","service":"a","code":7}"#,
                r#"{"event":"stopping"}"#,
                r#"{"event":"exited","service":"b","signal":"TERM"}"#,
                r#"{"event":"verdict","exit-code":7}"#,
            ]
        );
    }
}

#[test]
fn restarts_and_signals_are_told() {
    let text = format!(
        "{STATUS}[[service]]\n\
         command = ['sh', '-c', \"trap '' USR2; kill -USR2 1; sleep 0.2; exit 3\"]\n\
         restart = 'on-failure'\nrestart-limit = 1\nrestart-delay = '10ms'\n"
    );
    let lines = told(Who::User, &text, 124, &["starts again in", "gave up"]);
    let signal = r#"{"event":"signal","signal":"USR2"}"#;
    assert_eq!(lines.iter().filter(|line| *line == signal).count(), 2, "{lines:?}");
    let again = |line: &&String| line.starts_with(r#"{"event":"restarting","service":"main""#);
    assert_eq!(lines.iter().filter(again).count(), 1, "{lines:?}");
    assert_eq!(lines.last().unwrap(), r#"{"event":"verdict","exit-code":124}"#);
}

#[test]
fn a_workload_that_never_ran_has_no_exit_code() {
    let text = format!("{STATUS}[[service]]\ncommand = ['/does/not/exist']\n");
    let lines = told(Who::User, &text, 127, &["ENOENT"]);
    assert!(!lines.iter().any(|line| line.contains("exit-code")), "{lines:?}");
    assert_eq!(lines[1], r#"{"event":"not-started","service":"main","code":127}"#);
}

#[test]
fn a_descriptor_that_will_not_do_is_refused_before_anything_is_touched() {
    // Looks like the key, the number and the reason: one that is closed, one to read, one of two.
    let reading = std::fs::File::open("/dev/null").unwrap();
    let writing = std::fs::File::create("/dev/null").unwrap();
    let table: [(&[&str], &str); 3] = [
        (&["--json-status-fd", "39"], "argument 2: json-status-fd: descriptor 39 is not open"),
        (&["--json-status-fd", "41"], "json-status-fd: descriptor 41 is not open for writing"),
        (
            &["--json-status-fd", "42", "--info-fd", "42"],
            "json-status-fd and info-fd have the same descriptor, 42",
        ),
    ];
    for who in Who::BOTH {
        for (flags, said) in table {
            let run = Run::nsinit(who, &[&["run"], flags, &["--", "true"]].concat());
            run.giving(&reading, 41).giving(&writing, 42).end().saying(125, &[said]);
        }
    }
}

#[test]
fn a_pipe_that_is_full_before_the_first_line_ends_the_start() {
    // Looks like EAGAIN with its reason, at once: the launcher does not wait for a reader.
    let (_reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(&[b'\n'; 65_536]).unwrap(); // pipe(7): 16 pages
    let writer = std::fs::File::from(std::os::fd::OwnedFd::from(writer));
    let words = ["run", "--json-status-fd", "9", "--", "true"];
    let run = Run::nsinit(Who::User, &words).giving(&writer, 9);
    run.end().saying(125, &["tell who PID 1 is at descriptor 9: EAGAIN", "it is full"]);
}

#[test]
fn a_reader_that_does_not_read_holds_up_nobody_and_hears_how_much_it_missed() {
    // Looks like a pipe that is full but for the first line: the workload starts and ends as
    // always, lines that found no room are counted, and none is torn.
    let (reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(&[b'\n'; 65_536 - 200]).unwrap(); // pipe(7): 16 pages
    let script = "trap 'echo got' USR1; trap 'exit 5' TERM; echo up; while :; do sleep 0.05; done";
    let words = ["run", "--json-status-fd", "9", "--", "sh", "-c", script];
    let writer = std::fs::File::from(std::os::fd::OwnedFd::from(writer));
    let run = Run::nsinit(Who::User, &words).giving(&writer, 9);
    let mut run = run.start();
    drop(writer);
    let _ = run.wait_for("up");
    // When a signal has come through, the events before it have been told, and found no room.
    run.kill(libc::SIGUSR1);
    let _ = run.wait_for("got");
    let mut lines = BufReader::new(reader).lines().map(Result::unwrap);
    let first = lines.by_ref().find(|line| !line.is_empty()).unwrap();
    assert!(first.starts_with("{\"child-pid\":") && first.ends_with('}'), "{first}");
    run.kill(libc::SIGUSR1);
    let is_lost = |line: &String| line.starts_with("{\"event\":\"lost\",\"lines\":");
    assert!(lines.by_ref().take(3).any(|line| is_lost(&line)));
    run.kill(libc::SIGTERM);
    assert_eq!(lines.last().unwrap(), r#"{"event":"verdict","exit-code":5}"#);
    drop(run.end().quietly(5));
}

/// A pipe that has room for one line, which says who PID 1 is.
fn nearly_full() -> (std::io::PipeReader, std::fs::File) {
    let (reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(&[b'\n'; 65_536 - 200]).unwrap(); // pipe(7): 16 pages
    (reader, std::fs::File::from(std::os::fd::OwnedFd::from(writer)))
}

#[test]
fn the_verdict_waits_a_moment_for_a_reader_that_is_late() {
    // Looks like a reader that begins to read when the workload is over: it hears how much it
    // missed, and how it ended.
    let (reader, writer) = nearly_full();
    let script = "trap 'exit 5' USR1; echo up; while :; do sleep 0.05; done";
    let words = ["run", "--json-status-fd", "9", "--", "sh", "-c", script];
    let mut run = Run::nsinit(Who::User, &words).giving(&writer, 9).start();
    drop(writer);
    let _ = run.wait_for("up");
    run.kill(libc::SIGUSR1); // which comes through behind the events before it
    super::support::wait::until("PID 1 to be told how its service ended", || {
        let is_service = |line: &String| line.split(' ').nth(1) == Some("sh");
        (!run.marked().iter().any(is_service)).then_some(())
    });
    let lines: Vec<_> = BufReader::new(reader).lines().map(Result::unwrap).collect();
    assert!(lines.iter().any(|line| line.starts_with("{\"event\":\"lost\"")), "{lines:?}");
    assert_eq!(lines.last().unwrap(), r#"{"event":"verdict","exit-code":5}"#);
    drop(run.end().quietly(5));
}

#[test]
fn what_nobody_has_read_in_the_end_is_told_to_people() {
    // Looks like a reader that never reads: the exit code is the workload's, the end comes soon,
    // and a message says how much was not told. Of a reader that is gone nothing is said.
    let words = ["run", "--json-status-fd", "9", "--", "sh", "-c", "exit 5"];
    let (_reader, writer) = nearly_full();
    let ended = Run::nsinit(Who::User, &words).giving(&writer, 9).end();
    assert!(ended.took < std::time::Duration::from_secs(8), "{:?}", ended.took);
    ended.saying(5, &["found no room at descriptor 9", "whoever reads there does not"]);
    let (mut reader, writer) = std::io::pipe().unwrap();
    let writer = std::fs::File::from(std::os::fd::OwnedFd::from(writer));
    let (input, go_on) = std::io::pipe().unwrap();
    let words = ["run", "--json-status-fd", "9", "--", "sh", "-c", "read x; exit 5"];
    let run = Run::nsinit(Who::User, &words).giving(&writer, 9).stdin(input).start();
    drop(writer);
    let mut first = [0u8; 16];
    std::io::Read::read_exact(&mut reader, &mut first).unwrap();
    drop(reader);
    drop(go_on);
    drop(run.end().quietly(5));
}
