//! System calls that a witness tries, whatever libc thinks of them.

use std::io;

/// Makes a call and prints `0` or more, or the name of what it failed with. A number may be written
/// with 0x in front; `@` is the address of sixty-four zeros.
pub fn call(words: &[&str]) -> i32 {
    let zeros = [0u64; 8];
    let value = |word: &&str| match word.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).unwrap(),
        None if *word == "@" => zeros.as_ptr() as u64,
        None => word.parse().unwrap(),
    };
    let mut numbers = words.iter().map(value);
    let mut next = || numbers.next().unwrap_or(0).cast_signed();
    let number = next();
    let [a, b, c, d, e, f] = std::array::from_fn(|_| next());
    // SAFETY: the test that asks for it knows what it asks for; this process does nothing else.
    let ret = unsafe { libc::syscall(number, a, b, c, d, e, f) };
    let error = io::Error::last_os_error();
    if [libc::SYS_clone, libc::SYS_clone3].contains(&number) && ret == 0 {
        return 0; // the new process, with nothing to say
    }
    println!("{}", if ret >= 0 { "done" } else { name(error.raw_os_error().unwrap()) });
    0
}

/// The names of the errors that tests speak of.
pub fn name(number: i32) -> &'static str {
    match number {
        libc::EPERM => "EPERM",
        libc::EACCES => "EACCES",
        libc::EINVAL => "EINVAL",
        libc::ENOSYS => "ENOSYS",
        libc::EAFNOSUPPORT => "EAFNOSUPPORT",
        libc::ENOTTY => "ENOTTY",
        libc::EAGAIN => "EAGAIN",
        libc::EIO => "EIO",
        libc::EFAULT => "EFAULT",
        libc::EBADF => "EBADF",
        libc::ENOENT => "ENOENT",
        libc::ENOKEY => "ENOKEY",
        libc::ECONNREFUSED => "ECONNREFUSED",
        _ => "another error",
    }
}

/// getpid(2) by the entry of 32-bit programs.
#[cfg(target_arch = "x86_64")]
pub fn foreign() -> i32 {
    let ret: i32;
    // SAFETY: the 32-bit getpid takes nothing; r8 to r11 are not kept (entry_INT80_compat).
    unsafe {
        std::arch::asm!(
            "int 0x80", inlateout("eax") 20 => ret,
            out("r8") _, out("r9") _, out("r10") _, out("r11") _,
        );
    }
    println!("{}", if ret > 0 { "done" } else { "failed" });
    0
}

/// Another machine has no second entry.
#[cfg(not(target_arch = "x86_64"))]
pub fn foreign() -> i32 {
    99
}

/// A thread by the C library's own means.
pub fn thread() -> i32 {
    let sum = std::thread::spawn(|| (1..=100).sum::<i32>()).join().unwrap();
    println!("a thread counted to {sum}");
    0
}
