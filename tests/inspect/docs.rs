//! What the documents say can be typed: every flag is known to `help`, every example is read.

use std::path::Path;

use super::support::{Run, Who};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn document(path: &str) -> String {
    std::fs::read_to_string(Path::new(ROOT).join(path)).unwrap()
}

fn said(words: &[&str]) -> String {
    Run::nsinit(Who::User, words).end().quietly(0)
}

/// The flags that a manual page names, without their dashes.
fn flags_of(page: &str) -> Vec<String> {
    let words = page.split("Fl \\-").skip(1).map(|rest| {
        let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || "\\-".contains(letter);
        rest.split(|letter| !is_of_name(letter)).next().unwrap().replace("\\-", "-")
    });
    let mut flags: Vec<String> =
        words.filter(|name| !name.is_empty() && !name.ends_with('-')).collect();
    flags.sort();
    flags.dedup();
    flags
}

#[test]
fn every_flag_of_the_manual_pages_is_one() {
    // Looks like help telling of it, as of a key or as of a flag of a verb.
    let list = said(&["help"]);
    let verbs = list.lines().filter_map(|line| line.strip_prefix("  nsinit ")?.split(' ').next());
    let verbs = verbs.filter(|verb| !verb.starts_with('['));
    let of_verbs: String = verbs.map(|verb| said(&["help", verb])).collect();
    for page in ["docs/nsinit.1", "docs/nsinit.toml.5", "docs/nsinit-seccomp.5"] {
        for name in flags_of(&document(page)) {
            let flag = format!("--{name}");
            let is_of_verb = of_verbs.split([' ', ',', '=']).any(|word| word.trim() == flag);
            let is_known = is_of_verb || Run::nsinit(Who::User, &["help", &flag]).end().code == 0;
            assert!(is_known, "{page}: {flag}");
        }
    }
    assert!(flags_of(&document("docs/nsinit.1")).len() > 150);
}

#[test]
fn help_tells_of_each_flag_and_key_that_it_lists() {
    // Looks like "--setenv", which is no key, told as the one that it says.
    for name in ["--setenv", "setenv", "--config", "-v", "--verbose", "--chdir", "workdir"] {
        assert!(said(&["help", name]).lines().count() > 1, "{name}");
    }
    let completion = document("docs/nsinit.bash");
    let keys = completion.lines().find_map(|line| line.strip_prefix("_nsinit_keys='")).unwrap();
    for key in keys.trim_end_matches('\'').split(' ') {
        assert!(said(&["help", key]).contains(key), "{key}");
    }
}

/// The lines of a document that begin with `nsinit run`, put together where they go on.
fn runs_of(document: &str) -> Vec<String> {
    let text = document.replace("\\\n", " ").replace("\\-", "-");
    let lines = text.lines().filter_map(|line| {
        let line = line.trim_start_matches([' ', '#', '$']);
        let line = line.strip_prefix(".Dl ").unwrap_or(line);
        line.strip_prefix("nsinit run ").map(String::from)
    });
    lines.map(|line| line.split(" # ").next().unwrap().trim().to_string()).collect()
}

#[test]
fn every_example_of_a_run_can_be_explained_as_it_stands() {
    // Looks like a plan for root or for an ordinary user, whoever it is for.
    let nsinit = super::support::file::text(&super::support::who::programs().nsinit);
    let mut count = 0;
    for path in ["README.md", "docs/nsinit.1", "rootfs/examples/ci.toml"] {
        for line in runs_of(&document(path)) {
            let line = line.split(" &").next().unwrap().split("; echo").next().unwrap();
            let is_there =
                |word: &str| !word.ends_with(".toml") || Path::new(ROOT).join(word).exists();
            if line.contains("\\(dq") || !line.split(' ').all(is_there) {
                continue; // a file that only the text has
            }
            let script = format!("cd '{ROOT}' && '{nsinit}' explain run {line}");
            let ends = Who::BOTH.map(|who| Run::command(who, ["sh", "-c", &script]).end());
            assert!(ends.iter().any(|ended| ended.code == 0), "{path}: {line}: {}", ends[0].err);
            count += 1;
        }
    }
    assert!(count >= 8, "{count}");
}
