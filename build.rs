//! Link arguments of the binary: no C start files, no libc, nothing dynamic.
//!
//! They stand here and not in `.cargo/config.toml` because a build script travels with
//! `cargo install` and a configuration file does not. The library and the tests link as usual.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let linker = std::env::var("RUSTC_LINKER").unwrap_or_default();
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
    // No build id and no unwind table header: nothing reads them. RELRO would need an mprotect of
    // our own, for a table that a static binary does not have. One file page fewer per segment.
    for arg in ["--build-id=none", "-znorelro", "-znoseparate-code", "--no-eh-frame-hdr"] {
        println!("cargo::rustc-link-arg-bins={prefix}{arg}");
    }
}
