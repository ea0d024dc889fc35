//! `ps`: the services of every running sandbox, or of one, as a table.

use core::ffi::CStr;

use super::row::{Number, Row};
use super::{Asked, NOT_SO, connect};
use crate::cli::load::Desk;
use crate::cli::out::Out;
use crate::cli::report;
use crate::cli::screen::{Colour, Screen};
use crate::cli::table::Table;
use crate::engine::control::find::{self, Beside, PATIENCE, Sandbox};
use crate::model::answer::{Answer, count};
use crate::model::{Errno, Order, Request};
use crate::sys::start::Start;
use crate::text::json::Text;
use crate::text::{Show, Sink, put};

const HEADS: [&str; 8] = ["SANDBOX", "SERVICE", "STATE", "PID", "FOR", "RESTARTS", "LAST", "SAYS"];

/// `ps [--json] [NAME]`
pub fn ps(asked: &Asked, name: Option<&CStr>, start: &Start, desk: &'static mut Desk) -> u8 {
    let mut out = Out::stdout();
    let table = Table::new(HEADS, &mut desk.arena);
    let mut listing = Listing { is_json: asked.is_json, count: 0, table };
    let mut code = 0;
    let mut list = |sandbox: Sandbox, name: &[u8]| match one(&mut out, &mut listing, sandbox, name)
    {
        Ok(()) => {}
        // One that ends while all are asked has none, but one that was named is missed.
        Err(Errno::EPIPE | Errno::ECONNRESET) if asked.name.is_none() => {}
        Err(errno) => {
            report::no_answer(asked.verb, name, errno);
            code = NOT_SO;
        }
    };
    match name {
        None => find::each(start, &mut |name, sandbox| list(sandbox, name)),
        Some(name) => match connect(asked.verb, name, start, &mut desk.file) {
            Some(sandbox) => list(sandbox, name.to_bytes()),
            None => return NOT_SO,
        },
    }
    let Listing { is_json, count, table } = listing;
    match is_json {
        true => put!(&mut out, if count == 0 { "[]\n" } else { "\n]\n" }),
        false => table.print(&mut out, Screen::of(start), |column, cell| match column {
            0 => Colour::Cyan,
            2 => Row::colour(cell),
            _ => Colour::Plain,
        }),
    }
    report::written(&mut out, code)
}

/// What the services are put into.
struct Listing<'l> {
    is_json: bool,
    /// How many there are.
    count: usize,
    table: Table<'l, { HEADS.len() }>,
}

/// The services of one sandbox; ECONNRESET or EPIPE for one that ends while it is asked.
fn one(
    out: &mut Out,
    listing: &mut Listing<'_>,
    mut sandbox: Sandbox,
    name: &[u8],
) -> Result<(), Errno> {
    let mut beside = Beside::default();
    sandbox.ask(&Request { order: Order::Status, service: None })?;
    let launcher = sandbox.launcher;
    let mut init = None;
    while let Some(answer) = sandbox.next(Some(PATIENCE), &mut beside)? {
        match answer {
            Answer::Whole(_) => init = Some(beside.init),
            Answer::About(object) => {
                let row = Row::new(object, &beside);
                if listing.is_json {
                    put!(out, if listing.count == 0 { "[\n" } else { ",\n" });
                    json(out, name, launcher, init.unwrap_or(0), &row);
                } else {
                    let _ = listing.table.add([
                        &Bytes(name),
                        &Bytes(row.name()),
                        &row.state(),
                        &Number(row.pid),
                        &row.age(),
                        &Number(count(object, "restarts")),
                        &row.last(),
                        &row.says(),
                    ]); // there is room for a hundred sandboxes
                }
                listing.count = listing.count.saturating_add(1);
            }
            Answer::Accepted
            | Answer::Denied(_)
            | Answer::Ended(_)
            | Answer::NotStarted(_)
            | Answer::LogOf(_) => {
                return Err(Errno::EPROTO);
            }
        }
    }
    init.map(|_| ()).ok_or(Errno::ECONNRESET)
}

/// One service as an object, its PIDs as they are seen here.
pub fn json(out: &mut dyn Sink, name: &[u8], launcher: i32, init: i32, row: &Row<'_>) {
    let switch = |name| if row.object.is_set(name) { "true" } else { "false" };
    put!(out, "{\"sandbox\":", Text(&Bytes(name)), ",\"launcher\":", launcher);
    put!(out, ",\"init\":", init, ",\"service\":", Text(&Bytes(row.name())));
    put!(out, ",\"main\":", switch("main"), ",\"state\":", Text(&row.life.name()));
    put!(out, ",\"ready\":", switch("ready"));
    for (name, number) in [("pid", row.pid), ("pid-inside", count(row.object, "pid"))] {
        if let Some(number) = number {
            put!(out, ",", Text(&name), ":", number);
        }
    }
    for name in ["for-ms", "restarts", "next-ms"] {
        if let Some(number) = count(row.object, name) {
            put!(out, ",", Text(&name), ":", number);
        }
    }
    for name in ["last", "says"] {
        if let Some(text) = row.object.text(name) {
            put!(out, ",", Text(&name), ":", Text(&text));
        }
    }
    put!(out, "}");
}

/// Bytes that are shown as they are.
pub struct Bytes<'b>(pub &'b [u8]);

impl Show for Bytes<'_> {
    fn show(&self, out: &mut dyn Sink) {
        out.put(self.0);
    }
}
