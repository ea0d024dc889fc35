//! What services have written is taken out of their pipes in the loop of PID 1.

use super::write::Capture;
use crate::engine::telling::Telling;
use crate::engine::turn::Turn;
use crate::limits::{LOG_LAST_ROUNDS, LOG_READ_MAX};
use crate::model::{ServiceId, Span};
use crate::sys::wait::{self, Source};
use crate::sys::{Fd, clock, file};

impl Turn<'_, '_> {
    /// Where what a service writes comes out.
    pub(in crate::engine) fn log_pipe(&self, id: ServiceId) -> Option<&Fd> {
        self.capture(id)?.pipe.read.as_ref()
    }

    /// The log of a service.
    pub(in crate::engine) fn capture(&self, id: ServiceId) -> Option<&Capture> {
        let _ = self.plan.service(id)?.log?; // else the memory for it is not even looked at
        self.hands.room.as_ref()?.log(id)
    }

    /// Takes some of what a service has written.
    #[inline(never)] // its buffers would lie in the frame of the loop
    pub(in crate::engine) fn take_log(&mut self, id: ServiceId) {
        let mut chunk = [0u8; LOG_READ_MAX];
        let Some(Ok(len)) = self.log_pipe(id).map(|pipe| file::read(pipe, &mut chunk)) else {
            return;
        };
        // What that takes of stack and code is given back, unless more is waiting.
        self.has_used |= len < chunk.len();
        self.put_log(id, chunk.get(..len).unwrap_or_default());
    }

    /// The last words of everybody, which lie in the pipes when nobody is left.
    #[inline(never)] // once
    pub(in crate::engine) fn take_last_words(&mut self) {
        for id in ServiceId::all() {
            self.take_rest_of_log(id);
        }
    }

    /// What a service has written until now. A last line that has no end ends here: what comes is
    /// not of the same run.
    #[inline] // most services have no log, and no need of the code for one
    pub(in crate::engine) fn take_rest_of_log(&mut self, id: ServiceId) {
        if self.log_pipe(id).is_some() {
            self.take_rest(id);
        }
    }

    #[inline(never)] // see above
    fn take_rest(&mut self, id: ServiceId) {
        for _ in 0..LOG_LAST_ROUNDS {
            let Some(pipe) = self.log_pipe(id) else { return };
            let mut sources = [Source::readable(pipe)];
            if wait::poll(&mut sources, Some(Span::ZERO)) != Ok(1) {
                break;
            }
            self.take_log(id);
        }
        if self.capture(id).is_some_and(Capture::is_in_line) {
            self.put_log(id, b"\n");
        }
    }

    /// Writes this to the log of a service.
    fn put_log(&mut self, id: ServiceId, text: &[u8]) {
        let plan = self.plan;
        let own = plan.service(id).and_then(|own| Some((own.name, own.log?)));
        let capture = self.hands.room.as_mut().and_then(|room| room.log_mut(id));
        let (Some((name, log)), Some(capture)) = (own, capture) else { return };
        if let Some(errno) = capture.take(&log, &name, text, clock::wall()) {
            self.teller.tell(plan, Telling::LogLost(id, errno));
        }
    }
}
