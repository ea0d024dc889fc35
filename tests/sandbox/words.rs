//! What is said to somebody who writes it as another program has it, or who says too much: the
//! remedy is there, and followed to the letter it works.

use super::support::{Ended, Run, Who, file};

fn run(words: &[&str]) -> Ended {
    Run::nsinit(Who::User, words).end()
}

/// What `check` says of a file, without its name.
fn check(text: &str) -> String {
    let directory = file::directory();
    let path = file::write(&directory, "test.toml", 0o644, text);
    let ended = run(&["check", &path]);
    assert!(ended.code == 1 && ended.out.is_empty(), "{text}: {}", ended.err);
    ended.err.replace(&format!("check: {path}:"), "")
}

/// A file in which nothing is wrong.
fn is_good(text: &str) {
    let directory = file::directory();
    let path = file::write(&directory, "test.toml", 0o644, text);
    let ended = run(&["check", &path]);
    assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{text}");
}

#[test]
fn a_flag_of_another_program_is_answered_by_ours() {
    // Looks like "try: --uid 0 --gid 0" for --map-root-user, and `id -u` printing 0 with that.
    for (line, says) in [
        ("run --pid -- true", "try: leave it out: run makes a new one anyway"),
        ("run --map-root-user -- true", "try: --uid 0 --gid 0\n"),
        ("run -r -- true", "try: --uid 0 --gid 0\n"),
        ("run --mount-proc -- true", "try: leave it out"),
        ("run --fork -- true", "try: leave it out"),
        ("run --kill-child -- true", "try: leave it out"),
        ("run --wd / -- true", "try: --cwd DIR\n"),
        ("run --reuid=0 -- true", "try: --user USER\n"),
        ("run --setuid 0 -- true", "try: --user USER\n"),
        ("run --bindmount_ro /a:/b -- true", "try: --ro-bind SRC DEST\n"),
        ("run --private-network -- true", "try: --namespaces +net, or"),
        ("run --net=host -- true", "try: --namespaces +net, or without it the outer one\n"),
        ("run -Urpf -- true", "try: long flags, each by itself"),
        ("-g -- true", "try: --signal-group\n"),
        ("-s -- true", "try: leave it out"),
        ("enter -t 1 -- true", "try: nsinit enter PID -- COMMAND\n"),
        ("enter --target=1 -- true", "try: nsinit enter PID -- COMMAND\n"),
        ("run --hostnam box -- true", "try: --hostname\n"),
        ("run --user --map-root-user -- true", "\"--user\" needs a value\n  try: USER behind it"),
    ] {
        run(&line.split(' ').collect::<Vec<_>>()).saying(125, &[says]);
    }
    let tried = [
        ("--uid 0 --gid 0", "id -u", "0\n"),
        ("--cwd /usr", "pwd", "/usr\n"),
        ("--namespaces +net", "grep -c : /proc/net/dev", "1\n"),
    ];
    for (flags, script, expected) in tried {
        let words: Vec<&str> = flags.split(' ').collect();
        let words = [&["run"], &words[..], &["--", "sh", "-c", script]].concat();
        assert_eq!(run(&words).quietly(0), expected, "{flags}");
    }
}

#[test]
fn too_many_of_something_is_told_once_with_what_to_do() {
    // Looks like "more than 64 variables" and env-file, by which 70 of them get in.
    let many = |flags: &[&str], count: usize| {
        let all = flags.iter().copied().map(String::from);
        let all: Vec<String> = std::iter::repeat_n(all, count).flatten().collect();
        let all =
            all.iter().enumerate().map(|(number, word)| word.replace('#', &format!("{number}")));
        let words: Vec<String> = std::iter::once("run".into()).chain(all).collect();
        Run::nsinit(Who::User, &words.iter().map(String::as_str).collect::<Vec<_>>())
            .and(["--", "true"])
            .end()
    };
    for (flags, count, says) in [
        (
            &["--setenv", "A#", "x"][..],
            70,
            "argument 194: more than 64 variables set or taken out\n",
        ),
        (&["--env", "A#=x"], 70, "argument 130: more than 64 variables set or taken out\n"),
        (&["--env-file", "/dev/null"], 6, "argument 10: more than 4 files of variables\n"),
        (&["--landlock-read", "/#"], 100, "more than 96 paths of Landlock\n"),
        (&["--tmpfs", "/#"], 200, "more than 192 mounts, directories, links and files"),
        (&["--lock-file", "/#"], 20, "more than 16 files to lock\n"),
    ] {
        let ended = many(flags, count);
        assert_eq!(ended.err.matches("more than").count(), 1, "{}", ended.err);
        assert!(!ended.err.contains(" more: ") && !ended.err.contains(" more\n"), "{}", ended.err);
        ended.saying(125, &[says, "\n  try: "]);
    }
    let text = "x".repeat(90_000);
    let ended = run(&["run", "--setenv", "A", &text, "--", "true"]);
    ended.saying(125, &["more than 81920 bytes of text", "try: --env NAME=VALUE"]);
    let pair = format!("A={text}");
    run(&["run", "--env", &pair, "--", "sh", "-c", "test ${#A} = 90000"]).quietly(0);
    let pairs: String = (0..70).map(|number| format!("A{number}=x\n")).collect();
    let variables = pairs.replace('=', " = '").replace('\n', "'\n");
    let said = check(&format!("[[service]]\ncommand = ['true']\n[service.env]\n{variables}"));
    assert!(
        said.starts_with("68:7: more than 64 variables") && said.lines().count() == 2,
        "{said}"
    );
    let directory = file::directory();
    let path = file::write(&directory, "variables", 0o644, &pairs);
    let words = ["run", "--env-file", &path, "--", "sh", "-c", "echo $A69"];
    assert_eq!(run(&words).quietly(0), "x\n");
}

