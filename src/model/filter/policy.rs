//! What is said of each call: a verdict for every number, and the rules that look at arguments.
//!
//! The last word on a call counts: a verdict replaces what was said of it before, a rule is looked
//! at before that. Most of this the compiler does for the default filter, so it is written in what
//! `const fn` has.

use super::Action;
use crate::limits::{CALLS_MAX, FILTER_CONDITIONS_MAX, FILTER_RULES_MAX};
use crate::model::Errno;

/// What becomes of a call: an action, or what the rules say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict(u16);

/// A verdict, to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// Nobody spoke of it.
    Nothing,
    /// This.
    Action(Action),
    /// What the rule with this number says.
    Rule(u16),
}

impl Verdict {
    /// Nobody spoke of it.
    pub(super) const NOTHING: Self = Self(0);
    const ERRNO: u16 = 0x1000;
    const RULE: u16 = 0x8000;

    /// This action, whatever the arguments.
    pub const fn of(action: Action) -> Self {
        Self(match action {
            Action::Allow => 1,
            Action::Log => 2,
            Action::Trap => 3,
            Action::Kill => 4,
            Action::Errno(errno) => Self::ERRNO | errno.number(),
        })
    }

    pub(super) const fn rule(number: u16) -> Self {
        Self(Self::RULE | number)
    }

    pub(super) const fn said(self) -> Said {
        match self.0 {
            0 => Said::Nothing,
            1 => Said::Action(Action::Allow),
            2 => Said::Action(Action::Log),
            3 => Said::Action(Action::Trap),
            4 => Said::Action(Action::Kill),
            rule if rule & Self::RULE != 0 => Said::Rule(rule & !Self::RULE),
            errno => Said::Action(Action::Errno(Errno::of_number(errno & !Self::ERRNO))),
        }
    }

    /// As it is when its rule has a number that is higher by so many.
    pub(super) const fn moved(self, by: u16) -> Self {
        if self.0 & Self::RULE != 0 { Self(self.0 + by) } else { self }
    }

    pub(super) const fn is_same(self, other: Self) -> bool {
        self.0 == other.0
    }
}

/// How an argument is compared; without a sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    NotGreater,
    /// `>`
    Greater,
    /// `>=`
    NotLess,
}

/// One comparison: `argN & MASK == VALUE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The number of the argument, 0 to 5.
    pub argument: u8,
    /// How it is compared.
    pub compare: Compare,
    /// The bits of it that count.
    pub mask: u64,
    /// What with.
    pub value: u64,
}

impl Condition {
    const NONE: Self = Self { argument: 0, compare: Compare::Equal, mask: 0, value: 0 };

    /// Whether it holds.
    pub fn holds(&self, arguments: [u64; 6]) -> bool {
        let argument = arguments.get(usize::from(self.argument)).copied().unwrap_or_default();
        let argument = argument & self.mask;
        match self.compare {
            Compare::Equal => argument == self.value,
            Compare::NotEqual => argument != self.value,
            Compare::Less => argument < self.value,
            Compare::NotGreater => argument <= self.value,
            Compare::Greater => argument > self.value,
            Compare::NotLess => argument >= self.value,
        }
    }
}

/// A verdict for the calls whose arguments fulfil all of some conditions, and one for the others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    pub first: u16,
    pub count: u16,
    pub then: Verdict,
    pub otherwise: Verdict,
}

impl Rule {
    const NONE: Self =
        Self { first: 0, count: 0, then: Verdict::NOTHING, otherwise: Verdict::NOTHING };
}

/// What is said of each call.
#[derive(Debug)]
pub struct Policy {
    pub(super) verdicts: [Verdict; CALLS_MAX],
    pub(super) rules: [Rule; FILTER_RULES_MAX],
    pub(super) rules_len: u16,
    pub(super) conditions: [Condition; FILTER_CONDITIONS_MAX],
    pub(super) conditions_len: u16,
    pub(super) others: Verdict,
    pub(super) unknown: Verdict,
}

impl Default for Policy {
    fn default() -> Self {
        Self::new()
    }
}

impl Policy {
    /// Nothing said.
    pub const fn new() -> Self {
        Self {
            verdicts: [Verdict::NOTHING; CALLS_MAX],
            rules: [Rule::NONE; FILTER_RULES_MAX],
            rules_len: 0,
            conditions: [Condition::NONE; FILTER_CONDITIONS_MAX],
            conditions_len: 0,
            others: Verdict::NOTHING,
            unknown: Verdict::NOTHING,
        }
    }

    /// Says what becomes of a call. A number that we do not tell apart stays unknown.
    pub const fn set(&mut self, number: u16, action: Action) {
        if let Some(place) = place(&mut self.verdicts, number as usize) {
            *place = Verdict::of(action);
        }
    }

