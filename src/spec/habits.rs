//! Habits of other programs, whose place we take by their name.

/// Habits of other programs whose place we take; no key says them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Habits {
    /// Orphans come to us where we are not PID 1.
    pub is_subreaper: bool,
    /// Services end when we do, where no PID namespace sees to that.
    pub is_mortal: bool,
    /// Every signal that comes and every child that is reaped is told.
    pub tells_all: bool,
    /// A TSTP, TTIN or TTOU that is passed on stops us as well, for the shell that sent it waits.
    pub stops_itself: bool,
    /// What is left of the main service's process group gets TERM at its end.
    pub asks_group_to_end: bool,
    /// Who is told to end goes on for that where it was stopped (CONT, as in systemd.kill(5)).
    pub wakes_stopped: bool,
    /// Our working directory is not kept from being unmounted while a service runs.
    pub leaves_directory: bool,
}

impl Habits {
    /// Our own.
    pub const OURS: Self = Self {
        is_subreaper: true,
        is_mortal: true,
        tells_all: false,
        stops_itself: false,
        asks_group_to_end: false,
        wakes_stopped: true,
        leaves_directory: true,
    };
}
