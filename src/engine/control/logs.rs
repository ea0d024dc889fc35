//! Logs are handed over: the files themselves, open for reading, wherever they are.

use heapless::Vec;

use super::super::log::{Capture, name, number_of};
use super::super::turn::Turn;
use super::room::Goal;
use crate::limits::LOG_PARTS_MAX;
use crate::model::answer::LogOf;
use crate::model::{Denial, Log, ServiceId};
use crate::sys::{Fd, place};

impl Turn<'_, '_> {
    /// The logs of one service, or of all; whoever has them is let go when everything ends.
    #[inline(never)] // hardly anybody asks
    pub(super) fn hand_over(
        &mut self,
        index: usize,
        id: Option<ServiceId>,
    ) -> Result<Goal, Denial> {
        let mut is_any = false;
        for (own, service) in self.plan.services().filter(|(own, _)| id.is_none_or(|id| id == *own))
        {
            let (Some(capture), Some(log)) = (self.capture(own), service.log) else { continue };
            is_any = true;
            let parts = parts(capture, &log);
            let mut all: Vec<&Fd, LOG_PARTS_MAX> = Vec::new();
            for part in &parts {
                let _ = all.push(part); // a place for each
            }
            self.say_to(index, &LogOf { name: &service.name }, &all);
        }
        if is_any { Ok(Goal::End) } else { Err(Denial::NotKept) }
    }
}

/// Its files, the earliest first; those that there are.
fn parts(capture: &Capture, log: &Log<'_>) -> Vec<Fd, LOG_PARTS_MAX> {
    let mut parts = Vec::new();
    for number in (0..=log.keep).rev() {
        let own = number_of(log, number);
        if let Ok(file) = place::open_file(&capture.directory, name(&own)) {
            let _ = parts.push(file); // a place for each
        }
    }
    parts
}
