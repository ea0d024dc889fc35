/* The floor under `nsinit run`: the same sandbox with no program around it.
 *
 * One process is cloned into new pid, mnt, uts, ipc and time namespaces, makes its mounts private,
 * mounts a fresh /proc, starts the command by a clone that shares memory until exec, waits for it
 * and ends with its exit code; the launcher waits and passes the code on. No options, no messages,
 * no signals, no clock offsets: what is faster than this does less. Usage: floor PROGRAM [ARGS].
 *
 * clone3 with CLONE_NEWTIME freezes the offsets at zero (kernel/time/namespace.c), which is just
 * what a launch without offsets wants, and costs no call of its own.
 */
#include "raw.h"
#include <linux/sched.h>
#include <linux/types.h>

#define SIGCHLD 17
#define MS_NOSUID 2
#define MS_NODEV 4
#define MS_NOEXEC 8
#define MS_REC 16384
#define MS_PRIVATE (1 << 18)
#define NOT_DONE 125

/* clone3(2) without a stack of its own: with CLONE_VM the child runs on ours, as by vfork(2). */
static inline __attribute__((always_inline)) long clone3(__u64 flags)
{
	struct clone_args args = { .flags = flags, .exit_signal = SIGCHLD };
	return SYS(__NR_clone3, &args, sizeof args, 0, 0, 0);
}

/* wait4(2) for one child; the exit code as a shell says it. */
static int wait_for(long pid)
{
	int status = 0;
	if (SYS(__NR_wait4, pid, &status, 0, 0, 0) < 0)
		return NOT_DONE;
	return (status & 127) ? 128 + (status & 127) : (status >> 8) & 255;
}

static void pid_one(char **argv, char **envp)
{
	if (SYS(__NR_mount, "none", "/", 0, MS_REC | MS_PRIVATE, 0) < 0)
		quit(NOT_DONE);
	if (SYS(__NR_mount, "proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, 0) < 0)
		quit(NOT_DONE);
	long pid = clone3(CLONE_VM | CLONE_VFORK);
	if (pid == 0) {
		SYS(__NR_execve, argv[0], argv, envp, 0, 0);
		quit(127);
	}
	quit(pid < 0 ? NOT_DONE : wait_for(pid));
}

void entry(long *stack)
{
	long argc = stack[0];
	char **argv = (char **)(stack + 2); /* behind argc and our own name */
	char **envp = (char **)(stack + argc + 2);

	if (argc < 2)
		quit(NOT_DONE);
	long pid = clone3(CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWTIME);
	if (pid == 0)
		pid_one(argv, envp);
	quit(pid < 0 ? NOT_DONE : wait_for(pid));
}
