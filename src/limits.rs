//! Every capacity, with the reason for its size.
//!
//! nsinit has no heap. What does not fit is refused with the limit named, never cut off.

/// Services in one file. Sixteen is a large appliance; a set of services fits one `u32`.
pub const SERVICES_MAX: usize = 16;

/// Steps in one plan: about 30 for the sandbox and 14 for each of [`SERVICES_MAX`] services; half
/// of them may have a command beside them, with 9 more, and a few limits; and a root with all its
/// mounts.
pub const STEPS_MAX: usize = 384 + 2 * ROOT_MOUNTS_MAX;

/// What is put into a root: mounts, directories, links, files. Flatpak has about a hundred; each is
/// a step outside the root and one inside.
pub const ROOT_MOUNTS_MAX: usize = 192;

/// Directories that all overlays together are made of. The kernel takes 500 for one
/// (fs/overlayfs/params.h, OVL_MAX_STACK); container images have up to 127.
pub const LAYERS_MAX: usize = 128;

/// How often a path inside is looked up that somebody renames meanwhile (openat2(2), EAGAIN).
pub const RESOLVE_TRIES: usize = 128;

/// Descriptors that we are given and that PID 1 keeps: data for a root, what is bound there, and
/// what ties us to whoever started us.
pub const GIVEN_MAX: usize = 64 + 4;

/// Paths of Landlock. A whole build's has about 20.
pub const LANDLOCK_PATHS_MAX: usize = 96;

/// Ports of Landlock.
pub const LANDLOCK_PORTS_MAX: usize = 64;
/// Kinds of namespaces: the kernel has eight (namespaces(7)).
pub const KINDS_MAX: usize = 8;

/// Lines of a uid_map or gid_map (user_namespaces(7): 340 since Linux 4.15).
pub const ID_MAP_LINES_MAX: usize = 340;

/// Bytes of a uid_map or gid_map: it is one write, and the kernel takes less than a page
/// (kernel/user_namespace.c, `map_write`).
pub const ID_MAP_BYTES_MAX: usize = 4_095;

/// Ranges that /etc/subuid or /etc/subgid gives to one user. Tools give one, a hand may give more.
pub const SUBID_RANGES_MAX: usize = 64;

/// Words of a command that writes a map: its name, a PID, and three numbers for each line.
pub const ID_TOOL_WORDS_MAX: usize = 2 + 3 * ID_MAP_LINES_MAX;

/// Bytes of a user's name. useradd(8) takes 32.
pub const ACCOUNT_NAME_MAX: usize = 256;

/// Limits of one cgroup: each kind once, and some more for devices and sizes of huge pages.
pub const LIMITS_MAX: usize = 32;

/// Environment changes of one service.
pub const ENV_CHANGES_MAX: usize = 64;

/// Files with variables for one service: a common one, one for the stage, one with secrets.
pub const ENV_FILES_MAX: usize = 4;

/// Variables of a changed environment, inherited ones included; an unchanged one has no limit.
/// Kubernetes gives a container seven for each service of its namespace.
pub const ENV_MAX: usize = 16_384;

/// Variables that an environment usually has, for which a list is on the stack of each start.
pub const ENV_USUAL: usize = 1_024;

/// Supplementary groups of one service. The kernel takes 65,536; nobody names more than a few.
pub const GROUPS_MAX: usize = 64;

/// Resource limits of one service: the kernel has 16 resources (getrlimit(2)).
pub const RLIMITS_MAX: usize = 16;

/// Words of a command from a file, and of a script that has to be given to /bin/sh.
/// A command from the argument vector is handed on in place and has no limit.
pub const COMMAND_WORDS_MAX: usize = 256;

/// Faults that are told before the rest is only counted, but for `check`: with a remedy each they
/// fill a terminal of 24 lines.
pub const FAULTS_TOLD_MAX: usize = 10;

