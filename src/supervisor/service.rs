//! One service under supervision.

use super::restart::Restarts;
use super::state::State;
use crate::model::Policy;

/// What it is by its policy, how it is, and how often it was started again.
pub(super) struct Service<'p> {
    pub policy: &'p Policy,
    pub state: State,
    pub restarts: Restarts,
}
