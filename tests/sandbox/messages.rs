//! What is said when it cannot be done, word for word: `tests/golden/messages.txt`.
//!
//! The words are the same for root and for an ordinary user, but for the number of the step, which
//! is checked to be the last one where a program is executed, and left out.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::support::who::{programs, tool};
use super::support::{Run, Who, file};

/// A file that is broken in a certain way, under the name the golden file has it.
fn make_broken_files(directory: &Path) {
    let write = |name: &str, mode: u32, content: &[u8]| {
        file::write(directory, name, mode, content);
    };
    write("no-x", 0o644, b"#!/bin/sh\n");
    write("dos", 0o755, b"#!/bin/sh\r\nexit\r\n");
    write("no-interpreter", 0o755, b"#!/usr/bin/nope -x\n");
    write("noise", 0o755, b"\x00\x01\x02\xff");
    write("cut-off", 0o755, b"\x7fELF\x02\x01\x01\0\0\0");
    let program = fs::read("/bin/true").unwrap();
    let mut foreign = program.clone();
    foreign[18] = if cfg!(target_arch = "x86_64") { 183 } else { 62 }; // e_machine: each other's
    write("foreign", 0o755, &foreign);
    let mut orphan = program;
    let at = orphan.windows(4).position(|bytes| bytes == b"/ld-").unwrap();
    orphan[at + 1] = b'X';
    write("no-loader", 0o755, &orphan);
    write("bad.toml", 0o644, b"[sandbox]\nhostname = \"box\"\n\n[time]\nboottim = \"+1d\"\n");
    write(
        "worse.toml",
        0o644,
        b"[[service]]\ncommand = [\"true\"\nnice = 50\nrestart = \"often\"\n",
    );
    write("twice.toml", 0o644, b"[sandbox]\nname = \"a\"\nname = \"b\"\n[sandbox]\n");
    write("latin.toml", 0o644, b"# gr\xfc\xdfe\n");
    write("nice.toml", 0o644, b"[[service]]\ncommand = [\"true\"]\n");
    write("two.toml", 0o644, b"[[service]]\nnice = \"5\"\n[[service]]\nrestart = \"often\"\n");
}

/// Every call that fails, in the order of the golden file; `%` is the directory.
const CALLS: &[&[&str]] = &[
    &["run", "--", "/nope/nope"],
    &["run", "--", "nope"],
    &["run", "--", ""],
    &["run", "--", "/etc"],
    &["run", "--", "/etc/passwd/nope"],
    &["run", "--", "%/no-x"],
    &["run", "--", "%/dos"],
    &["run", "--", "%/no-interpreter"],
    &["run", "--", "%/noise"],
    &["run", "--", "%/cut-off"],
    &["run", "--", "%/foreign"],
    &["run", "--", "%/no-loader"],
    &["run", "--cwd", "/nope", "--", "true"],
    &["run", "--user", "nemo", "--", "true"],
    &["run", "--group", "nemo", "--", "true"],
    &["run", "--stdin", "file=/nope", "--", "true"],
    &["run", "--stdout", "file=/nope/nope", "--", "true"],
    &["run", "--terminal=own", "--", "true"],
    &["run"],
    &["run", "%/nope.toml"],
    &["run", "%/bad.toml"],
    &["run", "%/worse.toml"],
    &["run", "%/two.toml"],
    &["run", "%/two.toml", "--config", "%/bad.toml"],
    &["run", "--hostnam", "box", "--", "true"],
    &["run", "--hostname"],
    &["run", "--hostname", "a-name-that-is-longer-than-the-64-bytes-that-the-kernel-has-room-for"],
    &["run", "--namespaces", "pid,nett", "--", "true"],
    &["run", "-x", "--", "true"],
    &["--hostname", "box", "--", "true"],
    &["--", "/nope"],
    &["chekc", "box.toml"],
    &["validate", "box.toml"],
    &["--", "chekc"],
    &["frobnicate"],
    &["%/bad.toml"],
    &["run", "--config", "%/nope.toml"],
    &["check", "%/nope.toml"],
    &["check", "%/twice.toml"],
    &["check", "%/latin.toml"],
    &["run", "--json", "--", "true"],
    &["explain", "run", "%/nice.toml", "--json"],
];

/// A call as the golden file has it: what was typed, the exit code, what was said.
fn transcript(who: Who, directory: &str, call: &[&str]) -> String {
    let words: Vec<String> = call.iter().map(|word| word.replace('%', directory)).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let ended = Run::nsinit(who, &words).end();
    assert_eq!(ended.out, "", "{call:?}");
    let mut text = String::from("$ nsinit");
    for word in call {
        let _ = write!(text, " {}", if word.is_empty() { "''" } else { word });
    }
    let _ = write!(text, "\n{}({})\n\n", ended.err.replace(directory, "%"), ended.code);
    without_step(&text)
}

