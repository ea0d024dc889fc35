//! A filter of system calls as a text, in the format of nsinit-seccomp(5).
//!
//! A line is an action and the calls it is for: `errno EPERM mount umount2`; behind `if` stand
//! comparisons of arguments that must all hold: `allow ioctl if arg1 & 0xffffffff == 0x5401`. The
//! last line on a call counts; one with `if` is looked at before those above it. `default` and
//! `unknown` say what becomes of all the other calls, `include default` says what our own filter
//! says. What a name of a call means is found in `model::syscalls`.

use super::{Complaint, Complaints, FilterFault, Origin, SpecFault};
use crate::limits::{CALLS_MAX, FILTER_COMPARISONS_MAX};
use crate::model::Errno;
use crate::model::filter::{Action, Compare, Condition, Policy, include_default};
use crate::model::syscalls::NATIVE;
use crate::text::{Names, nearest, units};

/// What a line may begin with.
const WORDS: Names = Names::new("allow|log|errno|trap|kill|default|unknown|include");

/// The calls without which no service can be started, or none that fails be ended: execve(2) and
/// exit_group(2).
const NEEDED: Names = Names::new("execve|exit_group");

/// Reads a text into `policy`, in which nothing must be said yet.
pub fn read<'s>(source: &'s [u8], policy: &mut Policy, complaints: &mut dyn Complaints<'s>) {
    let source = source.strip_prefix(b"\xef\xbb\xbf").unwrap_or(source); // a byte order mark
    let mut reader = Reader { policy, complaints, line: 0, said: [false; 2], has_faults: false };
    for line in source.split(|byte| *byte == b'\n') {
        reader.line = reader.line.saturating_add(1);
        let mut words = Line { text: line, at: 0 };
        if let Err((word, fault)) = reader.line(&mut words) {
            reader.complain(word, fault);
        }
    }
    reader.whole();
}

/// A word and its column, from 1.
#[derive(Clone, Copy)]
struct Word<'s> {
    text: &'s [u8],
    column: u32,
}

/// The words of a line.
struct Line<'s> {
    text: &'s [u8],
    at: usize,
}

impl<'s> Line<'s> {
    /// The next word; a comment is the end.
    fn next(&mut self) -> Option<Word<'s>> {
        let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r');
        let rest = self.text.get(self.at..)?;
        let start = rest.iter().position(|byte| !is_blank(byte))?;
        let word = rest.get(start..)?;
        let len = word.iter().position(is_blank).unwrap_or(word.len());
        let column = self.at.saturating_add(start).saturating_add(1);
        self.at = self.at.saturating_add(start).saturating_add(len);
        let text = word.get(..len).filter(|text| !text.starts_with(b"#"))?;
        Some(Word { text, column: u32::try_from(column).unwrap_or(u32::MAX) })
    }

    /// The place behind the last word.
    fn end(&self) -> Word<'s> {
        let column = u32::try_from(self.at.saturating_add(1)).unwrap_or(u32::MAX);
        Word { text: b"", column }
    }
}

/// A word that is wrong, and why.
type Wrong<'s> = (Word<'s>, FilterFault);

struct Reader<'r, 's> {
    policy: &'r mut Policy,
    complaints: &'r mut dyn Complaints<'s>,
    line: u32,
    /// Whether `default` and `unknown` were said.
    said: [bool; 2],
    has_faults: bool,
}

