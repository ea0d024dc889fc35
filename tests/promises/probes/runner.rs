//! Both sides of a probe: who starts it and hears its verdict, and the process that it runs in.
//!
//! The process is the test or bench program itself, called as `--probe NAME …`, and never becomes
//! one: a function in `.init_array` looks first, as `support/witness.rs` explains.

use std::ffi::{c_char, c_int};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::time::Duration;

use super::program::Kind;
use super::subject::{Subject, make_scratch, seat_words};
use super::{Probe, Seat, Seen, Verdict, broken, find};
use crate::support::who::programs;
use crate::support::witness::all_words;
use crate::support::{Run, Who, file};

/// What a probe says before its verdict.
const KEPT: &str = "verdict:kept:";
const BROKEN: &str = "verdict:broken:";

/// A probe may try a thing many times: its own limit, as a multiple of that of one trial.
const fn limits(effort: u32) -> u32 {
    20 + 2 * effort
}

/// Looks whether `subject` keeps the promise.
pub fn look(probe: &Probe, subject: &Subject) -> Verdict {
    let mut words = seat_words(Seat::PidOne);
    let millis = |time: Duration| time.as_millis().to_string();
    let own = [
        &file::text(&programs().witness),
        "--probe",
        probe.name,
        subject.kind.name(),
        &file::text(&subject.path),
        &millis(subject.limit),
        &millis(subject.patience),
        &subject.effort.to_string(),
    ];
    words.extend(own.map(Into::into));
    let limit = subject.limit * limits(subject.effort);
    let mut run = Run::command(Who::Root, words).limit(limit).start();
    if !run.ends(limit) {
        return broken("hangs", "the whole probe took too long");
    }
    let ended = run.end_only();
    let said = |mark| ended.out.lines().find_map(|line| line.strip_prefix(mark));
    let seen = |text: &str| {
        let (word, detail) = text.split_once('|').unwrap_or((text, ""));
        Seen { word: word.into(), detail: detail.into() }
    };
    match (said(KEPT), said(BROKEN)) {
        (Some(text), _) => Ok(seen(text)),
        (None, Some(text)) => Err(seen(text)),
        (None, None) => broken("no verdict", format!("{} {} {}", ended.code, ended.out, ended.err)),
    }
}

#[used]
#[unsafe(link_section = ".init_array")]
static BEFORE_MAIN: extern "C" fn(c_int, *const *const c_char) = before_main;

extern "C" fn before_main(count: c_int, words: *const *const c_char) {
    let words = all_words(count, words);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if let [_, "--probe", name, kind, path, limit, patience, effort] = *words {
        let millis = |text: &str| Duration::from_millis(text.parse().unwrap());
        let subject = Subject {
            kind: Kind::named(kind).unwrap(),
            path: path.into(),
            limit: millis(limit),
            patience: millis(patience),
            effort: effort.parse().unwrap(),
        };
        say(perform(find(name).unwrap(), &subject));
        // SAFETY: an integer in; it does not return. As we are PID 1, all that is left ends.
        unsafe { libc::_exit(0) };
    }
}

fn say(verdict: Verdict) {
    let (mark, seen) = match verdict {
        Ok(seen) => (KEPT, seen),
        Err(seen) => (BROKEN, seen),
    };
    println!("{mark}{}|{}", seen.word, seen.detail.replace('\n', " "));
}

/// A probe may assert: what it says then is the reason.
fn perform(probe: &Probe, subject: &Subject) -> Verdict {
    static REASON: Mutex<String> = Mutex::new(String::new());
    std::panic::set_hook(Box::new(|info| {
        let payload = info.payload();
        let text = payload.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or_default();
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        *REASON.lock().unwrap() = format!("{text} ({place})");
    }));
    let look = AssertUnwindSafe(|| {
        make_scratch();
        (probe.look)(subject)
    });
    catch_unwind(look).unwrap_or_else(|_| {
        let reason = REASON.lock().unwrap().clone();
        let is_late = ["more than", "in vain waited"].iter().any(|w| reason.starts_with(w));
        broken(if is_late { "hangs" } else { "broken" }, reason)
    })
}
