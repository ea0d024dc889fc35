//! The promises of the flags.

use super::*;
use crate::spec::keys::KEYS;

#[test]
fn every_flag_explains_itself_and_none_is_a_key() {
    for flag in FLAGS {
        assert!(flag.help.ends_with('.'), "{}", flag.name);
        assert!(flag.operands.iter().count() <= OPERANDS, "{}", flag.name);
        let same = KEYS.iter().filter(|key| key.has_flag);
        let mut same = same.flat_map(|key| key.flag_names());
        assert!(!same.any(|name| name == flag.name), "{} is a key, too", flag.name);
    }
}
