//! Trouble of the kernel, told by a record of /dev/kmsg.
//!
//! A record is `PRIORITY,SEQUENCE,MICROSECONDS,FLAGS;TEXT`, with lines of its own behind it
//! (Documentation/ABI/testing/dev-kmsg). PRIORITY is the level and eight times the facility, and
//! what a process writes there never gets facility 0 (kernel/printk/printk.c, `devkmsg_write`): a
//! workload cannot make a warning of the kernel. The beginnings below are those that the kernel
//! prints, in the files that are named with them.

use crate::text::{Fault, Names, units};

/// How bad it is. Zero is left for nothing bad: what lies in `.bss` is zero at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// The kernel warns: WARN, lockdep, RCU stall, hung task, UBSAN.
    Warn = 1,
    /// Something of the kernel broke: oops, BUG, KASAN, lockup, panic.
    Oops,
}

/// From which grade on a test fails that its workload passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FailOn {
    /// Never: trouble is only told.
    #[default]
    Never,
    /// From this grade on.
    From(Grade),
}

impl FailOn {
    /// Reads `never`, `oops` or `warn`.
    ///
    /// # Errors
    /// [`Fault::NotOneOf`] for another word.
    pub fn parse(text: &[u8]) -> Result<Self, Fault> {
        match text {
            b"never" => Ok(Self::Never),
            b"oops" => Ok(Self::From(Grade::Oops)),
            b"warn" => Ok(Self::From(Grade::Warn)),
            _ => Err(Fault::NotOneOf(Names::new("never|oops|warn"))),
        }
    }

    /// Whether trouble of this grade fails the test.
    pub fn fails(self, grade: Grade) -> bool {
        match self {
            Self::Never => false,
            Self::From(least) => grade >= least,
        }
    }
}

/// How a text begins that tells of trouble.
const BEGINNINGS: &[(&str, Grade)] = &[
    ("BUG: ", Grade::Oops), // arch/*/mm/fault.c, mm/kasan/report.c, mm/kfence/report.c
    ("kernel BUG at ", Grade::Oops), // lib/bug.c
    ("Oops", Grade::Oops),  // arch/x86/kernel/dumpstack.c: "Oops: ", "Oops - BUG"
    ("Internal error: ", Grade::Oops), // arch/arm64/kernel/traps.c
    ("Unable to handle kernel ", Grade::Oops), // arch/arm64/mm/fault.c, arch/riscv/mm/fault.c
    ("general protection fault", Grade::Oops), // arch/x86/kernel/traps.c, of the kernel's own
    ("Kernel panic - ", Grade::Oops), // kernel/panic.c
    ("watchdog: BUG: ", Grade::Oops), // kernel/watchdog.c, soft lockup
    ("watchdog: Watchdog detected hard LOCKUP", Grade::Oops), // kernel/watchdog.c
    ("NMI watchdog: Watchdog detected hard LOCKUP", Grade::Oops), // before Linux 6.5
    ("WARNING: ", Grade::Warn), // kernel/panic.c, __warn; kernel/locking/lockdep.c
    ("[ BUG: ", Grade::Warn), // kernel/locking/lockdep.c, "[ BUG: Invalid wait context ]"
    ("INFO: possible ", Grade::Warn), // kernel/locking/lockdep.c, before Linux 4.11
    ("INFO: trying to register non-static key", Grade::Warn), // kernel/locking/lockdep.c
    ("UBSAN: ", Grade::Warn), // lib/ubsan.c
];

/// Trouble that stands in the middle of a text: how it begins, and what must follow.
const MIDDLES: &[(&str, &str)] = &[
    ("INFO: task ", " blocked for more than "), // kernel/hung_task.c
    ("INFO: task ", " blocked in I/O wait for more than "), // likewise, since Linux 6.18
    ("rcu: INFO: ", " detected stalls on CPUs/tasks"), // kernel/rcu/tree_stall.h
    ("rcu: INFO: ", " self-detected stall on CPU"),
    ("rcu: INFO: ", " detected expedited stalls on CPUs/tasks"),
    ("INFO: rcu", " stall"), // before Linux 4.20
];

/// The kernel's own text in a record, and how bad what it tells is; `None` for all others.
pub fn trouble(record: &[u8]) -> Option<(Grade, &[u8])> {
    let (head, text) = record.split_at_checked(record.iter().position(|byte| *byte == b';')?)?;
    let priority = head.split(|byte| *byte == b',').next()?;
    // Level 0 to 7 of facility 0.
    let _ = units::unsigned(priority, 7).ok()?; // which level is no matter
    let text = text.get(1..)?;
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    grade(line).map(|grade| (grade, line))
}

