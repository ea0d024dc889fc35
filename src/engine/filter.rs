//! The acts that speak of system calls: filters, and the line to who is asked by one.

use super::hands::Hands;
use super::pipe::Pipe;
use super::trouble::{Trouble, plain};
use crate::model::Errno;
use crate::plan::FilterAct;
use crate::sys::{process, seccomp, unix};

/// Carries out one of them.
pub(super) fn perform(act: &FilterAct<'_>, hands: &mut Hands) -> Result<(), Trouble> {
    match act {
        FilterAct::OpenLine => {
            let (read, write) = unix::pair().map_err(plain)?;
            hands.line = Pipe { read: Some(read), write: Some(write) };
            Ok(())
        }
        FilterAct::Hide => process::forbid_core_dump().map_err(plain),
        FilterAct::LockIn(lock) => {
            hands.lock = Some(*lock);
            Ok(())
        }
        FilterAct::Install(filter) if filter.judge.is_some() => {
            let line = hands.line.write.as_ref().ok_or(plain(Errno::EBADF))?;
            let asking = seccomp::install_asking(filter.program).map_err(plain)?;
            unix::pass(line, &asking).map_err(plain)
        }
        FilterAct::Install(filter) => seccomp::install(filter.program).map_err(plain),
    }
}
