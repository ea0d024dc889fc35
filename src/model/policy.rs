//! When a service is started again, and how it is stopped.

use super::{ServiceSet, Signal, Span};
use crate::text::Fault;

/// The restart policies, for messages.
const NAMES: [&str; 3] = ["never", "on-failure", "always"];

/// Whether a service that ended is started again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Restart {
    /// Never.
    #[default]
    Never,
    /// Unless it exited with code 0.
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
            .ok_or(Fault::NotOneOf(&NAMES))
    }
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
    /// The signal that asks it to stop.
    pub stop_signal: Signal,
    /// How long it may take to stop before it is killed; `None` waits for ever.
    pub grace: Option<Span>,
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
            stop_signal: Signal::TERM,
            grace: Some(Span::from_s(10)),
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
        assert_eq!(Restart::parse(b"Always"), Err(Fault::NotOneOf(&NAMES)));
    }
}
