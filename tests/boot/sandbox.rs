//! A service of a machine that is a sandbox: namespaces, clocks, limits and Landlock, on kernels
//! that this machine does not run, with all controllers in cgroups of version 2.
//!
//! It looks like this: `qemu-run … -- /init run /etc/box.toml /bin/guest eat` ends with 137, for
//! the workload was killed where its 16 MiB end.

use std::collections::BTreeMap;

use super::kit::{ALL, Ended, Guest, Kernel, USUAL, appliance, file};
use super::root::{DISK, ext4_with_nsinit, guest};

const BOX: &str = r#"
[sandbox]
name = "box"
namespaces = ["pid", "mnt", "uts", "ipc", "time", "net", "cgroup", "user"]
hostname = "box"

[time]
boottime = "+30d"

[limits]
memory-max = "16MiB"
memory-swap-max = "0"
pids-max = 8
cpu-max = "20%"

[security.landlock]
read = ["/bin", "/proc"]

[[service]]
command = ["/bin/guest", "places"]
"#;

const MACHINE: &str = r#"
[[service]]
name = "outside"
command = ["/bin/guest", "places"]
restart = "never"

[[service]]
name = "inside"
main = true
after = ["outside"]
command = ["/init", "run", "/etc/box.toml"]
"#;

/// What a command does in the box.
fn inside(kernel: Kernel, words: &str) -> Ended {
    let initramfs = appliance(kernel, &[(file("box.toml", BOX), "etc/box.toml")]);
    let command = ["/init", "run", "/etc/box.toml", "/bin/guest"];
    Guest::new(kernel, initramfs).command(command.into_iter().chain(words.split(' '))).run()
}

/// Two services tell where they are, one of them in the box.
fn check_places(kernel: Kernel) {
    let files = [("box.toml", BOX, "etc/box.toml"), ("machine.toml", MACHINE, "etc/nsinit.toml")];
    let files = files.map(|(name, text, place)| (file(name, text), place));
    let ended = Guest::new(kernel, appliance(kernel, &files)).run();
    assert_eq!(ended.code, 0, "{kernel:?}: {ended:#?}");
    let mut places: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in ended.console.lines().filter_map(|line| line.strip_prefix("place ")) {
        let (name, value) = line.split_once(' ').unwrap_or((line, ""));
        places.entry(name).or_default().push(value);
    }
    let kinds = ["pid", "mnt", "uts", "ipc", "time", "net", "cgroup", "user"];
    for name in kinds.into_iter().chain(["up"]) {
        let [one, other] = places.get(name).map_or(&[][..], Vec::as_slice) else {
            panic!("{kernel:?}: {name} is not told twice: {ended:#?}");
        };
        assert_ne!(one, other, "{kernel:?}: {name}");
    }
    let mut up: Vec<u64> = places["up"].iter().map(|seconds| seconds.parse().unwrap()).collect();
    up.sort_unstable();
    assert!(up[0] < 600 && (2_592_000..2_592_600).contains(&up[1]), "{kernel:?}: {up:?}");
}

fn check_limits(kernel: Kernel) {
    let ended = inside(kernel, "eat");
    assert_eq!(ended.code, 137, "{kernel:?}: {ended:#?}");
    assert!(ended.console.contains("out of memory"), "{kernel:?}: {ended:#?}");
    assert!(ended.console.contains("X_NSINIT_OOM_KILLS=1"), "{kernel:?}: {ended:#?}");
    let ended = inside(kernel, "breed");
    // PID 1 and the one that counts are two of the eight.
    assert!(
        ended.console.contains("workload: 6 children, then Errno(11)"),
        "{kernel:?}: {ended:#?}"
    );
    let ended = inside(kernel, "spin");
    let part = ended.console.split_once("workload: spun ").map(|(_, rest)| rest);
    let part = part.and_then(|rest| rest.split_once(' ')?.0.parse::<u64>().ok());
    assert!(part.is_some_and(|percent| percent < 40), "{kernel:?}: {ended:#?}");
}

fn check_landlock(kernel: Kernel) {
    let ended = inside(kernel, "cat /etc/box.toml");
    assert!(ended.code == 1 && !ended.console.contains("[sandbox]"), "{kernel:?}: {ended:#?}");
    let ended = inside(kernel, "cat /proc/self/status");
    assert!(ended.code == 0 && ended.console.contains("NoNewPrivs:\t1"), "{kernel:?}: {ended:#?}");
}

#[test]
fn a_service_in_a_sandbox_is_elsewhere_in_all_eight_ways() {
    check_places(USUAL);
}

#[test]
fn limits_of_a_sandbox_bite() {
    check_limits(USUAL);
}

#[test]
fn landlock_holds_in_a_guest() {
    check_landlock(USUAL);
}

/// `nsinit run --root / /bin/guest write /proc/sysrq-trigger h`, and without the root, where the
/// kernel's help is on the console: a workload that could turn the machine off, or crash it.
#[test]
fn a_root_of_its_own_keeps_the_machines_keys_away() {
    let disk = ext4_with_nsinit("sandbox-root");
    let write = |flags: &[&str], path: &str, word: &str| {
        let words = [&["/bin/nsinit", "run"], flags, &["/bin/guest", "write", path, word]].concat();
        guest(&disk, &[DISK], "root=/dev/vda", "").command(words).run()
    };
    let without = write(&[], "/proc/sysrq-trigger", "h");
    assert!(without.console.contains("sysrq: HELP"), "{without:#?}");
    for path in ["/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern"] {
        let ended = write(&["--root", "/"], path, "h");
        assert!(ended.code == 1 && ended.console.contains("workload: Errno(30)"), "{ended:#?}");
        assert!(!ended.console.contains("sysrq: HELP"), "{ended:#?}");
    }
}

/// Landlock is version 2 on 6.1 and newer than here on 7.
#[test]
#[ignore = "long: make test-boot-long"]
fn sandboxes_are_the_same_on_every_kernel() {
    // Before Landlock the box is refused, as tests/golden/plans says.
    let others = ALL.into_iter().filter(|kernel| *kernel != USUAL && kernel.has_landlock());
    for kernel in others.filter(|kernel| kernel.is_asked_for()) {
        check_places(kernel);
        check_limits(kernel);
        check_landlock(kernel);
    }
}
