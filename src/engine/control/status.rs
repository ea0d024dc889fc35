//! What happens, told to a program at a descriptor that it gave us (bwrap(1), `--json-status-fd`).
//!
//! The launcher tells who PID 1 is, because it alone knows that by a number that means something
//! outside, and at last the exit code; PID 1 tells what happens between (`cli/report`).

use super::super::identity::{each_namespace, tell};
use super::super::trouble::{Trouble, plain};
use crate::model::NamespaceSet;
use crate::sys::Fd;
use crate::sys::fd::close_at_exec;
use crate::text::{Buffer, put};

/// The descriptor stays, for us alone.
pub(super) fn hold(number: u16, status: &mut Option<i32>) -> Result<(), Trouble> {
    close_at_exec(&Fd::inherited(i32::from(number))).map_err(plain)?;
    *status = Some(i32::from(number));
    Ok(())
}

/// Tells who PID 1 is, and which namespaces were made with it.
#[inline(never)] // its buffers would lie in the frame of every step
pub(super) fn tell_child(number: u16, kinds: NamespaceSet, pid: i32) -> Result<(), Trouble> {
    let mut line = Buffer::<512>::new();
    put!(&mut line, "{\"child-pid\":", pid);
    each_namespace(pid, kinds.difference(NamespaceSet::USER), &mut |name, inode| {
        put!(&mut line, ",\"", name, "-namespace\":", inode);
    })?;
    put!(&mut line, "}\n");
    tell(&Fd::inherited(i32::from(number)), &line)
}
