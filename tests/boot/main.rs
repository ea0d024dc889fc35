//! Kernels in QEMU, and what comes home of what happened in them: `rootfs/qemu-run` from outside.
//!
//! It looks like this: `qemu-run .cache/kernels/x86_64/6.12/kernel INITRAMFS -- /bin/guest exit 77`
//! has to end with 77. Each guest is a real kernel, old or new, of x86_64 or aarch64, by emulation.
//! `make test-boot` brings a kernel and builds what runs in it; what is missing fails here. What
//! takes long, or another kernel, is ignored there, and run by `make test-boot-long`, where
//! NSINIT_BOOT_ARCHES="x86_64" leaves the other architecture out, and says so. Without the feature
//! `demo`, which builds what runs in the guests, there is nothing here.

#![cfg(feature = "demo")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

/// All of it, with a name by which `make test` leaves it to `make test-boot`.
#[path = "."]
mod guests {
    mod disk;
    mod host;
    mod init;
    mod inside;
    mod kit;
    mod leave;
    mod root;
    mod sandbox;
    mod setup;
    mod trouble;
}
