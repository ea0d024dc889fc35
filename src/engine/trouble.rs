//! What went wrong in a step, before it has the step's number.

use crate::model::{Errno, Why};

/// What went wrong: the kernel's answer, and what else is known.
pub(super) type Trouble = (Errno, Why);

/// A trouble of which only the errno is known.
pub(super) const fn plain(errno: Errno) -> Trouble {
    (errno, Why::Errno)
}
