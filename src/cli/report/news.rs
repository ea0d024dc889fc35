//! What happens while services run: the little that must be said, and the rest with `-v`.

use super::cgroup::Used;
use super::sentence::{Args, print, sentence};
use super::status::Status;
use super::{Scope, filter};
use crate::engine::{NotTaken, Teller, Telling};
use crate::model::{End, Failure, ReadyBy, ServiceId, Signal, Span, Word};
use crate::plan::{Act, Facts, Plan};
use crate::supervisor::News;
use crate::text::{Quoted, Show, Sink};

/// Of what a program was not told.
const UNREAD: &str = sentence!(
    "json-status-fd: {b} of what happened found no room at descriptor {a}",
    why: "it is full, and whoever reads there does not"
);

/// Tells people on standard error.
#[derive(Default)]
pub struct Reporter {
    /// Whether what goes well is told, too.
    pub is_verbose: bool,
    /// Whether everything is being stopped: then an end is what was asked for.
    is_stopping: bool,
    /// What became of the main service, as far as that is known.
    last: Option<Telling>,
    /// The program that is told.
    status: Option<Status>,
}

impl Teller for Reporter {
    fn wants_usage(&self) -> bool {
        self.is_verbose
    }

    fn tell(&mut self, plan: &Plan<'_>, telling: Telling) {
        self.note(plan, telling);
        if let Some(status) = self.status.as_mut().filter(|_| cfg!(feature = "control")) {
            status.tell(plan, &telling);
        }
        if let Telling::Failure(failure) = telling {
            super::failure(plan, &Facts::default(), failure);
        } else if let Telling::Survived(failure) = telling {
            if self.is_verbose || !is_unasked(plan, failure) {
                super::survived(plan, failure);
            }
        } else if self.is_told(plan, telling) {
            with_words(plan, telling, &mut |words, args| print(&Scope(plan.mode), words, args));
        }
    }
}

impl Reporter {
    /// Tells people, and more of them when that is asked for.
    pub fn new(is_verbose: bool) -> Self {
        Self { is_verbose, ..Self::default() }
    }

    /// Tells a program at this descriptor as well.
    #[must_use]
    pub fn with_status(self, number: Option<u16>) -> Self {
        Self { status: number.map(Status::new), ..self }
    }

    /// Tells a program that everything is over; `verdict` is what we end with, where that is known.
    pub fn end(&mut self, plan: &Plan<'_>, verdict: Option<u8>) {
        let status = self.status.as_mut().filter(|_| cfg!(feature = "control"));
        if let Some((lost, number)) = status.and_then(|status| status.end(verdict)) {
            let args = Args { a: number.into(), b: lost.into(), ..Args::NONE };
            print(&Scope(plan.mode), UNREAD, &args);
        }
    }

    /// What became of the main service, if it ran.
    pub const fn last(&self) -> Option<Telling> {
        self.last
    }

    /// Keeps what may be the last that is known of the main service. Its end alone says less than
    /// why it came to that.
    fn note(&mut self, plan: &Plan<'_>, telling: Telling) {
        let is_main = |id| plan.service(id).is_some_and(|service| service.policy.is_main);
        match telling {
            Telling::News(News::Started { id }) if is_main(id) => self.last = None,
            Telling::News(News::Ended { id, .. }) if is_main(id) => {
                self.last = self.last.or(Some(telling));
            }
            Telling::News(
                News::NotReady { id, .. }
                | News::Hung { id, .. }
                | News::GaveUp { id, .. }
                | News::CannotStart { id, .. },
            )
            | Telling::OutOfMemory(id)
            | Telling::StatusLost(id)
                if is_main(id) =>
            {
                self.last = Some(telling);
            }
            Telling::News(News::Stopping) => self.is_stopping = true,
            Telling::InitKilled(_) => self.last = Some(telling),
            Telling::News(_) | Telling::OutOfMemory(_) | Telling::StatusLost(_) => {}
            Telling::Failure(_) | Telling::Survived(_) | Telling::PreStopFailed(..) => {}
            Telling::NotPassedOn(_) | Telling::Refused(_) | Telling::Detail(_) => {}
            Telling::ReloadFailed(..) | Telling::NotTaken(..) | Telling::LogLost(..) => {}
            Telling::OutOfMemoryInside(_) | Telling::Used(_) | Telling::CgroupLeft(_) => {}
        }
    }

