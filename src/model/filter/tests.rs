//! Programs held against their policies: every number, every machine, arguments at every edge.

use std::format;
use std::string::String;
use std::vec::Vec;

use proptest::prelude::*;

use super::policy::{Compare, Said};
use super::*;
use crate::limits::{CALLS_MAX, FILTER_INSTRUCTIONS_MAX};
use crate::model::syscalls::{AARCH64, Machine, NATIVE, X86_64};

const X32: u32 = 0x4000_0000;

/// Numbers that are called: all we tell apart, a few beyond, those of x32 and no number at all.
fn numbers() -> impl Iterator<Item = u32> {
    let known = 0..u32::try_from(CALLS_MAX).unwrap() + 8;
    known.chain((0..600).map(|number| X32 | number)).chain([X32 - 1, u32::MAX, u32::MAX - 1])
}

fn program(policy: &Policy, machine: &Machine, tell: Tell, untold: &[u16]) -> Vec<Instruction> {
    let mut room = std::vec![Instruction::NONE; FILTER_INSTRUCTIONS_MAX];
    let start = compile(policy, machine, tell, untold, &mut room).unwrap();
    let program = room.split_off(start);
    assert!(is_program(&program));
    program
}

/// What a policy says of a call, looked at without a tree.
fn expected(policy: &Policy, machine: &Machine, call: &Call) -> u32 {
    if call.arch != machine.audit_arch {
        return Action::Kill.answer();
    }
    if call.number >= X32 {
        return Action::Errno(Errno::ENOSYS).answer();
    }
    let number = u16::try_from(call.number).unwrap_or(u16::MAX);
    policy.action(number, machine.has_name(number), call.arguments).answer()
}

/// How `machine` calls this.
fn number(machine: &Machine, name: &str) -> u32 {
    machine.number_of(name.as_bytes()).unwrap().into()
}

#[test]
fn the_default_filter_says_what_its_policy_says() {
    for machine in [X86_64, AARCH64] {
        let policy = default::policy(&machine);
        let program = program(&policy, &machine, Tell::Nothing, &[]);
        for number in numbers() {
            for arch in [machine.audit_arch, X86_64.audit_arch, AARCH64.audit_arch, 0x4000_0003] {
                for first in [0, 1, 2, 16, 38, 40, 0x11, 0x1000_0000, 0x0002_0000, u64::MAX] {
                    for second in [0, 9, 0x5412, 0x541c, 1 << 32 | 0x5412] {
                        let arguments = [first, second, 0, 0, 0, 0];
                        let call = Call { number, arch, arguments, ..Call::default() };
                        let answer = run(&program, &call);
                        assert_eq!(answer, expected(&policy, &machine, &call), "{call:x?}");
                    }
                }
            }
        }
    }
    let here = program(&default::policy(&NATIVE), &NATIVE, Tell::Nothing, &[]);
    assert_eq!(here, DEFAULT_PROGRAM);
}

#[test]
fn the_default_filter_is_known_call_by_call() {
    // "ioctl: errno EPERM if arg1 & 0xffffffff == 0x541c, …, else allow", in the order of numbers.
    let comparison = |condition: Condition| {
        let Condition { argument, compare, mask, value } = condition;
        assert_eq!(compare, Compare::Equal);
        format!("arg{argument} & {mask:#x} == {value:#x}")
    };
    for (machine, name) in [(X86_64, "x86_64"), (AARCH64, "aarch64")] {
        let policy = default::policy(&machine);
        let mut text = String::new();
        for name in machine.names() {
            let number = machine.number_of(name.as_bytes()).unwrap();
            let mut verdict = policy.verdict(number, true);
            text += &format!("{number} {name}:");
            while let Said::Rule(rule) = verdict.said() {
                let rule = policy.rule(rule);
                let conditions: Vec<_> = (0..rule.count)
                    .map(|at| comparison(policy.condition(rule.first + at)))
                    .collect();
                let Said::Action(then) = rule.then.said() else { panic!("{name}") };
                text += &format!(" {} if {}, else", shown(then), conditions.join(" and "));
                verdict = rule.otherwise;
            }
            let Said::Action(action) = verdict.said() else { panic!("{name}") };
            text += &format!(" {}\n", shown(action));
        }
        let instructions = program(&policy, &machine, Tell::Nothing, &[]).len();
        text += &format!("unknown: {}\n{instructions} instructions\n", shown(policy.unknown()));
        let golden = format!("{}/tests/golden/filter/{name}", env!("CARGO_MANIFEST_DIR"));
        snapbox::assert_data_eq!(text, snapbox::Data::read_from(golden.as_ref(), None).raw());
    }
}

