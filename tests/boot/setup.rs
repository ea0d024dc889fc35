//! What a machine is told of itself: time of day, name, limits; and who looks after its init.
//!
//! It looks like this: `qemu-run --append 'nsinit.clock=@1893553445' … -- /bin/guest date` prints
//! that time. Each is said by the kernel's command line, which every key of `[init]` can be.

use super::kit::{Guest, USUAL, appliance};

/// A guest whose workload is `words`, with more for the kernel's command line and for QEMU.
fn guest(append: &str, qemu: &str, words: &str) -> Guest {
    let words = ["/bin/guest"].into_iter().chain(words.split(' '));
    let guest = Guest::new(USUAL, appliance(USUAL, &[])).command(words);
    guest.option("--append", append).option("--qemu", qemu)
}

/// What stands behind the words on the console, as a number.
fn number(console: &str, words: &str) -> u64 {
    let rest = console.split_once(words).map(|(_, rest)| rest).unwrap_or_default();
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_else(|_| panic!("no number behind \"{words}\": {console}"))
}

#[test]
fn the_time_of_day_is_the_one_that_was_said() {
    let date = |append: &str, qemu: &str| {
        let console = guest(append, qemu, "date").run().console;
        number(&console, "workload: date ")
    };
    const A_WHILE: u64 = 120; // the guest may be slow
    let said = date("nsinit.clock=2030-01-02T03:04:05Z", "");
    assert!((1_893_553_445..1_893_553_445 + A_WHILE).contains(&said), "{said}");
    // 2031-01-01T00:00:00Z, by the machine's own clock.
    let own = date("nsinit.clock=rtc", "-rtc base=2031-01-01T00:00:00,clock=vm");
    assert!((1_924_992_000..1_924_992_000 + A_WHILE).contains(&own), "{own}");
    // Its battery is empty: time begins when this program was made.
    let stopped = date("nsinit.clock=rtc", "-rtc base=2001-01-01T00:00:00,clock=vm");
    assert!((1_767_225_600..1_767_225_600 + A_WHILE).contains(&stopped), "{stopped}");
}

/// The name that a machine has, with this for the kernel's command line.
fn id(append: &str) -> String {
    let uuid = "-uuid 01234567-89AB-CDEF-0123-456789ABCDEF";
    let console = guest(append, uuid, "cat /etc/machine-id").run().console;
    let is_id = |line: &&str| line.len() == 32 && line.chars().all(|c| c.is_ascii_hexdigit());
    console.lines().find(is_id).unwrap_or_else(|| panic!("no name: {console}")).to_owned()
}

#[test]
fn a_machine_has_the_name_of_its_firmware() {
    assert_eq!(id("nsinit.machine-id=firmware"), "0123456789abcdef0123456789abcdef");
}

#[test]
#[ignore = "long: make test-boot-long"]
fn a_machine_has_another_name_at_each_start() {
    assert_ne!(id("nsinit.machine-id=random"), id("nsinit.machine-id=random"));
}

#[test]
fn limits_are_everybodys() {
    let append = "nsinit.default-rlimits=nofile=77:99";
    let console = guest(append, "", "cat /proc/self/limits").run().console;
    let line = console.lines().find(|line| line.starts_with("Max open files")).unwrap_or_default();
    let words: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(words[3..], ["77", "99", "files"], "{console}");
}

/// A guest with the watchdog of QEMU, and modules of this kernel for that.
fn watched(append: &str, words: &str) -> Guest {
    let append = format!(
        "nsinit.modules=i6300esb nsinit.watchdog-device=/dev/watchdog \
         nsinit.watchdog-timeout=4s {append}"
    );
    guest(&append, "-device i6300esb", words)
        .modules(USUAL, &["drivers/watchdog/watchdog", "drivers/watchdog/i6300esb"])
}

/// A workload that takes its time is let alone, and a machine whose PID 1 stands still is reset.
#[test]
fn a_watchdog_resets_a_machine_whose_init_hangs() {
    watched("", "last 12").check(0, "");
    watched("", "freeze").check(243, "the guest went away without a verdict");
}

/// What the kernel does to it is on the console, once the workload has switched that on: it waits
/// ten minutes and is fed; but where a reset would be no end like the one that was asked for, it is
/// stopped before the verdict.
#[test]
fn a_watchdog_guards_the_way_down_where_a_reset_could_end_it() {
    let told = |farewell: &str| {
        let append = format!("tp_printk loglevel=7 nsinit.farewell={farewell}");
        let words = "write /sys/kernel/tracing/events/watchdog/enable 1";
        let ended = watched(&append, words).run();
        assert_eq!(ended.code, 0, "{ended:#?}");
        let before = ended.console.split_once("nsinit: verdict ").expect("a verdict").0;
        let is_told = |words: &str| before.contains(&format!(" watchdog_{words}"));
        (is_told("set_timeout: watchdog0 timeout=600 err=0"), is_told("stop: watchdog0"))
    };
    assert_eq!(told("poweroff"), (true, false));
    // No kernel was left in memory, so that a restart follows.
    assert_eq!(told("kexec"), (false, true));
}
