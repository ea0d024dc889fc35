/* The floor under `nsinit run` with a root of its own: the same sandbox with no program around it.
 *
 * The system calls of `nsinit run --root ROOT --proc /proc --dev /dev --tmpfs /tmp`, one by one and
 * in its order, as strace shows them on Linux 6.18: PID 1 in new pid, mnt, uts, ipc and time
 * namespaces, a root that is pivoted to, /proc with what is masked in it, a /dev, a /tmp, fourteen
 * capabilities fewer, both filters. Everything stands here as a constant, nothing is read, decided
 * or looked at twice: what is faster than this does less. What nsinit does beside it to be asked
 * for something, to say what went wrong, and to pass signals on is here, too, where it is a call.
 *
 * Usage: root-floor ROOT PROGRAM [ARGS]. The filters are those of nsinit, which benches/launch writes
 * to root-floor-filters.h.
 */
#include "calls.h"
#include "root-floor-filters.h"
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/mount.h>
#include <linux/seccomp.h>

#define S_IFCHR 0020000
#define S_IFREG 0100000
#define MNT_DETACH 2

/* What a container keeps of root's capabilities: the default of nsinit. */
#define KEPT 0x800405fb
#define CAPABILITIES 41

/* A file system of its own, mounted nowhere yet. */
static long new_mount(const char *type, const char *mode, const char *ptmxmode, int attributes)
{
	long kind = got(SYS(__NR_fsopen, type, FSOPEN_CLOEXEC, 0, 0, 0));
	if (ptmxmode)
		must(SYS(__NR_fsconfig, kind, FSCONFIG_SET_STRING, "ptmxmode", ptmxmode, 0));
	if (mode)
		must(SYS(__NR_fsconfig, kind, FSCONFIG_SET_STRING, "mode", mode, 0));
	must(SYS(__NR_fsconfig, kind, FSCONFIG_CMD_CREATE, 0, 0, 0));
	long mount = got(SYS(__NR_fsmount, kind, FSMOUNT_CLOEXEC, attributes, 0, 0));
	close_fd(kind);
	return mount;
}

static long copy(long fd, const char *path)
{
	int flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | AT_RECURSIVE;
	return SYS(__NR_open_tree, fd, path, flags, 0, 0);
}

static void change(long fd, int flags, __u64 set)
{
	struct mount_attr attr = { .attr_set = set };
	must(SYS(__NR_mount_setattr, fd, "", AT_EMPTY_PATH | flags, &attr, sizeof attr));
}

static long put_at(long mount, long directory, const char *path)
{
	return SYS(__NR_move_mount, mount, "", directory, path, MOVE_MOUNT_F_EMPTY_PATH);
}

/* A directory of the new root, made if it is not there. */
static long place(const char *path)
{
	struct { __u64 flags, mode, resolve; } how = {
		O_PATH | O_CLOEXEC, 0, 0x04 | 0x10 /* RESOLVE_NO_SYMLINKS, RESOLVE_IN_ROOT */
	};
	long found = SYS(__NR_openat2, AT_FDCWD, path, &how, sizeof how, 0);
	if (found >= 0)
		return found;
	must(SYS(__NR_mkdirat, AT_FDCWD, path + 1, 0755, 0, 0));
	return got(SYS(__NR_openat2, AT_FDCWD, path, &how, sizeof how, 0));
}

static void put(long mount, long place)
{
	int flags = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;
	must(SYS(__NR_move_mount, mount, "", place, "", flags));
}

static void mask_proc(long proc, long file, long directory)
{
	static const struct { const char *name; int is_directory; } masked[] = {
		{ "acpi", 1 }, { "asound", 1 }, { "kcore", 0 }, { "keys", 0 }, { "latency_stats", 0 },
		{ "sched_debug", 0 }, { "scsi", 1 }, { "timer_list", 0 }, { "timer_stats", 0 }
	};
	static const char *locked[] = { "bus", "fs", "irq", "sys", "sysrq-trigger" };

	/* What is mounted is copied for the next; a copy that stays nowhere costs a wait at its close. */
	int is_placed[2] = { 0, 0 };
	for (int i = 0; i < 9; i++) {
		int sort = masked[i].is_directory;
		long *mask = sort ? &directory : &file;
		if (is_placed[sort]) {
			if (SYS(__NR_faccessat, proc, masked[i].name, 0, 0, 0) < 0)
				continue;
			long next = got(copy(*mask, ""));
			close_fd(*mask);
			*mask = next;
		}
		is_placed[sort] = put_at(*mask, proc, masked[i].name) == 0;
	}
	for (int i = 0; i < 5; i++) {
		long part = copy(proc, locked[i]);
		if (part < 0)
			continue;
		change(part, AT_RECURSIVE, MOUNT_ATTR_RDONLY);
		must(put_at(part, proc, locked[i]));
		close_fd(part);
	}
	close_fd(file);
	close_fd(directory);
}

