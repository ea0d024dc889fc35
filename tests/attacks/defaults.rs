//! What a root of its own brings without a word: each part of it is there, and each can be taken
//! away by its name, and then it is gone, and nothing else is.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use super::support::who::{programs, set_mode};
use super::support::{Run, Who, file};

/// What is looked at inside, and what it looks like with nothing said: the filter of calls,
/// no_new_privs, the capabilities of a container, PID 1's own filter, covers over the machine's
/// files in /proc, a /dev, a root without devices and set-user-ID bits, descriptors 0 to 2 (and
/// that of ls), and no key of the caller's session. Without a filter a key can be looked for.
const DEFAULTS: [(&str, &str); 9] = [
    ("filters", "1"),
    ("no-new-privs", "1"),
    ("capabilities", "00000000800405fb"),
    ("locked-in", "2"),
    ("masks", "1"),
    ("dev", "device"),
    ("root", "nosuid,nodev"),
    ("descriptors", "0 1 2 3"),
    ("key", "EPERM"),
];

/// It looks again and again whether PID 1 has locked itself in, for a while.
const LOOK: &str = r#"
status() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$2/status"; }
echo "filters $(status Seccomp_filters self)"
echo "no-new-privs $(status NoNewPrivs self)"
echo "capabilities $(status CapEff self)"
i=0; while [ $i -lt 50 ] && [ "$(status Seccomp 1)" != 2 ]; do i=$((i + 1)); done
echo "locked-in $(status Seccomp 1)"
echo "masks $(grep -c ' /proc/sys ' /proc/self/mountinfo)"
test -c /dev/null && echo 'dev device' || echo "dev $(echo /dev/*)"
options=$(sed -n 's|^[^/]*/[^ ]* / \([^ ]*\) .*|\1|p' /proc/self/mountinfo)
echo "root $(echo "$options" | grep -o 'nosuid,nodev')"
echo "descriptors $(echo $(ls /proc/self/fd))"
echo "key $(/witness --witness reach key nsinit-default)"
"#;

/// A root with the programs that look, and all that is bound to it.
fn root(who: Who) -> PathBuf {
    let root = file::directory().join("rootfs");
    for name in ["", "usr", "proc", "dev"] {
        fs::create_dir(root.join(name)).unwrap();
    }
    for name in ["bin", "lib", "lib64"] {
        symlink(format!("usr/{name}"), root.join(name)).unwrap();
    }
    file::copy(&programs().witness, &root.join("witness"));
    set_mode(&root.join("witness"), 0o755);
    for name in ["", "usr", "proc", "dev", "witness"] {
        std::os::unix::fs::chown(root.join(name), Some(who.uid()), Some(who.uid())).unwrap();
    }
    root
}

/// What it looks like with these words in front of the command.
fn seen(who: Who, words: &[&str]) -> BTreeMap<String, String> {
    let source = File::open("/").unwrap();
    let words = [words, &["--ro-bind", "/usr", "/usr", "--", "sh", "-c", LOOK]].concat();
    let run = Run::nsinit(who, &words).giving(&source, 9).before_exec(|| {
        let (none, ring) = (std::ptr::null::<u8>(), -3i32); // the session's
        let (kind, name) = (c"user".as_ptr(), c"nsinit-default".as_ptr());
        // SAFETY: keyctl(JOIN_SESSION_KEYRING) without a name.
        unsafe { libc::syscall(libc::SYS_keyctl, 1, none) };
        // SAFETY: two C strings and six bytes.
        unsafe { libc::syscall(libc::SYS_add_key, kind, name, c"secret".as_ptr(), 6, ring) };
    });
    let out = run.end().out;
    out.lines().filter_map(|line| line.split_once(' ')).map(|(a, b)| (a.into(), b.into())).collect()
}

/// What is otherwise than the defaults.
fn changes(seen: &BTreeMap<String, String>) -> BTreeMap<&str, &str> {
    let is_changed = |(name, value): &(&str, &str)| {
        DEFAULTS.iter().find(|(own, _)| own == name).is_none_or(|(_, usual)| usual != value)
    };
    let seen = seen.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    seen.filter(is_changed).collect()
}

/// One default: the flags that take it away, and what is otherwise then. `*` is anything but the
/// default.
type Row = (&'static [&'static str], &'static [(&'static str, &'static str)]);

const ROWS: [Row; 8] = [
    (&[], &[]),
    (&["--seccomp=none"], &[("filters", "0"), ("key", "ENOKEY")]),
    // A filter without no_new_privs takes more than a container has, so that it goes with that.
    (&["--no-no-new-privs"], &[("no-new-privs", "0"), ("filters", "0"), ("key", "ENOKEY")]),
    (&["--capabilities=all"], &[("capabilities", "*")]),
    (&["--no-lock-in"], &[("locked-in", "0")]),
    (&["--root-dev=false"], &[("dev", "/dev/*")]),
    (&["--seccomp=none", "--no-new-keyring"], &[("filters", "0"), ("key", "done")]),
    (&["--cap-add=net_raw"], &[("capabilities", "00000000800425fb")]),
];

/// The changes are these, and no others.
#[track_caller]
fn check(who: Who, words: &[&str], expected: &[(&str, &str)]) {
    let seen = seen(who, words);
    assert_eq!(seen.len(), DEFAULTS.len(), "{who:?} {words:?}: {seen:?}");
    let mut changes = changes(&seen);
    for (name, value) in expected {
        let is = changes.remove(name);
        assert!(
            is.is_some_and(|is| *value == "*" || is == *value),
            "{who:?} {words:?}: {name} {is:?}"
        );
    }
    assert!(changes.is_empty(), "{who:?} {words:?}: {changes:?}");
}

#[test]
fn each_default_of_a_root_can_be_taken_away_by_its_name() {
    for who in Who::BOTH {
        let root = file::text(&root(who));
        let head = ["run", "--root", &root, "--uid=0", "--gid=0"];
        let head = if who == Who::Root { &head[..3] } else { &head[..] };
        for (flags, expected) in ROWS {
            check(who, &[head, flags].concat(), expected);
        }
        // What a mount has, the mount says.
        let masked = |is_masked: bool| {
            let text =
                format!("[[mount]]\ntype = \"proc\"\ntarget = \"/proc\"\nmasked = {is_masked}\n");
            file::write(&file::directory(), "masks.toml", 0o644, text)
        };
        let config = |path: &str| [head, &["--config", path]].concat().join("\n");
        check(who, &config(&masked(true)).split('\n').collect::<Vec<_>>(), &[]);
        check(who, &config(&masked(false)).split('\n').collect::<Vec<_>>(), &[("masks", "0")]);
    }
}

#[test]
fn what_no_flag_takes_away_of_a_root() {
    // Looks like descriptors that are closed, and devices of a root that are none, whatever else is
    // taken away; a device is one where it is bound as that.
    for who in Who::BOTH {
        let root = file::text(&root(who));
        let bare = ["--seccomp=none", "--no-no-new-privs", "--capabilities=all", "--no-lock-in"];
        let seen = seen(who, &[&["run", "--root", &root], &bare[..]].concat());
        assert_eq!(seen["descriptors"], "0 1 2 3", "{who:?}");
        assert_eq!(seen["root"], "nosuid,nodev", "{who:?}");
        let words = ["run", "--dev-bind", &root, "/", "--proc", "/proc", "--dev", "/dev"];
        let seen = self::seen(who, &words);
        assert_eq!(seen["root"], "", "{who:?}");
    }
}
