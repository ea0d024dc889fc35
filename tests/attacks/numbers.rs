//! Numbers that are none: a runtime that takes the digits there are and goes on makes somebody root
//! (CVE-2026-30892).

use super::support::{Run, Who};

/// What looks like a number, to some.
const ODD: [&str; 9] =
    ["1abc", "-1", "4294967295", "4294967296", "18446744073709551616", "0x10", " 1", "1 ", "+1"];

#[test]
fn ids_are_digits_in_their_range_or_nothing() {
    // Looks like exit code 125 and the argument, for every flag that takes an id, and no start.
    for flag in ["--uid", "--gid", "--user", "--group", "--groups"] {
        for text in ODD.into_iter().chain([""]) {
            for words in [&["run", flag, text][..], &[flag, text]] {
                if words.len() == 2 && matches!(flag, "--uid" | "--gid") {
                    continue; // of run alone
                }
                let all = [words, &["--", "echo", "started"]].concat();
                let ended = Run::nsinit(Who::Root, &all).end();
                assert_eq!(ended.out, "", "{all:?}");
                ended.saying(125, &[": argument "]);
            }
        }
    }
}

#[test]
fn lines_of_a_map_are_three_such_numbers() {
    for text in ODD {
        for line in [format!("0 {text} 1"), format!("{text} 0 1"), format!("0 0 {text}")] {
            // Blanks part the numbers, as many as there are; and so many ids there may be.
            if text.trim() != text || line == "0 0 4294967295" {
                continue;
            }
            for flag in ["--uid-map", "--gid-map"] {
                let ended = Run::nsinit(Who::Root, &["run", flag, &line, "--", "echo", "x"]).end();
                assert_eq!(ended.out, "", "{flag} {line}");
                ended.saying(125, &["run: argument "]);
            }
        }
    }
}

#[test]
fn capabilities_ports_and_descriptors_are_such_numbers() {
    for text in ["", "1abc", "-1", "0x10", " 1", "+1", "99999", "18446744073709551616"] {
        for flag in ["--cap-add", "--landlock-connect-tcp", "--add-seccomp-fd", "--restart-limit"] {
            if (flag, text) == ("--restart-limit", "99999") {
                continue; // a number of restarts
            }
            let ended = Run::nsinit(Who::Root, &["run", flag, text, "--", "echo", "x"]).end();
            assert_eq!(ended.out, "", "{flag} {text}");
            ended.saying(125, &["run: argument "]);
        }
    }
}
