//! A pipe whose ends we hold, until they are given away.

use super::trouble::{Trouble, plain};
use crate::sys::Fd;
use crate::sys::fd::pipe;

/// Both ends of a pipe, as long as they are ours.
#[derive(Debug, Default)]
pub(super) struct Pipe {
    pub read: Option<Fd>,
    pub write: Option<Fd>,
}

impl Pipe {
    /// A new pipe; one that does not wait, or is waited at.
    pub fn open(is_blocking: bool) -> Result<Self, Trouble> {
        let (read, write) = pipe(is_blocking).map_err(plain)?;
        Ok(Self { read: Some(read), write: Some(write) })
    }
}
