//! What the kernel's init remembers, for the verdict at its end.

use super::trouble::Heard;
use super::watchdog::Watchdog;
use crate::model::{Down, Ended};
use crate::sys::Fd;

/// What is known of the machine's run so far.
#[derive(Default)]
pub(in crate::engine) struct Notes {
    /// Our first instruction, in microseconds from the kernel's entry.
    pub(super) first_us: u64,
    /// The main service executed its command.
    pub(super) workload_us: Option<u64>,
    /// Whether the host was told that it is ready.
    pub(super) is_ready: bool,
    /// How the main service ended last.
    pub(super) ended: Ended,
    /// Whether it was given up since it was started last.
    pub(super) is_given_up: bool,
    /// How a signal wants the machine left.
    pub(super) down: Option<Down>,
    /// The virtio port of our name.
    pub(super) port: Option<Fd>,
    /// Whether nobody was here before us, so that nothing of ours is mounted yet.
    pub(super) is_fresh: bool,
    /// Whether something did not come back on the way down.
    pub(super) has_hung: bool,
    /// The watchdog that we feed.
    pub(super) watchdog: Option<Watchdog>,
    /// The kernel's messages.
    pub(super) kernel: Option<Fd>,
    /// What it said in trouble.
    pub(super) heard: Option<&'static mut Heard>,
}