#[test]
fn faults_of_every_kind_are_told_in_one_run() {
    // Looks like the grammar, a key, a type, a value, and what is wrong between keys and between
    // services; but nothing that comes of one of the others alone.
    let said = check(
        "[sandbox]\nhostname = 'a\nnope = 1\n[time]\nboottime = '-99999d'\nmonotonic = soon\n\
         [user]\nuid = 5\nuid-map = ['0 1000 1']\n\
         [[net.interface]]\nname = 'a'\nveth = 'x'\n[[net.interface]]\nname = 'a'\nveth = 'y'\n\
         [[service]]\nname = 'one'\nmain = true\nnice = '5'\ncomand = ['true']\nafter = ['two']\n\
         [[service]]\nname = 'one'\nmain = true\ncommand = ['true']\ngrace = '10 s'\n\
         [[service]]\nname = 'two'\ncommand = ['true']\nafter = ['one']\n",
    );
    for place in [
        "2:14: unclosed string",
        "3:1: unknown key \"nope\"",
        "5:12: boottime cannot be shifted",
        "6:13: string values must be quoted: \"soon\"\n  try: \"soon\"",
        "8:7: uid and uid-map speak of the same map",
        "14:8: interface \"a\" is there already",
        "19:8: \"nice\" is a string\n  try: nice = 5\n",
        "20:1: unknown key \"comand\" in [[service]]\n  try: command",
        "23:8: two services are called \"one\"",
        "24:8: service \"one\" is a second main one",
        "26:9: grace: \"10 s\" is no duration such as 500ms, 10s",
    ] {
        assert!(said.contains(place), "{place}: {said}");
    }
    assert!(!said.contains("no command"), "{said}");
    // What was not touched by a fault is judged as it stands.
    let said =
        check("[time]\nboottim = 1\n[[service]]\n[[mount]]\nnope = 1\n[[mount]]\ntype = 'dir'\n");
    assert!(said.contains("3:1: no command") && !said.contains("has no target"), "{said}");
    let said =
        check("[[mount]]\ntype = 'dir'\n[[mount]]\ntarget = '/a'\n[[service]]\ncommand = []\n");
    for place in
        ["1:1: \"dir\" has no target", "3:1: \"bind\" has nothing", "6:11: command is empty"]
    {
        assert!(said.contains(place), "{place}: {said}");
    }
}

#[test]
fn refusals_stand_beside_each_other() {
    // Looks like one for each interface, each mount, each circle, each key of the main service.
    let said = check(
        "[sandbox]\nnamespaces = ['pid', 'mnt']\nhostname = 'x'\n\
         [[net.interface]]\nname = 'eth0'\n[[net.interface]]\nveth = 'b'\n\
         [user]\nuid = 5\nuid-map = ['0 1000 1']\ngid = 5\ngid-map = ['0 1000 1']\n\
         [[mount]]\ntype = 'tmpfs'\n[[mount]]\ntype = 'symlink'\ntarget = '/x'\n\
         [[service]]\nname = 'a'\nmain = true\ncommand = ['true']\nlog = { max = '1MiB' }\n\
         [[service]]\nname = 'b'\ncommand = ['true']\nrewrite = ['TERM:QUIT']\nexit-map = ['3:0']\n\
         after = ['c']\n[[service]]\nname = 'c'\ncommand = ['true']\nafter = ['b']\n\
         [[service]]\nname = 'd'\ncommand = ['true']\nafter = ['e']\n\
         [[service]]\nname = 'e'\ncommand = ['true']\nafter = ['d']\nlog = { keep = 1 }\n",
    );
    for place in [
        "3:12: hostname needs a uts namespace",
        "4:1: interface needs a net namespace",
        "4:1: an interface is wired to one thing outside",
        "6:1: the interface on \"b\" has no name",
        "9:7: uid and uid-map speak of the same map",
        "11:7: gid and gid-map speak of the same map",
        "13:1: \"tmpfs\" has no target",
        "15:1: \"symlink\" leads nowhere",
        "26:12: \"rewrite\" is for the main service only",
        "27:13: \"exit-map\" is for the main service only",
        "service \"c\" waits for itself",
        "service \"e\" waits for itself",
        "22:15: a size for a log without a file",
        ": a size for a log without a file",
    ] {
        assert!(said.contains(place), "{place}: {said}");
    }
    assert_eq!(said.matches("without a file").count(), 2, "{said}");
}

