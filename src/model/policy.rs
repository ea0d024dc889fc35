//! When a service is started again, and how it is stopped.

use super::{End, ExitCodes, ServiceSet, Signal, Span};
use crate::text::{Fault, Names};

/// The restart policies, for messages.
const NAMES: Names = Names::new("never|on-failure|always");

/// Whether a service that ended is started again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Restart {
    /// Never.
    #[default]
    Never,
    /// Unless its end counts as success ([`Policy::is_success`]).
    OnFailure,
    /// Always.
    Always,
}

impl Restart {
    /// Its name in a file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::OnFailure => "on-failure",
            Self::Always => "always",
        }
    }

    /// Reads a policy.
    ///
    /// # Errors
    /// [`Fault::NotOneOf`] for an unknown word.
    pub fn parse(text: &[u8]) -> Result<Self, Fault> {
        [Self::Never, Self::OnFailure, Self::Always]
            .into_iter()
            .find(|policy| policy.name().as_bytes() == text)
            .ok_or(Fault::NotOneOf(NAMES))
    }
}

/// What is ended with a service (`KillMode=` of systemd.kill(5)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KillMode {
    /// Everything that comes from it.
    #[default]
    Tree,
    /// Its own process alone.
    Process,
}

impl KillMode {
    /// Reads `tree` or `process`.
    ///
    /// # Errors
    /// [`Fault::NotOneOf`] for an unknown word.
    pub fn parse(text: &[u8]) -> Result<Self, Fault> {
        match text {
            b"tree" => Ok(Self::Tree),
            b"process" => Ok(Self::Process),
            _ => Err(Fault::NotOneOf(Names::new("tree|process"))),
        }
    }
}

/// What becomes of a signal that would end the service because it is not prepared for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unhandled {
    /// It is passed on, and ends the service.
    #[default]
    Forward,
    /// It is dropped, as the kernel drops it for a PID 1.
    Drop,
}

impl Unhandled {
    /// Reads `forward` or `drop`.
    ///
    /// # Errors
    /// [`Fault::NotOneOf`] for an unknown word.
    pub fn parse(text: &[u8]) -> Result<Self, Fault> {
        match text {
            b"forward" => Ok(Self::Forward),
            b"drop" => Ok(Self::Drop),
            _ => Err(Fault::NotOneOf(Names::new("forward|drop"))),
        }
    }
}

/// Who says that a service is ready.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReadyBy {
    /// Nobody needs to: it is as soon as it runs.
    #[default]
    Running,
    /// Its own word.
    Word,
    /// A command that is run beside it until it succeeds.
    Command,
}

/// What comes between the request to stop a service and its stop signal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BeforeStop {
    /// Nothing.
    #[default]
    Nothing,
    /// A pause.
    Pause(Span),
    /// The run of a command beside it, which has as long as its grace.
    Command,
}

/// A command that is run for a service, beside its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Helper {
    /// It succeeds when the service is ready.
    Check,
    /// It comes before the stop signal.
    PreStop,
    /// It has the service read its configuration again.
    Reload,
}

/// How a service reads its configuration again, as far as the supervisor sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReloadBy {
    /// It does not, or nobody said how.
    #[default]
    Nothing,
    /// It gets this signal.
    Signal(Signal),
    /// A command beside it tells it, and is killed when it takes longer.
    Command {
        /// How long it may take; for ever without.
        within: Option<Span>,
    },
}

/// What the supervisor needs to know of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Whether its end is the end of everything.
    pub is_main: bool,
    /// Whether it has our terminal, so that keys typed there reach it without us.
    pub has_terminal: bool,
    /// The services that must be ready before it starts; it stops before they do.
    pub after: ServiceSet,
    /// Whether it is started again after its end.
    pub restart: Restart,
    /// The pause before the first restart; doubles at each further one.
    pub delay: Span,
    /// The longest pause.
    pub delay_max: Span,
    /// Restarts allowed within `window`; one more is giving up.
    pub limit: u32,
    /// The window in which restarts are counted.
    pub window: Span,
    /// Who says that it is ready.
    pub ready_by: ReadyBy,
    /// How long it may take to get ready; `None` waits for ever.
    pub start_timeout: Option<Span>,
    /// What comes before its stop signal.
    pub before_stop: BeforeStop,
    /// The signal that asks it to stop.
    pub stop_signal: Signal,
    /// How long it may take to stop before it is killed; `None` waits for ever.
    pub grace: Option<Span>,
    /// What is ended with it.
    pub kill_mode: KillMode,
    /// How long it may be silent when it is ready; `None` for ever.
    pub watchdog: Option<Span>,
    /// What it gets when it was silent for longer.
    pub watchdog_signal: Signal,
    /// How it reads its configuration again.
    pub reload: ReloadBy,
    /// Exit codes that count as success, 0 always being one.
    pub success: ExitCodes,
}

impl Policy {
    /// Whether this end counts as success.
    pub fn is_success(&self, end: End) -> bool {
        end.is_success() || self.success.has(end.code())
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            is_main: false,
            has_terminal: false,
            after: ServiceSet::EMPTY,
            restart: Restart::Never,
            delay: Span::from_s(1),
            delay_max: Span::from_s(60),
            limit: 5,
            window: Span::from_s(60),
            ready_by: ReadyBy::Running,
            start_timeout: None,
            before_stop: BeforeStop::Nothing,
            stop_signal: Signal::TERM,
            grace: Some(Span::from_s(10)),
            kill_mode: KillMode::Tree,
            watchdog: None,
            watchdog_signal: Signal::ABRT,
            reload: ReloadBy::Nothing,
            success: ExitCodes::EMPTY,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_are_read_by_their_names() {
        for policy in [Restart::Never, Restart::OnFailure, Restart::Always] {
            assert_eq!(Restart::parse(policy.name().as_bytes()), Ok(policy));
        }
        assert_eq!(Restart::parse(b"Always"), Err(Fault::NotOneOf(NAMES)));
        assert_eq!(KillMode::parse(b"process"), Ok(KillMode::Process));
        assert!(KillMode::parse(b"mixed").is_err());
        assert_eq!(Unhandled::parse(b"drop"), Ok(Unhandled::Drop));
        assert!(Unhandled::parse(b"ignore").is_err());
    }

    #[test]
    fn codes_that_were_said_count_as_success_too() {
        let mut policy = Policy::default();
        policy.success.add(b"TERM").unwrap();
        for (end, expected) in [
            (End::Exited(0), true),
            (End::Exited(1), false),
            (End::Exited(143), true),
            (End::Signaled(Signal::TERM), true),
            (End::Signaled(Signal::KILL), false),
        ] {
            assert_eq!(policy.is_success(end), expected, "{end}");
        }
    }
}
