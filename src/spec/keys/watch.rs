//! The keys of a service that is watched while it runs: its watchdog, its log, how it reads its
//! configuration again.

use super::service::{or_exec, service};
use super::{Row, Set, Shape};
use crate::model::{Reload, Signal, Span};
use crate::text::Fault;

/// `[[service]]`
pub(super) const ROWS: &[Row] = &[
    built(service("watchdog", Shape::Span, "TIME", |service, item| {
        item.put(&mut service.watchdog, |text| match Span::parse(text)? {
            Span::ZERO => Err(Fault::NotA("time longer than none, such as 30s")),
            span => Ok(span),
        })
    }))
    .help(
        "|Longest time between two WATCHDOG=1 to NOTIFY_SOCKET once it is ready; then it is ended, \
         and has failed (exit 124).",
    ),
    built(service("watchdog-signal", Shape::TextOrNumber, "SIGNAL", |service, item| {
        item.put(&mut service.watchdog_signal, Signal::parse)
    }))
    .help("ABRT|Signal that ends it then; the grace follows, and KILL."),
    built(service("log", Shape::TextOrPairs, "PATH", |service, item| service.set_log(item))).help(
        "|Its standard output and error, line by line with time and name, in a file of at most \
         max=1MiB; keep=1 earlier ones stay.",
    ),
    built(or_exec(
        "reload",
        "HOW",
        |service, item| item.put(&mut service.reload, Reload::parse),
        |service, said| service.reload_by(said),
    ))
    .help(
        "|How it reads its configuration again: a signal, notify (HUP, and it answers by \
         RELOADING=1 and READY=1), exec=COMMAND, which has the start-timeout or 90s to end.",
    ),
];

/// A key that only makes sense where somebody can look and order, or is refused.
const fn built(row: Row) -> Row {
    match cfg!(feature = "control") {
        true => row,
        false => {
            let key = super::Key { set: Set::NotBuilt("control"), ..row.key };
            Row { key, ..row }
        }
    }
}