#[test]
fn the_man_page_names_what_is_refused() {
    // The lines ".Li mount , umount2 ;" of nsinit-seccomp(5), and no other call in them.
    let page = include_str!("../../../docs/nsinit-seccomp.5");
    let (_, list) = page.split_once("begin REFUSED").unwrap();
    let (list, _) = list.split_once("end REFUSED").unwrap();
    let lines = list.lines().filter_map(|line| line.strip_prefix(".Li "));
    let words = lines.flat_map(|line| line.split([' ', ',', ';']));
    let mut named: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let policy = default::policy(&X86_64);
    let verdict = |name: &&str| policy.verdict(X86_64.number_of(name.as_bytes()).unwrap(), true);
    let refused = Verdict::of(Action::Errno(Errno::EPERM));
    let mut refused: Vec<&str> = X86_64.names().filter(|name| verdict(name) == refused).collect();
    named.sort_unstable();
    refused.sort_unstable();
    assert_eq!(named, refused);
}

fn shown(action: Action) -> String {
    let mut text = crate::text::Buffer::<64>::new();
    action.show(&mut text);
    String::from_utf8(text.text().unwrap().to_vec()).unwrap()
}

#[test]
fn our_own_filter_says_what_its_policy_says() {
    // Looks like a read allowed, an execve refused, and a file opened for reading alone.
    for machine in [X86_64, AARCH64] {
        for writes in [false, true] {
            let policy = own::policy(&machine, writes);
            let program = program(&policy, &machine, Tell::Nothing, &[]);
            for number in numbers() {
                for arguments in
                    [[0; 6], [4, 0x5410, 0o1, 0, 0, 0], [8, 0xc048_ff0b, 0o100, 0, 0, 0]]
                {
                    let call =
                        Call { number, arch: machine.audit_arch, arguments, ..Call::default() };
                    assert_eq!(
                        run(&program, &call),
                        expected(&policy, &machine, &call),
                        "{call:x?}"
                    );
                }
            }
            let answer = |name: &str, arguments: [u64; 6]| {
                let number = number(&machine, name);
                Action::of(run(
                    &program,
                    &Call { number, arch: machine.audit_arch, arguments, ..Call::default() },
                ))
                .unwrap()
            };
            let no = Action::Errno(Errno::EPERM);
            let made = if writes { Action::Allow } else { no };
            assert_eq!(answer("read", [0; 6]), Action::Allow);
            assert_eq!(answer("openat", [0, 0, 0o2_000_000, 0, 0, 0]), Action::Allow);
            assert_eq!(answer("openat", [0, 0, 0o1101, 0, 0, 0]), made);
            for name in ["renameat2", "unlinkat", "statx"] {
                assert_eq!(answer(name, [0; 6]), made, "{name}");
            }
            assert_eq!(answer("ioctl", [0, 0x5412, 0, 0, 0, 0]), no);
            for name in
                ["execve", "clone", "clone3", "mmap", "mprotect", "socket", "ptrace", "mount"]
            {
                assert_eq!(answer(name, [0; 6]), no, "{name}");
            }
        }
    }
    assert!(OWN_PROGRAM.len() < 100, "{}", OWN_PROGRAM.len());
    assert!(OWN_WRITING_PROGRAM.len() < 100, "{}", OWN_WRITING_PROGRAM.len());
}

#[test]
fn a_call_is_found_in_a_few_steps() {
    // The kernel takes every one of these steps for each of its numbers when it installs a filter.
    let policy = default::policy(&X86_64);
    let program = program(&policy, &X86_64, Tell::Nothing, &[]);
    let steps = |number: u32| {
        let call = Call { number, arch: X86_64.audit_arch, ..Call::default() };
        let (mut at, mut steps) = (0, 0);
        loop {
            steps += 1;
            let Instruction { code, yes, no, k } = program[at];
            let holds = match code {
                program::ANSWER => return steps,
                program::IF_EQUAL if at == 1 => call.arch == k,
                program::IF_NOT_LESS => call.number >= k,
                program::LOAD if k > 4 => return steps, // here the kernel stops, too
                _ => {
                    at += 1;
                    continue;
                }
            };
            at += 1 + usize::from(if holds { yes } else { no });
        }
    };
    let all: Vec<u32> = (0..472).map(steps).collect();
    assert!(*all.iter().max().unwrap() <= 11, "{all:?}");
    assert!(program.len() <= 160, "{}", program.len());
}

