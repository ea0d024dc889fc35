//! A filter against two requests alone: what types into a terminal as if its user had.
//!
//! TIOCSTI puts a character into the input of the terminal that a process shares with whoever
//! started it, and the shell there reads it when the process is gone; TIOCLINUX pastes on a console
//! (ioctl_tty(2), ioctl_console(2)). The kernel compares the lower half of a request, and so do we
//! (CVE-2017-5226, CVE-2019-10063, CVE-2023-28100).

use super::program::{ANSWER, IF_EQUAL, Instruction, LOAD, Program};

const fn load(k: u32) -> Instruction {
    Instruction { code: LOAD, yes: 0, no: 0, k }
}

const fn is(k: u32, yes: u8, no: u8) -> Instruction {
    Instruction { code: IF_EQUAL, yes, no, k }
}

const fn answer(k: u32) -> Instruction {
    Instruction { code: ANSWER, yes: 0, no: 0, k }
}

/// A machine and the one whose programs it runs as well (linux/audit.h), and the numbers of
/// ioctl(2) there: three of its own, one of the other.
struct Entries {
    own: u32,
    other: u32,
    own_ioctl: [u32; 3],
    other_ioctl: u32,
}

#[cfg(target_arch = "x86_64")]
const ENTRIES: Entries = Entries {
    own: 0xc000_003e,
    other: 0x4000_0003,
    own_ioctl: [16, 0x4000_0010, 0x4000_0202], // the others are those of x32
    other_ioctl: 54,
};

#[cfg(target_arch = "aarch64")]
const ENTRIES: Entries =
    Entries { own: 0xc000_00b7, other: 0x4000_0028, own_ioctl: [29, 29, 29], other_ioctl: 54 };

/// The filter.
pub const TERMINAL_GUARD: Program<'static> = &[
    load(4), // the machine
    is(ENTRIES.own, 3, 0),
    is(ENTRIES.other, 0, 9),
    load(0), // the call
    is(ENTRIES.other_ioctl, 4, 7),
    load(0),
    is(ENTRIES.own_ioctl[0], 2, 0),
    is(ENTRIES.own_ioctl[1], 1, 0),
    is(ENTRIES.own_ioctl[2], 0, 3),
    load(24),            // the lower half of the request
    is(0x5412, 2, 0),    // TIOCSTI
    is(0x541c, 1, 0),    // TIOCLINUX
    answer(0x7fff_0000), // let through
    answer(0x0005_0001), // EPERM
];

#[cfg(test)]
mod tests {
    use super::super::{Call, is_program, run};
    use super::*;

    #[test]
    fn only_what_types_into_a_terminal_is_refused() {
        assert!(is_program(TERMINAL_GUARD));
        let answer = |arch, number, request| {
            let arguments = [0, request, 0, 0, 0, 0];
            run(TERMINAL_GUARD, &Call { number, arch, instruction: 0, arguments })
        };
        let Entries { own, other, own_ioctl, other_ioctl } = ENTRIES;
        let (allow, deny) = (0x7fff_0000, 0x0005_0001);
        for request in [0x5412, 0x541c, 0x1_0000_5412, 0xffff_ffff_0000_541c] {
            assert!(own_ioctl.into_iter().all(|ioctl| answer(own, ioctl, request) == deny));
            assert_eq!(answer(other, other_ioctl, request), deny, "{request:#x}");
            assert_eq!(answer(own, 0, request), allow, "read(2) on descriptor {request:#x}");
            assert_eq!(answer(other, 3, request), allow);
            assert_eq!(answer(0, own_ioctl[0], request), allow);
        }
        for request in [0x5401, 0x5413, 0x5412_0000_0000, 0] {
            assert_eq!(answer(own, own_ioctl[0], request), allow, "{request:#x}");
            assert_eq!(answer(other, other_ioctl, request), allow, "{request:#x}");
        }
    }
}
