//! Flags that come from a descriptor (`--args`), beside bubblewrap.

use std::fs::File;

use super::support::{Run, Who, file, who};

/// A file with these words, each ended by a NUL but the last.
fn given(directory: &std::path::Path, name: &str, words: &[&str]) -> File {
    let path = directory.join(name);
    std::fs::write(&path, words.join("\0")).unwrap();
    File::open(path).unwrap()
}

#[test]
fn flags_come_from_a_descriptor_in_their_place() {
    // Looks like the same text from both: what comes later lies on top, wherever it was said.
    let bwrap = file::text(&who::tool("bwrap"));
    let programs = [vec![bwrap], vec![file::text(&who::programs().nsinit), "run".into()]];
    let script = "ls /a; echo $A; ls /proc/self/fd | grep -c 4[12]";
    let words = [
        "--args", "41", "--tmpfs", "/a", "--dir", "/a/later", "--args", "42", "--", "sh", "-c",
        script,
    ];
    for who in Who::BOTH {
        for program in &programs {
            let directory = file::directory();
            let first =
                ["--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--proc", "/proc"];
            let more = ["--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64"];
            let first = [&first[..], &more, &["--dir", "/a/earlier"]].concat();
            let first = given(&directory, "first", &first);
            let last =
                given(&directory, "last", &["--setenv", "A", "two words", "--dir", "/a/last"]);
            let all = program.iter().map(String::as_str).chain(words);
            let run = Run::command(who, all).giving(&first, 41).giving(&last, 42);
            assert_eq!(run.end().out, "last\nlater\ntwo words\n0\n", "{program:?}");
        }
    }
}

#[test]
fn what_a_descriptor_gives_wrong_is_refused_with_its_word() {
    // Looks like the word's number, the descriptor, and the rule.
    let table: [(&[&str], &str); 9] = [
        (&["--hostname", "a", "--hostnam", "b"], "word 3 of --args 41: unknown flag \"--hostnam\""),
        (&["--tmpfs", "/a", "--ro-bind", "/"], "word 3 of --args 41: \"--ro-bind\" needs a value"),
        (&["--perms", "x", "--dir", "/a"], "word 1 of --args 41: perms: \"x\" is no octal number"),
        (&["--tmpfs", "/a", "sh"], "word 3 of --args 41: \"sh\" is no flag"),
        (&["--tmpfs", "/a", "--", "sh"], "word 3 of --args 41: \"--\" is no flag"),
        (&["--args", "42"], "word 1 of --args 41: \"--args\" names a descriptor in another one"),
        (&["--unshare-pid=x"], "word 1 of --args 41: --unshare-pid takes no value"),
        (&["--hostname", ""], "word 1 of --args 41: hostname is empty"),
        (&["--tmpfs", "/a", ""], "word 3 of --args 41: \"\" is no flag"),
    ];
    for (words, said) in table {
        let directory = file::directory();
        let words: Vec<&str> = words
            .iter()
            .copied()
            .chain(words.last().filter(|last| last.is_empty()).copied())
            .collect();
        let words = given(&directory, "words", &words);
        let all = ["run", "--args", "41", "--", "true"];
        Run::nsinit(Who::User, &all).giving(&words, 41).end().saying(125, &[said]);
    }
}

#[test]
fn a_descriptor_that_gives_nothing_or_too_much_says_so() {
    // Looks like the argument that names it.
    let directory = file::directory();
    let long = vec!["--tmpfs"; 9_000];
    let table: [(&[&str], &str); 6] = [
        (&["--args", "49"], "argument 2: read descriptor 49: EBADF"),
        (&["--args", "1"], "argument 2: args: \"1\" is not between 3 and 65535"),
        (&["--args", "x"], "argument 2: args: \"x\" is no whole number"),
        (&["--args", "41", "--args", "41"], "argument 4: read descriptor 41: EBADF"),
        (&["--args", "42"], "argument 2: more than 65536 bytes from descriptors"),
        (&["--args"], "argument 2: \"--args\" needs a value"),
    ];
    for (flags, said) in table {
        let (few, many) = (given(&directory, "few", &[]), given(&directory, "many", &long));
        let all = match flags {
            ["--args"] => vec!["run", "--args"],
            flags => [&["run"], flags, &["--", "true"]].concat(),
        };
        let run = Run::nsinit(Who::User, &all).giving(&few, 41).giving(&many, 42);
        run.end().saying(125, &[said]);
    }
    let flags: Vec<String> =
        (0..17).flat_map(|n| ["--args".into(), (41 + n).to_string()]).collect();
    let all: Vec<&str> =
        ["run"].into_iter().chain(flags.iter().map(String::as_str)).chain(["true"]).collect();
    let few = given(&directory, "few", &[]);
    let run = Run::nsinit(Who::User, &all);
    let run = (0..17).fold(run, |run, number| run.giving(&few, 41 + number));
    run.end().saying(125, &["more than 16 descriptors of words"]);
}

#[test]
fn whoever_writes_there_may_be_waited_for_and_the_wait_be_ended() {
    // Looks like a TERM that ends us at once: nothing was touched.
    let (words, held) = super::ties::pipe();
    for who in Who::BOTH {
        let run = Run::nsinit(who, &["run", "--args", "41", "--", "true"]).giving(&words, 41);
        let running = run.start();
        super::support::wait::until("it to read", || {
            let wchan = std::fs::read_to_string(format!("/proc/{}/wchan", running.pid)).ok()?;
            wchan.contains("pipe_read").then_some(())
        });
        running.kill(libc::SIGTERM);
        assert_eq!(running.end().code, -libc::SIGTERM);
    }
    drop(held);
}