#[test]
fn what_must_work_is_allowed_and_what_must_not_is_refused() {
    // Columns: call, its first arguments, what becomes of it.
    let (no, none) = (Action::Errno(Errno::EPERM), Action::Errno(Errno::ENOSYS));
    let family = Action::Errno(Errno::EAFNOSUPPORT);
    let yes = Action::Allow;
    for machine in [X86_64, AARCH64] {
        let program = program(&default::policy(&machine), &machine, Tell::Nothing, &[]);
        for (name, first, second, third, action) in [
            ("execve", 0, 0, 0, yes),
            ("clone", 0x3d_0f00, 0, 0, yes), // pthread_create
            ("clone", 0x1200_0011, 0, 0, no),
            ("clone", 0x0400_0011 | 1 << 40, 0, 0, no),
            ("clone3", 0, 88, 0, none),
            ("unshare", 0x400, 0, 0, yes),
            ("unshare", 0x1000_0000, 0, 0, no),
            ("unshare", 0x80, 0, 0, no),
            ("setns", 3, 0, 0, no),
            ("socket", 1, 1, 0, yes),
            ("socket", 2, 1, 6, yes),
            ("socket", 10, 2, 0, yes),
            ("socket", 16, 3, 0, yes),
            ("socket", 16, 3, 16, family),
            ("socket", 40, 1, 0, family),
            ("socket", 1 << 32 | 40, 1, 0, family),
            ("socket", 38, 5, 0, family),
            ("socket", 17, 3, 0, family),
            ("socketpair", 1, 1, 0, yes),
            ("socketpair", 30, 1, 0, family),
            ("ioctl", 0, 0x5413, 0, yes),
            ("ioctl", 0, 0x5412, 0, no),
            ("ioctl", 0, 0x5412 | 1 << 32, 0, no),
            ("ioctl", 0, 0x541c, 0, no),
            ("personality", 0xffff_ffff, 0, 0, yes),
            ("personality", u64::MAX, 0, 0, yes),
            ("personality", 0x004_0000, 0, 0, yes),
            ("personality", 0x040_0000, 0, 0, no),
            ("io_uring_setup", 1, 0, 0, no),
            ("bpf", 0, 0, 0, no),
            ("keyctl", 0, 0, 0, no),
            ("mount", 0, 0, 0, no),
            ("ptrace", 0, 0, 0, yes),
            ("rseq", 0, 0, 0, yes),
            ("landlock_restrict_self", 0, 0, 0, yes),
        ] {
            let arguments = [first, second, third, 0, 0, 0];
            let number = number(&machine, name);
            let call = Call { number, arch: machine.audit_arch, arguments, ..Call::default() };
            assert_eq!(run(&program, &call), action.answer(), "{name} {first:#x} {second:#x}");
        }
        for number in [472, 511, 512, 100_000, X32, X32 | 39, u32::MAX] {
            let call = Call { number, arch: machine.audit_arch, ..Call::default() };
            assert_eq!(run(&program, &call), none.answer(), "{number}");
        }
    }
}

#[test]
fn the_default_can_be_included_and_gone_on_from() {
    let first = Condition { argument: 2, compare: Compare::Less, mask: u64::MAX, value: 5 };
    let mut policy = Policy::new();
    assert!(policy.add(1, &[first], Action::Trap));
    assert!(include_default(&mut policy));
    policy.set(u16::try_from(number(&NATIVE, "bpf")).unwrap(), Action::Allow);
    let program = program(&policy, &NATIVE, Tell::Nothing, &[]);
    let default = default::policy(&NATIVE);
    for number in numbers() {
        for arguments in [[0; 6], [16, 0, 1, 0, 0, 0], [40, 0x5412, 4, 0, 0, 0]] {
            let call = Call { number, arch: NATIVE.audit_arch, arguments, ..Call::default() };
            let expected = match NATIVE.name_of(u16::try_from(number).unwrap_or(u16::MAX)) {
                Some("bpf") => Action::Allow.answer(),
                _ => expected(&default, &NATIVE, &call),
            };
            assert_eq!(run(&program, &call), expected, "{call:?}");
        }
    }
    while include_default(&mut policy) {}
    assert!(policy.rules_len > 200, "and there is an end to it");
}