/// Bytes of a configuration file.
pub const FILE_MAX: usize = 64 * 1024;

/// Bytes of decoded words: no more than the file had, but for one NUL a word.
pub const ARENA_MAX: usize = FILE_MAX + 16 * 1024;

/// Nesting of arrays and inline tables in a file. Ours need three.
pub const TOML_DEPTH_MAX: usize = 16;

/// Names of pairs (variables, resources) remembered for one service, to find what is said twice.
pub const TOML_PAIRS_MAX: usize = ENV_CHANGES_MAX + RLIMITS_MAX + SYSCTLS_MAX + LIMITS_MAX + 16;

/// Bytes of all words that descriptors give (`--args`): Flatpak gives some ten thousand.
pub const GIVEN_WORDS_MAX: usize = 64 * 1024;

/// Descriptors that give words.
pub const GIVEN_LISTS_MAX: usize = 16;

/// Files inside that PID 1 holds a lock of.
pub const LOCK_FILES_MAX: usize = 16;

/// Bytes of a path (PATH_MAX of linux/limits.h, its NUL included).
pub const PATH_MAX: usize = 4_096;

/// Bytes of one line of /etc/passwd, /etc/group, modules.dep or mountinfo. A group with hundreds of
/// members fits, and the needs of any module.
pub const LINE_MAX: usize = 4_096;

/// Bytes of a file that is read by lines: a million users have less in /etc/passwd, and a device in
/// its place is read for half a second.
pub const LINED_FILE_MAX: usize = 64 * 1024 * 1024;

/// Bytes of the kernel command line: COMMAND_LINE_SIZE is 2048 on x86 and arm64, a bootconfig may
/// bring more (Documentation/admin-guide/bootconfig.rst).
pub const KERNEL_LINE_MAX: usize = 8_192;

/// Bytes of a record of /dev/kmsg, escapes and dictionary included (kernel/printk/internal.h,
/// PRINTKRB_RECORD_MAX is 1024; PRINTK_MESSAGE_MAX is 2048 and was 8192).
pub const KMSG_RECORD_MAX: usize = 8_192;

/// Bytes of the record that a host is told, with one message of the kernel in it.
pub const REPORT_BYTES_MAX: usize = KMSG_RECORD_MAX + 512;

/// File systems that cannot be unmounted at the end, and are remounted read-only.
pub const MOUNTS_MAX: usize = 256;

/// File systems that are unmounted at the end: an end where somebody mounts faster than we unmount,
/// and more than one mount namespace may have (fs/mount-max is 100000, which nobody has).
pub const UNMOUNTS_MAX: usize = 16_384;

/// Who is told how a machine ended, besides the console: each kind once, and a few more.
pub const REPORTS_MAX: usize = 8;

/// Kernel modules that are asked for; what they need is not counted.
pub const MODULES_MAX: usize = 64;

/// Types of file systems that are tried for a root by name; without names, as many as there are.
pub const ROOT_KINDS_MAX: usize = 8;

/// Directories within each other that an initramfs is emptied of: each costs a kilobyte of stack,
/// which has eight megabytes.
pub const INITRAMFS_DEPTH_MAX: usize = 64;

/// How long a root's device is waited for when nobody says: disks behind a bus need seconds.
pub const ROOT_WAIT_S: u64 = 30;

/// How long a watchdog waits for the end of a machine, in seconds: as with systemd-shutdown(8).
pub const WATCHDOG_LAST_S: u32 = 600;

/// Settings of the kernel.
pub const SYSCTLS_MAX: usize = 64;

/// Words of a command of ours to another program.
pub const TOOL_WORDS_MAX: usize = 18;

/// Interfaces of one sandbox besides loopback.
pub const INTERFACES_MAX: usize = 8;

/// Addresses of one interface, on each side; and gateways, one for each family.
pub const ADDRESSES_MAX: usize = 4;

