//! At a terminal, below bash with job control, and as PID 1 of its own.

use super::program::{Seat, Wish};
use super::subject::{Subject, sweep};
use super::{Probe, Verdict, broken, kept};
use crate::support::Who;
use crate::support::desk::Desk;
use crate::support::terminal::{CTRL_C, CTRL_Z, Terminal};

pub const PROBES: &[Probe] = &[
    Probe {
        name: "background-start",
        promise: "started with &, the shell keeps the terminal",
        look: background,
    },
    Probe { name: "ctrl-z-fg", promise: "^Z gives the prompt back, fg goes on", look: ctrl_z },
    Probe { name: "ctrl-c", promise: "^C ends the workload", look: ctrl_c },
    Probe { name: "inner-shell", promise: "a shell inside has job control", look: inner_shell },
    Probe {
        name: "ctrl-z-pid-1",
        promise: "^Z does not stop PID 1's for ever",
        look: ctrl_z_pid_1,
    },
];

/// bash, where `$N` is the program as it is used below a shell.
fn desk(subject: &Subject) -> Desk {
    let words = subject.words(Seat::Child, Wish::Plain, &[""; 0]);
    Desk::with(Who::Root, &words.join(" "), subject.limit)
}

fn background(subject: &Subject) -> Verdict {
    let mut desk = desk(subject);
    desk.enter("$N sh -c 'echo up; exec sleep 1000' &");
    if !desk.shell.comes("up\r\n", subject.patience) {
        return broken("no start", desk.shell.wait_for(""));
    }
    let foreground = desk.terminal.foreground();
    if foreground != desk.shell.pid {
        return broken("stolen", "the foreground is the workload's");
    }
    desk.ask_shell();
    kept()
}

fn ctrl_z(subject: &Subject) -> Verdict {
    let mut desk = desk(subject);
    desk.enter("$N sh -c 'echo up; read line; echo got-$line; exit 7'");
    desk.expect("up\r\n");
    desk.press(CTRL_Z);
    if !desk.shell.comes("Stopped", subject.patience) {
        return broken("hangs", "the shell does not see it stop");
    }
    desk.expect("Stopped");
    desk.expect("<prompt>");
    desk.enter("fg");
    desk.enter("hello");
    desk.expect("got-hello\r\n");
    desk.expect_code(7);
    kept()
}

fn ctrl_c(subject: &Subject) -> Verdict {
    let mut desk = desk(subject);
    desk.enter("$N sh -c 'echo up; exec sleep 1000'");
    desk.expect("up\r\n");
    desk.press(CTRL_C);
    desk.expect_code(130);
    kept()
}

fn inner_shell(subject: &Subject) -> Verdict {
    let mut desk = desk(subject);
    desk.enter("PS1='<inner>' $N bash --norc --noprofile --noediting -i");
    desk.expect("<inner>");
    if desk.shell.wait_for("").contains("job control") {
        return broken("none", desk.shell.wait_for(""));
    }
    desk.enter("sleep 1000");
    desk.wait_for_state("sleep", 'S');
    desk.press(CTRL_Z);
    if !desk.shell.comes("Stopped", subject.patience) {
        return broken("no ^Z", "its child is not stopped");
    }
    desk.expect("Stopped");
    desk.expect("<inner>");
    kept()
}

/// PID 1 leads the terminal's session, as `docker run -it` has it.
fn ctrl_z_pid_1(subject: &Subject) -> Verdict {
    let terminal = Terminal::new();
    let script = "echo up; read line; echo got-$line; exit 7";
    let front = ["setsid", "-c"];
    let run = subject.behind(Seat::PidOne, &front, Wish::Plain, &["sh", "-c", script]);
    let mut run = run.start_at(&terminal);
    run.expect("up\r\n");
    terminal.type_keys(CTRL_Z);
    run.expect("^Z");
    terminal.type_keys("hello\n");
    let goes_on = run.comes("got-hello\r\n", subject.patience);
    drop(run);
    drop(terminal);
    sweep();
    if goes_on { kept() } else { broken("stopped", "it no longer reads what is typed") }
}
