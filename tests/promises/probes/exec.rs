//! The command: its words, its exit code, and why it cannot be executed.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::program::{Seat, Wish};
use super::subject::{SCRATCH, Subject};
use super::{Probe, Verdict, broken, kept, when};
use crate::support::witness;

pub const PROBES: &[Probe] = &[
    Probe {
        name: "exit-codes",
        promise: "0, 7, 255, 128+KILL, 128+64",
        look: |subject| {
            codes(subject, &[("exit 0", 0), ("exit 7", 7), ("exit 255", 255)])?;
            ends(subject, "9", 137)?;
            ends(subject, "64", 192)
        },
    },
    Probe { name: "exec-codes", promise: "126 and 127 as a shell gives them", look: exec_codes },
    Probe {
        name: "no-permutation",
        promise: "the command's flags are the command's",
        look: |subject| {
            let run = subject.without_dashes(Seat::PidOne, &["/bin/echo", "-l", "-V", "hi"]);
            let out = run.start().end_only().out;
            when(out == "-l -V hi\n", "took them", out)
        },
    },
    Probe {
        name: "explained-crlf",
        promise: "explains: a DOS line end after #!",
        look: |subject| {
            let script = "#!/bin/sh\r\nexit 0\r\n";
            explained(subject, script.as_bytes(), &["carriage", "cr ", "crlf", "dos", "\\r"])
        },
    },
    Probe {
        name: "explained-interpreter",
        promise: "explains: no such interpreter",
        look: |subject| explained(subject, b"#!/nowhere/sh\n", &["interpreter"]),
    },
    Probe {
        name: "explained-loader",
        promise: "explains: no such loader",
        look: |subject| {
            let elf = patched(b"/ld-linux", b"/ld-nower");
            explained(subject, &elf, &["loader", "ld-nower", "interpreter"])
        },
    },
    Probe {
        name: "explained-machine",
        promise: "explains: another machine's program",
        look: |subject| {
            let mut elf = fs::read("/bin/true").unwrap();
            elf[18] ^= 62 ^ 183; // e_machine: x86-64 is 62, AArch64 183 (elf(5))
            explained(subject, &elf, &["aarch64", "x86", "machine", "architecture"])
        },
    },
    Probe {
        name: "explained-noexec",
        promise: "explains: a file system with noexec",
        look: noexec,
    },
];

fn codes(subject: &Subject, table: &[(&str, i32)]) -> Verdict {
    for seat in Seat::BOTH {
        for (script, code) in table {
            ended(subject, seat, &["sh", "-c", script], *code)?;
        }
    }
    kept()
}

/// The workload is ended by a signal.
fn ends(subject: &Subject, signal: &str, code: i32) -> Verdict {
    for seat in Seat::BOTH {
        ended(subject, seat, &witness(&["die", signal]), code)?;
    }
    kept()
}

fn ended(subject: &Subject, seat: Seat, command: &[impl AsRef<str>], code: i32) -> Verdict {
    let is = subject.run(seat, Wish::Plain, command).start().code();
    let words: Vec<&str> = command.iter().map(AsRef::as_ref).collect();
    when(is == code, format!("{is}, not {code}"), format!("{} {words:?}", seat.name()))
}

fn exec_codes(subject: &Subject) -> Verdict {
    let plain = format!("{SCRATCH}/plain");
    fs::write(&plain, "#!/bin/sh\n").unwrap(); // without the x bit
    let below = format!("{plain}/below");
    let table = [("/nowhere/x", 127), ("nowhere-in-path", 127), (&plain, 126), ("/", 126)];
    for (command, code) in table {
        ended(subject, Seat::PidOne, &[command], code)?;
    }
    // POSIX's env: 127 for what is not found, 126 for any other reason.
    ended(subject, Seat::PidOne, &[&below], 126)
}

/// A file with `content` cannot be executed, and one of `words` says why.
fn explained(subject: &Subject, content: &[u8], words: &[&str]) -> Verdict {
    let path = format!("{SCRATCH}/program");
    fs::write(&path, content).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    said(subject, &path, words)
}

fn said(subject: &Subject, path: &str, words: &[&str]) -> Verdict {
    let ended = subject.run(Seat::PidOne, Wish::Plain, &[path]).start().end_only();
    let text = ended.err.replace(path, "").to_lowercase();
    let is_said = words.iter().any(|word| text.contains(word));
    let word = if text.is_empty() { "silent".into() } else { format!("no ({})", ended.code) };
    match ended.code {
        0 => broken("ran", "it was executed"),
        _ => when(is_said, word, text),
    }
}

fn noexec(subject: &Subject) -> Verdict {
    let path = format!("{SCRATCH}/true");
    fs::copy("/bin/true", &path).unwrap();
    let flags = libc::MS_REMOUNT | libc::MS_BIND | libc::MS_NOEXEC;
    let null = std::ptr::null();
    // SAFETY: a string of this program; a remount looks at nothing else.
    let ret = unsafe { libc::mount(null, c"/mnt".as_ptr(), null, flags, std::ptr::null()) };
    assert_eq!(ret, 0, "mount: {}", std::io::Error::last_os_error());
    said(subject, &path, &["noexec"])
}

/// true(1) with the first of these replaced, which are of one length.
fn patched(from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut elf = fs::read(Path::new("/bin/true")).unwrap();
    let at = elf.windows(from.len()).position(|bytes| bytes == from).unwrap();
    elf[at..at + to.len()].copy_from_slice(to);
    elf
}