#[test]
fn a_file_that_is_nearly_right_becomes_right_by_what_is_said() {
    // Looks like the file, what is said of it, and the file with that.
    let service = "[[service]]\ncommand = ['true']\n";
    for (wrong, says, right) in [
        (
            "[services]\ncommand = ['true']\n",
            "1:2: unknown table \"services\"\n  try: [[service]] as",
            service,
        ),
        ("[[services]]\ncommand = ['true']\n", "try: [[service]] as a line", service),
        (
            "[service]\ncommand = ['true']\n",
            "service is written as [[service]]\n  try: [[service]] as",
            service,
        ),
        ("service = { command = ['true'] }\n", "try: [[service]] as a line", service),
        ("service.command = ['true']\n", "try: [[service]] as a line", service),
        ("[service.web]\ncommand = ['true']\n", "try: [[service]] as a line", service),
        ("command = ['true']\n", "wrong table\n  try: command below a line [[service]]", service),
        ("[[service]]\ncmd = ['true']\n", "\"cmd\" in [[service]]\n  try: command = [", service),
    ] {
        let said = check(wrong);
        assert!(said.contains(says), "{wrong}: {said}");
        is_good(right);
    }
    for (wrong, says, right) in [
        ("stop_signal = 'TERM'", "try: stop-signal\n", "stop-signal = 'TERM'"),
        ("Restart = 'always'", "try: restart\n", "restart = 'always'"),
        ("environment = { A = '1' }", "try: env\n", "env = { A = '1' }"),
        ("working-directory = '/'", "try: cwd\n", "cwd = '/'"),
        ("depends-on = []", "try: after\n", "after = []"),
        ("signal-group = 'true'", "try: signal-group = true\n", "signal-group = true"),
        ("nice = '5'", "try: nice = 5\n", "nice = 5"),
        (
            "start-timeout = 1.5\nready = 'notify'",
            "try: start-timeout = \"1.5\"\n",
            "start-timeout = \"1.5\"\nready = 'notify'",
        ),
        ("umask = 22", "try: umask = \"22\"\n", "umask = \"22\""),
        ("argv0 = sh", "try: \"sh\"", "argv0 = \"sh\""),
        ("security.seccomp = 'none'", "try: [security] as a line", "[security]\nseccomp = 'none'"),
        ("restart = 'on_failure'", "try: never, on-failure or always\n", "restart = 'on-failure'"),
        ("grace = '10sec'", "is no duration such as 500ms, 10s,", "grace = '10s'"),
        ("hostname = 'x'", "try: hostname below a line [sandbox]\n", "[sandbox]\nhostname = 'x'"),
        (
            "[limits]\nmemory-max = '1GB'",
            "no size such as 65536, 64KiB, 64k or 1GiB",
            "[limits]\nmemory-max = '1GiB'",
        ),
        ("[[root]]\nread-only = true", "try: [root] as a line", "[root]\nread-only = true"),
        ("[[interface]]\nname = 'a'", "try: [[net.interface]] as a line", "[net]\nloopback = true"),
    ] {
        let said = check(&format!("{service}{wrong}\n"));
        assert!(said.contains(says), "{wrong}: {said}");
        is_good(&format!("{service}{right}\n"));
    }
    let said = check("user = 'root'\n[[service]]\ncommand = ['true']\n");
    assert!(
        said.contains(
            "1:8: key \"user\" stands in the wrong table\n  try: user below a line [[service]]"
        ),
        "{said}"
    );
    // A command in one word is looked for as one.
    let text = "[[service]]\ncommand = 'echo two words'\n";
    let directory = file::directory();
    let path = file::write(&directory, "test.toml", 0o644, text);
    let says = ["as one word, blanks and all", "try: each word by itself: command = ["];
    run(&["run", &path]).saying(127, &says);
}
