/* The floor under a boot: an init that does nothing but start the workload, wait, and turn off.
 *
 * No mounts, no signals, no verdict: what is faster than this does less. It says when its first
 * instruction ran, by the clock that begins at zero when the kernel does, and says so last, since a
 * line on an emulated serial console takes longer than all the rest.
 *
 * With -DSAME_WORK it first does what nsinit does to a machine: the same file systems, the same
 * links, one line on the console, loopback, the port to the host found by its name, the kernel's
 * messages and a control socket to be watched. No decision, no check: what is faster than that leaves
 * something out.
 */
#include "../raw.h"
#include <linux/reboot.h>
#include <linux/time.h>

#define SIGCHLD 17
#define CLONE_VM 0x100
#define CLONE_VFORK 0x4000

static long now_us(void)
{
	struct { long long seconds, nanoseconds; } now = { 0, 0 };
	SYS(__NR_clock_gettime, CLOCK_MONOTONIC, &now, 0, 0, 0);
	return now.seconds * 1000000 + now.nanoseconds / 1000;
}

static void say(long us)
{
	char line[] = "init: at 00000000000\n";
	char *digit = line + sizeof line - 3;

	for (; us > 0; us /= 10)
		*digit-- = '0' + us % 10;
	SYS(__NR_write, 1, line, sizeof line - 1, 0, 0);
}

#ifdef SAME_WORK
#define HERE -100 /* AT_FDCWD */
#define NOSUID 2
#define NODEV 4
#define NOEXEC 8
#define SIOCSIFFLAGS 0x8914
#define OPEN 02000400   /* O_CLOEXEC, O_NOCTTY */
#define NONBLOCK 04000
#define WRITE_ONLY 1
#define EMPTY_PATH 0x1000
#define BASIC_STATS 0x7ff

static int same(const char *one, const char *other, long length)
{
	while (length > 0 && *one == *other)
		one++, other++, length--;
	return length == 0;
}

/* Copies a text and its end; where the end stands, so that more can follow. */
static char *add(char *at, const char *text)
{
	while ((*at = *text++))
		at++;
	return at;
}

static void put(const char *kind, const char *target, long flags, const char *options)
{
	SYS(__NR_mkdirat, HERE, target, 0755, 0, 0);
	SYS(__NR_mount, kind, target, kind, flags, options);
}

/* The port to the host: whose name in sysfs is ours. */
static void find_port(void)
{
	static char entries[512], path[80], own[64];
	static const char want[] = "org.nsinit.report\n";
	long folder = SYS(__NR_openat, HERE, "/sys/class/virtio-ports", OPEN, 0, 0), length;

	while ((length = SYS(__NR_getdents64, folder, entries, sizeof entries, 0, 0)) > 0)
		for (char *at = entries; at < entries + length; at += *(unsigned short *)(at + 16)) {
			if (at[19] == '.')
				continue;
			add(add(add(path, "/sys/class/virtio-ports/"), at + 19), "/name");
			long file = SYS(__NR_openat, HERE, path, OPEN, 0, 0);
			long size = SYS(__NR_read, file, own, sizeof own, 0, 0);
			SYS(__NR_close, file, 0, 0, 0, 0);
			if (size != sizeof want - 1 || !same(own, want, size))
				continue;
			add(add(path, "/dev/"), at + 19);
			SYS(__NR_openat, HERE, path, OPEN | NONBLOCK | WRITE_ONLY, 0, 0);
			SYS(__NR_close, folder, 0, 0, 0, 0);
			return;
		}
	SYS(__NR_close, folder, 0, 0, 0, 0);
}

