//! The findings as one JSON document.

use super::each;
use crate::engine::doctor::Machine;
use crate::text::json::{Maybe, Text};
use crate::text::{Sink, put};

const fn word(is_so: bool) -> &'static str {
    if is_so { "true" } else { "false" }
}

/// Prints every finding.
pub(super) fn print(out: &mut dyn Sink, machine: &Machine, works: bool) {
    let (major, minor) = machine.kernel;
    put!(out, "{\"kernel\":\"", major, ".", minor, "\",\"uid\":", machine.uid);
    put!(out, ",\"privileged\":", word(machine.has_privilege), ",\"run_works\":", word(works));
    put!(out, ",\"findings\":[");
    let mut is_first = true;
    each(machine, &mut |finding| {
        put!(out, if core::mem::take(&mut is_first) { "\n" } else { ",\n" });
        put!(
            out,
            "{\"group\":",
            Text(&finding.row.group.name()),
            ",\"name\":",
            Text(&finding.row.name)
        );
        put!(out, ",\"verdict\":", Text(&finding.said.verdict.name()));
        put!(out, ",\"needed\":", word(finding.is_needed), ",\"found\":", Text(&finding.value()));
        for (name, text) in [("then", finding.consequence()), ("try", finding.cure())] {
            put!(out, ",\"", name, "\":", Maybe(text.as_ref().map(|text| Text(text))));
        }
        put!(out, "}");
    });
    put!(out, "\n]}\n");
}
