//! Whether a service answers at an address, which is how one that says nothing is seen to be ready.
//!
//! PID 1 knocks by itself: it is in the network of its services, and a connection that is begun and
//! waited for with everything else costs no process. As soon as somebody answers it is closed; the
//! service sees a caller who said nothing.

use super::super::telling::Telling;
use super::Turn;
use crate::model::{Endpoint, Errno, Failure, Helper, Ready, ServiceId, Why};
use crate::plan::Actor;
use crate::supervisor::Event;
use crate::sys::tcp::{self, Knock};

impl Turn<'_, '_> {
    /// Where a service answers when it is ready.
    pub(super) fn door_of(&self, id: ServiceId) -> Option<Endpoint> {
        match self.plan.service(id)?.ready {
            Ready::Tcp(there) => Some(there).filter(|_| cfg!(feature = "net")),
            Ready::None | Ready::Notify | Ready::Fd(_) | Ready::Exec(_) => None,
        }
    }

    /// Knocks there. It stands where others have the pipe for their word.
    pub(super) fn knock(&mut self, id: ServiceId, there: Endpoint) {
        match tcp::knock(&there) {
            Ok(Knock::Answered) => self.happened(Event::Helped(id, Helper::Check, true)),
            Ok(Knock::Underway(socket)) => {
                if let Some(process) = self.processes.get_mut(id.index()) {
                    process.ready = Some(socket);
                }
            }
            Err(errno) => self.knocked(id, Err(errno)),
        }
    }

    /// It is known whether somebody answers.
    pub(super) fn take_answer(&mut self, id: ServiceId) {
        let process = self.processes.get_mut(id.index());
        if let Some(socket) = process.and_then(|process| process.ready.take()) {
            self.knocked(id, tcp::answer(&socket));
        }
    }

    /// Nobody being there is what is expected; anything else is told once.
    fn knocked(&mut self, id: ServiceId, answer: Result<(), Errno>) {
        if let Err(errno) = answer
            && errno != Errno::ECONNREFUSED
        {
            let mut steps = self.plan.steps_of(Actor::Helper(id, Helper::Check));
            let step = steps.next().map_or(0, |(step, _)| step);
            let failure = Failure { step, errno, why: Why::Errno };
            if self.told != Some(failure) {
                self.told = Some(failure);
                self.teller.tell(self.plan, Telling::Failure(failure));
            }
        }
        self.happened(Event::Helped(id, Helper::Check, answer.is_ok()));
    }
}
