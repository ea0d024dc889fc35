//! Whoever enters a sandbox has its PID 1 start a process beside a service, confined as the service
//! is (docs/decisions/0011-entered-by-pid-1.md).
//!
//! The caller brings its standard descriptors and a sealed file with what is to be run, stays
//! outside, and is told the end. It is told that by us: only the parent of a process learns how it
//! ended on every kernel. When the caller goes, its process is killed.

use core::ffi::CStr;

use heapless::Vec;

use super::super::child;
use super::super::slot::Slot;
use super::super::spawn::{self, Beside, Started};
use super::super::turn::Turn;
use super::room::{Goal, Guest};
use crate::limits::ERRAND_MAX;
use crate::model::answer::{ACCEPTED, Ended, NotStarted};
use crate::model::{Denial, End, Errand, Failure};
use crate::plan::Act;
use crate::sys::unix::{self, Descriptors};
use crate::sys::{Fd, file, memfd, wait};
use crate::text::{Quoted, Show, Sink, put};

/// What failed, of somebody who entered.
struct Step<'s>(Option<&'s Act<'s>>, &'s CStr);

impl Show for Step<'_> {
    fn show(&self, out: &mut dyn Sink) {
        match self.0 {
            Some(Act::Execute { .. }) | None => put!(out, "execute ", Quoted(self.1.to_bytes())),
            Some(act) => put!(out, *act),
        }
    }
}

impl Turn<'_, '_> {
    /// Starts what somebody brought, beside the main service or the one of this name.
    #[inline(never)] // its buffer would lie in the frame of the loop
    pub(super) fn take_errand(
        &mut self,
        index: usize,
        service: Option<&[u8]>,
        given: Option<Descriptors<'_>>,
    ) -> Result<Option<Goal>, Denial> {
        let mut brought: Vec<Fd, 4> = Vec::new();
        for fd in given.into_iter().flat_map(Descriptors::take) {
            unix::dont_linger(&fd); // it may be we who close it last
            let _ = brought.push(fd); // one that finds no place is closed
        }
        let main = self.plan.services().find(|(_, service)| service.policy.is_main);
        let id = match service {
            Some(name) => self.id_of(name),
            None => main.map(|(id, _)| id),
        };
        let id = id.ok_or(Denial::NoSuchService)?;
        if self.supervisor.is_stopping() {
            return Err(Denial::Stopping);
        }
        if self.hands.room.as_ref().is_some_and(|room| room.is_locked_in) {
            return Err(Denial::LockedIn);
        }
        let [errand, input, output, error] = brought.as_slice() else {
            return Err(Denial::NotUnderstood);
        };
        let mut bytes = [0u8; ERRAND_MAX];
        if !memfd::is_sealed(errand) {
            return Err(Denial::NotUnderstood); // it might have us wait, or change while we read
        }
        let len = file::read_at(errand, 0, &mut bytes).map_err(|_| Denial::NotUnderstood)?;
        let errand = bytes.get(..len).and_then(Errand::read).ok_or(Denial::NotUnderstood)?;
        let streams = [input, output, error];
        let beside = Beside { errand, streams };
        match spawn::beside(self.plan, id, &beside, self.start, self.hands) {
            Started::Running(child) => {
                self.say_to(index, &ACCEPTED, child.pidfd.as_ref().as_slice());
                let asks = self.hands.asks.take();
                if let Some(own) = self.caller(index) {
                    own.guest = Some(Guest { child, id, asks });
                    own.goal = Some(Goal::EndOfGuest);
                }
                Ok(Some(Goal::EndOfGuest))
            }
            Started::Failed(Failure { step, errno, why }, code, child) => {
                if let Some(child) = child {
                    let _ = wait::reap(child.pid); // the kernel may have done so
                }
                let act = self.plan.steps.get(usize::from(step)).map(|step| &step.act);
                let step = Step(act, errand.words.first().unwrap_or_default());
                self.say_to(index, &NotStarted { step: &step, errno, why, code }, &[]);
                Ok(None)
            }
        }
    }

    /// The processes of those who entered.
    pub(in super::super) fn guests(&self) -> impl Iterator<Item = (u8, &Guest)> {
        let own = self.hands.room.iter().flat_map(|room| (0u8..).zip(&room.connections));
        own.filter_map(|(place, own)| Some((place, own.get()?.guest.as_ref()?)))
    }

    /// What is waited for of the one in this place.
    pub(in super::super) fn guest(&mut self, place: u8) -> Option<&mut Guest> {
        let room = self.hands.room.as_mut()?;
        room.connections.get_mut(usize::from(place)).and_then(Slot::get_mut)?.guest.as_mut()
    }

    /// A pidfd says that it has ended; `is_reaped` when nothing but its status is left.
    pub(in super::super) fn take_end_of_guest(&mut self, place: u8, is_reaped: bool) {
        let Some(guest) = self.guest(place) else { return };
        match child::end_of(&guest.child) {
            None if !is_reaped => self.is_too_early(),
            end => self.guest_ended(place, end),
        }
    }

    /// One who entered has ended as a child that we have reaped, if it was one of them.
    pub(in super::super) fn is_guest(&mut self, pid: i32, end: End) -> bool {
        let place = self.guests().find(|(_, guest)| guest.child.pid == pid);
        let Some((place, _)) = place else { return false };
        self.guest_ended(place, Some(end));
        true
    }

    /// Its caller is told; without a status the connection ends without a word.
    fn guest_ended(&mut self, place: u8, end: Option<End>) {
        if let Some(end) = end {
            self.say_to(usize::from(place), &Ended(end), &[]);
        }
        self.let_go_of(usize::from(place));
    }
}
