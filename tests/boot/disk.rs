//! Disks of machines that are used as people use them: behind an initramfs of somebody else, and
//! written to by everybody.
//!
//! It looks like this: a workload that swaps to a file, takes /proc away and has a log on the disk
//! leaves that clean all the same, which `dumpe2fs` says.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::kit::{Ended, Guest, USUAL, appliance, file, initramfs};
use super::root::{DISK, ext4_of, tree};

/// What QEMU is told of a disk whose driver is built into the kernel.
fn disk(image: &Path) -> String {
    let path = image.display();
    format!("-drive file={path},format=raw,if=none,id=disk -device nvme,serial=1,drive=disk")
}

fn printed_by(program: &str, arguments: &[&str]) -> String {
    let path = "/usr/sbin:/sbin:/usr/bin:/bin";
    let output = Command::new(program).args(arguments).env("PATH", path).output().unwrap();
    assert!(output.status.success(), "{program}: {output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A file that we hold open for writing, or that the kernel does, keeps its file system from being
/// unmounted; and without /proc nobody knows what is mounted.
#[test]
fn a_disk_is_left_clean_whatever_is_written_to() {
    let tree = tree("disk-clean", true);
    let _ = fs::copy("/usr/bin/busybox", tree.join("bin/busybox")).expect("no busybox");
    let image = ext4_of(&tree, "8M");
    let script = "echo one line; cd /etc; busybox dd if=/dev/urandom of=swap bs=64k count=8; \
                  busybox mkswap swap; busybox swapon swap && busybox umount /proc";
    let ended = Guest::new(USUAL, initramfs(USUAL, "nsinit", &[]))
        .option("--qemu", disk(&image))
        .option("--append", "root=/dev/nvme0n1 rw nsinit.log=/etc/log")
        .command(["/bin/busybox", "sh", "-c", script])
        .run();
    assert_eq!(ended.code, 0, "{ended:#?}");
    assert_clean(&image);
    let log = printed_by("debugfs", &["-R", "cat /etc/log", image.to_str().unwrap()]);
    assert!(log.contains("main: one line\n"), "{log}");
}

/// A second disk is mounted behind something of which mountinfo has a line of 4600 bytes, as it may
/// have one of an overlay.
#[test]
fn a_disk_is_left_clean_behind_a_mount_of_which_much_is_to_be_said() {
    let tree = tree("disk-behind", true);
    let _ = fs::copy("/usr/bin/busybox", tree.join("bin/busybox")).expect("no busybox");
    let image = ext4_of(&tree, "8M");
    let script = "part=$(busybox printf %0230d 0); long=/dev/shm; \
                  for n in 1 2 3 4 5 6 7 8 9 10; do long=$long/$part; done; \
                  busybox mkdir -p $long /dev/shm/disk && busybox mount --bind $long $long && \
                  busybox mount -t ext4 /dev/nvme0n1 /dev/shm/disk && echo a >/dev/shm/disk/word";
    let ended = Guest::new(
        USUAL,
        initramfs(USUAL, "nsinit", &[("/usr/bin/busybox".into(), "bin/busybox")]),
    )
    .option("--qemu", disk(&image))
    .command(["/bin/busybox", "sh", "-c", script])
    .run();
    assert_eq!(ended.code, 0, "{ended:#?}");
    assert_clean(&image);
    let word = printed_by("debugfs", &["-R", "cat /word", image.to_str().unwrap()]);
    assert_eq!(word, "a\n");
}

/// Nothing has to be done by whoever mounts it next.
fn assert_clean(image: &Path) {
    let state = printed_by("dumpe2fs", &["-h", image.to_str().unwrap()]);
    assert!(state.contains("has_journal") && !state.contains("needs_recovery"), "{state}");
}

/// So few descriptors that nothing can be started, and none is left to see what is mounted.
#[test]
fn a_disk_is_left_clean_whatever_is_everybodys_limit() {
    let image = ext4_of(&tree("disk-limited", true), "8M");
    let ended = Guest::new(USUAL, initramfs(USUAL, "nsinit", &[]))
        .option("--qemu", disk(&image))
        .option("--append", "root=/dev/nvme0n1 rw nsinit.default-rlimits=nofile=6")
        .command(["/bin/guest", "exit", "0"])
        .run();
    assert_eq!(ended.code, 125, "{ended:#?}");
    assert_clean(&image);
}

/// It is to take over what is mounted, but cannot be executed, or a signal asks for the end.
#[test]
fn a_disk_is_left_clean_where_the_other_init_does_not_take_over() {
    let tree = tree("disk-not-handed", true);
    let _ = fs::copy("/usr/bin/busybox", tree.join("bin/busybox")).expect("no busybox");
    for (farewell, end, code) in [
        ("/bin/nowhere", "exit 5", 5),
        ("/bin/guest", "busybox kill -USR2 1; exec busybox sleep 1000", 143),
    ] {
        let image = ext4_of(&tree, "8M");
        let append = format!("root=/dev/nvme0n1 rw nsinit.farewell=exec={farewell}");
        let ended = Guest::new(USUAL, initramfs(USUAL, "nsinit", &[]))
            .option("--qemu", disk(&image))
            .option("--append", append)
            .command(["/bin/busybox", "sh", "-c", &format!("echo a >/etc/word; {end}")])
            .run();
        assert_eq!(ended.code, code, "{ended:#?}");
        assert_clean(&image);
    }
}

/// A machine that writes megabytes to a disk which QEMU holds up as it is told, and ends with 7.
fn writing(name: &str, throttling: &str, megabytes: usize) -> (Ended, PathBuf) {
    let tree = tree(name, true);
    let _ = fs::copy("/usr/bin/busybox", tree.join("bin/busybox")).expect("no busybox");
    let image = ext4_of(&tree, "32M");
    // Requests that QEMU has merged would all be done at once, and then none for a minute.
    let drive = format!(
        "-drive file={},format=raw,if=none,id=disk,{throttling} \
         -device virtio-blk-pci,drive=disk,request-merging=off",
        image.display()
    );
    let script = format!(
        "busybox umount /proc; busybox dd if=/dev/zero of=/etc/big bs=1M count={megabytes}; exit 7"
    );
    let ended = Guest::new(USUAL, initramfs(USUAL, "nsinit", &[]))
        .modules(USUAL, &[DISK])
        .option("--qemu", drive)
        .option("--append", "nsinit.modules=virtio_blk root=/dev/vda rw")
        .limit(300)
        .command(["/bin/busybox", "sh", "-c", &script])
        .run();
    (ended, image)
}

/// After two megabytes the disk takes nothing more, and nobody who waits for it can be killed.
#[test]
#[ignore = "long: make test-boot-long"]
fn a_disk_that_answers_no_more_keeps_no_machine_up() {
    let dead = "throttling.bps-write=1,throttling.bps-write-max=2000000";
    let (ended, _) = writing("disk-dead", dead, 6);
    assert_eq!(ended.code, 7, "{ended:#?}");
    for words in ["init: sync hangs: ", "init: unmount \"/\" hangs: ", "Power down"] {
        assert!(ended.console.contains(words), "{words}: {ended:#?}");
    }
}

/// Six megabytes take a minute, longer than a disk is waited for that does nothing; which /proc
/// tells that the workload has unmounted.
#[test]
#[ignore = "long: make test-boot-long"]
fn a_disk_that_is_slow_has_all_the_time_it_takes() {
    let (ended, image) = writing("disk-slow", "throttling.bps-write=100000", 6);
    assert_eq!(ended.code, 7, "{ended:#?}");
    assert!(!ended.console.contains("hangs"), "{ended:#?}");
    assert_clean(&image);
    let file = printed_by("debugfs", &["-R", "stat /etc/big", image.to_str().unwrap()]);
    assert!(file.contains("Size: 6291456"), "{file}");
}

/// The first nsinit stands for the initramfs of a distribution: it mounts /proc and the others, and
/// hands over to the program of the disk. That is nsinit under its own name, which then is the
/// machine's init all the same, and takes what is mounted as it is.
#[test]
fn the_program_that_an_initramfs_hands_over_to_is_the_machines_init() {
    let own = "[[service]]\ncommand = [\"/bin/guest\", \"cat\", \"/proc/mounts\"]\n";
    let others = "[init]\nfarewell = { exec = [\"/bin/nsinit\"] }\n\
                  [[service]]\ncommand = [\"/bin/guest\", \"exit\", \"3\"]\n";
    let tree = tree("disk-handed", true);
    let _ = fs::copy(USUAL.program("nsinit"), tree.join("bin/nsinit")).unwrap();
    fs::write(tree.join("etc/nsinit.toml"), own).unwrap();
    let others = file("handing-over.toml", others);
    let Ended { code, console, said } =
        Guest::new(USUAL, initramfs(USUAL, "nsinit", &[(others, "etc/nsinit.toml")]))
            .option("--qemu", disk(&ext4_of(&tree, "8M")))
            .option("--append", "root=/dev/nvme0n1")
            .run();
    assert_eq!((code, console.matches("nsinit: init ").count()), (0, 2), "{console}{said}");
    for place in ["/proc", "/dev", "/sys", "/run", "/tmp", "/dev/pts", "/sys/fs/cgroup"] {
        assert_eq!(console.matches(&format!(" {place} ")).count(), 1, "{place}: {console}");
    }
}

/// The same where the kernel itself mounts the disk: `init=/bin/nsinit`.
#[test]
fn the_program_that_the_kernel_is_told_of_is_the_machines_init() {
    let tree = tree("disk-named", true);
    let _ = fs::copy(USUAL.program("nsinit"), tree.join("bin/nsinit")).unwrap();
    let empty = file("no-init-named", "nothing to see here\n");
    let append = "root=/dev/nvme0n1 rootfstype=ext4 rootwait rw init=/bin/nsinit splash";
    Guest::new(USUAL, super::root::initramfs_without_init(&empty))
        .option("--qemu", disk(&ext4_of(&tree, "8M")))
        .option("--append", append)
        .command(["/bin/guest", "exit", "33"])
        .check(33, "");
}

/// As for modules that are built in, and for those that a module needs.
#[test]
fn a_module_has_its_parameters_from_the_kernel_command_line() {
    let module = "fs/overlayfs/overlay";
    let console = Guest::new(USUAL, appliance(USUAL, &[]))
        .modules(USUAL, &[module])
        .option("--append", "overlay.redirect-max=77 nsinit.modules=overlay")
        .command(["/bin/guest", "cat", "/sys/module/overlay/parameters/redirect_max"])
        .run()
        .console;
    assert!(console.contains("\n77\n"), "{console}");
}
