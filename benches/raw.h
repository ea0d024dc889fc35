/* What the C programs of the bench share: the system call instruction and an entry point, no libc.
 *
 * They are built by benches/launch/kit.rs with `-nostdlib -static`, so that they cost what the
 * kernel costs and nothing else. x86_64 and aarch64, as the project itself.
 */
#ifndef RAW_H
#define RAW_H

#include <asm/unistd.h>

#if defined(__x86_64__)
static inline long sys5(long number, long a, long b, long c, long d, long e)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	long result;
	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	return result;
}
/* The kernel enters with argc at the stack pointer: hand that address to C, the stack aligned. */
__asm__(".globl _start\n_start: xor %ebp, %ebp\nmov %rsp, %rdi\nand $-16, %rsp\ncall entry\nhlt\n");
#elif defined(__aarch64__)
static inline long sys5(long number, long a, long b, long c, long d, long e)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4)
			 : "memory");
	return x0;
}
__asm__(".globl _start\n_start: mov x29, xzr\nmov x30, xzr\nmov x0, sp\nbl entry\nbrk 1\n");
#else
#error "the bench knows x86_64 and aarch64"
#endif

#define SYS(number, a, b, c, d, e) \
	sys5(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e))

static inline __attribute__((noreturn)) void quit(int code)
{
	for (;;)
		SYS(__NR_exit_group, code, 0, 0, 0, 0);
}

/* stack[0] is argc; behind it stand argv, NULL, the environment, NULL. */
__attribute__((used, noreturn)) void entry(long *stack);

#endif
