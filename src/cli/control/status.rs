//! `status`: one sandbox and its services, a line each, in words.

use core::ffi::CStr;

use super::ps::{Bytes, json};
use super::row::{Age, Row};
use super::{Asked, NOT_SO, connect};
use crate::cli::load::Desk;
use crate::cli::out::{Out, fill};
use crate::cli::report;
use crate::cli::screen::Screen;
use crate::engine::control::find::{Beside, PATIENCE};
use crate::model::answer::{Answer, Life, count, plain};
use crate::model::{Denial, Errno, Order, Request};
use crate::sys::start::Start;
use crate::text::{Show, Sink, Visible, put};

/// The column at which the words about a service begin, behind a name that is not longer.
const COLUMN: usize = 12;

/// `status [--json] NAME [SERVICE]`
pub fn status(asked: &Asked, name: &CStr, start: &Start, desk: &'static mut Desk) -> u8 {
    let Some(mut sandbox) = connect(asked.verb, name, start, &mut desk.file) else { return NOT_SO };
    let (name, service) = (name.to_bytes(), asked.service.map(CStr::to_bytes));
    let mut out = Out::stdout();
    let screen = Screen::of(start);
    let mut beside = Beside::default();
    let launcher = sandbox.launcher;
    let (mut whole, mut rows) = (None, 0usize);
    let request = Request { order: Order::Status, service };
    let mut result = sandbox.ask(&request);
    while result.is_ok() {
        match sandbox.next(Some(PATIENCE), &mut beside) {
            Ok(Some(Answer::Whole(object))) => {
                let init = beside.init;
                whole = Some(init);
                if !asked.is_json && service.is_none() {
                    let up = Age(count(object, "up-ms").unwrap_or(0));
                    put!(&mut out, Bytes(name), ": ", Bytes(plain(object, "state")), " for ", up);
                    put!(&mut out, " (", Bytes(plain(object, "mode")));
                    if init != launcher {
                        put!(&mut out, ", launcher ", launcher);
                    }
                    put!(&mut out, ", PID 1 is ", init, ")\n");
                }
            }
            Ok(Some(Answer::About(object))) => {
                let row = Row::new(object, &beside);
                if asked.is_json {
                    put!(&mut out, if rows == 0 { "[\n" } else { ",\n" });
                    json(&mut out, name, launcher, whole.unwrap_or(0), &row);
                } else {
                    line(&mut out, &row, screen, service.is_none());
                }
                rows = rows.saturating_add(1);
            }
            Ok(Some(Answer::Denied(denial))) => {
                return denied(asked, name, denial);
            }
            Ok(Some(
                Answer::Accepted | Answer::Ended(_) | Answer::NotStarted(_) | Answer::LogOf(_),
            )) => {
                result = Err(Errno::EPROTO);
            }
            Ok(None) if whole.is_none() => result = Err(Errno::ECONNRESET),
            Ok(None) => break,
            Err(errno) => result = Err(errno),
        }
    }
    if asked.is_json {
        put!(&mut out, if rows == 0 { "[]\n" } else { "\n]\n" });
    }
    match result {
        Ok(()) => report::written(&mut out, 0),
        Err(errno) => {
            let _ = out.flush(); // what is told next is worse
            report::no_answer(asked.verb, name, errno);
            NOT_SO
        }
    }
}

/// A request that was not carried out. Gives the exit code.
pub fn denied(asked: &Asked, name: &[u8], denial: Denial) -> u8 {
    let service = asked.service.map_or(b"".as_slice(), CStr::to_bytes);
    report::denied(asked.verb, name, service, denial);
    NOT_SO
}

/// One service in words.
fn line(out: &mut dyn Sink, row: &Row<'_>, screen: Screen, is_below: bool) {
    let name = row.name();
    put!(out, if is_below { "  " } else { "" }, Bytes(name), ":");
    fill(out, COLUMN.saturating_sub(name.len()).max(1));
    put!(out, screen.paint(Row::colour(row.state().as_bytes()), &row.state()));
    put!(out, " for ", row.age(), if row.object.is_set("main") { ", main" } else { "" });
    if let Some(pid) = row.pid {
        put!(out, ", PID ", pid);
    }
    if let Some(last) = row.object.text("last") {
        put!(out, ", last ", last);
    }
    match (row.life, count(row.object, "next-ms").map(Age)) {
        (Life::Pausing, Some(next)) => put!(out, ", starts again in ", next),
        (Life::Stopping, Some(next)) => put!(out, ", killed in ", next),
        (Life::Running, Some(next)) => put!(out, ", next deadline in ", next),
        (_, _) => {}
    }
    match count(row.object, "restarts") {
        Some(0) | None => {}
        Some(1) => put!(out, ", 1 restart"),
        Some(restarts) => put!(out, ", ", restarts, " restarts"),
    }
    if row.object.text("says").is_some() {
        put!(out, ": ", Says(row));
    }
    put!(out, "\n");
}

/// What a service says of itself, on one line.
struct Says<'r, 'l>(&'r Row<'l>);

impl Show for Says<'_, '_> {
    fn show(&self, out: &mut dyn Sink) {
        let mut text = crate::text::Buffer::<{ crate::limits::ANSWER_MAX }>::new();
        put!(&mut text, self.0.says());
        put!(out, Visible(text.text().unwrap_or_default()));
    }
}