impl<'s> Reader<'_, 's> {
    fn complain(&mut self, word: Word<'s>, fault: FilterFault) {
        self.has_faults = true;
        let origin = Origin::File { line: self.line, column: word.column };
        let complaint = Complaint::Filter(fault);
        self.complaints.add(SpecFault { origin, said: word.text, complaint });
    }

    fn line(&mut self, line: &mut Line<'s>) -> Result<(), Wrong<'s>> {
        let Some(word) = line.next() else { return Ok(()) };
        match word.text {
            b"include" => {
                let what = line.next().unwrap_or(line.end());
                if what.text != b"default" {
                    return Err((what, FilterFault::Include));
                }
                let (others, unknown) = (self.policy.others(), self.policy.said_of_unknown());
                if !include_default(self.policy) {
                    return Err((what, FilterFault::TooManyRules));
                }
                // What the file itself says of these counts, wherever it stands.
                others.into_iter().for_each(|action| self.policy.set_others(action));
                unknown.into_iter().for_each(|action| self.policy.set_unknown(action));
                nothing_behind(line)
            }
            b"default" | b"unknown" => {
                let which = usize::from(word.text == b"unknown");
                let action = action(line.next().unwrap_or(line.end()), line)?;
                if let Some(said) = self.said.get_mut(which)
                    && core::mem::replace(said, true)
                {
                    return Err((word, FilterFault::Twice));
                }
                match which {
                    0 => self.policy.set_others(action),
                    _ => self.policy.set_unknown(action),
                }
                nothing_behind(line)
            }
            _ => {
                let action = action(word, line)?;
                self.calls(action, line)
            }
        }
    }

    /// The calls of a line. What stands behind `if` is read first, for it is the same for all.
    fn calls(&mut self, action: Action, line: &mut Line<'s>) -> Result<(), Wrong<'s>> {
        let mut names = Line { ..*line };
        let mut conditions = heapless::Vec::<Condition, FILTER_COMPARISONS_MAX>::new();
        let mut has_calls = false;
        while let Some(word) = line.next() {
            if word.text == b"if" {
                read_conditions(line, &mut conditions)?;
                break;
            }
            has_calls = true;
        }
        if !has_calls {
            return Err((line.end(), FilterFault::NoCall));
        }
        while let Some(word) = names.next().filter(|word| word.text != b"if") {
            let number = match number_of(word.text) {
                Some(number) => number,
                None if NATIVE.is_elsewhere(word.text) => continue,
                None => {
                    self.complain(word, FilterFault::UnknownCall(NATIVE.nearest(word.text)));
                    continue;
                }
            };
            let has_room = match conditions.as_slice() {
                [] => {
                    self.policy.set(number, action);
                    true
                }
                conditions => self.policy.add(number, conditions, action),
            };
            if !has_room {
                return Err((word, FilterFault::TooManyRules));
            }
        }
        Ok(())
    }

    /// What can only be said of the whole.
    fn whole(&mut self) {
        let end = Word { text: b"", column: 1 };
        if self.policy.others().is_none() {
            return self.complain(end, FilterFault::NoDefault);
        }
        if self.has_faults {
            return; // what is needed may be in a line that is wrong
        }
        for name in NEEDED.iter() {
            let number = NATIVE.number_of(name.as_bytes());
            if number.is_some_and(|number| self.policy.refuses(number)) {
                self.complain(end, FilterFault::Needed(name));
            }
        }
    }
}

/// The number of a call, by its name or as itself.
fn number_of(word: &[u8]) -> Option<u16> {
    if !word.iter().all(u8::is_ascii_digit) {
        return NATIVE.number_of(word);
    }
    let max = u64::try_from(CALLS_MAX.saturating_sub(1)).unwrap_or(0);
    units::unsigned(word, max).ok().and_then(|number| u16::try_from(number).ok())
}

/// The action that begins with this word.
fn action<'s>(word: Word<'s>, line: &mut Line<'s>) -> Result<Action, Wrong<'s>> {
    match word.text {
        b"allow" => Ok(Action::Allow),
        b"log" => Ok(Action::Log),
        b"trap" => Ok(Action::Trap),
        b"kill" => Ok(Action::Kill),
        b"errno" => {
            let name = line.next().unwrap_or(line.end());
            let number = units::unsigned(name.text, 4095).ok().filter(|number| *number > 0);
            let number = number.and_then(|number| u16::try_from(number).ok());
            let errno = number.map(Errno::of_number).or_else(|| Errno::parse(name.text));
            errno.map(Action::Errno).ok_or((name, FilterFault::UnknownErrno))
        }
        b"" => Err((word, FilterFault::NoAction)),
        text => Err((word, FilterFault::UnknownWord(nearest(text, WORDS.iter())))),
    }
}

fn nothing_behind<'s>(line: &mut Line<'s>) -> Result<(), Wrong<'s>> {
    line.next().map_or(Ok(()), |word| Err((word, FilterFault::Behind)))
}

/// `arg0 == 1 and arg1 & 0xff != 2`, to the end of the line.
fn read_conditions<'s>(
    line: &mut Line<'s>,
    conditions: &mut heapless::Vec<Condition, FILTER_COMPARISONS_MAX>,
) -> Result<(), Wrong<'s>> {
    loop {
        let start = line.next().unwrap_or(line.end());
        let condition = condition(start, line)?;
        if conditions.push(condition).is_err() {
            return Err((start, FilterFault::TooManyConditions));
        }
        match line.next() {
            None => return Ok(()),
            Some(word) if word.text == b"and" => {}
            Some(word) => return Err((word, FilterFault::NotACondition)),
        }
    }
}

/// `argN [& MASK] OPERATOR VALUE`
fn condition<'s>(start: Word<'s>, line: &mut Line<'s>) -> Result<Condition, Wrong<'s>> {
    let wrong = |word| (word, FilterFault::NotACondition);
    let argument = match start.text {
        [b'a', b'r', b'g', digit @ b'0'..=b'5'] => digit.saturating_sub(b'0'),
        _ => return Err(wrong(start)),
    };
    let mut next = || line.next().unwrap_or(line.end());
    let mut operator = next();
    let mut mask = u64::MAX;
    if operator.text == b"&" {
        let word = next();
        mask = value(word.text).ok_or(wrong(word))?;
        operator = next();
    }
    let compare = match operator.text {
        b"==" => Compare::Equal,
        b"!=" => Compare::NotEqual,
        b"<" => Compare::Less,
        b"<=" => Compare::NotGreater,
        b">" => Compare::Greater,
        b">=" => Compare::NotLess,
        _ => return Err(wrong(operator)),
    };
    let word = next();
    let value = value(word.text).ok_or(wrong(word))?;
    if compare == Compare::Equal && value & !mask != 0 {
        return Err((word, FilterFault::NeverHolds));
    }
    Ok(Condition { argument, compare, mask, value })
}

/// A number in base ten, or behind 0x in base sixteen.
fn value(text: &[u8]) -> Option<u64> {
    let Some(digits) = text.strip_prefix(b"0x") else {
        return units::unsigned(text, u64::MAX).ok();
    };
    if digits.is_empty() || digits.len() > 16 {
        return None;
    }
    digits.iter().try_fold(0u64, |sum, digit| {
        let digit = char::from(*digit).to_digit(16)?;
        Some((sum << 4) | u64::from(digit))
    })
}
