//! What libc would have brought: the entry, the memory functions, the panic handler.
//!
//! Only in the binary; the library's tests on the host have libc's.

#![allow(unsafe_code)]

use nsinit::cli::{self, Desk};
use nsinit::sys::{process, start::Start};

nsinit::define_start!(enter);
nsinit::define_memory_functions!();

/// The buffers of the command line. Untouched pages of it cost nothing.
static mut DESK: Desk = Desk::new();

unsafe extern "C" {
    /// Where the first window of the image ends, which has the loop of PID 1 (link.ld).
    safe static cold_start: u8;
    /// Where the image ends: its code and what it reads; what it writes lies elsewhere.
    safe static cold_end: u8;
}

/// The first Rust code of the process.
unsafe extern "C" fn enter(stack: *const usize, mask: u64) -> ! {
    let cold = &raw const cold_start as usize..&raw const cold_end as usize;
    // SAFETY: `_start` hands on what the kernel gave, and nothing has run before; link.ld puts what
    // is written behind `cold_end`.
    let start = unsafe { Start::read(stack, mask, cold) };
    // SAFETY: `enter` runs once, so this is the only reference there will ever be.
    #[allow(static_mut_refs)]
    let desk = unsafe { &mut DESK };
    process::exit(cli::main(&start, desk))
}

/// Precompiled parts of core name it where unwinding was possible; we abort instead.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

/// A panic path that should not be reachable: says where, and ends with our code for "failed".
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    cli::report_panic(info);
    process::exit(nsinit::model::code::FAILED)
}
