//! The whole: from the first start to the exit code.
//!
//! ```text
//!          a stop, or the end of main            every service is over        none is left
//! running ----------------------------> stopping --------------------> sweeping ----------> done
//! ```
//!
//! 1. **Running.** Services are started, and started again, as their policies say.
//! 2. **Stopping.** Somebody asked for the end, or the main service has ended for good. Nothing is
//!    started any more. A service is told to stop once everything that is `after` it is over.
//! 3. **Sweeping.** No service is left, but perhaps daemons and orphans are. They get TERM, and
//!    after the grace of the main service KILL, which kill(2) with -1 sends to all but PID 1. The
//!    kernel would kill them without a word if we just exited (pid_namespaces(7)). KILL is sent
//!    again and again: a subreaper, who has no kill(-1) of its own, may miss what is being forked.
//!    But not for ever: a process that waits for a disk which does not answer cannot die, and must
//!    not keep a machine from going down.
//!    Where the main service's `kill-mode` is `process`, nobody is swept and the end is here.
//! 4. **Done.** How it ended was said. Nothing follows.
//!
//! The phases only go forward. Which service is told when does not belong here: that is `order`.

use super::state::Outcome;
use crate::model::{End, KillMode, Moment, Policy, Signal, Span};

/// The grace of the sweep when the main service has none. "Wait for ever" is said of a service that
/// must not be hurt while it ends; here it has ended, and orphans that nobody waits for must not
/// keep a machine from going down. Ten seconds are the default grace of a service, and docker's.
pub(super) const SWEEP_GRACE: Span = Span::from_s(10);

/// The pause between two KILLs of the sweep: short for a person, and no load for a machine on which
/// a process cannot die (a disk that does not answer).
const KILL_INTERVAL: Span = Span::from_ms(100);

/// So often KILL is sent to whoever is left: ten seconds long.
pub(super) const KILLS_MAX: u8 = 100;

/// How far the whole is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nobody wants it to end.
    Running,
    /// The services are being stopped, as `asked`.
    Stopping { asked: Signal },
    /// Everybody else was asked to end, and is killed at `kill_at`, as they were `kills` times
    /// before; then that was the `end`.
    Sweeping { kill_at: Moment, kills: u8, end: End },
    /// We have ended.
    Done,
}

/// What can happen to the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cue {
    /// It has to end; this signal asked for it.
    Stop(Signal),
    /// No service has a process or gets one. This is what the main service came to.
    AllOver(Outcome),
    /// No process is left but ourselves.
    NoneLeft,
    /// Time passed.
    Tick,
}

/// What has to be done about the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Act {
    /// Nothing.
    Nothing,
    /// Say that everything is being stopped.
    TellStopping,
    /// Send TERM to everybody.
    AskAll,
    /// Send KILL to everybody.
    KillAll,
    /// It is over; this is how the main service ended.
    Finish(End),
}

