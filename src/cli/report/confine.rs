//! Why rights could not be taken away.

use super::sentence::sentence;
use crate::model::Errno;
use crate::plan::ConfineAct;

/// What we know of an errno of such a step.
pub(super) fn by_errno(act: &ConfineAct, errno: Errno) -> &'static str {
    match (act, errno) {
        (ConfineAct::Capabilities(_), Errno::EPERM) => sentence!(
            why: "one of them is not ours, a bit is locked or unknown to this kernel, or a \
                  security module takes capabilities away in this user namespace",
            try: "nsinit explain, and CapPrm in /proc/self/status"
        ),
        (ConfineAct::KeepCapabilities, Errno::EPERM) => sentence!(
            why: "whoever started us has locked it (SECBIT_KEEP_CAPS_LOCKED of capabilities(7))"
        ),
        (ConfineAct::LeaveGroups, Errno::EPERM) => sentence!(
            why: "only CAP_SETGID may change groups (setgroups(2))"
        ),
        (_, _) => "",
    }
}
