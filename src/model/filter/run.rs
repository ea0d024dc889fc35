//! What the kernel does with a program: one call in, one answer out.
//!
//! Programs of other people may have more instructions than ours do; those are the kernel's to run.

use super::Action;
use super::call::Call;
use super::program::{
    AND, ANSWER, IF_EQUAL, IF_GREATER, IF_NOT_LESS, Instruction, LOAD, Program, SKIP,
};

/// The answer of `program`, one that [`compile`](super::compile()) made. What it never makes ends
/// the process.
pub fn run(program: Program<'_>, call: &Call) -> u32 {
    let mut a = 0;
    let mut rest = program;
    while let Some((Instruction { code, yes, no, k }, behind)) = rest.split_first() {
        let skips = |holds: bool| u32::from(if holds { *yes } else { *no });
        let skipped = match *code {
            LOAD => match call.word(*k) {
                Some(word) => {
                    a = word;
                    0
                }
                None => break,
            },
            AND => {
                a &= k;
                0
            }
            SKIP => *k,
            IF_EQUAL => skips(a == *k),
            IF_GREATER => skips(a > *k),
            IF_NOT_LESS => skips(a >= *k),
            ANSWER => return *k,
            _ => break,
        };
        let skipped = usize::try_from(skipped).unwrap_or(usize::MAX);
        rest = behind.get(skipped..).unwrap_or_default();
    }
    Action::Kill.answer()
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn one(code: u16, yes: u8, no: u8, k: u32) -> Instruction {
        Instruction { code, yes, no, k }
    }

    #[test]
    fn every_word_of_a_call_can_be_loaded() {
        let call = Call {
            number: 1,
            arch: 2,
            instruction: 4 << 32 | 3,
            arguments: [6 << 32 | 5, 8 << 32 | 7, 10 << 32 | 9, 0, 0, 16 << 32 | 15],
        };
        assert_eq!(size_of::<Call>(), 64);
        for (offset, word) in [
            (0, 1),
            (4, 2),
            (8, 3),
            (12, 4),
            (16, 5),
            (20, 6),
            (24, 7),
            (28, 8),
            (56, 15),
            (60, 16),
        ] {
            let found = call.word(offset);
            assert_eq!(found, Some(word), "at {offset}");
        }
        assert_eq!(call.word(64), None);
    }

    #[test]
    fn a_program_that_has_no_end_ends_the_process() {
        let kill = Action::Kill.answer();
        for program in [
            &[][..],
            &[one(LOAD, 0, 0, 0)],
            &[one(SKIP, 0, 0, 7), one(ANSWER, 0, 0, 1)],
            &[one(LOAD, 0, 0, 64), one(ANSWER, 0, 0, 1)],
            &[one(0x87, 0, 0, 0), one(ANSWER, 0, 0, 1)],
        ] {
            assert_eq!(run(program, &Call::default()), kill);
        }
    }
}
