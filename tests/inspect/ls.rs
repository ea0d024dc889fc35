//! `ls` as it is typed: what is shown of which namespaces, and how it looks.

use super::json::Json;
use super::support::terminal::Terminal;
use super::support::who::programs;
use super::support::{Run, Running, Who, file, proc, wait};

/// A sandbox that stays until it is ended.
fn sandbox(who: Who, flags: &[&str]) -> Running {
    let words = [&["run"], flags, &["--", "sh", "-c", "echo ready; exec sleep 1000"]].concat();
    let mut running = Run::nsinit(who, &words).start();
    running.wait_for("ready");
    running
}

fn end(running: Running) {
    running.kill(libc::SIGTERM); // it takes its control socket along
    let _ = running.end(); // by that
}

/// PID 1 of a sandbox.
fn init_of(sandbox: &Running) -> i32 {
    wait::until("PID 1", || proc::children(sandbox.pid).first().copied())
}

#[test]
fn a_sandbox_is_named_in_the_rows_of_its_namespaces() {
    // Looks like five rows of root's with "kiosk-7", six of an ordinary user's, and none without.
    for (who, count) in [(Who::Root, 5), (Who::User, 6)] {
        let running = sandbox(who, &["--name", "kiosk-7"]);
        let out = Run::nsinit(who, &["ls"]).end().quietly(0);
        let pid = init_of(&running).to_string();
        let ours = |line: &&str| line.split_whitespace().nth(8) == Some("kiosk-7");
        let rows: Vec<&str> = out.lines().filter(ours).collect();
        assert_eq!(rows.len(), count, "{out}");
        for row in rows {
            assert_eq!(row.split_whitespace().nth(3), Some(pid.as_str()), "{row}");
        }
        end(running);
    }
}

#[test]
fn a_sandbox_has_the_name_by_which_it_is_found() {
    // Looks like the name in the file and not the file's; and of two with the file's own, two.
    let service = "[[service]]\ncommand = ['sh', '-c', 'echo ready; exec sleep 1000']\n";
    let named = format!("[sandbox]\nname = 'in-the-file'\n{service}");
    let directory = file::directory();
    let named = file::write(&directory, "stem.toml", 0o644, named);
    let plain = file::write(&directory, "other-stem.toml", 0o644, service);
    for who in Who::BOTH {
        let all = [&named, &plain, &plain].map(|path| {
            let mut running = Run::nsinit(who, &["run", path]).start();
            running.wait_for("ready");
            running
        });
        let ps = Run::nsinit(who, &["ps"]).end().quietly(0);
        let names = all.each_ref().map(|running| {
            let pid = init_of(running).to_string();
            let out = Run::nsinit(who, &["ls", "--pid", &pid, "uts"]).end().quietly(0);
            let row = out.lines().nth(1).unwrap();
            row.split_whitespace().nth(8).unwrap().to_owned()
        });
        let [first, second, third] = &names;
        assert_eq!((&first[..], &second[..]), ("in-the-file", "other-stem"), "{ps}");
        assert!(third.starts_with("other-stem-"), "{third}");
        let words = ["run", "--name", "flat", "--namespaces", "uts,user", "--", "sh", "-c"];
        let mut flat = Run::nsinit(who, &words).and(["echo ready; exec sleep 1000"]).start();
        flat.wait_for("ready");
        let out = Run::nsinit(who, &["ls", "uts"]).end().quietly(0);
        let is_flat = |line: &str| line.split_whitespace().nth(8) == Some("flat");
        assert!(out.lines().any(is_flat), "without a PID namespace: {out}");
        flat.kill(libc::SIGTERM);
        flat.end().quietly(143);
        for name in &names {
            assert!(ps.lines().any(|line| line.starts_with(&format!("{name} "))), "{name}: {ps}");
        }
        for running in all {
            running.kill(libc::SIGTERM);
            running.end().quietly(143);
        }
    }
}

#[test]
fn only_the_kinds_and_the_process_that_were_asked_for_are_shown() {
    // Looks like two kinds, and eight rows for a process.
    let kinds = |out: &str| -> Vec<String> {
        let rows = out.lines().skip(1);
        let mut kinds: Vec<String> =
            rows.map(|line| line.split_whitespace().next().unwrap().to_owned()).collect();
        kinds.dedup();
        kinds
    };
    for who in Who::BOTH {
        let running = sandbox(who, &[]);
        let pid = init_of(&running).to_string();
        let ls = |words: &[&str]| Run::nsinit(who, &[&["ls"], words].concat()).end().quietly(0);
        assert_eq!(kinds(&ls(&["net", "mount"])), ["mnt", "net"]);
        let out = ls(&["--pid", &pid]);
        assert_eq!(out.lines().count(), 9, "{out}");
        for kind in kinds(&out) {
            let link = proc::namespace(&pid, &kind);
            let inode = link.split(['[', ']']).nth(1).unwrap();
            assert!(out.contains(&format!("{kind:<6}  {inode}")), "{link}\n{out}");
        }
        let both = ls(&[&format!("--pid={pid}"), "uts"]);
        assert_eq!(both.lines().count(), 2, "{both}");
        end(running);
    }
}

#[test]
fn the_tree_has_owners_above_and_stays_whole_when_kinds_are_chosen() {
    // Looks like the sandbox's pid namespace below its user namespace, which is below ours.
    let running = sandbox(Who::User, &[]);
    let pid = init_of(&running).to_string();
    let words = ["ls", "--tree", "--pid", &pid, "pid"];
    let out = Run::nsinit(Who::User, &words).end().quietly(0);
    let first = |line: &str| {
        line.split(|sign: char| sign.is_ascii_digit()).next().unwrap().trim_end().to_owned()
    };
    let rows: Vec<String> = out.lines().skip(1).map(first).collect();
    assert_eq!(rows, ["user", "└─ user", "   └─ pid"], "{out}");
    end(running);
}

