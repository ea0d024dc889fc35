//! A terminal's own node in a root that somebody hostile has made. Row 5 of the list, as far as it
//! needs a terminal.

use std::fs;
use std::os::unix::fs::{lchown, symlink};

use super::support::terminal::Terminal;
use super::support::who::{set_mode, tool};
use super::support::{Run, Who, file};

/// What a link at the console's place may lead to, inside and outside.
const WAYS: [&str; 4] = ["/proc/sys/kernel/core_pattern", "../../prey", "/prey", "null"];

#[test]
fn row_5_the_console_is_not_the_roots() {
    // Looks like CVE-2025-52565: /dev/console of the root, and all of /dev/pts, are links. At a
    // terminal the console is that terminal, in a /dev of ours; nothing outside was made or bound
    // over, and what the links led to inside is a file as it was.
    let core_pattern = || fs::read_to_string("/proc/sys/kernel/core_pattern").unwrap();
    let before = core_pattern();
    for who in Who::BOTH {
        for way in WAYS {
            let directory = file::directory();
            let (root, prey) = (directory.join("rootfs"), directory.join("prey"));
            fs::create_dir_all(root.join("dev/pts")).unwrap();
            fs::create_dir(root.join("bin")).unwrap();
            for path in [&prey, &root.join("prey")] {
                fs::write(path, "prey\n").unwrap();
                set_mode(path, 0o666);
            }
            symlink(way, root.join("dev/console")).unwrap();
            symlink(way, root.join("dev/pts/0")).unwrap();
            file::copy(&tool("busybox"), &root.join("bin/busybox"));
            for name in ["", "dev", "dev/pts", "dev/console", "dev/pts/0", "bin", "prey"] {
                lchown(root.join(name), Some(who.uid()), Some(who.uid())).unwrap();
            }
            let terminal = Terminal::new();
            let script = "busybox test -c /dev/console && busybox test ! -L /dev/console && \
                echo one; busybox stat -c %t:%T /dev/console; busybox tty; cat /prey; \
                echo evil >/proc/sys/kernel/core_pattern; echo over";
            let root = file::text(&root);
            let words = ["run", "--root", &root, "--root-dev", "--", "/bin/busybox", "sh", "-c"];
            let mut run = Run::nsinit(who, &words).and([script]).start_at(&terminal);
            let said = run.wait_for("over");
            assert!(said.starts_with("one\r\n88:"), "{who:?} {way}: {said}");
            assert!(said.contains("prey\r\n") && said.contains("Read-only"), "{said}");
            assert_eq!(run.code(), 0, "{who:?} {way}: {said}");
            run.hang_up();
            assert_eq!(fs::read_to_string(&prey).unwrap(), "prey\n", "{who:?} {way}");
            assert_eq!(core_pattern(), before);
        }
    }
}

#[test]
fn row_5_a_console_without_a_dev_of_ours_is_what_the_root_has() {
    // Looks like the link itself where no /dev was asked for: what the other test keeps out is
    // there, and what it leads to was not touched by our start.
    for who in Who::BOTH {
        let directory = file::directory();
        let root = directory.join("rootfs");
        fs::create_dir_all(root.join("dev")).unwrap();
        file::copy(&tool("busybox"), &root.join("busybox"));
        symlink("/prey", root.join("dev/console")).unwrap();
        fs::write(root.join("prey"), "prey\n").unwrap();
        for name in ["", "dev", "prey"] {
            lchown(root.join(name), Some(who.uid()), Some(who.uid())).unwrap();
        }
        let terminal = Terminal::new();
        let script = "busybox test -L /dev/console && cat /dev/console; echo over";
        let (root, no) = (file::text(&root), "--root-dev=false");
        let words = ["run", "--root", &root, no, "--", "/busybox", "sh", "-c", script];
        let mut run = Run::nsinit(who, &words).start_at(&terminal);
        let said = run.wait_for("over");
        assert_eq!(said.trim_end(), "prey\r\nover", "{who:?}");
        assert_eq!(run.code(), 0);
        run.hang_up();
    }
}