#[test]
fn what_is_to_be_told_is_asked() {
    let mut policy = Policy::new();
    policy.set_others(Action::Errno(Errno::EACCES));
    for (number, action) in (0..4).zip([Action::Allow, Action::Kill, Action::Trap, Action::Log]) {
        policy.set(number, action);
    }
    let one = Condition { argument: 0, compare: Compare::Equal, mask: u64::MAX, value: 1 };
    assert!(policy.add(0, &[one], Action::Errno(Errno::EPERM)));
    let (error, log, kill) =
        (Action::Errno(Errno::EACCES).answer(), Action::Log.answer(), Action::Kill.answer());
    let trap = Action::Trap.answer();
    for (tell, untold, answers) in [
        (Tell::Errors, &[][..], [ASK, kill, trap, log, ASK]),
        (Tell::Errors, &[9], [ASK, kill, trap, log, error]),
        (Tell::Refusals, &[], [ASK, ASK, ASK, log, ASK]),
        (Tell::Refusals, &[1, 9], [ASK, log, ASK, log, log]),
    ] {
        let program = program(&policy, &X86_64, tell, untold);
        for (number, answer) in [0, 1, 2, 3, 9].into_iter().zip(answers) {
            let arguments = [1, 0, 0, 0, 0, 0];
            let call = Call { number, arch: X86_64.audit_arch, arguments, ..Call::default() };
            assert_eq!(run(&program, &call), answer, "{tell:?} {untold:?} {number}");
        }
        let foreign = Call { arch: AARCH64.audit_arch, ..Call::default() };
        assert_eq!(run(&program, &foreign), kill);
        let x32 = Call { number: X32, arch: X86_64.audit_arch, ..Call::default() };
        assert_eq!(run(&program, &x32), Action::Errno(Errno::ENOSYS).answer());
    }
}

#[test]
fn a_program_without_room_is_none() {
    for machine in [X86_64, AARCH64] {
        let policy = default::policy(&machine);
        let compile = |len: usize| {
            let mut room = std::vec![Instruction::NONE; len];
            compile(&policy, &machine, Tell::Nothing, &[], &mut room)
        };
        let len = FILTER_INSTRUCTIONS_MAX - compile(FILTER_INSTRUCTIONS_MAX).unwrap();
        assert_eq!(compile(len), Some(0));
        for room in [0, 1, 50, len - 1] {
            assert_eq!(compile(room), None, "{len} instructions in {room}");
        }
    }
}

/// Values around which comparisons go wrong.
fn value() -> impl Strategy<Value = u64> {
    let edges = [0, 1, 2, 0x5412, 0xffff_fffe, 0xffff_ffff, 1 << 32, (1 << 32) | 1, u64::MAX];
    prop_oneof![prop::sample::select(edges.to_vec()), any::<u64>(), 0u64..8]
}

fn condition() -> impl Strategy<Value = Condition> {
    let compares = [
        Compare::Equal,
        Compare::NotEqual,
        Compare::Less,
        Compare::NotGreater,
        Compare::Greater,
        Compare::NotLess,
    ];
    let mask = prop_oneof![Just(u64::MAX), Just(0xffff_ffff), Just(!0xffff_ffff), value()];
    (0u8..3, prop::sample::select(compares.to_vec()), mask, value())
        .prop_map(|(argument, compare, mask, value)| Condition { argument, compare, mask, value })
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        Just(Action::Allow),
        Just(Action::Log),
        Just(Action::Trap),
        Just(Action::Kill),
        (1u16..4096).prop_map(|number| Action::Errno(Errno::of_number(number))),
    ]
}

/// One line of a policy: a number, conditions or none, an action.
fn line() -> impl Strategy<Value = (u16, Vec<Condition>, Action)> {
    (0u16..512, prop::collection::vec(condition(), 0..4), action())
}

proptest! {
    #[test]
    fn any_program_says_what_its_policy_says(
        lines in prop::collection::vec(line(), 0..120),
        others in action(),
        calls in prop::collection::vec((0u32..520, prop::array::uniform3(value())), 1..40),
    ) {
        let mut policy = Policy::new();
        policy.set_others(others);
        for (number, conditions, action) in &lines {
            match conditions.as_slice() {
                [] => policy.set(*number, *action),
                conditions => prop_assume!(policy.add(*number, conditions, *action)),
            }
        }
        let program = program(&policy, &X86_64, Tell::Nothing, &[]);
        let named = lines.iter().map(|(number, ..)| u32::from(*number));
        let at_edges = named.zip(calls.iter().cycle()).map(|(number, (_, args))| (number, *args));
        for (number, [a, b, c]) in calls.iter().copied().chain(at_edges) {
            let arguments = [a, b, c, 0, 0, 0];
            let call = Call { number, arch: X86_64.audit_arch, arguments, ..Call::default() };
            prop_assert_eq!(run(&program, &call), expected(&policy, &X86_64, &call), "{:x?}", call);
        }
    }
}