/// How bad what a line tells is.
fn grade(line: &[u8]) -> Option<Grade> {
    let begins = |(start, _): &&(&str, Grade)| line.starts_with(start.as_bytes());
    if let Some((_, grade)) = BEGINNINGS.iter().find(begins) {
        return Some(*grade);
    }
    let has = |(start, middle): &(&str, &str)| {
        line.starts_with(start.as_bytes())
            && (0..line.len())
                .filter_map(|at| line.get(at..))
                .any(|rest| rest.starts_with(middle.as_bytes()))
    };
    MIDDLES.iter().any(has).then_some(Grade::Warn)
}

/// How bad what /proc/sys/kernel/tainted says is (Documentation/admin-guide/tainted-kernels.rst):
/// it remembers what the ring of messages has lost.
pub const fn grade_of_taint(taint: u64) -> Option<Grade> {
    const BAD_PAGE: u64 = 1 << 5;
    const DIED: u64 = 1 << 7;
    const WARNED: u64 = 1 << 9;
    const SOFT_LOCKUP: u64 = 1 << 14;
    match taint {
        taint if taint & (BAD_PAGE | DIED | SOFT_LOCKUP) != 0 => Some(Grade::Oops),
        taint if taint & WARNED != 0 => Some(Grade::Warn),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_kernel_prints_in_trouble_is_recognised() {
        use Grade::{Oops, Warn};
        for (text, expected) in [
            ("BUG: kernel NULL pointer dereference, address: 0000000000000010", Oops),
            ("BUG: KASAN: slab-out-of-bounds in kmalloc_oob_right+0x190/0x3b8", Oops),
            ("BUG: sleeping function called from invalid context at mm/slab.h:330", Oops),
            ("kernel BUG at fs/ext4/inode.c:2721!", Oops),
            ("Oops: 0002 [#1] SMP NOPTI", Oops),
            ("Oops: general protection fault, probably for non-canonical address 0xdead", Oops),
            ("Internal error: Oops: 0000000096000004 [#1] SMP", Oops),
            ("Unable to handle kernel paging request at virtual address ffff8000", Oops),
            ("general protection fault, probably for non-canonical address 0xdead: 0000", Oops),
            ("Kernel panic - not syncing: sysrq triggered crash", Oops),
            ("watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [test:312]", Oops),
            ("WARNING: CPU: 0 PID: 1 at kernel/sched/core.c:3169 set_cpu+0x1/0x2", Warn),
            ("WARNING: possible circular locking dependency detected", Warn),
            ("WARNING: suspicious RCU usage", Warn),
            ("[ BUG: Invalid wait context ]", Warn),
            ("INFO: task kworker/0:1:12 blocked for more than 120 seconds.", Warn),
            ("rcu: INFO: rcu_preempt self-detected stall on CPU", Warn),
            ("rcu: INFO: rcu_sched detected stalls on CPUs/tasks:", Warn),
            ("UBSAN: array-index-out-of-bounds in drivers/x.c:12:5", Warn),
        ] {
            let record = std::format!("4,339,5140900,-;{text}\n SUBSYSTEM=acpi\n");
            assert_eq!(trouble(record.as_bytes()), Some((expected, text.as_bytes())), "{text}");
        }
    }

    #[test]
    fn what_is_no_trouble_of_the_kernel_is_let_by() {
        for record in [
            "6,1,0,-;Linux version 6.12.0 (BUG: no)",
            "4,2,0,-;Spectre V2 : WARNING: Unprivileged eBPF is enabled",
            "6,3,0,-;traps: test[312] general protection fault ip:401 sp:7ff error:0 in test",
            "6,4,0,-;test[312]: segfault at 0 ip 0000000000401000 sp 00007ffd error 4",
            "6,5,0,-;rcu: INFO: Hierarchical RCU implementation.",
            "6,6,0,-;INFO: lockdep is turned off.",
            "12,7,0,-;WARNING: CPU: 0 PID: 1 at forged.c:1", // facility 1: a process wrote it
            "WARNING: no record at all",
            "",
        ] {
            assert_eq!(trouble(record.as_bytes()), None, "{record}");
        }
    }

    #[test]
    fn a_test_fails_from_the_grade_on_that_was_said() {
        let fails = |text: &str| {
            let fail_on = FailOn::parse(text.as_bytes()).unwrap();
            (fail_on.fails(Grade::Warn), fail_on.fails(Grade::Oops))
        };
        assert_eq!(fails("never"), (false, false));
        assert_eq!(fails("oops"), (false, true));
        assert_eq!(fails("warn"), (true, true));
        assert!(FailOn::parse(b"WARN").is_err());
        assert_eq!(
            [0, 1 << 12, 1 << 9, 1 << 7 | 1 << 9].map(grade_of_taint),
            [None, None, Some(Grade::Warn), Some(Grade::Oops)]
        );
    }

    proptest::proptest! {
        #[test]
        fn no_record_whatsoever_is_a_defect(record: std::vec::Vec<u8>) {
            if let Some((_, line)) = trouble(&record) {
                assert!(!line.contains(&b'\n') && !line.is_empty());
            }
        }
    }
}
