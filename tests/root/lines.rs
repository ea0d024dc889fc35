//! Command lines of bubblewrap (rootfs/examples/bubblewrap.txt), by bubblewrap and by us.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::support::{Run, Who, file, who};

const LINES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/rootfs/examples/bubblewrap.txt");

/// The command lines, without the remarks and the line ends in them.
fn lines() -> Vec<String> {
    let text = fs::read_to_string(LINES).unwrap();
    let blocks = text.split("\n\n").map(|block| {
        block.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join(" ")
    });
    blocks.filter(|line| line.starts_with("bwrap ")).collect()
}

/// A directory that everybody may write to, with what the lines speak of.
fn work() -> std::path::PathBuf {
    let work = file::directory();
    file::write(&work, "motd", 0o644, "a word of the day\n");
    let bin = work.join("root/bin");
    fs::create_dir_all(&bin).unwrap();
    for place in ["root/proc", "root/tmp"] {
        fs::create_dir(work.join(place)).unwrap();
    }
    file::copy(&who::tool("busybox"), &bin.join("busybox"));
    for name in ["sh", "ls", "touch"] {
        symlink("busybox", bin.join(name)).unwrap();
    }
    who::set_mode(&bin.join("busybox"), 0o755);
    who::set_mode(&work, 0o777);
    work
}

fn run(who: Who, program: &str, line: &str, work: &Path) -> (i32, String) {
    let line = line.strip_prefix("bwrap ").unwrap();
    let script = format!("export WORK='{}'; {program} {line}", work.display());
    let ended = Run::command(who, ["sh", "-c", &script]).end();
    (ended.code, ended.out)
}

#[test]
fn lines_of_bubblewrap_do_the_same_under_nsinit() {
    // Looks like the same text and the same exit code from both, as root and as a user.
    let lines = lines();
    assert_eq!(lines.len(), 11);
    let bwrap = file::text(&who::tool("bwrap"));
    let nsinit = format!("{} run", file::text(&who::programs().nsinit));
    let mut findings = Vec::new();
    for who in Who::BOTH {
        for line in &lines {
            let work = work();
            let theirs = run(who, &bwrap, line, &work);
            let ours = run(who, &nsinit, line, &work);
            if theirs.0 != 0 || theirs.1.is_empty() || ours != theirs {
                findings.push(format!("{who:?}: {line}\nbwrap: {theirs:?}\nnsinit: {ours:?}"));
            }
        }
    }
    assert!(findings.is_empty(), "{}", findings.join("\n\n"));
}
