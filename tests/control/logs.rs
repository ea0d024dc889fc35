//! Logs: what a service writes, in files that PID 1 writes; and `nsinit logs`.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::sandbox::Sandbox;
use super::support::{Run, Who, file, wait};

/// A directory that everybody may write to.
fn directory() -> PathBuf {
    let directory = file::directory();
    let open = std::fs::Permissions::from_mode(0o777);
    std::fs::set_permissions(&directory, open).unwrap();
    directory
}

/// A main service that does this, with a log in `directory`.
fn main(script: &str, directory: &Path, keys: &str, more: &str) -> String {
    let log = file::text(&directory.join("log"));
    format!(
        "[[service]]\ncommand = ['sh', '-c', {script:?}]\n\
         log = {{ file = {log:?} {keys} }}\n{more}\n"
    )
}

fn run(who: Who, text: &str) -> Run {
    let path = file::write(&file::directory(), "log.toml", 0o644, text);
    Run::nsinit(who, &["run", &path])
}

/// The log's files, the one that is written first, with the length of each.
fn files(directory: &Path) -> Vec<(String, u64)> {
    let all = std::fs::read_dir(directory).unwrap().map(Result::unwrap);
    let all = all
        .map(|entry| (entry.file_name().into_string().unwrap(), entry.metadata().unwrap().len()));
    let mut all: Vec<_> = all.filter(|(name, _)| name.starts_with("log")).collect();
    all.sort();
    all
}

/// All that was written, in its order, without the times.
fn text(directory: &Path) -> String {
    let parts = files(directory).into_iter().rev();
    let parts = parts.map(|(name, _)| std::fs::read(directory.join(name)).unwrap());
    let all: Vec<u8> = parts.flatten().collect();
    let lines = String::from_utf8_lossy(&all).into_owned();
    lines.lines().map(|line| line.split_once(' ').unwrap().1.to_owned() + "\n").collect()
}

#[test]
fn both_outputs_are_lines_with_a_time_and_a_name() {
    // Looks like "2026-11-27T07:32:37.205Z main: out"; a last line without an end is in it, too.
    for who in Who::BOTH {
        let directory = directory();
        let script = "echo out; echo err >&2; echo; printf 'two\\nlast'";
        let ended = run(who, &main(script, &directory, "", "")).end();
        assert_eq!(ended.quietly(0), "");
        assert_eq!(text(&directory), "main: out\nmain: err\nmain: \nmain: two\nmain: last\n");
        let whole = std::fs::read_to_string(directory.join("log")).unwrap();
        let time = whole.split(' ').next().unwrap();
        let form: String = time.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        assert_eq!(form, "0000-00-00T00:00:00.000Z", "{time}");
    }
}

#[test]
fn a_line_without_an_end_is_not_gone_on_with_by_the_next_run() {
    // Looks like "main: last words" three times: of a service that is started again, of one that
    // its file is handed on to, and behind what somebody left who got KILL.
    for who in Who::BOTH {
        let directory = directory();
        let keys = "restart = 'on-failure'\nrestart-delay = '1ms'\nrestart-limit = 1";
        let text_of = main("printf 'last words'; exit 3", &directory, "", keys);
        std::fs::write(directory.join("log"), "long ago: half a li").unwrap();
        std::fs::set_permissions(directory.join("log"), std::fs::Permissions::from_mode(0o666))
            .unwrap();
        run(who, &text_of).end().saying(124, &["gave up"]);
        assert_eq!(text(&directory), "ago: half a li\nmain: last words\nmain: last words\n");
        drop(run(who, &main("echo more", &directory, "", "")).end().quietly(0));
        assert!(text(&directory).ends_with("main: last words\nmain: more\n"));
        let whole = std::fs::read(directory.join("log")).unwrap();
        assert!(!whole.windows(2).any(|pair| pair == b"\n\n"));
    }
}