    /// Whether anybody wants to hear that.
    fn is_told(&self, plan: &Plan<'_>, telling: Telling) -> bool {
        match telling {
            Telling::News(News::Ended { id, end, is_ordered }) => {
                self.is_verbose || !is_ordered && self.is_trouble(plan, id, end)
            }
            Telling::News(News::Started { .. } | News::Leaves { .. } | News::Stopping) => {
                self.is_verbose
            }
            Telling::News(News::Ready { id }) => self.is_verbose && waits_for_ready(plan, id),
            Telling::News(News::NotStarted { .. }) => false, // by its step
            Telling::Failure(_) | Telling::Survived(_) => false, // elsewhere
            Telling::News(_) | Telling::InitKilled(_) | Telling::OutOfMemory(_) => true,
            Telling::PreStopFailed(..) | Telling::NotPassedOn(_) | Telling::StatusLost(_) => true,
            Telling::ReloadFailed(..) | Telling::NotTaken(..) | Telling::LogLost(..) => true,
            Telling::Refused(_) => true,
            Telling::OutOfMemoryInside(_) | Telling::CgroupLeft(_) => true,
            Telling::Used(_) => self.is_verbose,
            Telling::Detail(_) => false,
        }
    }

    /// Whether an end is to be told without being asked: a failure that nobody asked for, and that
    /// is not our own exit code.
    fn is_trouble(&self, plan: &Plan<'_>, id: ServiceId, end: End) -> bool {
        let policy = plan.service(id).map(|service| service.policy).unwrap_or_default();
        !policy.is_success(end) && !policy.is_main && !self.is_stopping
    }
}

/// Makes a sentence of a telling: a service, one more thing, and one number.
#[allow(clippy::too_many_lines)] // a table, one arm for each telling
pub(super) fn with_words(
    plan: &Plan<'_>,
    telling: Telling,
    look: &mut dyn FnMut(&'static str, &Args<'_>),
) {
    let (needs, used, refusal);
    let (id, text, number, words): (_, &dyn Show, u32, _) = match &telling {
        Telling::News(news) => match news {
            News::Started { id } => (Some(*id), &"", 0, sentence!("{s} started")),
            News::Ready { id } => (Some(*id), &"", 0, sentence!("{s} is ready")),
            News::Ended { id, end, .. } => (Some(*id), end, 0, sentence!("{s} {t}")),
            News::Stopping => (None, &"", 0, sentence!("stopping")),
            News::Restarting { id, delay, attempt } => {
                needs = Needs::Pause(delay.rounded());
                (Some(*id), &needs, *attempt, sentence!("{s} starts again in {t} (restart {a})"))
            }
            News::GaveUp { id, restarts, window } => (
                Some(*id),
                window,
                *restarts,
                sentence!(
                    "{s} gave up: the end after restart {a} within {t} was one too many",
                    try: "restart-limit and restart-window, when that is too soon"
                ),
            ),
            News::CannotStart { id, needs: other } => {
                needs = Needs::Service(name(plan, Some(*other)));
                (Some(*id), &needs, 0, sentence!("{s} cannot start: it needs {t}"))
            }
            News::Killed { id } => {
                (Some(*id), &"", 0, sentence!("{s} did not stop within its grace and was killed"))
            }
            News::NotReady { id, within } => {
                (Some(*id), within, 0, sentence!("{s} was not ready within {t}, and is stopped"))
            }
            News::Hung { .. } | News::Leaves { .. } | News::ReloadKilled { .. } if !Word::HEARD => {
                return;
            }
            News::ReloadKilled { id, within } => (
                Some(*id),
                within,
                0,
                sentence!(
                    "the reload command of {s} did not end within {t} and was killed",
                    try: "start-timeout, when that is too short"
                ),
            ),
            News::Hung { id, within: Some(within) } => (
                Some(*id),
                within,
                0,
                sentence!(
                    "{s} said nothing for {t}, and is ended",
                    try: "watchdog, when that is too short"
                ),
            ),
            News::Hung { id, within: None } => {
                (Some(*id), &"", 0, sentence!("{s} says that it hangs, and is ended"))
            }
            News::Leaves { id } => (Some(*id), &"", 0, sentence!("{s} stops by itself")),
            News::PreStopKilled { id } => (
                Some(*id),
                &"",
                0,
                sentence!(
                    "the pre-stop command of {s} did not end within the grace and was killed"
                ),
            ),
            News::NotStarted { .. } => return,
        },
        Telling::InitKilled(end) => (None, end, 0, init_killed(*end)),
        Telling::PreStopFailed(id, end) => {
            (Some(*id), end, 0, sentence!("the pre-stop command of {s} {t}"))
        }
        Telling::ReloadFailed(..) | Telling::NotTaken(..) | Telling::LogLost(..)
            if !Word::HEARD =>
        {
            return;
        }
        Telling::LogLost(id, errno) => (
            Some(*id),
            errno,
            0,
            sentence!("what {s} writes is not in its log: {t}, going on without it"),
        ),
        Telling::ReloadFailed(id, end) => {
            (Some(*id), end, 0, sentence!("the reload command of {s} {t}"))
        }
        Telling::NotTaken(id, NotTaken::MainPid(pid)) => (
            Some(*id),
            &"",
            *pid,
            sentence!(
                "{s} names {a} as its main process, which is not taken",
                why: "a service is the process that was started",
                try: "let the command stay in the foreground"
            ),
        ),
        Telling::NotTaken(id, NotTaken::Descriptors) => (
            Some(*id),
            &"",
            0,
            sentence!("{s} wants descriptors kept (FDSTORE=1): they are not, and are closed"),
        ),
        Telling::OutOfMemory(id) => (
            Some(*id),
            &"",
            0,
            sentence!(
                "{s} was killed by the kernel: out of memory",
                try: "a higher limit of memory for the container, or a lower one for the program"
            ),
        ),
        Telling::OutOfMemoryInside(_) | Telling::CgroupLeft(_) | Telling::Used(_)
            if !cfg!(feature = "sandbox") =>
        {
            return; // nobody tells it
        }
        Telling::OutOfMemoryInside(count) => (
            None,
            &"",
            u32::try_from(*count).unwrap_or(u32::MAX),
            sentence!(
                "{a} more killed inside by the kernel: out of memory",
                try: "a higher memory-max, or less at a time"
            ),
        ),
        Telling::Used(usage) => {
            used = Used(*usage);
            (None, &used, 0, sentence!("used {t}"))
        }
        Telling::CgroupLeft(errno) => (
            None,
            errno,
            0,
            sentence!(
                "remove the sandbox's cgroup: {t}, going on without it",
                why: "somebody has put a process or a cgroup of his own into it"
            ),
        ),
        Telling::NotPassedOn(errno) => (
            None,
            errno,
            0,
            sentence!(
                "a message for the manager at NOTIFY_SOCKET: {t}, going on without it",
                why: "nobody listens there, or it does not read"
            ),
        ),
        Telling::StatusLost(id) => (
            Some(*id),
            &"",
            0,
            sentence!(
                "the exit status of {s} is lost",
                why: "the kernel reaped it and did not tell (PIDFD_GET_INFO was refused)"
            ),
        ),
        Telling::Refused(_) if !cfg!(feature = "sandbox") => return, // as above
        Telling::Refused(refused) => {
            refusal = filter::Shown(refused);
            let words = match refused.is_made {
                true => sentence!("{s}, task {a}, would be refused {t}"),
                false => sentence!("{s}, task {a}, was refused {t}"),
            };
            (Some(refused.id), &refusal, refused.pid, words)
        }
        Telling::Failure(_) | Telling::Survived(_) | Telling::Detail(_) => return,
    };
    let said = name(plan, id);
    look(words, &Args { said, text, a: i64::from(number), ..Args::NONE });
}