/// Takes the number of a service's step out, which depends on who asks.
fn without_step(text: &str) -> String {
    let Some((before, numbered)) = text.split_once("step ") else { return text.into() };
    let Some((numbers, rest)) = numbered.split_once(": ") else { return text.into() };
    let (number, all) = numbers.split_once(" of ").unwrap();
    assert!(number == all || !rest.starts_with("execute"), "{text}");
    format!("{before}step N of M: {rest}")
}

#[test]
fn every_failure_is_told_with_its_reason_and_remedy() {
    // Looks like tests/golden/messages.txt, the same for root and an ordinary user.
    let directory = file::directory();
    make_broken_files(&directory);
    let directory = directory.to_str().unwrap();
    for who in Who::BOTH {
        let text: String = CALLS.iter().map(|call| transcript(who, directory, call)).collect();
        snapbox::assert_data_eq!(text, snapbox::file!["../golden/messages.txt": Text].raw());
    }
}

#[test]
fn a_program_on_a_noexec_mount_says_so() {
    // Looks like a tmpfs with noexec, and `why:` naming it, for access(2) would allow it.
    let nsinit = file::text(&programs().nsinit);
    let script = format!(
        "mount -t tmpfs -o noexec,mode=755 t /mnt && cp /bin/true /mnt && \
         exec '{nsinit}' run -- /mnt/true"
    );
    for who in Who::BOTH {
        let flag = if who == Who::Root { "-m" } else { "-Urm" };
        let words =
            [tool("unshare").to_str().unwrap(), flag, "sh", "-c", &script].map(String::from);
        Run::command(who, words).end().saying(126, &["execute \"/mnt/true\": EACCES", "noexec"]);
    }
}

#[test]
fn check_prints_every_fault_of_what_was_said_together() {
    // Looks like services that are each alright, and wrong beside the others: one message for each
    // name, each main one, each circle, each clock and kind.
    let text = "\
[sandbox]
namespaces = ['pid']
hostname = 'x'
[time]
boottime = '-99999d'
monotonic = '-99999d'
[[service]]
name = 'one'
after = ['two', 'three']
command = ['true']
[[service]]
name = 'one'
main = true
[[service]]
name = 'four'
main = true
start-timeout = '1s'
restart-delay-max = 0
command = ['true']
[[service]]
after = ['one']
command = ['true']
[[service]]
name = 'five'
after = ['six']
command = ['true']
[[service]]
name = 'six'
after = ['five']
command = ['true']
";
    let places = [
        "3:12: hostname needs a uts",
        "5:12: boottime cannot be shifted",
        "5:12: boottime needs a time",
        "6:13: monotonic cannot be shifted",
        "9:10: no service is called \"two\"",
        "9:17: no service is called \"three\"",
        "11:1: service \"one\" has no command",
        "12:8: two services are called \"one\"",
        "16:8: service \"four\" is a second main one",
        "17:17: start-timeout has nothing to wait for",
        "18:21: restart-delay-max is shorter",
        "20:1: a service among several has no name",
        "25:10: service \"five\" waits for itself",
    ];
    let directory = file::directory();
    let path = file::write(&directory, "test.toml", 0o644, text);
    for who in Who::BOTH {
        let ended = Run::nsinit(who, &["check", &path]).end();
        for place in places {
            assert!(
                ended.err.contains(&format!("check: {path}:{place}")),
                "{place}: {}",
                ended.err
            );
        }
        assert_eq!(ended.err.matches("check: ").count(), places.len(), "{}", ended.err);
        ended.saying(1, &[]);
        let more = format!("and {} more: nsinit check", places.len() - 10);
        Run::nsinit(who, &["run", &path]).end().saying(125, &[&more]);
    }
}

