//! The release binary, looked at from outside: where it could panic, what it is linked with, its
//! size.
//!
//! It is built once more with symbols and line tables, which change no instruction. objdump(1)
//! finds every call of a function of core that panics (and, in turn, of those that only pass it
//! on); addr2line(1) says which line it was inlined from. The innermost function of ours is who
//! answers for it; a dependency's that was not inlined answers for itself. The list is kept in
//! `tests/golden/panics.txt` (SNAPSHOTS=overwrite writes it anew) and may change with the compiler;
//! that none is in `sys`, `engine` or `supervisor` may not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod ring {
    pub mod tool;
}

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use ring::tool::tool;

/// The largest the stripped binary may be without its parts, in bytes.
///
/// FIXME: the promise is 120 * 1024. What stands here is a ratchet: it goes down with the
/// binary, and never up.
const SIZE_MAX: u64 = 225 * 1024;

/// What each part may add, in whole pages of bytes: whether it is built in, how much, and what for.
const PARTS: &[(bool, u64, &str)] = &[
    (cfg!(feature = "personalities"), 24 * 1024, "others' texts and command lines"),
    (cfg!(feature = "init"), 56 * 1024, "a machine's set-up, its other root, its end"),
    (cfg!(feature = "inspect"), 48 * 1024, "ls and doctor, a third of it tables, JSON and words"),
    (cfg!(feature = "sandbox"), 20 * 1024, "filters, a third of it names and numbers of calls"),
    (cfg!(feature = "sandbox"), 8 * 1024, "ids that an ordinary user was granted"),
    (cfg!(feature = "sandbox"), 52 * 1024, "a root: mounts, bubblewrap's flags, their help"),
    (cfg!(feature = "sandbox"), 32 * 1024, "limits by cgroups, a fourth of it keys and words"),
    (cfg!(feature = "sandbox"), 32 * 1024, "capabilities, Landlock, and what belongs to them"),
    (cfg!(feature = "sandbox"), 24 * 1024, "ties to whoever is outside, half of it help and words"),
    (cfg!(feature = "control"), 40 * 1024, "the control socket, and the verbs that speak to it"),
    (cfg!(feature = "join"), 12 * 1024, "namespaces of others, and who makes them last"),
    (cfg!(feature = "join"), 12 * 1024, "namespaces that outlive us, and rm"),
    (cfg!(feature = "join"), 16 * 1024, "entering a process or kept namespaces"),
    (cfg!(feature = "control"), 12 * 1024, "a command inside, and a terminal for it"),
    (cfg!(feature = "control"), 16 * 1024, "what services say, their reload, their logs"),
    (cfg!(feature = "control"), 4 * 1024, "what happens, for a program at a descriptor"),
    (cfg!(feature = "net"), 24 * 1024, "interfaces, and messages to the kernel about them"),
    (cfg!(feature = "verbs"), 12 * 1024, "what each verb is, and lines broken for a terminal"),
    (cfg!(feature = "verbs"), 8 * 1024, "other programs' flags and keys, and what we call them"),
    (cfg!(feature = "verbs"), 4 * 1024, "every fault at once, and remedies as they are typed"),
    (cfg!(feature = "verbs"), 12 * 1024, "verbs that were meant, and faults for a program"),
];

/// The rooms that PID 1 lives in.
const ROOMS: [&str; 3] = ["sys/", "engine/", "supervisor/"];

/// The end of a name in core that says it panics: `unwrap_failed`, `slice_index_fail` and the like.
const PANICKING: [&str; 4] = ["_fail", "_failed", "_fail_rt", "panic_bounds_check"];

/// What our panic handler prints, so it is in the binary when anything may panic.
const LAST_WORDS: &[u8] = b"a defect of nsinit itself";

/// A function of the binary: its name, and the addresses at which it names other functions.
struct Function {
    name: String,
    /// Where, and the address of whom.
    calls: Vec<(u64, u64)>,
}

/// The release binary with symbols and line tables.
fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("panics");
        let mut cargo = Command::new(env!("CARGO"));
        let cargo = cargo.args(["build", "--quiet", "--locked", "--release", "--bin", "nsinit"]);
        let cargo = cargo.arg("--target-dir").arg(&target).env_remove("CARGO_BUILD_TARGET");
        let cargo = cargo.env("CARGO_PROFILE_RELEASE_STRIP", "none");
        let cargo = cargo.env("CARGO_PROFILE_RELEASE_DEBUG", "line-tables-only");
        let status = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).status().unwrap();
        assert!(status.success(), "the release build failed");
        target.join("release/nsinit")
    })
}

