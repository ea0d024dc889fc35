//! What a first word was meant to be that could not be executed: a verb, or a file.
//!
//! What is no verb is a command, for a container has `nsinit COMMAND`; so that a typing error is
//! known only when nothing of that name was found. Behind `--` nobody means a verb.

use super::rows::find;
use super::sentence::{Args, sentence};
use crate::cli::NOT_BUILT;
use crate::model::{Errno, Failure};
use crate::plan::{Act, Mode, Plan};
use crate::spec::Origin;
use crate::text::nearest;

/// A row each: what other programs call it, parted by `|`, and what it is called here.
const OF_OTHERS: &str = "\
start|up|launch|create|spawn|unshare|chroot=run FILE, or nsinit run -- COMMAND
exec|attach|shell|join|nsenter=enter NAME -- COMMAND
validate|verify|lint=check FILE
plan|show|dry-run=explain run FILE
list|lsns|namespaces=ls
inspect|info|state=status NAME
kill=signal NAME SIGNAL
down|terminate|shutdown=stop NAME
journal=logs NAME
delete|remove|forget|unmount=rm DIR
diagnose|features=doctor
man|usage|commands=help
";

/// The sentence for a word that stands where a verb could, and is neither that nor a command.
#[inline(never)] // of few starts
pub(super) fn meant(
    plan: &Plan<'_>,
    failure: Failure,
    args: &mut Args<'_>,
) -> Option<&'static str> {
    let step = plan.steps.get(usize::from(failure.step))?;
    let is_first = plan.mode == Mode::Entrypoint && step.origin == Origin::Argument(1);
    if !cfg!(feature = "verbs") || !is_first || !matches!(step.act, Act::Execute { .. }) {
        return None;
    }
    if args.said.ends_with(b".toml") {
        return Some(sentence!(
            why: "a command begins there, for no verb stands in front of it",
            try: "nsinit run {s}"
        ));
    }
    let is_it = |name: &str| name.as_bytes() == args.said;
    let is_missing = failure.errno == Errno::ENOENT && !args.said.contains(&b'/');
    let of_others = find(OF_OTHERS, &is_it).filter(|_| is_missing);
    args.name = of_others.or_else(|| near(args.said).filter(|_| is_missing))?;
    Some(sentence!(
        why: "it is no verb of nsinit, and no directory in PATH has it",
        try: "nsinit {n}"
    ))
}

/// The verb that is spelt nearly like a word.
fn near(word: &[u8]) -> Option<&'static str> {
    nearest(word, NOT_BUILT.iter().chain(["version"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_call_it_is_no_verb_and_what_we_do_is_one() {
        for line in OF_OTHERS.lines() {
            let (names, ours) = line.split_once('=').unwrap();
            for (name, is_verb) in names.split('|').map(|name| (name, false)).chain([(ours, true)])
            {
                let verb = name.split([' ', ',']).next().unwrap();
                let nearest = near(verb.as_bytes());
                assert_eq!(nearest == Some(verb), is_verb, "{verb}");
            }
        }
    }
}