/// Bytes of a message to the kernel about an interface: the longest, about a pair, has 172.
pub const NETLINK_MESSAGE_MAX: usize = 256;

/// Bytes of one message of ours, which is one write.
pub const MESSAGE_MAX: usize = 4_096;

/// Bytes of a message of sd_notify(3); systemd takes no longer ones (NOTIFY_BUFFER_MAX).
pub const NOTIFICATION_MAX: usize = 4_096;

/// Bytes of such a message as it is passed on: with `MAINPID=` and ten digits.
pub const PASSED_ON_MAX: usize = NOTIFICATION_MAX + 24;

/// Bytes of a request to a running nsinit, its newline included: a verb, a name and a signal have
/// less than a hundred.
pub const REQUEST_MAX: usize = 256;

/// Bytes of a command, its directory and its variables, as somebody brings them who enters a
/// sandbox; PID 1 reads them onto its stack.
pub const ERRAND_MAX: usize = 16 * 1_024;

/// Variables that somebody brings who enters a sandbox.
pub const ERRAND_VARIABLES_MAX: usize = 32;

/// Words with which a process or kept namespaces are entered: those of `run` that say how, and the
/// command.
pub const ENTER_WORDS_MAX: usize = COMMAND_WORDS_MAX + 128;

/// The highest descriptor at which what happens is told: the limit of open ones is 1024 where
/// nobody raised it (getrlimit(2)).
pub const STATUS_FD_MAX: u16 = 1_023;

/// Bytes of what a service says of its state (`STATUS=`) that are kept: a column of a table.
pub const STATUS_MAX: usize = 256;

/// Bytes of one line of a log, besides its time and the service's name; what is longer is parted.
/// syslogd(8) has about as many.
pub const LOG_LINE_MAX: usize = 2_048;

/// Bytes in front of a line of a log: a time, the longest name, and what is between them.
pub const LOG_FRONT_MAX: usize = 24 + 1 + 32 + 2;

/// Bytes of a log that are written at once: two of the longest lines.
pub const LOG_WRITE_MAX: usize = 2 * (LOG_LINE_MAX + LOG_FRONT_MAX + 1);

/// Bytes that are taken from a service in one round; the rest waits in its pipe.
pub const LOG_READ_MAX: usize = 4_096;

/// The smallest a file of a log may be: some of the longest lines.
pub const LOG_FILE_MIN: u64 = 16 * 1_024;

/// Files of a log that are kept besides the one that is written.
pub const LOG_KEPT_MAX: u8 = 9;

/// Files of a log.
pub const LOG_PARTS_MAX: usize = 1 + LOG_KEPT_MAX as usize;

/// Rounds in which the last words of a service are taken at the end: what a pipe holds that it has
/// made as large as an ordinary user may (pipe(7), 1 MiB).
pub const LOG_LAST_ROUNDS: usize = 256;

/// Those who may ask a running nsinit at a time. One more takes the place of the one who has waited
/// longest without a word, so that nobody can keep others out.
pub const CONNECTIONS_MAX: usize = 16;

/// Those who wait to be one of them; beyond that connect(2) waits itself, or says EAGAIN.
pub const CONNECTIONS_WAITING: usize = 64;

/// Those who are let in in one round; what is left waits with the kernel for the next.
pub const CONNECTIONS_A_ROUND: usize = 32;

/// Bytes of a line of an answer: a name, what a service says of itself with every byte escaped, and
/// some numbers.
pub const ANSWER_MAX: usize = 2_048;

/// Bytes of a row of a table of services.
pub const ROW_MAX: usize = 1_024;

/// Bytes of the name that a sandbox is found by: its own, and the launcher's PID where that is
/// taken.
pub const SANDBOX_NAME_MAX: usize = 44;

/// How many cgroups are looked into when a workload has made some in the sandbox's, which go with
/// it. A container of containers has hundreds; who has made more is told that something is left.
pub const CGROUPS_LEFT_MAX: usize = 16 * 1024;