/// What a tool prints about the binary.
fn output(name: &str, package: &str, arguments: &[&str]) -> String {
    let output = Command::new(tool(name, package)).args(arguments).arg(binary()).output().unwrap();
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Every function by its address, from `ADDRESS <NAME>:` and the `ADDRESS: CALL ADDRESS <NAME>`
/// below it.
fn functions() -> BTreeMap<u64, Function> {
    let text = output("objdump", "binutils", &["-d", "--no-show-raw-insn", "-C"]);
    let number = |text: &str| u64::from_str_radix(text, 16).ok();
    let mut functions = BTreeMap::new();
    let mut last = None;
    for line in text.lines() {
        let is_head = line.ends_with(">:") && !line.starts_with(' '); // as a text of ours may
        if let Some((address, name)) = line.split_once(" <").filter(|_| is_head) {
            let address = number(address).unwrap();
            let name = name.trim_end_matches(">:").to_owned();
            let _ = functions.insert(address, Function { name, calls: Vec::new() }); // none before
            last = Some(address);
            continue;
        }
        let Some((at, rest)) = line.trim_start().split_once(":\t") else { continue };
        let target = rest.split_once(" <").and_then(|(call, _)| call.split_whitespace().last());
        let (Some(at), Some(target), Some(last)) = (number(at), target.and_then(number), last)
        else {
            continue;
        };
        functions.get_mut(&last).unwrap().calls.push((at, target));
    }
    functions
}

/// One frame of what was inlined at an address: the function and its file.
#[derive(Clone, Debug)]
struct Frame {
    function: String,
    file: String,
}

impl Frame {
    /// Whether it comes with the compiler.
    fn is_core(&self) -> bool {
        self.file.starts_with("/rustc/") || self.file.contains("/lib/rustlib/")
    }

    /// The file below our `src/`.
    fn own(&self) -> Option<&str> {
        self.file.strip_prefix(env!("CARGO_MANIFEST_DIR"))?.strip_prefix("/src/")
    }

    /// The crate whose file it is, without its version.
    fn krate(&self) -> &str {
        let path = self.file.split_once("/registry/src/").map_or("", |(_, path)| path);
        let name = path.split('/').nth(1).unwrap_or_default();
        name.split_once("-0.").or(name.split_once("-1.")).map_or(name, |(name, _)| name)
    }

    /// The function's own name, without its path and its types.
    fn name(&self) -> &str {
        let plain = self.function.split('<').next().filter(|name| !name.is_empty());
        plain.unwrap_or(&self.function).rsplit("::").next().unwrap_or_default()
    }
}

/// What was inlined at each address, the innermost first.
fn frames(addresses: &[u64]) -> BTreeMap<u64, Vec<Frame>> {
    let mut command = Command::new(tool("addr2line", "binutils"));
    let command = command.args(["-a", "-f", "-i", "-C", "-e"]).arg(binary());
    let output = command.args(addresses.iter().map(|a| format!("{a:#x}"))).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut found: BTreeMap<u64, Vec<Frame>> = BTreeMap::new();
    let mut lines = text.lines();
    let mut at = 0;
    while let Some(line) = lines.next() {
        match line.strip_prefix("0x").and_then(|hex| u64::from_str_radix(hex, 16).ok()) {
            Some(address) => at = address,
            None => {
                let file = lines.next().unwrap_or_default();
                let file = file.rsplit_once(':').map_or(file, |(file, _)| file).to_owned();
                let frame = Frame { function: line.to_owned(), file };
                found.entry(at).or_default().push(frame);
            }
        }
    }
    found
}

/// Who answers for a call: our innermost function, else the innermost one that is not core's.
fn culprit(frames: &[Frame]) -> Option<String> {
    let outside = frames.iter().find(|frame| !frame.is_core())?;
    let by = |frame: &Frame| frame.own().map(|file| format!("{file} {}", frame.name()));
    match (frames.iter().find_map(by), outside.own()) {
        (Some(own), Some(_)) => Some(own),
        (Some(own), None) => Some(format!("{own}, by {}", outside.krate())),
        (None, _) => Some(format!("{} {}", outside.krate(), outside.name())),
    }
}

/// Every place that may panic, as `WHO: WHAT`.
fn panics() -> BTreeSet<String> {
    let functions = functions();
    let is_core_name = |name: &str| name.starts_with("core::");
    let panics_by_name = |function: &Function| {
        let last = function.name.rsplit("::").next().unwrap_or_default();
        is_core_name(&function.name)
            && (function.name.contains("::panicking::")
                || PANICKING.iter().any(|end| last.ends_with(end)))
    };
    let mut panicking: BTreeSet<u64> = functions
        .iter()
        .filter(|(_, function)| panics_by_name(function))
        .map(|(address, _)| *address)
        .collect();
    // Without any, the last words of a panic are not linked either; else the names are others now.
    let binary = std::fs::read(binary()).unwrap();
    let has_last_words = binary.windows(LAST_WORDS.len()).any(|bytes| bytes == LAST_WORDS);
    assert_eq!(
        panicking.is_empty(),
        !has_last_words,
        "functions of core that panic, and our words"
    );
    let mut found = BTreeSet::new();
    loop {
        let calls = functions.iter().filter(|(address, _)| !panicking.contains(address));
        let calls: Vec<(u64, u64, u64)> = calls
            .flat_map(|(own, function)| function.calls.iter().map(|(at, to)| (*own, *at, *to)))
            .filter(|(_, _, to)| panicking.contains(to))
            .collect();
        let places: Vec<u64> = calls.iter().map(|(_, at, _)| *at).collect();
        let frames = frames(&places);
        let before = panicking.len();
        for (own, at, to) in calls {
            match culprit(&frames[&at]) {
                Some(who) => drop(found.insert(format!("{who}: {}", functions[&to].name))),
                // A function of core that only passes it on: its callers answer.
                None => drop(panicking.insert(own)),
            }
        }
        if panicking.len() == before {
            return found;
        }
    }
}

#[test]
fn every_place_that_may_panic_is_known() {
    // "text/arena.rs push: core::slice::…::len_mismatch_fail" would stand in the list.
    let list: String = panics().iter().map(|line| format!("{line}\n")).collect();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/panics.txt");
    snapbox::assert_data_eq!(list, snapbox::Data::read_from(&golden, None).raw());
}

#[test]
fn the_rooms_of_pid_1_never_panic() {
    // "engine/turn/mod.rs wait, by heapless: core::option::unwrap_failed" would be a defect.
    let is_there = |line: &&String| ROOMS.iter().any(|room| line.starts_with(room));
    let found = panics();
    let found: Vec<&str> = found.iter().filter(is_there).map(String::as_str).collect();
    assert!(found.is_empty(), "may panic:\n  {}", found.join("\n  "));
}

#[test]
fn nothing_allocates() {
    // __rust_alloc, __rdl_alloc and malloc are how Rust and C ask for memory.
    let symbols = output("nm", "binutils", &[]);
    assert!(symbols.contains("_start"), "no symbols");
    for name in ["__rust_alloc", "__rdl_", "__rg_", "malloc", "realloc"] {
        assert!(!symbols.contains(name), "{name} in the binary");
    }
}

#[test]
fn it_is_static_in_every_respect() {
    // No interpreter to load, no thread-local storage to set up, no dynamic section to resolve.
    let kind = output("file", "file", &["-b"]);
    assert!(kind.contains("statically linked"), "{kind}");
    let headers = output("readelf", "binutils", &["-lW"]);
    assert!(headers.contains("LOAD"), "{headers}");
    for header in ["INTERP", "TLS", "DYNAMIC"] {
        assert!(!headers.contains(header), "{header} in\n{headers}");
    }
}

#[test]
fn what_is_written_is_zero_at_first() {
    // One byte of `start::DESK` that is not, such as the tag of an empty Option, and the file holds
    // all of its megabytes.
    let headers = output("readelf", "binutils", &["-lW"]);
    let written = headers.lines().find(|line| line.contains("LOAD") && line.contains(" RW "));
    let in_file = written.and_then(|line| line.split_whitespace().nth(4));
    assert_eq!(in_file, Some("0x000000"), "bytes of the file that are written to, in\n{headers}");
}

#[test]
fn it_is_no_larger_than_it_was() {
    // 122,880 bytes, TOML and every sentence included.
    let stripped = binary().with_file_name("nsinit-stripped");
    let strip = tool("strip", "binutils");
    let status = Command::new(strip).arg("-o").arg(&stripped).arg(binary()).status().unwrap();
    assert!(status.success());
    let size = std::fs::metadata(&stripped).unwrap().len();
    println!("{size} bytes");
    let parts = PARTS.iter().filter(|(is_built, ..)| *is_built).map(|(_, bytes, _)| bytes);
    let most = SIZE_MAX + parts.sum::<u64>();
    assert!(size <= most, "{size} bytes, {} too many", size - most);
}