#[test]
fn files_do_not_grow_whatever_is_written() {
    // Looks like three files of at most 16 KiB behind megabytes of lines, of noise, of one line;
    // also where PID 1 has locked itself in, and calls are refused that nobody foresaw.
    for who in Who::BOTH {
        for script in [
            "i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done",
            "head -c 3000000 /dev/urandom",
            "head -c 3000000 /dev/zero",
            "yes '' | head -n 100000",
            "i=0; while [ $i -lt 300 ]; do printf x; i=$((i+1)); done; head -c 100000 /dev/urandom",
        ] {
            for security in ["", "[security]\nseccomp = 'default'\n"] {
                let directory = directory();
                let keys = ", max = '16KiB', keep = 2";
                let text = main(script, &directory, keys, security);
                let ended = run(who, &text).end();
                assert_eq!(ended.quietly(0), "", "{script}");
                let files = files(&directory);
                assert!(files.len() == 3, "{script}: {files:?}");
                assert!(files.iter().all(|(_, len)| *len <= 16_384), "{script}: {files:?}");
            }
        }
    }
}

#[test]
fn no_line_is_lost_or_torn_when_a_file_is_turned_over() {
    // Looks like every number once, in its order, across ten files.
    let directory = directory();
    let script = "i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done";
    let text_of = main(script, &directory, ", max = '16KiB', keep = 9", "");
    drop(run(Who::User, &text_of).end().quietly(0));
    let expected: String = (0..2000).map(|number| format!("main: line {number}\n")).collect();
    assert_eq!(text(&directory), expected);
    assert!(files(&directory).len() > 3);
}

/// Waits until PID 1 has taken what was written.
const READ: &str = "python3 -c 'import array, fcntl, termios\n\
                    left = array.array(\"i\", [1])\n\
                    while left[0]: fcntl.ioctl(1, termios.FIONREAD, left)'";

#[test]
fn a_full_disk_loses_words_and_no_workload() {
    // Looks like exit code 0 after half a megabyte on a disk of 64 KiB, one message, and a word in
    // the file when there is room again. There is room only when all lines were tried: what waits
    // in the pipe would fill the disk again.
    let script = "head -c 60000 /dev/zero >/mnt/filler; \
                  i=0; while [ $i -lt 5000 ]; do echo line $i; i=$((i+1)); done; \
                  READ; echo line $i; READ; \
                  rm /mnt/filler; echo room again; READ; echo; READ; cat /mnt/log >COPY";
    let directory = directory();
    let copy = file::text(&directory.join("out"));
    let script = script.replace("READ", READ).replace("COPY", &copy);
    let text = format!(
        "[root]\npath = '/'\n[[mount]]\ntype = 'tmpfs'\ntarget = '/mnt'\nsize = '64KiB'\n\
         [[service]]\nlog = '/mnt/log'\n\
         command = ['sh', '-c', {script:?}]\n"
    );
    let ended = run(Who::Root, &text).end();
    let message = "what \"main\" writes is not in its log: ENOSPC, going on without it";
    assert_eq!((ended.code, ended.err.matches(message).count()), (0, 1), "{}", ended.err);
    let log = std::fs::read_to_string(&copy).unwrap();
    assert!(log.contains("bytes could not be written)"), "{log}");
    assert!(log.contains("main: room again\n"), "{log}");
}

