//! The nsinit that is tested: cargo's, of the profile of the tests, or that which `NSINIT_TESTED`
//! names. So the same tests try the release build, and are not built for it once more.

use std::path::PathBuf;

/// Its path.
pub fn tested() -> PathBuf {
    std::env::var_os("NSINIT_TESTED").unwrap_or(env!("CARGO_BIN_EXE_nsinit").into()).into()
}
