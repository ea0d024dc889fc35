//! From a policy to its program.
//!
//! The kernel runs a new program once for every number there is, to know which calls it need not
//! ask about again (kernel/seccomp.c, `seccomp_cache_prepare`), so that the time to install one is
//! numbers times the way to an answer. Neighbours with one answer are therefore a range, and a
//! range is found by halving: a filter for all calls asks some seven times. The machine is looked
//! at first, because a number means nothing without it; numbers of the x32 ABI, which have bit 30
//! and pass for this machine, do not exist for us (seccomp(2), "Caveats").
//!
//! Jumps only go forward. So a program is written from its end: when a jump is written, what it
//! jumps to has its place already. A place is named by the instructions from there to the end.

use super::policy::{Compare, Condition, Policy, Said, Verdict};
use super::program::{AND, ANSWER, IF_EQUAL, IF_GREATER, IF_NOT_LESS, LOAD, SKIP};
use super::{ASK, Action, Instruction};
use crate::limits::{CALLS_MAX, FILTER_RULES_MAX};
use crate::model::Errno;
use crate::model::syscalls::Machine;

/// About which calls a supervisor is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tell {
    /// Nothing.
    Nothing,
    /// Calls that fail.
    Errors,
    /// Calls that are not made, or would not be.
    Refusals,
}

/// Writes the program of a policy to the end of `out`; gives where it begins. `None` when there is
/// no room for it.
///
/// With `tell`, what is to be told is asked, but for the calls that `is_untold` names.
#[inline(never)] // its lists would lie in the frame of every start
pub const fn compile(
    policy: &Policy,
    machine: &Machine,
    tell: Tell,
    untold: &[u16],
    out: &mut [Instruction],
) -> Option<usize> {
    let ranges = Ranges::of(policy, machine, untold);
    let mut writer = Writer { out, len: 0, policy, tell };
    let _ = writer.tree(&ranges, 0, ranges.len); // what comes next
    let _ = writer.put(LOAD, 0, 0, 0); // the number
    let _ = writer.put(ANSWER, 0, 0, Action::Kill.answer());
    let _ = writer.put(IF_EQUAL, 1, 0, machine.audit_arch);
    let start = writer.put(LOAD, 0, 0, 4); // the machine
    writer.out.len().checked_sub(start)
}

/// The first number of the x32 ABI (__X32_SYSCALL_BIT of asm/unistd.h).
const X32: u32 = 0x4000_0000;

/// Neighbouring numbers with one verdict.
#[derive(Clone, Copy)]
struct Range {
    start: u32,
    verdict: Verdict,
    is_untold: bool,
}

/// All numbers.
struct Ranges {
    list: [Range; CALLS_MAX + 2],
    len: usize,
}

impl Ranges {
    const fn of(policy: &Policy, machine: &Machine, untold: &[u16]) -> Self {
        let none = Range { start: 0, verdict: Verdict::NOTHING, is_untold: false };
        let mut ranges = Self { list: [none; CALLS_MAX + 2], len: 0 };
        let mut number = 0;
        while (number as usize) < CALLS_MAX {
            let verdict = policy.verdict(number, machine.has_name(number));
            ranges.push(number as u32, verdict, is_in(untold, number));
            number += 1;
        }
        ranges.push(number as u32, Verdict::of(policy.unknown()), false);
        ranges.push(X32, Verdict::NOTHING, true); // so that it is a range of its own
        ranges
    }

    const fn push(&mut self, start: u32, verdict: Verdict, is_untold: bool) {
        let last = self.get(self.len.wrapping_sub(1));
        if last.verdict.is_same(verdict) && last.is_untold == is_untold {
            return;
        }
        if let Some((_, [place, ..])) = self.list.split_at_mut_checked(self.len) {
            *place = Range { start, verdict, is_untold };
            self.len += 1;
        }
    }

    /// The range with this number; the last one is followed by one that says nothing.
    const fn get(&self, number: usize) -> Range {
        match self.list.split_at_checked(number) {
            Some((_, [range, ..])) => *range,
            Some((_, [])) | None => Range { start: 0, verdict: Verdict::NOTHING, is_untold: false },
        }
    }
}

const fn is_in(list: &[u16], number: u16) -> bool {
    let mut rest = list;
    while let Some((first, behind)) = rest.split_first() {
        if *first == number {
            return true;
        }
        rest = behind;
    }
    false
}

/// A program on its way. What finds no room is counted all the same, and so is known at the end.
struct Writer<'w> {
    out: &'w mut [Instruction],
    len: usize,
    policy: &'w Policy,
    tell: Tell,
}

/// A place in the program: how many instructions there are from it to the end.
type Place = usize;