#[test]
fn a_log_goes_on_when_there_is_room_again_for_a_file() {
    // Looks like one message behind the first file of 16 KiB, for no second one can be made; and in
    // that a word of what was lost when it can be.
    let script = "i=0; while touch /mnt/f$i 2>/dev/null; do i=$((i+1)); done; \
                  i=0; while [ $i -lt 1000 ]; do echo line $i; i=$((i+1)); done; \
                  READ; echo line $i; READ; \
                  rm /mnt/f*; echo room again; READ; echo; READ; cat /mnt/log >COPY";
    let copy = file::text(&directory().join("out"));
    let script = script.replace("READ", READ).replace("COPY", &copy);
    let text = format!(
        "[root]\npath = '/'\n[[mount]]\ntype = 'tmpfs'\ntarget = '/mnt'\nnr-inodes = 8\n\
         [[service]]\nlog = {{ file = '/mnt/log', max = '16KiB' }}\n\
         command = ['sh', '-c', {script:?}]\n"
    );
    let ended = run(Who::Root, &text).end();
    let message = "what \"main\" writes is not in its log: ENOSPC, going on without it";
    assert_eq!((ended.code, ended.err.matches(message).count()), (0, 1), "{}", ended.err);
    let log = std::fs::read_to_string(&copy).unwrap();
    assert!(log.lines().next().unwrap().contains("bytes could not be written)"), "{log}");
    assert!(log.contains("main: room again\n"), "{log}");
}

#[test]
fn a_log_in_a_directory_of_somebody_else_is_emptied() {
    // Looks like a file of at most 16 KiB that has the last line, where it can be written but
    // neither moved nor removed.
    let script = "i=0; while [ $i -lt 5000 ]; do echo line $i; i=$((i+1)); done";
    for security in ["", "[security]\nseccomp = 'default'\n"] {
        let directory = file::directory();
        drop(file::write(&directory, "log", 0o666, ""));
        std::fs::set_permissions(&directory, std::fs::Permissions::from_mode(0o755)).unwrap();
        let text_of = main(script, &directory, ", max = '16KiB'", security);
        let path = file::write(&file::directory(), "log.toml", 0o644, &text_of);
        let ended = Run::nsinit(Who::User, &["--config", &path]).end();
        assert_eq!(ended.quietly(0), "", "{security}");
        let files = files(&directory);
        assert!(files.len() == 1 && files[0].1 <= 16_384, "{security}{files:?}");
        assert!(text(&directory).ends_with("main: line 4999\n"), "{security}");
    }
}

#[test]
fn a_log_goes_on_when_a_service_is_started_again() {
    // Looks like one line of each run, and of a process that the first one left.
    let directory = directory();
    let more = "restart = 'always'\nrestart-limit = 2\nrestart-delay = '10ms'\n\
                kill-mode = 'process'";
    let script = "echo run; (sleep 0.1; echo left) & exit 1";
    drop(run(Who::User, &main(script, &directory, "", more)).end());
    let text = text(&directory);
    assert_eq!(text.matches("main: run\n").count(), 3, "{text}");
}

#[test]
fn whoever_a_service_becomes_can_open_its_output() {
    // Looks like echo x >/dev/stdout of user 65534, which opens the pipe anew.
    let directory = directory();
    let script = "echo x >/dev/stdout; echo y >/dev/stderr; cat </proc/self/fd/1 || echo none";
    let text_of = main(script, &directory, "", "user = 65534");
    drop(run(Who::Root, &text_of).end());
    let said = text(&directory);
    assert!(said.starts_with("main: x\nmain: y\n"), "{said}");
    assert!(said.ends_with("main: none\n"), "nobody else reads it: {said}");
}

#[test]
fn who_takes_its_log_from_under_pid_1_holds_up_nobody() {
    // Looks like a service of root that reads its own output again and again, as fast as PID 1; and
    // answers all the while.
    let directory = directory();
    let script = "exec 3</proc/self/fd/1; cat <&3 >/dev/null & while :; do echo line; done";
    let sandbox = Sandbox::start(Who::Root, &main(script, &directory, ", max = '16KiB'", ""));
    for _ in 0..20 {
        assert!(sandbox.said(&["ps"]).contains("running"));
    }
    drop(sandbox.stop());
    assert!(files(&directory).iter().all(|(_, len)| *len <= 16_384));
}