/// What `cue` makes of `phase`, and what has to be done; `main` is the main service's policy.
pub fn step(phase: Phase, cue: Cue, main: &Policy, now: Moment) -> (Phase, Act) {
    match (phase, cue) {
        (Phase::Running, Cue::Stop(asked)) => (Phase::Stopping { asked }, Act::TellStopping),
        // Services that all came to their end are no reason to go, unless main is among them.
        (Phase::Running, Cue::AllOver(_)) => (phase, Act::Nothing),
        // Between two runs of a service there may well be nobody.
        (Phase::Running, Cue::NoneLeft | Cue::Tick) => (phase, Act::Nothing),

        (Phase::Stopping { .. }, Cue::Stop(_)) => (phase, Act::Nothing),
        (Phase::Stopping { asked }, Cue::AllOver(outcome)) => {
            let end = outcome.end(asked);
            let kill_at = now.after(main.grace.unwrap_or(SWEEP_GRACE));
            match main.kill_mode {
                KillMode::Tree => (Phase::Sweeping { kill_at, kills: 0, end }, Act::AskAll),
                KillMode::Process => (Phase::Done, Act::Finish(end)),
            }
        }
        (Phase::Stopping { .. }, Cue::NoneLeft | Cue::Tick) => (phase, Act::Nothing),

        (Phase::Sweeping { .. }, Cue::Stop(_) | Cue::AllOver(_)) => (phase, Act::Nothing),
        (Phase::Sweeping { end, .. }, Cue::NoneLeft) => (Phase::Done, Act::Finish(end)),
        (Phase::Sweeping { kill_at, kills: KILLS_MAX.., end }, Cue::Tick) if kill_at <= now => {
            (Phase::Done, Act::Finish(end))
        }
        (Phase::Sweeping { kill_at, kills, end }, Cue::Tick) if kill_at <= now => {
            let (kill_at, kills) = (now.after(KILL_INTERVAL), kills.saturating_add(1));
            (Phase::Sweeping { kill_at, kills, end }, Act::KillAll)
        }
        (Phase::Sweeping { .. }, Cue::Tick) => (phase, Act::Nothing),

        (Phase::Done, Cue::Stop(_) | Cue::AllOver(_) | Cue::NoneLeft | Cue::Tick) => {
            (phase, Act::Nothing)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::show;
    use super::*;
    use std::{format, string::String, vec::Vec};

    /// How a phase and an act are printed.
    fn shown(phase: Phase, act: Act) -> (String, &'static str) {
        let phase = match phase {
            Phase::Running => "running".into(),
            Phase::Stopping { asked } => format!("stopping, asked {asked}"),
            Phase::Sweeping { kill_at, kills, end } => {
                let again = if kills > 0 { format!(", killed {kills}") } else { String::new() };
                format!("sweeping{again}, kill at {}, then {}", show::moment(kill_at), end.code())
            }
            Phase::Done => "done".into(),
        };
        let act = match act {
            Act::Nothing => "",
            Act::TellStopping => "tell that we stop",
            Act::AskAll => "TERM to all",
            Act::KillAll => "KILL to all",
            Act::Finish(_) => "finish",
        };
        (phase, act)
    }

    #[test]
    fn the_phases_are_the_printed_table() {
        // For each phase: the cues that move it, what it becomes and what is done; then the others.
        let moment = |s| Moment::from_ns(0).after(Span::from_s(s));
        let end = End::Exited(7);
        let phases = [
            Phase::Running,
            Phase::Stopping { asked: Signal::INT },
            Phase::Sweeping { kill_at: moment(105), kills: 0, end },
            Phase::Sweeping { kill_at: moment(90), kills: 0, end },
            Phase::Sweeping { kill_at: moment(90), kills: KILLS_MAX, end },
            Phase::Done,
        ];
        let cues = [
            ("Stop TERM", Cue::Stop(Signal::TERM)),
            ("AllOver exit 7", Cue::AllOver(Outcome::End(End::Exited(7)))),
            ("AllOver unstarted", Cue::AllOver(Outcome::Unstarted)),
            ("NoneLeft", Cue::NoneLeft),
            ("Tick", Cue::Tick),
        ];
        let main = Policy { grace: Some(Span::from_s(5)), ..Policy::default() };
        let mut table = String::from("at 100s, with a grace of 5s\n");
        for phase in phases {
            table += &format!("\n{}\n", shown(phase, Act::Nothing).0);
            let mut unmoved = Vec::new();
            for (name, cue) in cues {
                let (after, act) = step(phase, cue, &main, moment(100));
                let (becomes, does) = shown(after, act);
                if after == phase && act == Act::Nothing {
                    unmoved.push(name);
                } else {
                    table += &format!("  {name:<20}{becomes:<48}{does}\n");
                }
            }
            table += &format!("  {:<20}{}\n", "(nothing)", unmoved.join(", "));
        }
        let alone = Policy { kill_mode: KillMode::Process, ..main };
        let stopping = Phase::Stopping { asked: Signal::INT };
        let (after, act) = step(stopping, cues[1].1, &alone, moment(100));
        let (becomes, does) = shown(after, act);
        table += "\nwith kill-mode process\nstopping, asked INT\n";
        table += &format!("  {:<20}{becomes:<48}{does}\n", cues[1].0);
        snapbox::assert_data_eq!(
            table,
            snapbox::file!["../../tests/golden/supervisor-phases.txt": Text].raw()
        );
    }
}
