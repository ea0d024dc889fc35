//! There is no more of something: descriptors, open files, processes.

use super::sentence::sentence;
use crate::model::Errno;
use crate::plan::Act;

/// What there is no more of, whatever it was for.
pub(super) const fn by_errno(act: &Act<'_>, errno: Errno) -> &'static str {
    match (act, errno) {
        (_, Errno::EMFILE) => sentence!(
            why: "a process may have no more descriptors than this one has (RLIMIT_NOFILE)",
            try: "a higher ulimit -n"
        ),
        (_, Errno::ENFILE) => sentence!(
            why: "the machine may have no more files open",
            try: "a higher fs.file-max"
        ),
        (Act::Spawn | Act::Clone(_), Errno::EAGAIN) => sentence!(
            why: "there may be no more processes: of this user (RLIMIT_NPROC), of its cgroup \
                  (pids.max), or at all",
            try: "a higher ulimit -u, or a higher limit of the container"
        ),
        (_, _) => "",
    }
}
