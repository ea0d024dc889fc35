//! aarch64: registers of a system call (syscall(2), "Architecture calling conventions"), the state
//! of a fresh process (the stack pointer points at argc and is 16-byte aligned).

use core::arch::asm;

/// Defines `_start`: blocks every signal with its first system call and calls
/// `entry(stack, inherited_mask)` with the stack pointer the kernel gave.
#[macro_export]
macro_rules! define_start {
    ($entry:path) => {
        /// The first instruction: nothing is set up, the stack pointer points at argc.
        #[unsafe(naked)]
        #[unsafe(no_mangle)]
        unsafe extern "C" fn _start() -> ! {
            core::arch::naked_asm!(
                "mov x29, xzr",
                "mov x30, xzr",
                "mov x19, sp",
                "sub sp, sp, #16",
                "mov x9, #{signals}",
                "str x9, [sp]",
                "mov x8, #135", // rt_sigprocmask(SIG_BLOCK, sp, sp + 8, 8)
                "mov x0, xzr",
                "mov x1, sp",
                "add x2, sp, #8",
                "mov x3, #8",
                "svc #0",
                "mov x0, x19",
                "ldr x1, [sp, #8]",
                "bl {entry}",
                "brk #1",
                signals = const !0u64 as i64,
                entry = sym $entry,
            )
        }
    };
}

/// Defines the memory functions that compiled code calls by name, and that libc would have brought.
#[macro_export]
macro_rules! define_memory_functions {
    () => {
        core::arch::global_asm!(
            ".macro memfn name",
            ".pushsection .text.\\name,\"ax\",@progbits",
            ".globl \\name",
            ".hidden \\name",
            ".type \\name,@function",
            "\\name:",
            ".endm",
            "memfn memcpy",
            "mov x3, x0",
            "2: cbz x2, 3f",
            "ldrb w4, [x1], #1",
            "strb w4, [x3], #1",
            "sub x2, x2, #1",
            "b 2b",
            "3: ret",
            ".popsection",
            "memfn memmove",
            "cmp x0, x1",
            "b.ls 4f",
            "2: cbz x2, 3f", // backwards when the target lies behind the source
            "sub x2, x2, #1",
            "ldrb w4, [x1, x2]",
            "strb w4, [x0, x2]",
            "b 2b",
            "3: ret",
            "4: mov x3, x0",
            "5: cbz x2, 6f",
            "ldrb w4, [x1], #1",
            "strb w4, [x3], #1",
            "sub x2, x2, #1",
            "b 5b",
            "6: ret",
            ".popsection",
            "memfn memset",
            "mov x3, x0",
            "2: cbz x2, 3f",
            "strb w1, [x3], #1",
            "sub x2, x2, #1",
            "b 2b",
            "3: ret",
            ".popsection",
            "memfn memcmp",
            ".globl bcmp",
            ".hidden bcmp",
            "bcmp:",
            "2: cbz x2, 3f",
            "ldrb w3, [x0], #1",
            "ldrb w4, [x1], #1",
            "sub x2, x2, #1",
            "cmp w3, w4",
            "b.eq 2b",
            "sub w0, w3, w4",
            "ret",
            "3: mov w0, wzr",
            "ret",
            ".popsection",
            "memfn strlen",
            "mov x1, x0",
            "2: ldrb w2, [x1], #1",
            "cbnz w2, 2b",
            "sub x0, x1, x0",
            "sub x0, x0, #1",
            "ret",
            ".popsection",
        );
    };
}

/// A system call with six arguments.
///
/// # Safety
/// Whatever the call demands of its arguments.
#[inline(always)]
pub unsafe fn syscall6(number: usize, args: [usize; 6]) -> isize {
    let ret;
    let [a, b, c, d, e, f] = args;
    // SAFETY: the kernel keeps every register but x0; memory it may change.
    unsafe {
        asm!(
            "svc #0",
            in("x8") number,
            inlateout("x0") a => ret,
            in("x1") b, in("x2") c, in("x3") d, in("x4") e, in("x5") f,
            options(nostack, preserves_flags),
        );
    }
    ret
}

