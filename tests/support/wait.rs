//! Waiting where the kernel has no event to wait for.

use std::time::{Duration, Instant};

/// No test waits longer than this for one thing, also on a busy machine.
pub const LIMIT: Duration = Duration::from_secs(30);

/// Looks again and again until `found` gives something, but not for ever.
pub fn until<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + LIMIT;
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(Instant::now() < deadline, "in vain waited for {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Lets a time pass exactly, without giving the processor away: for moments too short to sleep.
pub fn spin(time: Duration) {
    let end = Instant::now() + time;
    while Instant::now() < end {
        std::hint::spin_loop();
    }
}
