//! Every signal that nsinit gets is the workload's, with the value it was queued with.

use super::support::signals::{kill, queue};
use super::support::{Mode, Run, Running, Who, proc, wait, witness};

/// Signals that a process can be sent and can take.
fn signals() -> impl Iterator<Item = i32> {
    let is_taken = |number: &i32| ![libc::SIGKILL, libc::SIGSTOP].contains(number);
    let last = std::iter::once(libc::SIGTERM); // it asks for the end
    (1..=64).filter(is_taken).filter(|number| *number != libc::SIGTERM).chain(last)
}

/// A witness of signals, ready, and the process that is nsinit to its caller.
fn start(mode: Mode, who: Who) -> (Running, i32) {
    let mut run = Run::mode(mode, who, &[], &witness(&["signals"])).start();
    run.wait_for("ready;");
    let target = match mode {
        Mode::Run | Mode::Subreaper => run.pid,
        Mode::Pid1 => proc::children(run.pid)[0],
    };
    (run, target)
}

#[test]
fn every_queued_signal_reaches_the_workload_with_its_value() {
    // Looks like sigqueue(3) of 1 to 64 in turn: number, SI_QUEUE, and the very value.
    for who in Who::BOTH {
        for mode in Mode::ALL {
            let (mut run, target) = start(mode, who);
            for number in signals() {
                let value = 0x1234_5678_0000 + usize::try_from(number).unwrap();
                queue(target, number, value);
                run.wait_for(&format!("\n{number} -1 {value};"));
            }
            run.end().quietly(0);
        }
    }
}

#[test]
fn every_plain_signal_reaches_the_workload() {
    // Looks like kill(2) of 1 to 64 in turn: number, SI_USER, no value.
    for who in Who::BOTH {
        for mode in Mode::ALL {
            let (mut run, target) = start(mode, who);
            for number in signals() {
                assert_eq!(kill(target, number), 0);
                run.wait_for(&format!("\n{number} 0 0;"));
            }
            run.end().quietly(0);
        }
    }
}

#[test]
fn a_burst_of_queued_signals_arrives_whole_and_in_order() {
    // Looks like 200 values queued at once under one number, and the same 200 inside.
    for who in Who::BOTH {
        for mode in Mode::ALL {
            let (mut run, target) = start(mode, who);
            for value in 1..=200 {
                queue(target, 40, value);
            }
            run.wait_for("40 -1 200;");
            kill(target, libc::SIGTERM);
            let out = run.end().quietly(0);
            let expected: Vec<String> = (1..=200).map(|value| format!("40 -1 {value};")).collect();
            let bursts: Vec<&str> = out.lines().filter(|line| line.starts_with("40 ")).collect();
            assert_eq!(bursts, expected, "{who:?} {mode:?}");
        }
    }
}

#[test]
fn signals_of_different_kinds_keep_their_own_values() {
    // Looks like 31 real-time signals queued at once, each with a value of its own.
    for mode in Mode::ALL {
        let (mut run, target) = start(mode, Who::Root);
        for number in 34..=64 {
            queue(target, number, usize::try_from(number * 1000).unwrap());
        }
        for number in 34..=64 {
            run.wait_for(&format!("\n{number} -1 {};", number * 1000));
        }
        kill(target, libc::SIGTERM);
        run.end().quietly(0);
    }
}

#[test]
fn pid_1_cannot_be_killed_or_stopped_from_inside() {
    // Looks like kill(1, N) for N of 1 to 64 by the workload, which lives on and ends by itself.
    for who in Who::BOTH {
        for mode in [Mode::Run, Mode::Pid1] {
            let run = Run::mode(mode, who, &[], &witness(&["provoke-init"]));
            assert_eq!(run.end().quietly(0), "alive\n", "{who:?} {mode:?}");
        }
    }
}

#[test]
fn term_from_inside_asks_for_the_end_as_from_outside() {
    // Looks like kill(1, TERM) by the workload: it gets TERM and the code is that of its end.
    for who in Who::BOTH {
        for mode in [Mode::Run, Mode::Pid1] {
            let script = "trap 'exit 9' TERM; kill -TERM 1; while :; do :; done";
            Run::mode(mode, who, &[], &["sh", "-c", script]).end().quietly(9);
        }
    }
}

#[test]
fn a_stopped_launcher_goes_on_with_what_came_meanwhile() {
    // Looks like STOP, three queued signals, CONT: all three arrive.
    for who in Who::BOTH {
        let (mut run, target) = start(Mode::Run, who);
        kill(target, libc::SIGSTOP);
        wait::until("the launcher to stop", || {
            let status = proc::status(target)?;
            proc::field(&status, "State").starts_with('T').then_some(())
        });
        (1..=3).for_each(|value| queue(target, 50, value));
        kill(target, libc::SIGCONT);
        for value in 1..=3 {
            run.wait_for(&format!("\n50 -1 {value};"));
        }
        kill(target, libc::SIGTERM);
        run.end().quietly(0);
    }
}
