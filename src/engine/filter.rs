//! The acts that speak of system calls: filters.

use super::hands::Hands;
use super::trouble::{Trouble, plain};
use crate::plan::FilterAct;
use crate::sys::seccomp;

/// Carries out one of them.
pub(super) fn perform(act: &FilterAct<'_>, _hands: &mut Hands) -> Result<(), Trouble> {
    match act {
        FilterAct::Install(filter) => seccomp::install(filter.program).map_err(plain),
    }
}