#[test]
fn faults_are_told_to_a_program_as_one_array_for_all_files() {
    // Looks like an object for each fault, its parts null where they are missing, and no message;
    // an empty array for files without any, and 125 where it could not be written.
    let directory = file::directory();
    make_broken_files(&directory);
    let directory = file::text(&directory);
    let check = |words: &str| {
        let words = words.replace('%', &directory);
        let words: Vec<&str> = words.split(' ').collect();
        Run::nsinit(Who::User, &[&["check"], &words[..]].concat())
    };
    let files = "%/nice.toml %/twice.toml --json %/nope.toml %/nice.toml %/two.toml";
    let ended = check(files).end();
    let twice = r#""one of them; a table has all of its keys in one place""#;
    let choice = r#""never, on-failure or always""#;
    let expected: String = [
        ("twice", "3,\"column\":1", r#"\"name\" is said twice"#, twice),
        ("twice", "4,\"column\":2", r#"\"sandbox\" is said twice"#, twice),
        ("nope", "null,\"column\":null", r#"read \"%/nope.toml\": ENOENT"#, "null"),
        ("two", "2,\"column\":8", r#"\"nice\" is a string"#, r#""nice = 5""#),
        ("two", "4,\"column\":11", r#"restart cannot be \"often\""#, choice),
    ]
    .into_iter()
    .map(|(name, place, reason, remedy)| {
        let file = format!("\n{{\"file\":\"%/{name}.toml\",\"line\":{place}");
        format!("{file},\"reason\":\"{reason}\",\"why\":null,\"try\":{remedy}}},")
    })
    .collect();
    let out = ended.out.replace(&directory, "%");
    assert_eq!((ended.code, ended.err.as_str()), (1, ""));
    assert!(out.starts_with(&format!("[{expected}\n")) && out.ends_with("}\n]\n"), "{out}");
    assert_eq!(check("--json -- %/nice.toml %/nice.toml").end().quietly(0), "[]\n");
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    assert_eq!(check("--json %/two.toml").giving(&full, 1).end().code, 125);
    check("--jsn %/two.toml").end().saying(125, &["argument 2: unknown flag \"--jsn\"", "--json"]);
    check("--json").end().saying(125, &["no FILE"]);
}

#[test]
fn a_file_of_an_entrypoint_is_checked_as_one() {
    // Looks like no fault for a key that only an entrypoint has, unless a host name is beside it.
    let text = "[[service]]\ncommand = ['true']\ndie-by-signal = true\n";
    let directory = file::directory();
    let path = file::write(&directory, "test.toml", 0o644, text);
    let out = Run::nsinit(Who::User, &["check", &path]).end().quietly(0);
    assert!(out.starts_with(&format!("{path}: ok, 1 service, ")), "{out}");
    let text = format!("[sandbox]\nhostname = 'box'\n{text}");
    let path = file::write(&directory, "box.toml", 0o644, text);
    let words = ["5:17: \"die-by-signal\" is for the entrypoint only"];
    Run::nsinit(Who::User, &["check", &path]).end().saying(1, &words);
}

#[test]
fn a_name_that_nobody_knows_is_told_and_not_its_value() {
    // Looks like the pair, for the value alone would be as good as any.
    let text = "[[service]]\ncommand = ['true']\nrlimits = { nofil = 3 }\nlog = { fle = '/x' }\n";
    let directory = file::directory();
    let path = file::write(&directory, "test.toml", 0o644, text);
    let ended = Run::nsinit(Who::User, &["check", &path]).end();
    ended.saying(1, &["3:21: rlimits cannot be \"nofil=3\"", "log cannot be \"fle=/x\""]);
}

#[test]
fn explain_tells_on_which_terms_a_service_is_supervised() {
    // Looks like a line without a number for what was said, behind the steps; as JSON all of it.
    let flags = ["--restart", "always", "--restart-delay", "2s", "--grace", "infinity"];
    let explain = |words: &[&str]| {
        let words = [&["explain"], words, &["run"], &flags, &["--", "true"]].concat();
        Run::nsinit(Who::User, &words).end().quietly(0)
    };
    let text = explain(&[]);
    let parts = |line: &str| -> Vec<String> {
        line.split("  ")
            .map(|part| part.trim().into())
            .filter(|part: &String| !part.is_empty())
            .collect()
    };
    let lines: Vec<_> = text.lines().rev().map(parts).take(2).collect();
    let again = "2s to 60s later, at most 5 in 60s";
    assert_eq!(lines[1], ["main", "begin again, always", again, "argument 3"], "{text}");
    assert_eq!(lines[0], ["main", "stop by TERM", "and wait for it", "argument 7"], "{text}");
    let json = explain(&["--json"]);
    for pair in ["\"restart-delay-ms\":2000", "\"restart-limit\":5", "\"grace-ms\":null"] {
        assert!(json.contains(pair), "{pair}: {json}");
    }
}

#[test]
fn a_closed_or_full_standard_error_holds_nobody_up() {
    // Looks like the exit code of a failure that cannot be told: stderr closed, or a full pipe.
    for who in Who::BOTH {
        let closed = Run::nsinit(who, &["run", "--", "/nope"]).before_exec(|| {
            // SAFETY: an integer in.
            unsafe { libc::close(2) };
        });
        assert_eq!(closed.end().quietly(127), "");
        let (reader, mut writer) = std::io::pipe().unwrap();
        let fill = |pipe: &mut std::io::PipeWriter| {
            use std::os::fd::AsRawFd as _;
            // SAFETY: a descriptor of ours; fills it without ever waiting.
            unsafe { libc::fcntl(pipe.as_raw_fd(), libc::F_SETFL, libc::O_NONBLOCK) };
            while std::io::Write::write(pipe, &[b'.'; 4096]).is_ok() {}
            // SAFETY: as above; a writer that waits, as ours is given one.
            unsafe { libc::fcntl(pipe.as_raw_fd(), libc::F_SETFL, 0) };
            pipe.as_raw_fd()
        };
        let number = fill(&mut writer);
        let full = Run::nsinit(who, &["run", "--", "/nope"]).before_exec(move || {
            // SAFETY: integers in.
            unsafe { libc::dup2(number, 2) };
        });
        assert_eq!(full.end().quietly(127), "");
        drop(reader);
    }
}