/// What a sentence is made with that is not in the telling itself.
enum Needs<'n> {
    Pause(Span),
    Service(&'n [u8]),
}

impl Show for Needs<'_> {
    fn show(&self, out: &mut dyn Sink) {
        match self {
            Self::Pause(span) => span.show(out),
            Self::Service(name) => Quoted(name).show(out),
        }
    }
}

/// A service's name.
fn name<'a>(plan: &Plan<'a>, id: Option<ServiceId>) -> &'a [u8] {
    let service = id.and_then(|id| plan.service(id));
    service.map_or(b"".as_slice(), |service| service.name.bytes())
}

/// Whether it is about a thing that nobody asked for and hardly anybody misses: to be seen by `ps`.
fn is_unasked(plan: &Plan<'_>, failure: Failure) -> bool {
    let step = plan.steps.get(usize::from(failure.step));
    step.is_some_and(|step| matches!(step.act, Act::Control(_)) && !plan.mode.is_init())
}

/// Whether readiness is something else than running.
fn waits_for_ready(plan: &Plan<'_>, id: ServiceId) -> bool {
    plan.service(id).is_some_and(|service| service.policy.ready_by != ReadyBy::Running)
}

/// PID 1 was killed from outside, or somebody inside called reboot(2): the kernel ends a PID
/// namespace with HUP for a restart, with INT for halt and power-off (reboot(2)).
fn init_killed(end: End) -> &'static str {
    match end {
        End::Signaled(Signal::HUP) => sentence!("somebody inside called reboot(2) to restart"),
        End::Signaled(Signal::INT) => sentence!("somebody inside called reboot(2) to power off"),
        End::Signaled(_) | End::Exited(_) => sentence!("PID 1 inside was {t}"),
    }
}
