//! nsinit as the kernel's init: every way a workload ends arrives at the host as itself.
//!
//! It looks like this: `qemu-run KERNEL INITRAMFS -- /bin/guest signal 9` has to end with 137.

use super::kit::{ALL, Guest, Kernel, OLD, SHORT_LIMIT, USUAL, appliance, file, together};

/// A guest whose workload ends as `words` say: tests/boot/guest.rs.
fn guest(kernel: Kernel, words: &str) -> Guest {
    let words = ["/bin/guest"].into_iter().chain(words.split(' '));
    Guest::new(kernel, appliance(kernel, &[])).command(words)
}

/// Each of the ways a workload ends, and a guest.
fn check_every_end(kernel: Kernel) {
    guest(kernel, "exit 0").check(0, "");
    guest(kernel, "exit 77").check(77, "");
    guest(kernel, "signal 9").check(137, "the workload was ended by signal");
    guest(kernel, "panic").check(240, "the kernel panicked");
    guest(kernel, "cut").check(243, "the guest went away without a verdict");
}

#[test]
fn every_end_arrives_as_itself() {
    check_every_end(USUAL);
}

/// Old and new kernels, of both machines: with a port (6.12, 7), with a console alone (5.10, 6.1).
#[test]
#[ignore = "long: make test-boot-long"]
fn every_end_arrives_as_itself_on_every_kernel() {
    check_other_ends(USUAL);
    let others = ALL.into_iter().filter(|kernel| *kernel != USUAL && kernel.is_asked_for());
    for kernel in others {
        check_every_end(kernel);
        check_other_ends(kernel);
        Guest::new(kernel, appliance(kernel, &[]))
            .command(["/nowhere"])
            .check(127, "the workload could not be started");
    }
}

/// A console that is raw has no carriage returns; where it is all there is, the verdict counts.
#[test]
#[ignore = "long: make test-boot-long"]
fn a_verdict_comes_home_over_a_console_that_was_left_raw() {
    guest(OLD, "raw 3").check(3, "");
    guest(USUAL, "raw 3").check(3, "");
}

/// Whoever hands over to us may have opened a terminal in place of the console. The end of a
/// session that had that hangs it up (setsid(2)), for us as well.
#[test]
fn a_verdict_is_on_the_console_where_our_terminal_was_hung_up() {
    let second = "[[service]]\nterminal = 'own'\ncommand = ['/bin/guest', 'exit', '3']\n";
    let script = "exec /bin/nsinit init --config /etc/second.toml </dev/ttyS0 >/dev/ttyS0 2>&1";
    let first = format!(
        "[init]\nfarewell = {{ exec = ['/bin/busybox', 'sh', '-c', '{script}'] }}\n\
         [[service]]\ncommand = ['/bin/guest', 'exit', '0']\n"
    );
    let files = [
        (file("hung-up-second.toml", second), "etc/second.toml"),
        (file("hung-up-first.toml", &first), "etc/nsinit.toml"),
        (USUAL.program("nsinit"), "bin/nsinit"),
        ("/usr/bin/busybox".into(), "bin/busybox"),
    ];
    let ended = Guest::new(USUAL, appliance(USUAL, &files)).run();
    let verdicts = ended.console.matches("nsinit: verdict ").count();
    let is_told = ended.console.contains(" EXIT_STATUS=3 X_NSINIT_RESULT=exited ");
    assert!(ended.code == 3 && verdicts == 2 && is_told, "{ended:#?}");
}

/// Without its time of day in front, and in a line that a workload had begun.
#[test]
fn a_panic_is_one_however_it_is_printed() {
    let words = "the kernel panicked: \"Kernel panic - not syncing: sysrq triggered crash\"";
    guest(USUAL, "panic").option("--append", "printk.time=0").check(240, words);
    guest(USUAL, "begun").option("--append", "loglevel=1").check(240, words);
}

