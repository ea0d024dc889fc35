//! The namespaces as one JSON document. A key that has nothing to say is `null`.

use core::ffi::CStr;

use super::row::{Keeper, Listening, Sandbox};
use super::tree::each;
use crate::engine::inspect::{self, Entry, Of, Order, Table};
use crate::text::json::{Maybe, Text, list};
use crate::text::{Lossy, Sink, put};

/// A number that 0 stands for nothing in.
fn number(number: u64) -> Maybe<u64> {
    Maybe((number != 0).then_some(number))
}

fn pid(pid: i32) -> Maybe<u64> {
    number(u64::from(pid.unsigned_abs()))
}

/// Prints the chosen namespaces.
pub fn print(out: &mut dyn Sink, table: &Table, order: &Order, listening: &Listening<'_>) {
    put!(out, "{\"namespaces\":[");
    let mut is_first = true;
    each(table, order, false, &mut |entry, _| {
        put!(out, if core::mem::take(&mut is_first) { "\n" } else { ",\n" });
        one(out, table, entry, listening);
    });
    put!(out, "\n],\"unseen_processes\":", table.unseen);
    put!(out, ",\"complete\":", if table.is_full { "false" } else { "true" }, "}\n");
}

/// Prints one.
fn one(out: &mut dyn Sink, table: &Table, entry: &Entry, listening: &Listening<'_>) {
    put!(out, "{\"kind\":", Text(&entry.kind.name()), ",\"inode\":", entry.inode);
    put!(out, ",\"processes\":", entry.processes, ",\"pid\":", pid(entry.pid), ",\"command\":");
    match entry.pid {
        0 => put!(out, "null"),
        pid => {
            let command = inspect::command(pid);
            list(out, command.words().iter().map(CStr::to_bytes).map(Lossy));
        }
    }
    put!(out, ",\"uid\":", Maybe(table.uid_of(entry)), ",\"owner\":", number(entry.owner));
    put!(out, ",\"parent\":", number(entry.parent));
    put!(out, ",\"kept_by\":", Text(&Keeper::of(entry).name()), ",\"sandbox\":");
    match Sandbox::of(entry, listening) {
        Some(sandbox) => put!(out, Text(&Lossy(sandbox.name().unwrap_or_default()))),
        None => put!(out, "null"),
    }
    put!(out, ",\"thread\":");
    of(out, entry.thread, "thread");
    put!(out, ",\"for_children_of\":", pid(entry.for_children), ",\"mount\":");
    match entry.is_mounted {
        true => {
            put!(out, "{\"path\":", Text(&Lossy(table.mount_of(entry))));
            put!(out, ",\"pid\":", pid(entry.mounted_for), "}");
        }
        false => put!(out, "null"),
    }
    put!(out, ",\"descriptor\":");
    of(out, entry.descriptor, "fd");
    put!(out, "}");
}

/// A process and a number of its own.
fn of(out: &mut dyn Sink, Of { pid, number }: Of, name: &str) {
    match pid {
        0 => put!(out, "null"),
        _ => put!(out, "{\"pid\":", pid, ",", Text(&name), ":", number, "}"),
    }
}
