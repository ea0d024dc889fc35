//! Filters around a program (seccomp(2)): what an outer sandbox does.

/// What a filter answers.
#[derive(Clone, Copy)]
pub enum Answer {
    Errno(i32),
    Kill,
}

impl Answer {
    fn value(self) -> u32 {
        match self {
            Self::Errno(errno) => libc::SECCOMP_RET_ERRNO | u32::try_from(errno).unwrap(),
            Self::Kill => libc::SECCOMP_RET_KILL_PROCESS,
        }
    }
}

/// seccomp(2): `calls` are hidden, as if the kernel had none, and every way to a new user namespace
/// is answered so: unshare and clone by their flag, clone3, whose flags cannot be seen, by ENOSYS.
pub fn deny(calls: &[libc::c_long], user: Option<Answer>) {
    const NEWUSER: u32 = 0x1000_0000;
    const fn statement(code: u32, k: u32, jt: u8, jf: u8) -> libc::sock_filter {
        #[allow(clippy::cast_possible_truncation, reason = "codes have 16 bits")]
        libc::sock_filter { code: code as u16, jt, jf, k }
    }
    let load = |at| statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, at, 0, 0);
    let is = |value, no| statement(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, value, 0, no);
    let has = |bits, no| statement(libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K, bits, 0, no);
    let answer = |value| statement(libc::BPF_RET | libc::BPF_K, value, 0, 0);
    let number = |call: libc::c_long| u32::try_from(call).unwrap();
    let hidden = Answer::Errno(libc::ENOSYS).value();
    let mut program = vec![load(0)]; // seccomp_data.nr
    for call in calls {
        program.extend([is(number(*call), 1), answer(hidden)]);
    }
    if let Some(user) = user {
        program.extend([is(number(libc::SYS_clone3), 1), answer(hidden)]);
        for call in [libc::SYS_unshare, libc::SYS_clone] {
            // Behind it the number is loaded again; seccomp_data.args begins at byte 16.
            program.extend([is(number(call), 4), load(16), has(NEWUSER, 1), answer(user.value())]);
            program.push(load(0));
        }
    }
    program.push(answer(libc::SECCOMP_RET_ALLOW));
    let len = u16::try_from(program.len()).unwrap();
    let filter = libc::sock_fprog { len, filter: program.as_mut_ptr() };
    // SAFETY: integers, and a program that lives until the kernel has copied it.
    let ret = unsafe { libc::syscall(libc::SYS_seccomp, 1, 0, &raw const filter) };
    assert_eq!(ret, 0, "seccomp: {}", std::io::Error::last_os_error());
}