    /// Says what becomes of a call whose arguments fulfil all of these conditions. `false` when
    /// there is no room for it.
    pub const fn add(&mut self, number: u16, conditions: &[Condition], action: Action) -> bool {
        let (first, rule) = (self.conditions_len, self.rules_len);
        let mut rest = conditions;
        while let Some((condition, behind)) = rest.split_first() {
            match place(&mut self.conditions, self.conditions_len as usize) {
                Some(place) => *place = *condition,
                None => return false,
            }
            (self.conditions_len, rest) = (self.conditions_len + 1, behind);
        }
        let Some(verdict) = place(&mut self.verdicts, number as usize) else { return true };
        let Some(place) = place(&mut self.rules, rule as usize) else { return false };
        let (count, then) = (self.conditions_len - first, Verdict::of(action));
        *place = Rule { first, count, then, otherwise: *verdict };
        *verdict = Verdict::rule(rule);
        self.rules_len = rule + 1;
        true
    }

    /// Says what becomes of the calls that nothing else is said of.
    pub const fn set_others(&mut self, action: Action) {
        self.others = Verdict::of(action);
    }

    /// Says what becomes of numbers that have no name here: calls of kernels to come.
    pub const fn set_unknown(&mut self, action: Action) {
        self.unknown = Verdict::of(action);
    }

    /// What becomes of unknown numbers, when that was said.
    pub const fn said_of_unknown(&self) -> Option<Action> {
        match self.unknown.said() {
            Said::Action(action) => Some(action),
            Said::Nothing | Said::Rule(_) => None,
        }
    }

    /// What becomes of the calls that nothing else is said of, when that was said.
    pub const fn others(&self) -> Option<Action> {
        match self.others.said() {
            Said::Action(action) => Some(action),
            Said::Nothing | Said::Rule(_) => None,
        }
    }

    /// What becomes of unknown numbers: when nobody said so, ENOSYS where the others fail, because
    /// that is what programs are prepared for; else what becomes of the others.
    pub const fn unknown(&self) -> Action {
        match (self.unknown.said(), self.others()) {
            (Said::Action(action), _) => action,
            (Said::Nothing | Said::Rule(_), Some(Action::Errno(_)) | None) => {
                Action::Errno(Errno::ENOSYS)
            }
            (Said::Nothing | Said::Rule(_), Some(others)) => others,
        }
    }

    /// What is said of this number, with what is said of all that nothing is said of.
    pub(super) const fn verdict(&self, number: u16, has_name: bool) -> Verdict {
        let said = match self.verdicts.split_at_checked(number as usize) {
            Some((_, [said, ..])) => *said,
            Some((_, [])) | None => Verdict::NOTHING,
        };
        match (said.said(), has_name) {
            (Said::Action(_) | Said::Rule(_), _) => said,
            (Said::Nothing, true) => self.others,
            (Said::Nothing, false) => Verdict::of(self.unknown()),
        }
    }

    /// A rule by its number.
    pub(super) const fn rule(&self, number: u16) -> Rule {
        match self.rules.split_at_checked(number as usize) {
            Some((_, [rule, ..])) => *rule,
            Some((_, [])) | None => Rule::NONE,
        }
    }

    /// A condition by its number.
    pub(super) const fn condition(&self, number: u16) -> Condition {
        match self.conditions.split_at_checked(number as usize) {
            Some((_, [condition, ..])) => *condition,
            Some((_, [])) | None => Condition::NONE,
        }
    }

    /// Whether a call that has a name is never made, whatever its arguments.
    pub fn refuses(&self, number: u16) -> bool {
        let mut verdict = self.verdict(number, true);
        let is_refusal = |action: Option<Action>| action.is_none_or(Action::is_refusal);
        loop {
            let rule = match verdict.said() {
                Said::Action(action) => return action.is_refusal(),
                Said::Nothing => return is_refusal(self.others()),
                Said::Rule(rule) => self.rule(rule),
            };
            match rule.then.said() {
                Said::Action(action) if action.is_refusal() => verdict = rule.otherwise,
                Said::Action(_) | Said::Nothing | Said::Rule(_) => return false,
            }
        }
    }

    /// What becomes of one call, by looking at one thing after the other.
    pub fn action(&self, number: u16, has_name: bool, arguments: [u64; 6]) -> Action {
        let mut verdict = self.verdict(number, has_name);
        loop {
            let rule = match verdict.said() {
                Said::Action(action) => return action,
                Said::Nothing => return self.others().unwrap_or(Action::Kill),
                Said::Rule(rule) => self.rule(rule),
            };
            let holds = (0..rule.count)
                .all(|at| self.condition(rule.first.saturating_add(at)).holds(arguments));
            verdict = if holds { rule.then } else { rule.otherwise };
        }
    }
}

/// The place with this number, where there is one.
const fn place<T>(list: &mut [T], number: usize) -> Option<&mut T> {
    match list.split_at_mut_checked(number) {
        Some((_, [place, ..])) => Some(place),
        Some((_, [])) | None => None,
    }
}
