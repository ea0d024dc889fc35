//! What bash proposes behind `nsinit`, word for word.

use std::path::Path;

use super::support::{Run, Who, file};

/// Sets what readline sets (bash(1), COMP_WORDS), asks, and prints a proposal a line. Sandboxes are
/// those of a function in place of nsinit.
const SCRIPT: &str = r#"
. "$1/docs/nsinit.bash"
nsinit() { printf 'SANDBOX SERVICE\nbox web\n'; }
COMP_LINE=$2
shift 2
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_nsinit
[ ${#COMPREPLY[@]} = 0 ] || printf '%s\n' "${COMPREPLY[@]}"
"#;

/// A line as readline parts it: at blanks, and `=` and `:` are words of their own.
fn parts(line: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut was = ' ';
    for letter in line.chars() {
        let is_break = |letter| matches!(letter, '=' | ':');
        if was != ' ' && (letter == ' ' || is_break(letter) != is_break(was)) {
            parts.push(String::new());
        }
        if letter != ' ' {
            parts.last_mut().unwrap().push(letter);
        }
        was = letter;
    }
    parts
}

/// What is proposed where the cursor stands behind this line.
fn proposed(directory: &Path, line: &str) -> Vec<String> {
    let words = ["bash", "-c", SCRIPT, "bash", env!("CARGO_MANIFEST_DIR"), line].map(String::from);
    let run = Run::command(Who::User, words.into_iter().chain(parts(line))).directory(directory);
    run.end().quietly(0).lines().map(String::from).collect()
}

#[test]
fn verbs_flags_values_and_files_are_proposed() {
    // Looks like the words that go on with the last one, and no others.
    let directory = file::directory();
    for name in ["box.toml", "my file.toml", "web.seccomp"] {
        file::write(&directory, name, 0o644, "");
    }
    std::fs::create_dir(directory.join("sub")).unwrap();
    let table: &[(&str, &[&str])] = &[
        ("nsinit che", &["check"]),
        ("nsinit check ", &["box.toml", "my file.toml", "sub", "--json"]),
        ("nsinit check box.toml --", &["--json"]),
        ("nsinit check box.toml b", &["box.toml"]),
        ("nsinit run my", &["my file.toml"]),
        ("nsinit run --hostn", &["--hostname"]),
        ("nsinit run --proc ", &["fresh", "bind", "none"]),
        ("nsinit run --proc=", &["fresh", "bind", "none"]),
        ("nsinit run --proc=fr", &["fresh"]),
        ("nsinit run --proc=fresh --hostn", &["--hostname"]),
        ("nsinit run --rewrite TERM:QUIT --hostn", &["--hostname"]),
        ("nsinit run --namespaces net,ut", &["net,uts"]),
        ("nsinit run --config=bo", &["box.toml"]),
        ("nsinit run --seccomp d", &["default"]),
        ("nsinit run --seccomp w", &["web.seccomp"]),
        ("nsinit run --setenv A b --hostn", &["--hostname"]),
        ("nsinit run --ro-bind sub /x --chm", &["--chmod"]),
        ("nsinit run --ro-bind su", &["sub"]),
        ("nsinit run --ro-bind sub su", &["sub"]),
        ("nsinit run --no-loo", &["--no-loopback"]),
        ("nsinit run check w", &["web.seccomp"]),
        ("nsinit run box.toml --read-o", &["--read-only"]),
        ("nsinit --config=box.toml --hostn", &[]),
        ("nsinit --kill-mode tr", &["tree"]),
        ("nsinit explain en", &["entrypoint", "enter"]),
        ("nsinit explain --json run --hostn", &["--hostname"]),
        ("nsinit help hostn", &["hostname"]),
        ("nsinit help --hostn", &["--hostname"]),
        ("nsinit ls --t", &["--tree"]),
        ("nsinit rm ", &["sub"]),
        ("nsinit stop ", &["box"]),
        ("nsinit stop --", &["--no-wait"]),
        ("nsinit logs --f", &["--follow"]),
        ("nsinit logs -n 5 b", &["box"]),
        ("nsinit status box w", &["web"]),
        ("nsinit signal box web SIGTER", &["SIGTERM"]),
        ("nsinit signal box web TER", &["TERM"]),
        ("nsinit enter --ser", &["--service"]),
        ("nsinit enter --cwd su", &["sub"]),
        ("nsinit enter box -- cat w", &["web.seccomp"]),
        ("nsinit -- cat b", &["box.toml"]),
        ("nsinit version ", &[]),
    ];
    for (line, expected) in table {
        let mut proposed = proposed(&directory, line);
        let mut expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
        proposed.sort();
        expected.sort();
        assert_eq!(proposed, expected, "{line}");
    }
}
