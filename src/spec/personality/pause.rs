//! pause, which holds the namespaces of a pod of Kubernetes: `-v` and nothing else.

use super::{Answer, Manner, Personality, Stream};
use crate::text::Words;

/// What image tools read: the release whose behaviour this is, and who we are.
const VERSION: &str = concat!("pause.c v3.10-nsinit-", env!("CARGO_PKG_VERSION"), "\n");

/// Reads pause's words: `-v` anywhere, in either case; all else is passed over.
pub(super) fn read<'a>(words: Words<'a>) -> Result<Manner, Answer<'a>> {
    match words.iter().any(|word| word.to_bytes().eq_ignore_ascii_case(b"-v")) {
        true => Err(Answer::asked(Stream::Out, VERSION)),
        false => Ok(Manner::pause(Personality::Pause)),
    }
}
