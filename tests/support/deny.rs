//! A kernel that does not know a call, as far as a filter can make it one.

/// seccomp(2): these calls fail with this error, all others are as ever.
pub fn deny(calls: &[libc::c_long], errno: i32) {
    const fn statement(code: u32, k: u32) -> libc::sock_filter {
        #[allow(clippy::cast_possible_truncation, reason = "codes have 16 bits")]
        libc::sock_filter { code: code as u16, jt: 0, jf: 0, k }
    }
    let load = libc::BPF_LD | libc::BPF_W | libc::BPF_ABS;
    let equal = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
    let answer = |value| statement(libc::BPF_RET | libc::BPF_K, value);
    let mut program = vec![statement(load, 0)]; // seccomp_data.nr
    for call in calls {
        let number = u32::try_from(*call).unwrap();
        program.push(libc::sock_filter { jf: 1, ..statement(equal, number) });
        program.push(answer(libc::SECCOMP_RET_ERRNO | u32::try_from(errno).unwrap()));
    }
    program.push(answer(libc::SECCOMP_RET_ALLOW));
    let len = u16::try_from(program.len()).unwrap();
    let filter = libc::sock_fprog { len, filter: program.as_mut_ptr() };
    // SAFETY: integers, and a program that lives until the kernel has copied it.
    let ret = unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const filter)
    };
    assert_eq!(ret, 0);
}
