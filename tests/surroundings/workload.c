/* The smallest workload that tells how it is supervised: static, without libc, /proc or /dev.
 *
 *   workload exit N    ends with N
 *   workload term N    says "ready", waits for TERM, ends with N
 *   workload leave N   ends with N and leaves a process, in a session of its own, that writes
 *                      "saved" when it gets TERM
 *   workload deaf N    ends with N and leaves a process that minds no TERM and waits for a child
 *                      of the same kind, each in a session of its own
 */
#include "../../benches/raw.h"

#define SIG_BLOCK 0
#define SIGCHLD 17
#define TERM_BIT (1UL << 14)

static int number(const char *text)
{
	int value = 0;
	while (*text >= '0' && *text <= '9')
		value = value * 10 + (*text++ - '0');
	return value;
}

static void say(const char *text, long len)
{
	SYS(__NR_write, 1, text, len, 0, 0);
}

static void await_term(void)
{
	unsigned long term = TERM_BIT;
	while (SYS(__NR_rt_sigtimedwait, &term, 0, 0, 8, 0) != 15)
		;
}

void entry(long *stack)
{
	unsigned long term = TERM_BIT;
	char **argv = (char **)(stack + 1);

	if (stack[0] < 3)
		quit(99);
	SYS(__NR_rt_sigprocmask, SIG_BLOCK, &term, 0, 8, 0);
	if (argv[1][0] == 't') {
		say("ready\n", 6);
		await_term();
	} else if (argv[1][0] == 'l') {
		if (SYS(__NR_clone, SIGCHLD, 0, 0, 0, 0) == 0) {
			SYS(__NR_setsid, 0, 0, 0, 0, 0);
			say("ready\n", 6);
			await_term();
			say("saved\n", 6);
			quit(0);
		}
	} else if (argv[1][0] == 'd') {
		int depth;
		for (depth = 0; depth < 3; depth++) {
			if (SYS(__NR_clone, SIGCHLD, 0, 0, 0, 0) == 0) {
				SYS(__NR_setsid, 0, 0, 0, 0, 0);
				continue;
			}
			if (depth > 0)
				SYS(__NR_wait4, -1, 0, 0, 0, 0);
			quit(number(argv[2]));
		}
		say("ready\n", 6);
		for (;;)
			await_term();
	}
	quit(number(argv[2]));
}