impl Writer<'_> {
    /// Puts one instruction in front of the others.
    const fn put(&mut self, code: u16, yes: u8, no: u8, k: u32) -> Place {
        self.len += 1;
        if let Some(at) = self.out.len().checked_sub(self.len)
            && let Some((_, [place, ..])) = self.out.split_at_mut_checked(at)
        {
            *place = Instruction { code, yes, no, k };
        }
        self.len
    }

    /// A comparison that goes on at one of two places.
    const fn compare(&mut self, code: u16, k: u32, yes: Place, no: Place) -> Place {
        let yes = self.near(yes);
        let no = self.near(no);
        let [far_yes, ..] = (self.len - yes).to_le_bytes();
        let [far_no, ..] = (self.len - no).to_le_bytes();
        self.put(code, far_yes, far_no, k)
    }

    /// A place that a comparison can jump to, also when one more instruction comes in between: this
    /// one, or a jump to it. An answer is answered here.
    const fn near(&mut self, place: Place) -> Place {
        let far = self.len - place;
        if far < u8::MAX as usize {
            return place;
        }
        match self.at(place) {
            Instruction { code: ANSWER, k, .. } => self.put(ANSWER, 0, 0, k),
            _ => {
                let [a, b, c, d, ..] = far.to_le_bytes();
                self.put(SKIP, 0, 0, u32::from_le_bytes([a, b, c, d]))
            }
        }
    }

    const fn at(&self, place: Place) -> Instruction {
        match self.out.split_at_checked(self.out.len().saturating_sub(place)) {
            Some((_, [instruction, ..])) => *instruction,
            Some((_, [])) | None => Instruction::NONE,
        }
    }

    /// An answer; the last one of these words, where it is near.
    const fn answer(&mut self, k: u32) -> Place {
        let mut place = self.len;
        while place > 0 && self.len - place < u8::MAX as usize - 1 {
            if let Instruction { code: ANSWER, k: known, .. } = self.at(place)
                && known == k
            {
                return place;
            }
            place -= 1;
        }
        self.put(ANSWER, 0, 0, k)
    }

    /// The ranges from `start` to `end`.
    const fn tree(&mut self, ranges: &Ranges, start: usize, end: usize) -> Place {
        let middle = start.midpoint(end);
        if middle == start {
            return self.range(ranges.get(start));
        }
        let above = self.tree(ranges, middle, end);
        let below = self.tree(ranges, start, middle);
        self.compare(IF_NOT_LESS, ranges.get(middle).start, above, below)
    }

    /// What becomes of the numbers of one range.
    const fn range(&mut self, range: Range) -> Place {
        match (range.start, range.verdict.said()) {
            (X32, _) => self.answer(Action::Errno(Errno::ENOSYS).answer()), // whatever is told
            (_, Said::Rule(_)) => self.rules(range.verdict, range.is_untold),
            (_, Said::Nothing | Said::Action(_)) => self.action(range.verdict, range.is_untold),
        }
    }

    /// What becomes of a call that rules speak of.
    const fn rules(&mut self, verdict: Verdict, is_untold: bool) -> Place {
        let mut chain = [0; FILTER_RULES_MAX];
        let (mut len, mut verdict) = (0, verdict);
        // A rule's number is higher than those of the rules behind it.
        while let Said::Rule(number) = verdict.said()
            && let Some((_, [place, ..])) = chain.split_at_mut_checked(len)
        {
            *place = number;
            (len, verdict) = (len + 1, self.policy.rule(number).otherwise);
        }
        let mut next = self.action(verdict, is_untold);
        while let Some((before, _)) = chain.split_at_checked(len)
            && let Some((number, _)) = before.split_last()
        {
            let rule = self.policy.rule(*number);
            let mut place = self.action(rule.then, is_untold);
            let mut at = rule.count;
            while at > 0 {
                at -= 1;
                place = self.condition(self.policy.condition(rule.first + at), place, next);
            }
            (next, len) = (place, len - 1);
        }
        next
    }

    /// An action's answer, or the question that is asked for it.
    const fn action(&mut self, verdict: Verdict, is_untold: bool) -> Place {
        let action = match (verdict.said(), self.policy.others()) {
            (Said::Action(action), _) | (Said::Nothing | Said::Rule(_), Some(action)) => action,
            (Said::Nothing | Said::Rule(_), None) => Action::Kill,
        };
        let answer = match (self.tell, action, is_untold) {
            (Tell::Errors, Action::Errno(_), false) => ASK,
            (Tell::Refusals, Action::Errno(_) | Action::Trap | Action::Kill, false) => ASK,
            (Tell::Refusals, Action::Errno(_) | Action::Trap | Action::Kill, true) => {
                Action::Log.answer()
            }
            (
                _,
                Action::Allow | Action::Log | Action::Errno(_) | Action::Trap | Action::Kill,
                _,
            ) => action.answer(),
        };
        self.answer(answer)
    }

    /// A comparison of both halves of an argument: `yes` when it holds.
    const fn condition(&mut self, condition: Condition, yes: Place, no: Place) -> Place {
        let (code, yes, no) = match condition.compare {
            Compare::Equal => (IF_EQUAL, yes, no),
            Compare::NotEqual => (IF_EQUAL, no, yes),
            Compare::Greater => (IF_GREATER, yes, no),
            Compare::NotGreater => (IF_GREATER, no, yes),
            Compare::NotLess => (IF_NOT_LESS, yes, no),
            Compare::Less => (IF_NOT_LESS, no, yes),
        };
        let (low, high) = halves(condition.value);
        let (mask, mask_high) = halves(condition.mask);
        let offset = 16 + 8 * condition.argument as u32;
        let _ = self.compare(code, low, yes, no);
        let place = self.load(offset, mask);
        if mask_high == 0 && high == 0 {
            return place;
        }
        // Where the upper halves are equal, the lower ones decide.
        let upper = self.compare(IF_EQUAL, high, place, no);
        if code != IF_EQUAL {
            let _ = self.compare(IF_GREATER, high, yes, upper);
        }
        self.load(offset + 4, mask_high)
    }

    /// The word at this offset, and of that these bits.
    const fn load(&mut self, offset: u32, mask: u32) -> Place {
        if mask != u32::MAX {
            let _ = self.put(AND, 0, 0, mask);
        }
        self.put(LOAD, 0, 0, offset)
    }
}

/// The lower and the upper half.
const fn halves(value: u64) -> (u32, u32) {
    let [a, b, c, d, e, f, g, h] = value.to_le_bytes();
    (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]))
}