/// A number in a table of JSON.
fn number(table: &Json, key: &str) -> u64 {
    let Json::Number(number) = table.get(key) else { panic!("no number {key}: {table:?}") };
    *number
}

#[test]
fn json_is_one_document_that_says_the_same() {
    // Looks like {"namespaces":[{"kind":"cgroup",…}],…} with every column and more.
    let mut unseen = Vec::new();
    for who in Who::BOTH {
        let running = sandbox(who, &["--name", "kiosk", "--namespaces", "+user,+net,+cgroup"]);
        let pid = init_of(&running);
        let out = Run::nsinit(who, &["ls", "--json", "--pid", &pid.to_string()]).end().quietly(0);
        let json = Json::read(&out);
        let list = json.get("namespaces").list();
        assert_eq!(list.len(), 8, "{out}");
        for entry in list {
            let kind = entry.get("kind").text();
            let link = format!("{kind}:[{}]", number(entry, "inode"));
            assert_eq!(link, proc::namespace(&pid.to_string(), kind));
            assert_eq!(number(entry, "pid"), pid as u64);
            assert_eq!(number(entry, "processes"), 2, "nsinit and sleep: {entry:?}");
            assert_eq!(number(entry, "uid"), u64::from(who.uid()));
            assert_eq!(entry.get("kept_by").text(), "process");
            assert_eq!(entry.get("sandbox").text(), "kiosk");
            assert_eq!(entry.get("command").list()[1].text(), "run");
            let has_parent = matches!(kind, "pid" | "user");
            assert_eq!(entry.get("parent") != &Json::Null, has_parent, "{entry:?}");
            assert!(number(entry, "owner") > 0);
            for key in ["thread", "for_children_of", "mount", "descriptor"] {
                assert_eq!(entry.get(key), &Json::Null);
            }
        }
        assert_eq!(json.get("complete"), &Json::Bool(true));
        unseen.push(number(&json, "unseen_processes"));
        end(running);
    }
    assert!(unseen[1] > unseen[0], "an ordinary user may not look at root's: {unseen:?}");
}

#[test]
fn a_terminal_gets_no_line_that_is_too_long_and_colour_unless_it_is_told_not_to() {
    // Looks like a bold head, no PARENT on 80 columns, and "…" at the end of a long command.
    let running = sandbox(Who::User, &["--env", &format!("X={}", "x".repeat(200))]);
    let terminals: [(&[(&str, &str)], u16); 5] = [
        (&[("TERM", "xterm"), ("NO_COLOR", "1")], 80),
        (&[("TERM", "dumb")], 100),
        (&[("TERM", "")], 100),
        (&[], 100),
        (&[("TERM", "xterm"), ("NO_COLOR", "")], 120),
    ];
    for (variables, columns) in terminals {
        let terminal = Terminal::new();
        terminal.set_columns(columns);
        let run = Run::nsinit(Who::User, &["ls", "pid"]);
        let run = variables.iter().fold(run, |run, (name, value)| run.env(name, value));
        let mut looking = run.start_at(&terminal);
        let out = looking.wait_for("no right to look at");
        assert_eq!(looking.code(), 0);
        looking.hang_up();
        assert_eq!(out.contains("\x1b[1mKIND\x1b[m"), columns == 120, "{variables:?}: {out:?}");
        assert_eq!(out.contains("PARENT"), columns == 120, "{out}");
        assert!(out.lines().filter(|line| line.trim_end().ends_with('…')).count() >= 2, "{out}");
        let mut plain = out.lines().filter(|line| !line.contains('\x1b'));
        assert!(plain.all(|line| line.trim_end().chars().count() <= usize::from(columns)), "{out}");
    }
    end(running);
}

#[test]
fn words_that_make_no_sense_are_refused_with_the_nearest_that_does() {
    // Looks like `ls: argument 2: unknown flag "--jsn"` and `try: --json`.
    for (words, expected) in [
        (&["--jsn"][..], &["ls: argument 2: unknown flag \"--jsn\"", "try: --json"][..]),
        (&["net", "utz"], &["ls: argument 3: unknown kind of namespaces \"utz\"", "try: uts"]),
        (&["--pid"], &["ls: argument 2: --pid needs a PID", "try: --pid 1"]),
        (&["--pid", "1x"], &["ls: argument 3: \"1x\" is no PID"]),
        (&["--pid", "0"], &["ls: argument 3: \"0\" is no PID"]),
        (&["--pid=99999999"], &["ls: look at process 99999999: ENOENT", "no such process"]),
    ] {
        Run::nsinit(Who::User, &[&["ls"], words].concat()).end().saying(125, expected);
    }
    Run::nsinit(Who::User, &["ls", "--pid", "1"]).end().saying(125, &["EACCES", "try: as root"]);
}

#[test]
fn without_proc_the_reason_is_named() {
    // Looks like `ls: read "/proc": ENOENT`, in a root that has nothing but nsinit.
    let root = file::directory();
    file::copy(&programs().nsinit, &root.join("nsinit"));
    let words = ["chroot", root.to_str().unwrap(), "/nsinit", "ls"];
    let ended = Run::command(Who::Root, words).end();
    ended.saying(125, &["ls: read \"/proc\": ENOENT", "no proc is mounted", "try: mount -t proc"]);
}
