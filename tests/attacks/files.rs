//! What a workload finds and may do with it: descriptors, directories, the machine's files, memory.
//! Rows 1, 2, 11, 12, 22 and 25 of the list.

use std::fs;

use super::support::{Run, Who, file};

/// The host's programs, a /proc and a /dev.
const USR: [&str; 17] = [
    "run",
    "--ro-bind",
    "/usr",
    "/usr",
    "--symlink",
    "usr/bin",
    "/bin",
    "--symlink",
    "usr/lib",
    "/lib",
    "--symlink",
    "usr/lib64",
    "/lib64",
    "--proc",
    "/proc",
    "--dev",
    "/dev",
];

/// Runs a shell script behind these flags.
fn script(who: Who, flags: &[&str], script: &str) -> String {
    let words = [&USR[..], flags, &["--", "sh", "-c", script]].concat();
    Run::nsinit(who, &words).end().quietly(0)
}

#[test]
fn row_2_no_descriptor_of_the_caller_leads_out() {
    // Looks like CVE-2024-21626: the caller holds "/" and the root's parent as 3 to 99; inside
    // there are 0 to 2 and the one that ls has open, and none of them is a working directory.
    let directory = file::directory();
    for who in Who::BOTH {
        let outer = fs::File::open("/").unwrap();
        let given = fs::File::open(&directory).unwrap();
        let words = [&USR[..], &["--bind-fd", "99", "/x", "--", "sh", "-c", "ls /proc/self/fd"]];
        let run = Run::nsinit(who, &words.concat()).giving(&given, 99);
        let run = (3..99).fold(run, |run, number| run.giving(&outer, number));
        assert_eq!(run.end().quietly(0), "0\n1\n2\n3\n");
        for number in 3..20 {
            let cwd = format!("/proc/self/fd/{number}");
            let words = [&USR[..], &["--chdir", &cwd, "--", "pwd"]].concat();
            let ended = Run::nsinit(who, &words).end();
            assert_eq!(ended.code, 125, "{cwd}: {}", ended.out);
        }
    }
}

#[test]
fn row_2_the_working_directory_is_one_inside() {
    // Looks like a start in a directory outside: it is "/" inside, or what has the same name there.
    let directory = file::directory();
    for who in Who::BOTH {
        let words = [&USR[..], &["--", "sh", "-c", "readlink /proc/self/cwd; ls .."]].concat();
        let out = Run::nsinit(who, &words).directory(&directory).end().quietly(0);
        assert_eq!(out, "/\nbin\ndev\nlib\nlib64\nproc\nusr\n");
        let path = file::text(&directory);
        let words = [&USR[..], &["--bind", &path, &path, "--", "sh", "-c", "pwd -P"]].concat();
        let out = Run::nsinit(who, &words).directory(&directory).end().quietly(0);
        assert_eq!(out, format!("{path}\n"));
    }
}

#[test]
fn row_5_the_devices_of_the_machine_stay_what_they_are() {
    // Looks like EROFS for the mode of a device that is the machine's, where root outside is root
    // inside, in a user namespace; it is used as ever. That of a /dev bound by name can be changed.
    let change = "for n in null zero full random urandom tty; do chmod 0666 /dev/$n; done 2>&1 | \
        grep -c 'Read-only file system'; echo x >/dev/null && head -c 1 /dev/urandom | wc -c";
    assert_eq!(script(Who::Root, &["--unshare-user"], change), "6\n1\n");
    let bound = ["--unshare-user", "--dev-bind", "/dev", "/dev"];
    assert_eq!(script(Who::Root, &bound, "chmod 0666 /dev/full && echo changed"), "changed\n");
}

#[test]
fn row_12_the_machine_cannot_be_changed_through_proc() {
    // Looks like EROFS for what the kernel is ruled by, and nothing in what tells of the machine.
    // Without masks, which a mount can say, root writes its own core_pattern back.
    let test = "for f in sys/kernel/core_pattern sysrq-trigger irq/default_smp_affinity \
        sys/kernel/hostname; do test -e /proc/$f || continue; \
        (echo x >/proc/$f) 2>&1 | grep -q 'Read-only' || echo $f; done; \
        cat /proc/kcore /proc/keys /proc/timer_list 2>/dev/null | wc -c";
    for who in Who::BOTH {
        assert_eq!(script(who, &[], test), "0\n", "{who:?}");
    }
    let bare = |is_masked: bool| {
        let text = format!(
            "[[mount]]\nsource = \"/usr\"\ntarget = \"/usr\"\nread-only = true\n\
             [[mount]]\ntype = \"symlink\"\ncontent = \"usr/lib64\"\ntarget = \"/lib64\"\n\
             [[mount]]\ntype = \"symlink\"\ncontent = \"usr/lib\"\ntarget = \"/lib\"\n\
             [[mount]]\ntype = \"proc\"\ntarget = \"/proc\"\nmasked = {is_masked}\n"
        );
        let toml = file::write(&file::directory(), "masks.toml", 0o644, text);
        let test = "f=/proc/sys/kernel/core_pattern; read -r x <$f; echo \"$x\" >$f";
        Run::nsinit(Who::Root, &["run", &toml, "--", "/usr/bin/sh", "-c", test]).end()
    };
    assert_eq!(bare(false).quietly(0), "", "without masks root can write it");
    bare(true).saying(2, &["core_pattern: Read-only file system"]);
}