static void make_dev(void)
{
	static const struct { const char *name; int device; } devices[] = {
		{ "null", 0x103 }, { "zero", 0x105 }, { "full", 0x107 },
		{ "random", 0x108 }, { "urandom", 0x109 }, { "tty", 0x500 }
	};
	static const char *links[][2] = {
		{ "/proc/self/fd", "fd" }, { "/proc/self/fd/0", "stdin" },
		{ "/proc/self/fd/1", "stdout" }, { "/proc/self/fd/2", "stderr" }, { "pts/ptmx", "ptmx" }
	};
	long directory = place("/dev"), dev = new_mount("tmpfs", "0755", 0, MOUNT_ATTR_NOSUID);

	put(dev, directory);
	for (int i = 0; i < 6; i++)
		must(SYS(__NR_mknodat, dev, devices[i].name, S_IFCHR | 0666, devices[i].device, 0));
	for (int i = 0; i < 5; i++)
		must(SYS(__NR_symlinkat, links[i][0], dev, links[i][1], 0, 0));
	must(SYS(__NR_mkdirat, dev, "shm", 01777, 0, 0));
	must(SYS(__NR_mkdirat, dev, "pts", 0755, 0, 0));
	long terminals = new_mount("devpts", "0620", "0666", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
	must(put_at(terminals, dev, "pts"));
	close_fd(terminals);
	close_fd(directory);
	close_fd(dev);
}

static void make_root(const char *root)
{
	int safe = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
	char cwd[256], status[256];

	must(SYS(__NR_mount, 0, "/", 0, MS_REC | MS_PRIVATE, 0));
	long base = got(copy(AT_FDCWD, root));
	change(base, AT_RECURSIVE, safe);
	long proc = new_mount("proc", 0, 0, safe | MOUNT_ATTR_NOEXEC);
	long scratch = new_mount("tmpfs", "0700", 0, safe);
	must(SYS(__NR_mknodat, scratch, "file", S_IFREG | 0444, 0, 0));
	must(SYS(__NR_mkdirat, scratch, "directory", 0555, 0, 0));
	long file = got(copy(scratch, "file")), directory = got(copy(scratch, "directory"));
	change(file, 0, MOUNT_ATTR_RDONLY | safe | MOUNT_ATTR_NOEXEC);
	change(directory, 0, MOUNT_ATTR_RDONLY | safe | MOUNT_ATTR_NOEXEC);

	SYS(__NR_getcwd, cwd, sizeof cwd, 0, 0, 0);
	long umask = SYS(__NR_umask, 0, 0, 0, 0, 0);
	must(put_at(scratch, AT_FDCWD, "/proc"));
	close_fd(scratch);
	must(put_at(base, AT_FDCWD, "/"));
	must(SYS(__NR_fchdir, base, 0, 0, 0, 0));
	must(SYS(__NR_pivot_root, ".", ".", 0, 0, 0));
	must(SYS(__NR_umount2, ".", MNT_DETACH, 0, 0, 0));
	must(SYS(__NR_statx, AT_FDCWD, ".", 0, 0x1100 /* INO, MNT_ID */, status));
	must(SYS(__NR_statx, AT_FDCWD, "..", 0, 0x1100, status));
	close_fd(base);

	long spot = place("/proc");
	put(proc, spot);
	close_fd(spot);
	mask_proc(proc, file, directory);
	close_fd(proc);
	make_dev();
	spot = place("/tmp");
	long tmp = new_mount("tmpfs", "0755", 0, safe);
	put(tmp, spot);
	close_fd(tmp);
	close_fd(spot);
	SYS(__NR_umask, umask, 0, 0, 0, 0);
	if (SYS(__NR_chdir, cwd, 0, 0, 0, 0) < 0)
		must(SYS(__NR_chdir, "/", 0, 0, 0, 0));
}

static void install(const struct sock_filter *program, int len)
{
	struct sock_fprog list = { .len = len, .filter = (struct sock_filter *)program };
	int flags = SECCOMP_FILTER_FLAG_SPEC_ALLOW;
	must(SYS(__NR_seccomp, SECCOMP_SET_MODE_FILTER, flags, &list, 0, 0));
}

static struct __user_cap_header_struct own = { _LINUX_CAPABILITY_VERSION_3, 0 };

static void look_at_capabilities(struct __user_cap_data_struct sets[2])
{
	must(SYS(__NR_capget, &own, sets, 0, 0, 0));
}

static void hold(__u32 kept)
{
	struct __user_cap_data_struct sets[2] = { { kept, kept, 0 } };
	must(SYS(__NR_capset, &own, sets, 0, 0, 0));
}

static inline __attribute__((always_inline)) void become(char **argv, char **envp)
{
	unsigned long none = 0, action[4] = { 0 };
	struct __user_cap_data_struct sets[2];

	SYS(__NR_setpgid, 0, 0, 0, 0, 0);
	must(SYS(__NR_setgroups, 0, 0, 0, 0, 0));
	must(SYS(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	look_at_capabilities(sets);
	must(SYS(__NR_capset, &own, sets, 0, 0, 0));
	for (int number = 0; number < CAPABILITIES + 1; number++)
		if (number > 31 || !(KEPT >> number & 1))
			SYS(__NR_prctl, PR_CAPBSET_DROP, number, 0, 0, 0);
	hold(KEPT);
	must(SYS(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0));
	SYS(__NR_rt_sigaction, SIGCHLD, action, 0, 8, 0);
	SYS(__NR_rt_sigprocmask, SIG_SETMASK, &none, 0, 8, 0);
	install(DEFAULT_FILTER, sizeof DEFAULT_FILTER / sizeof *DEFAULT_FILTER);
	SYS(__NR_execve, argv[0], argv, envp, 0, 0);
	quit(127);
}

static void pid_one(const char *root, char **argv, char **envp, int report)
{
	struct __user_cap_data_struct sets[2];
	int pidfd = -1;

	let_go(report);
	make_root(root);
	tell(report);
	must(SYS(__NR_keyctl, KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0));
	long signalfd = signals();
	look_at_clock();
	long pid = clone3(CLONE_VM | CLONE_VFORK, &pidfd);
	if (pid == 0)
		become(argv, envp);
	must(pid);
	must(SYS(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0));
	look_at_capabilities(sets);
	hold(1 << CAP_KILL);
	must(SYS(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	install(OWN_FILTER, sizeof OWN_FILTER / sizeof *OWN_FILTER);
	supervise(pidfd, signalfd);
}

void entry(long *stack)
{
	long argc = stack[0];
	char **argv = (char **)(stack + 2); /* behind argc and our own name */
	char **envp = (char **)(stack + argc + 2);
	unsigned long all = ~0ul, action[4] = { 1 /* SIG_IGN */ };
	__u32 kill = SECCOMP_RET_KILL_PROCESS;
	int report[2], pidfd = -1;
	struct __user_cap_data_struct sets[2];
	char name[390];

	if (argc < 3)
		quit(NOT_DONE);
	SYS(__NR_rt_sigprocmask, SIG_BLOCK, &all, 0, 8, 0);
	SYS(__NR_openat, AT_FDCWD, "/dev/tty", 02 | 0400 | O_CLOEXEC, 0, 0);
	look_at_capabilities(sets);
	SYS(__NR_uname, name, 0, 0, 0, 0);
	must(SYS(__NR_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &kill, 0, 0));
	SYS(__NR_ioctl, 1, 0x5413 /* TIOCGWINSZ */, name, 0, 0);
	SYS(__NR_rt_sigaction, SIGCHLD, action, 0, 8, 0);
	must(SYS(__NR_pipe2, report, O_CLOEXEC | O_NONBLOCK, 0, 0, 0));
	__u64 kinds = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWTIME;
	long pid = clone3(kinds, &pidfd);
	if (pid == 0)
		pid_one(argv[0], argv + 1, envp, report[1]);
	must(pid);
	quit(wait_for(pidfd, signals()));
}
