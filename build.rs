//! Link arguments of the binary: no C start files, no libc, nothing dynamic.
//!
//! They stand here and not in `.cargo/config.toml` because a build script travels with
//! `cargo install` and a configuration file does not. The library and the tests link as usual.

use std::path::PathBuf;
use std::{env, fs};

/// Unwind tables: nothing reads them, because a panic ends the process where it happens. Both GNU
/// ld and lld take this as an addition to their own script.
const DISCARD: &str =
    "SECTIONS { /DISCARD/ : { *(.eh_frame) *(.eh_frame_hdr) *(.comment) } } INSERT AFTER .text;\n";

fn main() -> std::io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let linker = env::var("RUSTC_LINKER").unwrap_or_default();
    // A bare linker (cross builds use rust-lld) has no C driver in front to take -nostdlib or -Wl.
    let is_bare = linker.ends_with("ld") || linker.ends_with("lld");
    let (mode, prefix): (&[&str], &str) = if is_bare {
        (&["-static", "-no-pie"], "")
    } else {
        (&["-nostartfiles", "-nostdlib", "-static"], "-Wl,")
    };
    let script = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("discard.ld");
    fs::write(&script, DISCARD)?;
    for arg in mode {
        println!("cargo::rustc-link-arg-bins={arg}");
    }
    println!("cargo::rustc-link-arg-bins={prefix}-T{}", script.display());
    // No build id: nothing reads it. RELRO would need an mprotect of our own, for a table that a
    // static binary does not have. One file page fewer per segment.
    for arg in ["--build-id=none", "-znorelro", "-znoseparate-code", "--no-eh-frame-hdr"] {
        println!("cargo::rustc-link-arg-bins={prefix}{arg}");
    }
    Ok(())
}