/* A socket in a folder of our own, which nobody else has. */
static void listen_there(void)
{
	static const struct { short family; char path[25]; } name = { 1, "/run/nsinit/init/control" };
	static char stat[256];
	long folder, own, socket;

	SYS(__NR_mkdirat, HERE, "/run/nsinit", 0700, 0, 0);
	folder = SYS(__NR_openat, HERE, "/run/nsinit", OPEN, 0, 0);
	SYS(__NR_statx, folder, "", EMPTY_PATH, BASIC_STATS, stat);
	SYS(__NR_mkdirat, folder, "init", 0700, 0, 0);
	own = SYS(__NR_openat, folder, "init", OPEN, 0, 0);
	SYS(__NR_flock, own, 6, 0, 0, 0);
	SYS(__NR_statx, own, "", EMPTY_PATH, BASIC_STATS, stat);
	SYS(__NR_unlinkat, own, "control", 0, 0, 0);
	socket = SYS(__NR_socket, 1, 02004001, 0, 0, 0);
	SYS(__NR_fchmod, socket, 0600, 0, 0, 0);
	SYS(__NR_bind, socket, &name, sizeof name, 0, 0);
	SYS(__NR_listen, socket, 64, 0, 0, 0);
}

static void set_up(void)
{
	static const char line[] = "nsinit: init 0.0.0\n";
	static const unsigned long signals = ~0ul;
	static char words[8192];
	struct { char name[16]; short flags; char rest[22]; } lo = { "lo", 0x41, "" };
	long socket, file;

	SYS(__NR_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_CAD_OFF, 0, 0);
	put("proc", "/proc", NOSUID | NODEV | NOEXEC, "");
	SYS(__NR_write, 2, line, sizeof line - 1, 0, 0);
	file = SYS(__NR_openat, HERE, "/proc/cmdline", OPEN, 0, 0);
	SYS(__NR_read, file, words, sizeof words, 0, 0);
	SYS(__NR_close, file, 0, 0, 0, 0);
	SYS(__NR_openat, HERE, "/etc/nsinit.toml", OPEN, 0, 0);
	put("devtmpfs", "/dev", NOSUID, "mode=0755");
	put("sysfs", "/sys", NOSUID | NODEV | NOEXEC, "");
	put("devpts", "/dev/pts", NOSUID | NOEXEC, "mode=0620,gid=5,ptmxmode=0666");
	put("tmpfs", "/dev/shm", NOSUID | NODEV, "mode=1777");
	put("mqueue", "/dev/mqueue", NOSUID | NODEV | NOEXEC, "");
	put("tmpfs", "/run", NOSUID | NODEV, "mode=0755");
	put("tmpfs", "/tmp", NOSUID | NODEV, "mode=1777");
	put("cgroup2", "/sys/fs/cgroup", NOSUID | NODEV | NOEXEC, "nsdelegate");
	put("securityfs", "/sys/kernel/security", NOSUID | NODEV | NOEXEC, "");
	put("tracefs", "/sys/kernel/tracing", NOSUID | NODEV | NOEXEC, "");
	SYS(__NR_symlinkat, "/proc/self/fd", HERE, "/dev/fd", 0, 0);
	SYS(__NR_symlinkat, "/proc/self/fd/0", HERE, "/dev/stdin", 0, 0);
	SYS(__NR_symlinkat, "/proc/self/fd/1", HERE, "/dev/stdout", 0, 0);
	SYS(__NR_symlinkat, "/proc/self/fd/2", HERE, "/dev/stderr", 0, 0);
	find_port();
	SYS(__NR_openat, HERE, "/dev/kmsg", OPEN | NONBLOCK, 0, 0);
	socket = SYS(__NR_socket, 2, 2, 0, 0, 0);
	SYS(__NR_ioctl, socket, SIOCSIFFLAGS, &lo, 0, 0);
	SYS(__NR_close, socket, 0, 0, 0, 0);
	listen_there();
	SYS(__NR_signalfd4, -1, &signals, 8, 02004000, 0);
}
#else
static void set_up(void) {}
#endif

void entry(long *stack)
{
	long us = now_us(), status = 0;
	char *argv[] = { "/bin/nsinit-guest", "clock", 0 };
	char **envp = (char **)(stack + stack[0] + 2);

	set_up();
	/* clone(2) orders its arguments otherwise on each machine; these two stand first on all. */
	long pid = SYS(__NR_clone, CLONE_VM | CLONE_VFORK | SIGCHLD, 0, 0, 0, 0);
	if (pid == 0) {
		SYS(__NR_execve, argv[0], argv, envp, 0, 0);
		quit(127);
	}
	SYS(__NR_wait4, pid, &status, 0, 0, 0);
	say(us);
	SYS(__NR_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_POWER_OFF, 0, 0);
	quit(1);
}
