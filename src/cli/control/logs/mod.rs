//! `logs`: what services have written, in the order of time; with `-f` also what they write.
//!
//! PID 1 hands the files over and has no more to do with it: whoever reads slowly holds up nobody
//! but themselves. Lines begin with their time, so that the logs of several services are put
//! together by comparing texts. A log that is turned over meanwhile is asked for anew: what we have
//! read is found among its files, and what is behind it follows.

mod chain;
mod printer;

use core::ffi::CStr;

use heapless::Vec;

use super::status::denied;
use super::{Asked, NOT_SO, connect};
use crate::cli::load::Desk;
use crate::cli::report;
use crate::cli::screen::Screen;
use crate::engine::control::find::{self, Beside, PATIENCE, Sandbox};
use crate::model::answer::{Answer, plain};
use crate::model::{Denial, Errno, Order, Request};
use crate::sys::start::Start;
use crate::sys::wait::{self, Source};
use crate::sys::{Fd, file, inotify};
use chain::{Added, Chains, count, print, rewind};
use printer::Printer;

/// Why there is nothing to read.
enum Trouble {
    Denied(Denial),
    Errno(Errno),
}

impl From<Errno> for Trouble {
    fn from(errno: Errno) -> Self {
        Self::Errno(errno)
    }
}

/// What is asked for, and of whom.
struct Question<'q> {
    asked: &'q Asked,
    name: &'q CStr,
    start: &'q Start,
    /// Where it is told when a file has changed.
    watch: Option<Fd>,
}

/// `logs [-f] [-n N] [--json] NAME [SERVICE]`
pub fn logs(asked: &Asked, name: &CStr, start: &Start, desk: &'static mut Desk) -> u8 {
    let Some(sandbox) = connect(asked.verb, name, start, &mut desk.file) else { return NOT_SO };
    let mut chains = Chains::new();
    let mut out = Printer::new(asked.is_json, Screen::of(start).is_terminal);
    let question = Question { asked, name, start, watch: None };
    let result = question.answer(sandbox, &mut chains, &mut out, &mut desk.file);
    chain::print_rest(&chains, &desk.file, &mut out);
    match result {
        Ok(()) => out.end(),
        Err(Trouble::Denied(denial)) => denied(asked, name.to_bytes(), denial),
        Err(Trouble::Errno(errno)) => {
            report::no_answer(asked.verb, name.to_bytes(), errno);
            NOT_SO
        }
    }
}

impl Question<'_> {
    /// Prints what is there, and where that is asked what comes, until everything has ended.
    fn answer(
        mut self,
        mut sandbox: Sandbox,
        chains: &mut Chains,
        out: &mut Printer,
        memory: &mut [u8],
    ) -> Result<(), Trouble> {
        if self.asked.follows {
            self.watch = Some(inotify::open()?);
        }
        let mut is_new = self.ask(&mut sandbox, chains)?;
        if let Some(lines) = self.asked.lines {
            out.skip(count(chains, memory).saturating_sub(lines));
            rewind(chains);
        }
        let mut is_over = self.watch.is_none();
        loop {
            // What was turned over between a question and the watch on its answer is in the next.
            while is_new && !is_over {
                (is_new, is_over) = self.ask_again(&mut sandbox, chains)?;
            }
            print(chains, memory, out);
            let Some(watch) = self.watch.as_ref().filter(|_| out.flush() && !is_over) else {
                return Ok(());
            };
            let mut sources = [sandbox.source(), Source::readable(watch)];
            let _ = wait::poll(&mut sources, None); // a stop and a continuation are no news
            let [has_ended, has_changed] = sources.map(|source| source.is_ready());
            // It has ended, or has let go of us for others who asked: who asks again knows.
            is_new = has_ended;
            let mut events = [0u8; 4096];
            while has_changed && let Ok(len @ 1..) = file::read(watch, &mut events) {
                is_new |= inotify::has_moved(events.get(..len).unwrap_or_default());
            }
        }
    }

    /// Asks once more; gives whether there are new files, and whether nobody is there any more.
    fn ask_again(
        &self,
        sandbox: &mut Sandbox,
        chains: &mut Chains,
    ) -> Result<(bool, bool), Trouble> {
        let Ok(other) = find::connect(self.name.to_bytes(), self.start) else {
            return Ok((false, true));
        };
        *sandbox = other;
        match self.ask(sandbox, chains) {
            Ok(is_new) => Ok((is_new, false)),
            Err(Trouble::Errno(Errno::ECONNRESET | Errno::EPIPE)) => Ok((false, true)),
            Err(trouble) => Err(trouble),
        }
    }

    /// Asks for the files, and puts those that are new behind the others; gives whether any was.
    fn ask(&self, sandbox: &mut Sandbox, chains: &mut Chains) -> Result<bool, Trouble> {
        let mut beside = Beside::default();
        let service = self.asked.service.map(CStr::to_bytes);
        sandbox.ask(&Request { order: Order::Logs, service })?;
        let mut is_new = false;
        loop {
            let name = match sandbox.next(Some(PATIENCE), &mut beside)? {
                Some(Answer::LogOf(object)) => {
                    Vec::from_slice(plain(object, "log")).map_err(|_| Errno::EPROTO)?
                }
                Some(Answer::Accepted) => return Ok(is_new),
                Some(Answer::Denied(denial)) => return Err(Trouble::Denied(denial)),
                None => return Err(Trouble::Errno(Errno::ECONNRESET)),
                Some(
                    Answer::About(_) | Answer::Whole(_) | Answer::Ended(_) | Answer::NotStarted(_),
                ) => return Err(Trouble::Errno(Errno::EPROTO)),
            };
            let files = core::mem::take(&mut beside.descriptors);
            let chain = chain::of(chains, name).ok_or(Errno::EPROTO)?;
            match chain.add(files, self.watch.as_ref()) {
                Added::Nothing => {}
                Added::Next => is_new = true,
                Added::BehindAGap => {
                    report::lines_missing(self.asked.verb, &chain.name);
                    is_new = true;
                }
            }
        }
    }
}
