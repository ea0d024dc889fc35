/* The floor under `nsinit run` as it is: a program that makes every system call of it.
 *
 * The calls of `nsinit run -- PROGRAM`, one by one and in its order, as strace shows them on Linux
 * 6.18. benches/floor.c makes those alone by which the sandbox comes about; here is also what it
 * takes to lose no signal, to follow a terminal, to say what went wrong and to leave nobody behind.
 * Nothing is read, decided or told: what is faster than this makes fewer calls.
 *
 * Usage: calls-floor PROGRAM [ARGS].
 */
#include "calls.h"
#include <linux/capability.h>

#define MS_NOSUID 2
#define MS_NODEV 4
#define MS_NOEXEC 8
#define MS_REC 16384
#define MS_PRIVATE (1 << 18)

static inline __attribute__((always_inline)) void become(char **argv, char **envp)
{
	unsigned long none = 0, action[4] = { 0 };

	SYS(__NR_setpgid, 0, 0, 0, 0, 0);
	must(SYS(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	SYS(__NR_rt_sigaction, SIGCHLD, action, 0, 8, 0);
	SYS(__NR_rt_sigprocmask, SIG_SETMASK, &none, 0, 8, 0);
	SYS(__NR_execve, argv[0], argv, envp, 0, 0);
	quit(127);
}

static void pid_one(char **argv, char **envp, int report)
{
	int pidfd = -1;

	let_go(report);
	must(SYS(__NR_mount, 0, "/", 0, MS_REC | MS_PRIVATE, 0));
	must(SYS(__NR_mount, "proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, 0));
	tell(report);
	long signalfd = signals();
	look_at_clock();
	long pid = clone3(CLONE_VM | CLONE_VFORK, &pidfd);
	if (pid == 0)
		become(argv, envp);
	must(pid);
	supervise(pidfd, signalfd);
}

void entry(long *stack)
{
	long argc = stack[0];
	char **argv = (char **)(stack + 2); /* behind argc and our own name */
	char **envp = (char **)(stack + argc + 2);
	unsigned long all = ~0ul, action[4] = { 1 /* SIG_IGN */ };
	struct __user_cap_header_struct own = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct sets[2];
	int report[2], pidfd = -1;
	char name[390];

	if (argc < 2)
		quit(NOT_DONE);
	SYS(__NR_rt_sigprocmask, SIG_BLOCK, &all, 0, 8, 0);
	SYS(__NR_openat, AT_FDCWD, "/dev/tty", 02 | 0400 | O_CLOEXEC, 0, 0);
	must(SYS(__NR_capget, &own, sets, 0, 0, 0));
	SYS(__NR_uname, name, 0, 0, 0, 0);
	SYS(__NR_rt_sigaction, SIGCHLD, action, 0, 8, 0);
	must(SYS(__NR_pipe2, report, O_CLOEXEC | O_NONBLOCK, 0, 0, 0));
	__u64 kinds = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWTIME;
	long pid = clone3(kinds, &pidfd);
	if (pid == 0)
		pid_one(argv, envp, report[1]);
	must(pid);
	quit(wait_for(pidfd, signals()));
}
