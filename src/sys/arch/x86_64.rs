//! x86_64: registers of a system call (syscall(2), "Architecture calling conventions"), the state
//! of a fresh process (System V ABI, AMD64 supplement, 3.4.1).

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
                "xor ebp, ebp",
                "mov r12, rsp",
                "and rsp, -16",
                "sub rsp, 16",
                "mov rax, {signals}",
                "mov [rsp], rax",
                "mov eax, 14", // rt_sigprocmask(SIG_BLOCK, rsp, rsp + 8, 8)
                "xor edi, edi",
                "mov rsi, rsp",
                "lea rdx, [rsp + 8]",
                "mov r10d, 8",
                "syscall",
                "mov rdi, r12",
                "mov rsi, [rsp + 8]",
                "call {entry}",
                "ud2",
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
            "mov rax, rdi",
            "mov rcx, rdx",
            "rep movsb",
            "ret",
            ".popsection",
            "memfn memmove",
            "mov rax, rdi",
            "mov rcx, rdx",
            "cmp rdi, rsi",
            "jbe 2f",
            "lea rsi, [rsi + rcx - 1]", // backwards when the target lies behind the source
            "lea rdi, [rdi + rcx - 1]",
            "std",
            "rep movsb",
            "cld",
            "ret",
            "2: rep movsb",
            "ret",
            ".popsection",
            "memfn memset",
            "mov r8, rdi",
            "mov eax, esi",
            "mov rcx, rdx",
            "rep stosb",
            "mov rax, r8",
            "ret",
            ".popsection",
            "memfn memcmp",
            ".globl bcmp",
            ".hidden bcmp",
            "bcmp:",
            "xor eax, eax",
            "mov rcx, rdx",
            "cmp rcx, rcx", // equal when there is nothing to compare
            "repe cmpsb",
            "je 2f",
            "movzx eax, byte ptr [rdi - 1]",
            "movzx ecx, byte ptr [rsi - 1]",
            "sub eax, ecx",
            "2: ret",
            ".popsection",
            "memfn strlen",
            "xor eax, eax",
            "2: cmp byte ptr [rdi + rax], 0",
            "je 3f",
            "inc rax",
            "jmp 2b",
            "3: ret",
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
    // SAFETY: the kernel keeps every register but rax, rcx and r11; memory it may change.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") number => ret,
            in("rdi") a, in("rsi") b, in("rdx") c, in("r10") d, in("r8") e, in("r9") f,
            lateout("rcx") _, lateout("r11") _,
            options(nostack, preserves_flags),
        );
    }
    ret
}

/// The end of the process by SIGILL, whatever is blocked: an invalid opcode is no call
/// that anybody could refuse.
pub fn trap() -> ! {
    // SAFETY: it does not come back, and touches nothing.
    unsafe { asm!("ud2", options(noreturn, nomem, nostack)) }
}

/// A system call with three arguments or fewer.
///
/// # Safety
/// Whatever the call demands of its arguments.
#[inline(always)]
pub unsafe fn syscall3(number: usize, a: usize, b: usize, c: usize) -> isize {
    let ret;
    // SAFETY: the kernel keeps every register but rax, rcx and r11; memory it may change.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") number => ret,
            in("rdi") a, in("rsi") b, in("rdx") c,
            lateout("rcx") _, lateout("r11") _,
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
    // SAFETY: the parent loses rax, rcx and r11, as with any call. The child starts behind
    // `syscall` with the same registers and stack pointer; without `nostack` the compiler keeps
    // nothing below it, so what the child pushes lies in no frame of ours, and it never comes back.
    unsafe {
        asm!(
            "syscall",
            "test rax, rax",
            "jnz 2f",
            "xor ebp, ebp",
            "and rsp, -16",
            "mov rdi, r12",
            "call r13",
            "ud2",
            "2:",
            inlateout("rax") number => ret,
            in("rdi") a, in("rsi") b, in("rdx") c, in("r10") d, in("r8") e,
            in("r12") argument, in("r13") entry,
            lateout("rcx") _, lateout("r11") _,
        );
    }
    ret
}

/// The arguments of clone(2) in this machine's order; there is no clone3(2) under qemu-user 7.2 and
/// under some seccomp filters.
pub const fn clone_args(flags: usize, pidfd: usize) -> [usize; 5] {
    [flags, 0, pidfd, 0, 0] // flags, stack, parent_tid, child_tid, tls
}

/// Semihosting, which this machine has none of.
pub const fn exit_by_semihosting(_code: u8) {}

/// ioperm(2), then one `out`: writes a byte to an input/output port.
///
/// # Errors
/// EPERM without CAP_SYS_RAWIO, ENOSYS on a kernel without CONFIG_X86_IOPL_IOPERM.
pub fn write_port(port: u16, byte: u8) -> Result<(), crate::model::Errno> {
    let ioperm = linux_raw_sys::general::__NR_ioperm as usize;
    // SAFETY: three integers in; it lets us use this port.
    let ret = unsafe { syscall3(ioperm, usize::from(port), 1, 1) };
    let _ = super::super::call::check(ret)?; // zero
    // SAFETY: the port may be used now; it is no memory.
    unsafe {
        asm!("out dx, al", in("dx") port, in("al") byte, options(nomem, nostack, preserves_flags));
    }
    Ok(())
}

/// The machine's number in an ELF header (elf(5), e_machine): EM_X86_64.
pub const ELF_MACHINE: u16 = 62;
