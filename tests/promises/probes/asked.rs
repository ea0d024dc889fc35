//! What has to be asked for by a flag. A program without such a flag is started without one: what
//! it does then is what its user gets.

use std::fs;
use std::time::Instant;

use super::program::{Seat, Wish};
use super::subject::{SCRATCH, Subject, init_of, sweep};
use super::{Probe, Verdict, broken, kept, when};
use crate::support::signals::kill;
use crate::support::{Running, proc, witness};

pub const PROBES: &[Probe] = &[
    Probe {
        name: "term-is-success",
        promise: "exit code: 143 becomes 0",
        look: |subject| {
            let run = subject.run(Seat::PidOne, Wish::TermIsSuccess, &witness(&["die", "15"]));
            code(run.start(), 0)
        },
    },
    Probe {
        name: "three-is-seven",
        promise: "exit code: 3 becomes 7",
        look: |subject| {
            let run = subject.run(Seat::PidOne, Wish::ThreeIsSeven, &["sh", "-c", "exit 3"]);
            code(run.start(), 7)
        },
    },
    Probe {
        name: "same-signal",
        promise: "ends by the signal that ended the command",
        look: |subject| {
            for signal in [libc::SIGUSR1, libc::SIGSEGV, 40] {
                let command = witness(&["die", &signal.to_string()]);
                let run = subject.run(Seat::Child, Wish::SameSignal, &command);
                code(run.start(), -signal)?;
            }
            kept()
        },
    },
    Probe {
        name: "rewrite",
        promise: "rewrites TERM to QUIT",
        look: |subject| rewritten(subject, Wish::TermIsQuit, libc::SIGTERM, libc::SIGQUIT),
    },
    Probe {
        name: "rewrite-real-time",
        promise: "rewrites RTMIN+6 to USR1",
        look: |subject| rewritten(subject, Wish::RealTimeIsUsr1, 40, libc::SIGUSR1),
    },
    Probe {
        name: "unhandled-drop",
        promise: "HUP that nobody handles is not fatal",
        look: unhandled,
    },
    Probe { name: "pre-stop", promise: "a pause before TERM is passed on", look: pre_stop },
    Probe {
        name: "termination-message",
        promise: "a termination message for Kubernetes",
        look: termination_message,
    },
    Probe { name: "restart", promise: "starts the command again", look: restart },
];

fn code(mut run: Running, code: i32) -> Verdict {
    let is = run.code();
    when(is == code, format!("exit {is}"), format!("not {code}"))
}

fn rewritten(subject: &Subject, wish: Wish, from: i32, to: i32) -> Verdict {
    let mut run = subject.run(Seat::PidOne, wish, &witness(&["signals"])).start();
    run.wait_for("ready;");
    kill(init_of(Seat::PidOne, &run), from);
    let comes = run.comes(&format!("\n{to} "), subject.patience);
    let text = run.wait_for("");
    drop(run);
    sweep();
    when(comes, "no", text)
}

/// A workload without a handler for HUP: as PID 1 itself it would not mind.
fn unhandled(subject: &Subject) -> Verdict {
    let command = witness(&["handle", &libc::SIGUSR1.to_string()]);
    let mut run = subject.run(Seat::PidOne, Wish::DropUnhandled, &command).start();
    run.wait_for("ready;");
    let init = init_of(Seat::PidOne, &run);
    kill(init, libc::SIGHUP);
    kill(init, libc::SIGUSR1); // which is handled; the later one, so HUP is done with
    let comes = run.comes("handled", subject.patience);
    let is_alive = proc::status(init).is_some() && !run.ends(std::time::Duration::ZERO);
    drop(run);
    sweep();
    match (is_alive, comes) {
        (true, true) => kept(),
        (false, _) => broken("fatal", "the workload was ended by it"),
        (true, false) => broken("USR1 lost", "a handled signal did not come"),
    }
}

fn pre_stop(subject: &Subject) -> Verdict {
    let mut run = subject.run(Seat::PidOne, Wish::PreStop, &witness(&["signals"])).start();
    run.wait_for("ready;");
    let start = Instant::now();
    kill(init_of(Seat::PidOne, &run), libc::SIGTERM);
    run.wait_for("\n15 ");
    let took = start.elapsed();
    when(took.as_millis() >= 300, "at once", format!("after {took:?}"))
}

fn termination_message(subject: &Subject) -> Verdict {
    fs::write(Wish::TERMINATION_MESSAGE, "").unwrap(); // as the kubelet makes it
    let command = ["sh", "-c", "exit 3"];
    let mut run = subject.run(Seat::PidOne, Wish::TerminationMessage, &command).start();
    let code = run.code();
    let text = fs::read_to_string(Wish::TERMINATION_MESSAGE).unwrap();
    when(text.contains('3'), "none", format!("exit {code}, {text:?}"))
}

/// A command that fails twice and then gives 0.
fn restart(subject: &Subject) -> Verdict {
    let count = format!("{SCRATCH}/count");
    let script = format!("echo >>{count}; [ $(wc -l <{count}) = 3 ]");
    let run = subject.run(Seat::PidOne, Wish::Restart, &["sh", "-c", &script]);
    code(run.start(), 0)
}
