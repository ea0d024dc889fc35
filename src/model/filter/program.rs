//! Programs of classic BPF as seccomp(2) takes them.

use super::call::Call;
use crate::limits::FILTER_INSTRUCTIONS_MAX;

/// One instruction (`struct sock_filter` of linux/filter.h).
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// What is done.
    pub code: u16,
    /// How many instructions are skipped when a comparison holds.
    pub yes: u8,
    /// How many are skipped when it does not.
    pub no: u8,
    /// The constant, or the offset.
    pub k: u32,
}

impl Instruction {
    /// Bytes of one, as it lies in a file.
    pub const LEN: usize = 8;

    /// Nothing, to be overwritten.
    pub const NONE: Self = Self { code: 0, yes: 0, no: 0, k: 0 };

    /// From the bytes of a file that was written on this kind of machine.
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        let [a, b, yes, no, k @ ..] = bytes;
        Self { code: u16::from_le_bytes([a, b]), yes, no, k: u32::from_le_bytes(k) }
    }
}

/// Its instructions.
pub type Program<'a> = &'a [Instruction];

/// `A` is a word of the call's data (BPF_LD | BPF_W | BPF_ABS).
pub(super) const LOAD: u16 = 0x20;
/// `A` is masked (BPF_ALU | BPF_AND | BPF_K).
pub(super) const AND: u16 = 0x54;
/// So many instructions are skipped (BPF_JMP | BPF_JA).
pub(super) const SKIP: u16 = 0x05;
/// Whether `A` is the constant (BPF_JMP | BPF_JEQ | BPF_K).
pub(super) const IF_EQUAL: u16 = 0x15;
/// Whether `A` is greater (BPF_JMP | BPF_JGT | BPF_K).
pub(super) const IF_GREATER: u16 = 0x25;
/// Whether `A` is not less (BPF_JMP | BPF_JGE | BPF_K).
pub(super) const IF_NOT_LESS: u16 = 0x35;
/// The answer is the constant (BPF_RET | BPF_K).
pub(super) const ANSWER: u16 = 0x06;

/// Words of the scratch memory (BPF_MEMWORDS).
const MEMORY_WORDS: u32 = 16;

/// Whether the kernel takes a program, as far as one can say without its contents: known
/// instructions, jumps that end inside, an answer at the end (net/core/filter.c,
/// `bpf_check_classic`; kernel/seccomp.c, `seccomp_check_filter`).
pub fn is_program(program: Program<'_>) -> bool {
    let len = program.len();
    let is_inside = |from: usize, skipped: u32| {
        usize::try_from(skipped).is_ok_and(|skipped| from.saturating_add(skipped) < len)
    };
    let is_good = |(at, instruction): (usize, &Instruction)| {
        let Instruction { code, yes, no, k } = *instruction;
        let next = at.saturating_add(1);
        match code {
            LOAD => k % 4 == 0 && k < Call::LEN,
            SKIP => is_inside(next, k),
            // Comparisons with the constant or with X: JEQ, JGT, JGE, JSET.
            0x15 | 0x1d | 0x25 | 0x2d | 0x35 | 0x3d | 0x45 | 0x4d => {
                is_inside(next, yes.into()) && is_inside(next, no.into())
            }
            // The scratch memory: LD and LDX from it, ST and STX.
            0x60 | 0x61 | 0x02 | 0x03 => k < MEMORY_WORDS,
            // A shift by a constant, and a division by one.
            0x64 | 0x74 => k < 32,
            0x34 => k != 0,
            // RET; LD and LDX of a constant or the length; TAX, TXA.
            0x06 | 0x16 | 0x00 | 0x01 | 0x80 | 0x81 | 0x07 | 0x87 => true,
            // ADD, SUB, MUL, AND, OR, XOR with a constant; NEG.
            0x04 | 0x14 | 0x24 | 0x54 | 0x44 | 0xa4 | 0x84 => true,
            // These and DIV, LSH, RSH with X.
            0x0c | 0x1c | 0x2c | 0x3c | 0x5c | 0x4c | 0xac | 0x6c | 0x7c => true,
            _ => false,
        }
    };
    let ends = program.last().is_some_and(|last| matches!(last.code, 0x06 | 0x16));
    ends && len <= FILTER_INSTRUCTIONS_MAX && program.iter().enumerate().all(is_good)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    const fn one(code: u16, yes: u8, no: u8, k: u32) -> Instruction {
        Instruction { code, yes, no, k }
    }

    const ALLOW: Instruction = one(ANSWER, 0, 0, 0x7fff_0000);

    #[test]
    fn what_the_kernel_refuses_is_no_program() {
        for (program, is_good) in [
            (&[][..], false),
            (&[ALLOW], true),
            (&[one(LOAD, 0, 0, 0), ALLOW], true),
            (&[one(LOAD, 0, 0, 60), ALLOW], true),
            (&[one(LOAD, 0, 0, 64), ALLOW], false),
            (&[one(LOAD, 0, 0, 2), ALLOW], false),
            (&[ALLOW, one(LOAD, 0, 0, 0)], false),
            (&[one(IF_EQUAL, 1, 0, 0), ALLOW], false),
            (&[one(IF_EQUAL, 0, 1, 0), ALLOW, ALLOW], true),
            (&[one(IF_EQUAL, 0, 2, 0), ALLOW, ALLOW], false),
            (&[one(SKIP, 0, 0, 1), ALLOW, ALLOW], true),
            (&[one(SKIP, 0, 0, u32::MAX), ALLOW, ALLOW], false),
            (&[one(0x34, 0, 0, 0), ALLOW], false),
            (&[one(0x02, 0, 0, 16), ALLOW], false),
            (&[one(0x28, 0, 0, 0), ALLOW], false),
            (&[one(0x94, 0, 0, 1), ALLOW], false),
        ] {
            assert_eq!(is_program(program), is_good, "{program:?}");
        }
        let long: Vec<_> = std::iter::repeat_n(ALLOW, FILTER_INSTRUCTIONS_MAX).collect();
        assert!(is_program(&long));
        let longer: Vec<_> = std::iter::repeat_n(ALLOW, FILTER_INSTRUCTIONS_MAX + 1).collect();
        assert!(!is_program(&longer));
    }

    #[test]
    fn bytes_are_read_as_they_lie_in_memory() {
        let bytes = [0x15, 0, 2, 3, 0x78, 0x56, 0x34, 0x12];
        assert_eq!(Instruction::from_bytes(bytes), one(IF_EQUAL, 2, 3, 0x1234_5678));
        assert_eq!(size_of::<Instruction>(), Instruction::LEN);
    }
}