/// Those that are no other kind of end.
fn check_other_ends(kernel: Kernel) {
    guest(kernel, "exit 1").check(1, "");
    guest(kernel, "exit 255").check(255, "");
    guest(kernel, "signal 11").check(139, "the workload was ended by signal");
    guest(kernel, "reset").check(243, "the guest went away without a verdict");
}

/// A boot takes two seconds of the twenty.
#[test]
fn a_workload_that_hangs_is_ended() {
    guest(USUAL, "hang").limit(20).check(242, "why: the workload was started and has not ended");
}

#[test]
fn a_command_that_cannot_be_started_has_the_codes_of_a_shell() {
    let command = |word| Guest::new(USUAL, appliance(USUAL, &[])).command([word]);
    command("/nowhere").check(127, "the workload could not be started");
    command("/etc").check(126, "the workload could not be started");
}

#[test]
#[ignore = "long: make test-boot-long"]
fn a_workload_that_hangs_is_ended_by_the_time_limit() {
    let arm64 = ALL.into_iter().filter(|kernel| kernel.arch != USUAL.arch && kernel.is_asked_for());
    let kernels = arm64.take(1).chain([USUAL]);
    let checks: Vec<_> = kernels
        .map(|kernel| (guest(kernel, "hang").limit(SHORT_LIMIT), 242, "the guest did not end"))
        .collect();
    together(&checks);
}

/// It eats all memory, and /proc, which has the count, is unmounted by then.
#[test]
fn a_kill_for_want_of_memory_is_counted_without_proc_too() {
    let initramfs = appliance(USUAL, &[("/usr/bin/busybox".into(), "bin/busybox")]);
    let script = "busybox umount /proc; exec busybox tail /dev/zero";
    let guest = Guest::new(USUAL, initramfs).command(["/bin/busybox", "sh", "-c", script]);
    let ended = guest.run();
    let is_counted = ended.console.contains("X_NSINIT_OOM_KILLS=1");
    assert!(ended.code == 137 && is_counted, "{ended:#?}");
}

/// /etc/nsinit.toml with a key that is none: said on the console, with its place.
#[test]
fn a_fault_in_the_configuration_is_said_and_comes_home() {
    let wrong = file("wrong.toml", "[sandbox]\nhostnam = \"box\"\n");
    let initramfs = appliance(USUAL, &[(wrong, "etc/nsinit.toml")]);
    let guest = Guest::new(USUAL, initramfs).command(["/bin/guest", "exit", "0"]);
    guest.check(125, "nsinit failed before the workload ran");
    let console = guest.run().console;
    assert!(console.contains("nsinit.toml:2:1: unknown key"), "{console}");
}

#[test]
fn the_words_of_a_command_arrive_as_they_were() {
    let words = ["two three", "a=b", "a=b c", "--flag", "$HOME 'x'", "é", "quiet", "a.b=c"];
    let all: Vec<&str> = ["/bin/guest", "words"].into_iter().chain(words).collect();
    let ended = Guest::new(USUAL, appliance(USUAL, &[])).command(all).run();
    let expected: String = words.iter().map(|word| format!("<{word}>\n")).collect();
    assert!(ended.console.contains(&expected), "{expected} is not in: {ended:#?}");
}

/// What is wrong with the kernel command line is said with its place on it and a remedy.
#[test]
#[ignore = "long: make test-boot-long"]
fn a_fault_on_the_kernel_command_line_is_said_with_its_remedy() {
    let guest = guest(USUAL, "exit 0");
    for (append, words) in [
        ("nsinit.mdules=a", "unknown key \"mdules\"\n  try: modules\n"),
        ("nsinit.config=/nowhere.toml", "read \"/nowhere.toml\": ENOENT\n  why: it is looked for"),
    ] {
        let ended = guest.clone().option("--append", append).run();
        assert!(ended.code == 125 && ended.console.contains(words), "{append}: {ended:#?}");
    }
}