/// The end of the process by SIGTRAP, whatever is blocked: a breakpoint is no call
/// that anybody could refuse.
pub fn trap() -> ! {
    // SAFETY: it does not come back, and touches nothing.
    unsafe { asm!("brk #1", options(noreturn, nomem, nostack)) }
}

/// A system call with three arguments or fewer.
///
/// # Safety
/// Whatever the call demands of its arguments.
#[inline(always)]
pub unsafe fn syscall3(number: usize, a: usize, b: usize, c: usize) -> isize {
    let ret;
    // SAFETY: the kernel keeps every register but x0; memory it may change.
    unsafe {
        asm!(
            "svc #0",
            in("x8") number,
            inlateout("x0") a => ret,
            in("x1") b, in("x2") c,
            options(nostack, preserves_flags),
        );
    }
    ret
}

/// Makes a child that shares our memory, and returns in the parent alone: the child calls `entry`
/// with `argument`, on our stack below this frame.
///
/// # Safety
/// `number` and `args` are a clone3(2) or clone(2) with CLONE_VM and CLONE_VFORK and no stack, so
/// that the parent sleeps until the child has executed a program or ended; `entry` never returns,
/// and `argument` is what it expects.
#[inline(never)]
pub unsafe fn spawn(
    number: usize,
    args: [usize; 5],
    entry: unsafe extern "C" fn(*mut core::ffi::c_void) -> !,
    argument: *mut core::ffi::c_void,
) -> isize {
    let ret;
    let [a, b, c, d, e] = args;
    // SAFETY: the parent loses x0, as with any call. The child starts behind `svc` with the same
    // registers and stack pointer, which is always aligned; without `nostack` the compiler keeps
    // nothing below it, so what the child pushes lies in no frame of ours, and it never comes back.
    unsafe {
        asm!(
            "svc #0",
            "cbnz x0, 2f",
            "mov x29, xzr",
            "mov x30, xzr",
            "mov x0, x20",
            "blr x21",
            "brk #1",
            "2:",
            in("x8") number,
            inlateout("x0") a => ret,
            in("x1") b, in("x2") c, in("x3") d, in("x4") e,
            in("x20") argument, in("x21") entry,
        );
    }
    ret
}

/// The arguments of clone(2) in this machine's order; there is no clone3(2) under qemu-user 7.2 and
/// under some seccomp filters.
pub const fn clone_args(flags: usize, pidfd: usize) -> [usize; 5] {
    [flags, 0, pidfd, 0, 0] // flags, stack, parent_tid, tls, child_tid
}

/// The machine's number in an ELF header (elf(5), e_machine): EM_AARCH64.
pub const ELF_MACHINE: u16 = 183;

/// Semihosting, SYS_EXIT_EXTENDED ("Semihosting for AArch32 and AArch64", 6.2): whoever runs this
/// machine, a debugger or QEMU, ends it and exits with this code. Where nobody listens, or not to
/// processes (QEMU: `userspace=on`), the instruction is none: this process ends by SIGILL.
pub fn exit_by_semihosting(code: u8) {
    const APPLICATION_EXIT: u64 = 0x20026; // ADP_Stopped_ApplicationExit
    let block = [APPLICATION_EXIT, u64::from(code)];
    // SAFETY: whoever listens reads two numbers at the address in x1, which outlives this.
    unsafe {
        asm!("hlt #0xf000", inlateout("x0") 0x20usize => _, in("x1") &raw const block,
            options(nostack));
    }
}

/// Input/output ports, which this machine has none of.
///
/// # Errors
/// ENOSYS.
pub const fn write_port(_port: u16, _byte: u8) -> Result<(), crate::model::Errno> {
    Err(crate::model::Errno::ENOSYS)
}