/// Signals that PID 1 takes in one round; what is left waits with the kernel for the next.
pub const SIGNALS_A_ROUND: usize = 32;

/// Children that PID 1 reaps in one round where the kernel does not: a millisecond's work, and more
/// orphans may have ended by then. What is left waits for the next.
pub const REAPED_A_ROUND: usize = 256;

/// Events of one round: the signals, and for each service its end, or its start and its readiness,
/// the end of the command beside it, and five words about itself; and an order of each who may ask.
pub const EVENTS_MAX: usize = SIGNALS_A_ROUND + 11 * SERVICES_MAX + CONNECTIONS_MAX;

/// Descriptors that PID 1 waits for: signals, our parent, the kernel's messages, and for each
/// service its process, the command beside it, its line that it is ready, its messages, and where
/// both their filters ask, and what it writes to its log; the control socket, those who ask there,
/// the process that each of them may have inside, and where its filter asks.
pub const SOURCES_MAX: usize = 3 + 7 * SERVICES_MAX + 1 + 3 * CONNECTIONS_MAX;

/// Descriptors of PID 1's own: all that is waited for, our terminal, the directory of the control
/// socket with the one it is in, the line by which filters come; and for each log its file, its
/// directory and the end of its pipe that services get.
pub const KEPT_MAX: usize = SOURCES_MAX + 5 + 3 * SERVICES_MAX;

/// Numbers of system calls that a filter tells apart: 472 are given in Linux 7.0, some five more a
/// year. What is beyond is unknown to us.
pub const CALLS_MAX: usize = 512;

/// Rules of one filter that look at arguments. A whole container's filter has about 20.
pub const FILTER_RULES_MAX: usize = 256;

/// Comparisons in one rule: one for each argument of a call.
pub const FILTER_COMPARISONS_MAX: usize = 6;

/// Comparisons in all rules of one filter.
pub const FILTER_CONDITIONS_MAX: usize = 384;

/// Filters of system calls, one upon the other: ours, and what others bring.
pub const FILTERS_MAX: usize = 8;

/// Instructions of all filters that are read or made for one start; the kernel takes eight times as
/// many in the end (MAX_INSNS_PER_PATH of kernel/seccomp.c).
pub const FILTERS_INSTRUCTIONS_MAX: usize = 4 * FILTER_INSTRUCTIONS_MAX;

/// Instructions of one filter (BPF_MAXINSNS of linux/bpf_common.h).
pub const FILTER_INSTRUCTIONS_MAX: usize = 4_096;

/// Namespaces that `ls` tells apart: those of two thousand containers. What is beyond is left out,
/// and that is said.
pub const NAMESPACES_MAX: usize = 16_384;

/// Places in which one is found by its inode: twice as many, so that few share one.
pub const NAMESPACE_SLOTS_MAX: usize = 2 * NAMESPACES_MAX;

/// Namespaces one in the other: 32 of users and 32 of PIDs (kernel/user_namespace.c,
/// `create_user_ns`; kernel/pid_namespace.c, MAX_PID_NS_LEVEL), and one owned by the last.
pub const NAMESPACE_DEPTH_MAX: usize = 66;

/// Bytes of the paths at which namespaces are mounted: a hundred for each of ten thousand.
pub const KEEPING_PATHS_MAX: usize = 1 << 20;

/// Bytes in which directories of /proc are read, and files of any length line by line.
pub const LISTING_MAX: usize = 64 * 1024;

const _: () = assert!(NAMESPACES_MAX < u16::MAX as usize, "a namespace's number is a u16");
const _: () = assert!(NAMESPACE_SLOTS_MAX.is_power_of_two(), "a slot's number is the top bits");
const _: () = assert!(SERVICES_MAX <= 32, "a ServiceSet is a u32");
const _: () = assert!(STEPS_MAX <= u16::MAX as usize, "a step's number is a u16 in a failure");
