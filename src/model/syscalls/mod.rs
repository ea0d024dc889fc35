//! System calls by name and by number (syscalls(2)), of each machine we are built for.
//!
//! A table is one text with the names in the order of their numbers; `=424` stands in front of the
//! name with that number. What finds a name in it is made by the compiler: an index sorted by name.
//! Numbers are given once and for ever, and from 424 on they are the same on both machines
//! (Documentation/process/adding-syscalls.rst). The tables are those of Linux 7.0. Which calls are
//! allowed does not belong here: that is [`filter`](super::filter).

mod aarch64;
mod machine;
mod x86_64;

pub use aarch64::MACHINE as AARCH64;
pub use machine::Machine;
pub use x86_64::MACHINE as X86_64;

/// The machine we are built for.
#[cfg(target_arch = "x86_64")]
pub const NATIVE: Machine = X86_64;
/// The machine we are built for.
#[cfg(target_arch = "aarch64")]
pub const NATIVE: Machine = AARCH64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::CALLS_MAX;
    use crate::text::Names;
    use std::collections::BTreeSet;

    const MACHINES: [Machine; 2] = [X86_64, AARCH64];

    #[test]
    fn every_name_has_its_number_and_every_number_its_name() {
        for machine in MACHINES {
            let names: std::vec::Vec<_> = machine.names().collect();
            assert!(names.len() > 300);
            let mut numbers = BTreeSet::new();
            for name in names {
                let number = machine.number_of(name.as_bytes()).unwrap();
                assert_eq!(machine.name_of(number), Some(name));
                assert!(machine.has_name(number) && numbers.insert(number), "{name}");
            }
            assert_eq!((0..u16::MAX).filter(|n| machine.has_name(*n)).count(), numbers.len());
            assert!(numbers.iter().all(|number| usize::from(*number) < CALLS_MAX));
        }
    }

    #[test]
    fn numbers_are_those_of_the_kernel() {
        // Columns: name, x86_64, aarch64; the ends of each run, and what stands behind a gap.
        for (name, x86, arm) in [
            ("read", Some(0), Some(63)),
            ("io_setup", Some(206), Some(0)),
            ("open", Some(2), None),
            ("openat", Some(257), Some(56)),
            ("recvmmsg", Some(299), Some(243)),
            ("wait4", Some(61), Some(260)),
            ("kexec_file_load", Some(320), Some(294)),
            ("uprobe", Some(336), None),
            ("pidfd_send_signal", Some(424), Some(424)),
            ("clone3", Some(435), Some(435)),
            ("mseal", Some(462), Some(462)),
            ("rseq_slice_yield", Some(471), Some(471)),
            ("=424", None, None),
            ("", None, None),
            ("rea", None, None),
        ] {
            assert_eq!(X86_64.number_of(name.as_bytes()), x86, "{name}");
            assert_eq!(AARCH64.number_of(name.as_bytes()), arm, "{name}");
        }
        assert_eq!((X86_64.name_of(337), AARCH64.name_of(250)), (None, None));
    }

    #[test]
    fn what_only_the_other_machine_has_is_known() {
        let missing = |from: &Machine, to: &Machine| {
            let names = from.names().filter(|name| to.number_of(name.as_bytes()).is_none());
            names.collect::<BTreeSet<_>>()
        };
        let listed = |machine: &Machine| Names::new(machine.elsewhere).iter().collect();
        assert_eq!(missing(&AARCH64, &X86_64), listed(&X86_64));
        assert_eq!(missing(&X86_64, &AARCH64), listed(&AARCH64));
        assert!(AARCH64.is_elsewhere(b"open") && !AARCH64.is_elsewhere(b"openat"));
    }

    #[test]
    fn a_typing_error_finds_its_call() {
        assert_eq!(X86_64.nearest(b"reed"), Some("read"));
        assert_eq!(X86_64.nearest(b"renamat2"), Some("renameat2"));
    }
}
