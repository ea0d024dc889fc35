//! `rm`: lets go of namespaces that `persist` keeps.

use super::Call;
use super::report;
use crate::engine::persist;
use crate::model::code;
use crate::text::Names;

/// The exit code when something was not let go.
const NOT_SO: u8 = 1;

/// `rm [--] DIR…`
#[inline(never)] // of no start
pub(super) fn rm(call: Call) -> u8 {
    let has_dashes = call.words.first() == Some(c"--");
    let call = if has_dashes { call.rest() } else { call };
    let words = || (call.first..).zip(call.words.iter());
    for (number, word) in words() {
        if let (word @ [b'-', ..], false) = (word.to_bytes(), has_dashes) {
            report::unknown_flag("rm", number, word, Names::new("--help"));
            return code::FAILED;
        }
    }
    if call.words.first().is_none() {
        report::no_place_named();
        return code::FAILED;
    }
    let mut worst = 0;
    for (number, path) in words() {
        if let Err(why) = persist::let_go(path) {
            report::not_let_go(number, path.to_bytes(), why);
            worst = NOT_SO;
        }
    }
    worst
}
