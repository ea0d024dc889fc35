//! What is told of what was asked: everything that is wrong, by whoever reads it.

use super::support::file;
use super::support::run::{Ended, Run};
use super::support::who::Who;

/// Messages of `verb`, each with the lines below it, without the verb they begin with.
fn told(ended: &Ended, verb: &str) -> Vec<String> {
    let head = format!("{verb}: ");
    let text = ended.err.as_str();
    assert!(text.starts_with(&head), "{text}");
    let text = text.replace(&format!("\n{head}"), "\n\0");
    text[head.len()..].split('\0').map(String::from).collect()
}

/// Whether `check`, `run` and `explain` tell the same, as many as fit; gives what `check` tells.
fn check_same(text: &str) -> Vec<String> {
    let directory = file::directory();
    file::write(&directory, "bad.seccomp", 0o644, "allow raed\nfoo\n");
    file::write(&directory, "bad.env", 0o644, "=x\n");
    let text = text.replace('%', directory.to_str().unwrap());
    let path = file::write(&directory, "test.toml", 0o644, text);
    let all = told(&Run::nsinit(Who::User, &["check", &path]).end(), "check");
    for (verb, words) in [("run", vec!["run", &path]), ("explain", vec!["explain", "run", &path])] {
        let ended = Run::nsinit(Who::User, &words).end();
        assert_eq!((ended.code, ended.out.as_str()), (125, ""), "{}", ended.err);
        let mut some = told(&ended, verb);
        if all.len() > 10 {
            let last = some.last_mut().unwrap();
            let (before, more) = last.split_once("  and ").expect("how many more there are");
            let rest = format!("{} more: nsinit check {path} prints every one\n", all.len() - 10);
            assert_eq!(more, rest);
            *last = before.into();
        }
        assert_eq!(some, all[..all.len().min(10)], "{verb}");
    }
    let ended = Run::nsinit(Who::User, &["check", &path, "--json"]).end();
    assert_eq!((ended.code, ended.err.as_str()), (1, ""));
    assert_eq!(ended.out.matches("\n{\"file\":").count(), all.len(), "{}", ended.out);
    let directory = file::text(&directory);
    all.iter().map(|message| message.replace(&directory, "%")).collect()
}

/// Whether these faults are told, in this order, and no others.
fn check(text: &str, expected: &[&str]) {
    let all = check_same(text);
    let begin: Vec<&str> =
        all.iter().zip(expected).map(|(is, begin)| &is[..begin.len().min(is.len())]).collect();
    assert_eq!((begin.as_slice(), all.len()), (expected, expected.len()), "{all:#?}");
}

#[test]
fn who_starts_is_told_what_check_tells() {
    // Looks like each word that cannot be read, each file that cannot, and what cannot be together.
    check(
        "\
[sandbox]
nmae = 'x'
[limits]
cpu-max = 'a lot'
[security]
seccomp = 'bad.seccomp'
[[service]]
command = ['true']
env-file = '%/bad.env'
restart-delay = '5s'
[[service]]
name = 'b'
env-file = '/nope'
command = ['true']
rewrite = 'TERM:QUIT'
[[mount]]
type = 'tmpfs'
target = '/b'
fd = 3
[[mount]]
type = 'bind'
target = '/a'
",
        &[
            "%/test.toml:2:1: unknown key \"nmae\" in [sandbox]",
            "%/test.toml:4:11: cpu-max: \"a lot\" is no share",
            "%/bad.env:1:1: env-file: \"=x\" is no",
            "%/test.toml:13:12: read \"/nope\": ENOENT",
            "%/bad.seccomp:1:7: no system call is called \"raed\"",
            "%/bad.seccomp:2:1: no line begins with \"foo\"",
            "%/bad.seccomp:3:1: nothing says what becomes of the other calls",
            "%/test.toml:7:1: a service among several has no name",
            "%/test.toml:15:11: \"rewrite\" is for the main service only",
            "%/test.toml:7:1: several services, and none is the main one",
            "%/test.toml:16:1: \"tmpfs\" cannot be made of this",
            "%/test.toml:20:1: \"bind\" has nothing to be made of",
        ],
    );
}

#[test]
fn of_very_many_faults_the_rest_is_counted() {
    // Looks like ten of thirty, and how many more there are.
    let keys: String = (0..30).map(|n| format!("key{n} = 1\n")).collect();
    let text = format!("[[service]]\ncommand = ['true']\n[sandbox]\n{keys}");
    assert_eq!(check_same(&text).len(), 30);
}

#[test]
fn flags_are_told_as_a_file_is() {
    // Looks like a fault for each flag, and for what they are together.
    for verb in ["run", "explain"] {
        let flags = "--hostnme x --cpu-max lots --namespaces mnt,foo --restart-delay 5s \
                     --restart-delay-max 1s --ready none --start-timeout 5s -- true";
        let words: Vec<&str> = [verb].into_iter().chain(flags.split_whitespace()).collect();
        let ended = Run::nsinit(Who::User, &words).end();
        let all = told(&ended, verb);
        let expected = [
            "argument 2: unknown flag \"--hostnme\"",
            "argument 4: cpu-max: \"lots\" is no share",
            "argument 6: namespaces cannot be \"foo\"",
            "argument 10: restart-delay-max is shorter",
            "argument 14: start-timeout has nothing to wait for",
        ];
        for (is, begin) in all.iter().zip(expected) {
            assert!(is.starts_with(begin), "{is}: {begin}");
        }
        assert_eq!((all.len(), ended.code), (expected.len(), 125), "{all:#?}");
    }
}

#[test]
fn faults_of_a_machine_hide_no_others() {
    // Looks like what is wrong in [init], and beside it what a machine has no use for: the file is
    // a machine's, though the only key that says so cannot be read.
    let text = "\
[init]
farewell = 'off'
[sandbox]
namespaces = ['mnt']
hostname = 'box'
[[service]]
command = ['true']
parent-death = 'TERM'
restart-delay = '5s'
restart-delay-max = '1s'
";
    let path = file::write(&file::directory(), "test.toml", 0o644, text);
    let all = told(&Run::nsinit(Who::User, &["check", &path]).end(), "check");
    let expected = [
        "2:12: farewell cannot be \"off\"",
        "8:16: \"parent-death\" is for the entrypoint only",
        "10:21: restart-delay-max is shorter than restart-delay",
        "4:15: \"namespaces\" needs namespaces of our own",
    ];
    for (is, begin) in all.iter().zip(expected) {
        assert!(is.starts_with(&format!("{path}:{begin}")), "{is}: {begin}");
    }
    assert_eq!(all.len(), expected.len(), "{all:#?}");
}
