//! Link arguments of the binary: no C start files, no libc, nothing dynamic, and where in memory
//! everything lies (`link.ld`).
//!
//! They stand here and not in `.cargo/config.toml` because a build script travels with
//! `cargo install` and a configuration file does not. The library and the tests link as usual.

use std::path::PathBuf;
use std::{env, fs};

fn main() -> std::io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=link.ld");
    let var = |name: &str| env::var(name).unwrap_or_default();
    // Where the file begins in memory. On x86_64 so that the loop of PID 1 fills the last 20 KiB of
    // one window of 64 KiB, and the code of a launch the next. On aarch64 pages may have 64 KiB.
    let (image, page) = match var("CARGO_CFG_TARGET_ARCH").as_str() {
        "x86_64" => ("0x40b000", "0x1000"),
        _ => ("0x400000", "0x10000"),
    };
    let script = PathBuf::from(var("OUT_DIR")).join("link.ld");
    fs::write(&script, format!("IMAGE = {image};\n{}", include_str!("link.ld")))?;

    let linker = var("RUSTC_LINKER");
    // A bare linker (cross builds use rust-lld) has no C driver in front to take -nostdlib or -Wl.
    let is_bare = linker.ends_with("ld") || linker.ends_with("lld");
    let (mode, prefix): (&[&str], &str) = if is_bare {
        (&["-static", "-no-pie"], "")
    } else {
        (&["-nostartfiles", "-nostdlib", "-static"], "-Wl,")
    };
    for arg in mode {
        println!("cargo::rustc-link-arg-bins={arg}");
    }
    println!("cargo::rustc-link-arg-bins={prefix}-T{}", script.display());
    println!("cargo::rustc-link-arg-bins={prefix}-zmax-page-size={page}");
    // No build id: nothing reads it. RELRO would need an mprotect of our own, for a table that a
    // static binary does not have. One file page fewer per segment.
    for arg in ["--build-id=none", "-znorelro", "-znoseparate-code", "--no-eh-frame-hdr"] {
        println!("cargo::rustc-link-arg-bins={prefix}{arg}");
    }
    Ok(())
}