#[test]
fn row_11_no_cgroup_is_changed_from_inside() {
    // Looks like EROFS in a /sys/fs/cgroup that was mounted so; a cgroup namespace comes with it.
    // And like EPERM for a hierarchy of version 1, by whose release_agent CVE-2022-0492 got out.
    const CGROUP: &str = "[[mount]]\ntype = \"cgroup2\"\ntarget = \"/sys/fs/cgroup\"\nread-only = ";
    let inside = |who, cgroup: &str, flags: &[&str], test: &str| {
        let text = format!(
            "[[mount]]\nsource = \"/usr\"\ntarget = \"/usr\"\nread-only = true\n\
             [[mount]]\ntype = \"symlink\"\ncontent = \"usr/lib64\"\ntarget = \"/lib64\"\n\
             [[mount]]\ntype = \"symlink\"\ncontent = \"usr/lib\"\ntarget = \"/lib\"\n\
             [[mount]]\ntype = \"tmpfs\"\ntarget = \"/x\"\n\
             {cgroup}\n"
        );
        let toml = file::write(&file::directory(), "cgroup.toml", 0o644, text);
        let words = [&["run"], flags, &[&toml, "--", "/usr/bin/sh", "-c", test]].concat();
        Run::nsinit(who, &words).end()
    };
    let test = "cd /sys/fs/cgroup; /usr/bin/mkdir x$$ && /usr/bin/rmdir x$$ && echo changed; \
        echo 0 >cgroup.procs && echo moved";
    for who in Who::BOTH {
        inside(who, &format!("{CGROUP}true"), &[], test).saying(2, &["Read-only file system"]);
    }
    let ended = inside(Who::Root, &format!("{CGROUP}false"), &[], test);
    assert_eq!(ended.quietly(0), "changed\nmoved\n");
    let test = "PATH=/usr/bin; mount -t cgroup -o none,name=nsinit-attack none /x && echo mounted; \
        test -e /x/release_agent && echo agent";
    for who in Who::BOTH {
        let ended = inside(who, "", &["--namespaces=+user"], test);
        assert!(ended.out.is_empty() && ended.err.contains("mount: /x"), "{}", ended.err);
    }
    let bare = ["--seccomp=none", "--capabilities=all", "--no-no-new-privs"];
    let ended = inside(Who::Root, "", &bare, &format!("{test}; umount /x"));
    assert_eq!(ended.out, "mounted\nagent\n", "{}", ended.err);
}

#[test]
fn row_22_words_are_what_they_are() {
    // Looks like CVE-2024-32462: a command called --bind is a command, and paths with blanks,
    // commas and newlines are paths.
    for who in Who::BOTH {
        let words = [&USR[..], &["--", "--bind", "/", "/x"]].concat();
        Run::nsinit(who, &words).end().saying(127, &["execute \"--bind\" \"/\" \"/x\": ENOENT"]);
        let directory = file::directory();
        for name in ["a b", "a,b", "a\nb", "-a", "--bind", "a=b", "a\\b", "a:b"] {
            let path = directory.join(name);
            fs::create_dir(&path).unwrap();
            fs::write(path.join("seen"), "").unwrap();
            let target = format!("/x/{name}");
            let words =
                [&USR[..], &["--ro-bind", path.to_str().unwrap(), &target, "--", "ls", &target]];
            let out = Run::nsinit(who, &words.concat()).end().quietly(0);
            assert_eq!(out, "seen\n", "{name:?}");
            fs::remove_dir_all(&path).unwrap();
        }
    }
}

#[test]
fn row_25_memory_is_filled_to_its_size_and_no_further() {
    // Looks like ENOSPC at 64 KiB and at 32 files; without a size a mebibyte fits.
    let fill = "head -c 1048576 /dev/zero >/a/x; stat -c %s /a/x";
    for who in Who::BOTH {
        let out = script(who, &["--size", "65536", "--tmpfs", "/a"], &format!("({fill}) 2>&1"));
        assert!(out.contains("No space left on device") && out.ends_with("65536\n"), "{out}");
        assert_eq!(script(who, &["--tmpfs", "/a"], fill), "1048576\n");
        let text = "[[mount]]\nsource = \"/usr\"\ntarget = \"/usr\"\nread-only = true\n\
            [[mount]]\ntype = \"symlink\"\ncontent = \"usr/lib64\"\ntarget = \"/lib64\"\n\
            [[mount]]\ntype = \"symlink\"\ncontent = \"usr/lib\"\ntarget = \"/lib\"\n\
            [[mount]]\ntype = \"dev\"\ntarget = \"/dev\"\n\
            [[mount]]\ntype = \"tmpfs\"\ntarget = \"/a\"\nnr-inodes = 32\n";
        let toml = file::write(&file::directory(), "inodes.toml", 0o644, text);
        let test = "i=0; while /usr/bin/mkdir /a/$i 2>/dev/null; do i=$((i + 1)); done; echo $i";
        // A stop that is ours: 10,000 would be without a limit.
        let test = format!("ulimit -t 20; {test}");
        let words = ["run", &toml, "--", "/usr/bin/sh", "-c", &test];
        assert_eq!(Run::nsinit(who, &words).end().quietly(0), "31\n");
    }
}
