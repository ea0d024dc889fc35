/* What the C programs of the bench that make nsinit's own system calls have in common.
 */
#ifndef CALLS_H
#define CALLS_H

#include "raw.h"
#include <linux/fcntl.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/types.h>

#define SIGKILL 9
#define SIGTERM 15
#define SIGCHLD 17
#define SIG_BLOCK 0
#define SIG_SETMASK 2
#define POLLIN 1
#define CLOCK_MONOTONIC 1
#define PIDFD_GET_INFO 0xc048ff0b
#define PIDFD_INFO_EXIT (1 << 3)
#define NOT_DONE 125

static inline void must(long result)
{
	if (result < 0)
		quit(NOT_DONE);
}

static inline long got(long result)
{
	must(result);
	return result;
}

/* clone3(2) without a stack of its own: with CLONE_VM the child runs on ours, as by vfork(2). */
static inline __attribute__((always_inline)) long clone3(__u64 flags, int *pidfd)
{
	struct clone_args args = {
		.flags = flags | CLONE_PIDFD, .pidfd = (__u64)pidfd, .exit_signal = SIGCHLD
	};
	return SYS(__NR_clone3, &args, sizeof args, 0, 0, 0);
}

static void close_fd(long fd)
{
	SYS(__NR_close, fd, 0, 0, 0, 0);
}

static long signals(void)
{
	unsigned long all = ~0ul;
	return got(SYS(__NR_signalfd4, -1, &all, 8, O_CLOEXEC | O_NONBLOCK, 0));
}

/* Until the process has ended; the exit code as a shell says it. */
static int wait_for(long pidfd, long signalfd)
{
	struct { int fd; short events, revents; } sources[2] = {
		{ signalfd, POLLIN, 0 }, { pidfd, POLLIN, 0 }
	};
	struct { __u64 mask, cgroup; __u32 ids[11], exit, rest[2]; } info = {
		.mask = PIDFD_INFO_EXIT
	};
	int is_reaped = 0; /* the end is told a moment before the kernel has reaped it */
	_Static_assert(sizeof info == 72, "the size is a part of the request's number");
	while (!(info.mask & PIDFD_INFO_EXIT) || !is_reaped) {
		must(SYS(__NR_ppoll, sources, 2, 0, 0, 8));
		info.mask = PIDFD_INFO_EXIT;
		is_reaped = SYS(__NR_ioctl, pidfd, PIDFD_GET_INFO, &info, 0, 0) == 0;
	}
	return (info.exit & 127) ? 128 + (info.exit & 127) : (info.exit >> 8) & 255;
}

static void look_at_clock(void)
{
	long now[2];
	SYS(__NR_clock_gettime, CLOCK_MONOTONIC, now, 0, 0, 0);
}

/* PID 1 keeps the pipe for its word alone, and has a process group of its own. */
static void let_go(int report)
{
	must(SYS(__NR_close_range, 3, report - 1, 0, 0, 0));
	must(SYS(__NR_close_range, report + 1, ~0u, 0, 0, 0));
	SYS(__NR_setpgid, 0, 0, 0, 0, 0);
}

/* It ends with the launcher, and says that it is set up. */
static void tell(int report)
{
	must(SYS(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0));
	must(SYS(__NR_write, report, "\1\0\0\0\0\0\0", 8, 0, 0));
}

/* PID 1 waits for its service, asks whoever is left to end, and ends. */
static __attribute__((noreturn)) void supervise(long pidfd, long signalfd)
{
	int code = wait_for(pidfd, signalfd);
	close_fd(pidfd);
	look_at_clock();
	SYS(__NR_kill, -1, SIGTERM, 0, 0, 0);
	quit(code);
}

#endif
