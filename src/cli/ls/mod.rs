//! `ls`: the namespaces of the machine, what keeps each alive, and whose it is.

mod json;
mod row;
mod table;
mod tree;

use core::ffi::CStr;

use super::Call;
use super::load::Desk;
use super::out::Out;
use super::report;
use super::screen::Screen;
use crate::engine::inspect;
use crate::model::{Namespace, NamespaceSet, code};
use crate::sys::start::Start;
use crate::text::{Names, units};

use row::Listening;
use table::Shown;

/// What was asked for.
struct Asked {
    is_json: bool,
    is_tree: bool,
    kinds: NamespaceSet,
    pid: Option<i32>,
}

/// `ls [--tree] [--json] [--pid PID] [KIND…]`
pub(super) fn ls(call: Call, start: &Start, desk: &'static mut Desk) -> u8 {
    let Some(asked) = read(call) else { return code::FAILED };
    let Desk { namespaces, arena, .. } = desk;
    let (table, order) = match inspect::search(namespaces) {
        Ok(found) => found,
        Err(errno) => return report::no_proc("ls", errno),
    };
    table.choose(|entry| asked.kinds.is_empty() || asked.kinds.has(entry.kind));
    if let Some(pid) = asked.pid {
        match inspect::of_process(pid) {
            Ok(inodes) => table.choose(|entry| inodes.contains(&entry.inode)),
            Err(errno) => return report::no_process("ls", pid, errno),
        }
    }
    if asked.is_tree {
        table.choose_above();
    }
    order.sort(table, asked.is_tree);
    let mut out = Out::stdout();
    let screen = Screen::of(start);
    let listening = Listening::find(start, arena);
    match asked.is_json {
        true => json::print(&mut out, table, order, &listening),
        false => {
            let (listening, is_tree) = (&listening, asked.is_tree);
            table::print(&mut out, screen, &Shown { table, order, listening, is_tree });
        }
    }
    let code = report::written(&mut out, 0);
    if table.is_full {
        report::too_many_namespaces("ls");
        return code::FAILED;
    }
    code
}

/// Reads the words; `None` when one of them cannot be, which has been said then.
fn read(call: Call) -> Option<Asked> {
    let mut asked =
        Asked { is_json: false, is_tree: false, kinds: NamespaceSet::empty(), pid: None };
    let mut words = (call.first..).zip(call.words.iter().map(CStr::to_bytes));
    while let Some((number, word)) = words.next() {
        let pid = match word {
            b"--json" => {
                asked.is_json = true;
                continue;
            }
            b"--tree" => {
                asked.is_tree = true;
                continue;
            }
            b"--pid" => words.next().unwrap_or((number, b"")),
            [b'-', b'-', b'p', b'i', b'd', b'=', pid @ ..] => (number, pid),
            [b'-', ..] => {
                report::unknown_flag("ls", number, word, Names::new("--json|--tree|--pid"));
                return None;
            }
            _ => match Namespace::parse(word) {
                Ok(kind) => {
                    asked.kinds = asked.kinds.with(kind);
                    continue;
                }
                Err(_) => {
                    report::unknown_kind("ls", number, word);
                    return None;
                }
            },
        };
        let (number, text) = pid;
        match units::unsigned(text, u64::from(i32::MAX.unsigned_abs())).map(i32::try_from) {
            Ok(Ok(pid @ 1..)) => asked.pid = Some(pid),
            Ok(_) | Err(_) => {
                report::no_pid("ls", number, text);
                return None;
            }
        }
    }
    Some(asked)
}