#[test]
fn what_is_no_file_of_its_own_is_refused() {
    // Looks like a link, a pipe, a file with two names: PID 1 writes to none of them.
    for (make, errno) in [
        ("ln -s /etc/passwd log", "ELOOP"),
        ("mkfifo log", "ENXIO"),
        ("touch other && ln other log", "EPERM"),
        ("mkdir log", "EISDIR"),
    ] {
        let directory = directory();
        let done = std::process::Command::new("sh")
            .args(["-c", make])
            .current_dir(&directory)
            .status()
            .unwrap();
        assert!(done.success());
        let ended = run(Who::Root, &main("true", &directory, "", "")).end();
        ended.saying(125, &["open the log of service 1 at ", errno]);
    }
}

#[test]
fn logs_of_all_services_are_shown_by_their_time() {
    // Looks like lines of two services between each other; of one; and none of a third.
    let directory = directory();
    let log = |name: &str| file::text(&directory.join(format!("log-{name}")));
    let service = |name: &str, script: &str| {
        format!(
            "[[service]]\nname = {name:?}\nlog = {:?}\ncommand = ['sh', '-c', {script:?}]\n",
            log(name)
        )
    };
    let text = [
        service("one", "echo 1; sleep 0.4; echo 3; exec sleep 1000"),
        service("two", "sleep 0.2; echo 2; sleep 0.4; printf '\\033[2J4\\n'; exec sleep 1000"),
        "[[service]]\nname = 'main'\nmain = true\ncommand = ['sleep', '1000']\n".into(),
    ];
    for who in Who::BOTH {
        for name in ["one", "two"] {
            drop(std::fs::remove_file(log(name)));
        }
        let sandbox = Sandbox::start(who, &text.concat());
        wait::until("four lines", || {
            (sandbox.ask(&["logs"]).out.lines().count() == 4).then_some(())
        });
        let all = sandbox.said(&["logs"]);
        let lines: Vec<&str> = all.lines().map(|line| line.split_once(' ').unwrap().1).collect();
        assert_eq!(lines, ["one: 1", "two: 2", "one: 3", "two: \u{1b}[2J4"]);
        assert_eq!(sandbox.said(&["logs", "one"]).lines().count(), 2);
        sandbox.ask(&["logs", "main"]).saying(1, &["\"main\" has no log", "log = {"]);
        sandbox.ask(&["logs", "three"]).saying(1, &["has no service \"three\""]);
        sandbox.ask(&["logs", "--no-wait"]).saying(125, &["unknown flag \"--no-wait\""]);
        drop(sandbox.stop());
    }
}

#[test]
fn the_last_lines_and_lines_as_objects() {
    // Looks like -n 2 of five lines of two services; {"time":…,"service":"one","text":"a\"b"}; and
    // words that are no numbers.
    let directory = directory();
    let service = |name: &str, script: &str| {
        let log = file::text(&directory.join(format!("log-{name}")));
        format!("[[service]]\nname = {name:?}\nlog = {log:?}\ncommand = ['sh', '-c', {script:?}]\n")
    };
    let one = service("one", "echo 1; echo 2; sleep 0.3; echo 'a\"b'; exec sleep 1000");
    let two = service("two", "sleep 0.1; echo 3; sleep 0.5; printf '\\377\\n'; exec sleep 1000");
    let sandbox =
        Sandbox::start(Who::User, &[one, two.replace("log =", "main = true\nlog =")].concat());
    wait::until("five lines", || (sandbox.ask(&["logs"]).out.lines().count() == 5).then_some(()));
    let texts = |words: &[&str]| {
        let all = sandbox.said(words);
        let texts = all.lines().map(|line| line.split_once(' ').unwrap().1.to_owned());
        texts.collect::<Vec<_>>()
    };
    assert_eq!(texts(&["logs", "--lines=3", "one"]), ["one: 1", "one: 2", "one: a\"b"]);
    assert_eq!(texts(&["logs", "--lines=2", "one"]), ["one: 2", "one: a\"b"]);
    assert_eq!(texts(&["logs", "--lines=9", "one"]).len(), 3);
    assert_eq!(sandbox.said(&["logs", "--lines=0"]), "");
    let all = sandbox.said(&["logs", "--json", "--lines=2"]);
    let objects: Vec<_> =
        all.lines().map(|line| line.split_once(",\"service\"").unwrap()).collect();
    assert_eq!(objects[0].1, ":\"one\",\"text\":\"a\\\"b\"}");
    assert_eq!(objects[1].1, ":\"two\",\"text\":\"\u{fffd}\"}");
    assert!(objects[0].0.starts_with("{\"time\":\"2") && objects[0].0.ends_with("Z\""), "{all}");
    sandbox.ask(&["logs", "--lines=many"]).saying(125, &["\"many\" is no number of lines"]);
    let last = Run::nsinit(Who::User, &["logs", "-n", "1", &sandbox.name, "one"]).end();
    assert!(last.quietly(0).ends_with("one: a\"b\n"));
    Run::nsinit(Who::User, &["logs", "-n"]).end().saying(125, &["\"-n\" needs a value"]);
    drop(sandbox.stop());
}

