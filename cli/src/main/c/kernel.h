/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel without a library: entry, system calls, and the few functions compilers take for granted.
 *
 * The program has to run in a root file system that holds nothing but what the generator put there, under any name, and
 * must do exactly the calls that stand in its source. So it is static and brings no libc.
 */
#ifndef ACTS_KERNEL_H
#define ACTS_KERNEL_H

#include <asm/unistd.h>
#include <linux/errno.h>

#define EXPORTED __attribute__((used, visibility("default")))

#if defined(__x86_64__)
static inline long call(long number, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

__asm__(".globl _start\n"
	"_start:\n"
	"	xor %ebp, %ebp\n"
	"	mov %rsp, %rdi\n"
	"	and $-16, %rsp\n"
	"	call begin\n");
#elif defined(__aarch64__)
static inline long call(long number, long a, long b, long c, long d, long e, long f)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc #0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	return x0;
}

__asm__(".globl _start\n"
	"_start:\n"
	"	mov x29, #0\n"
	"	mov x0, sp\n"
	"	bl begin\n");
#else
#error "only x86-64 and arm64 are known"
#endif

/* Up to six arguments of any type; the result is negative where it is an errno. */
#define CALL_OF(n, a, b, c, d, e, f, ...) \
	call(__NR_##n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define CALL(...) CALL_OF(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)

/* What a compiler may call for an initialiser or a copy. */
EXPORTED void *memset(void *to, int value, unsigned long size)
{
	volatile char *byte = to;

	while (size--)
		*byte++ = (char)value;
	return to;
}

EXPORTED void *memcpy(void *to, const void *from, unsigned long size)
{
	volatile char *byte = to;
	const char *source = from;

	while (size--)
		*byte++ = *source++;
	return to;
}

static unsigned long length(const char *text)
{
	unsigned long size = 0;

	while (text[size])
		size++;
	return size;
}

static int same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

#endif