#[test]
fn a_log_is_followed_across_its_files_to_the_end() {
    // Looks like every line once, in its order, with files turned over meanwhile; and an end.
    for who in Who::BOTH {
        let directory = directory();
        let go = file::text(&directory.join("go"));
        let script = format!(
            "echo first; while ! test -e {go}; do sleep 0.05; done; i=0; \
             while [ $i -lt 1500 ]; do echo line $i; i=$((i+1)); \
             test $((i % 100)) = 0 && sleep 0.03; done; echo over; exec sleep 1000"
        );
        let sandbox =
            Sandbox::start(who, &main(&script, &directory, ", max = '16KiB', keep = 9", ""));
        let mut follower = Run::nsinit(who, &["logs", "-f", &sandbox.name]).start();
        drop(follower.wait_for("main: first"));
        std::fs::write(&go, "").unwrap();
        let _ = follower.wait_for("main: over");
        drop(sandbox.stop());
        let said = follower.end().out;
        let lines = said.lines().filter_map(|line| line.split_once("main: line "));
        let numbers: Vec<usize> = lines.map(|(_, number)| number.parse().unwrap()).collect();
        assert_eq!(numbers, (0..1500).collect::<Vec<_>>(), "{}", numbers.len());
    }
}

#[test]
fn a_log_that_is_emptied_is_followed_from_its_beginning() {
    // Looks like the last line of a file that was longer before.
    let log = file::directory();
    drop(file::write(&log, "log", 0o666, ""));
    std::fs::set_permissions(&log, std::fs::Permissions::from_mode(0o755)).unwrap();
    let go = file::text(&directory().join("go"));
    let script = format!(
        "i=0; while [ $i -lt 250 ]; do echo line $i; i=$((i+1)); done; echo filled; \
         while ! test -e {go}; do sleep 0.05; done; \
         while [ $i -lt 500 ]; do echo line $i; i=$((i+1)); done; echo over; exec sleep 1000"
    );
    let sandbox = Sandbox::start(Who::User, &main(&script, &log, ", max = '16KiB'", ""));
    let mut follower = Run::nsinit(Who::User, &["logs", "-f", &sandbox.name]).start();
    drop(follower.wait_for("main: filled"));
    std::fs::write(&go, "").unwrap();
    drop(follower.wait_for("main: over"));
    assert!(files(&log)[0].1 < 8_192, "it was emptied once: {:?}", files(&log));
    drop(sandbox.stop());
}

#[test]
fn without_a_log_there_is_none_to_show() {
    let sandbox = Sandbox::start(Who::User, "[[service]]\ncommand = ['sleep', '1000']\n");
    sandbox.ask(&["logs"]).saying(1, &["no service of sandbox", "has a log"]);
    drop(sandbox.stop());
}
