/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Acts of one who knows how the agent looks, for SlipPastTest. Needs no C
 * library: system calls of x86-64 and nothing else.
 *
 *   slip ACT PATH
 */
typedef unsigned long u64;

static long call(long nr, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f)
{
	register u64 r10 __asm__("r10") = d;
	register u64 r8 __asm__("r8") = e;
	register u64 r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

enum { OPEN = 2, MMAP = 9, SOCKET = 41, SENDTO = 44, EXIT = 60, TRUNCATE = 76, PRCTL = 157, OPENAT2 = 437 };

static int is(const char *one, const char *other)
{
	while (*one && *one == *other)
		one++, other++;
	return *one == *other;
}

/* Calls itself sshd, whom rules let off. */
static long renamed(const char *path)
{
	call(PRCTL, 15, (u64) "sshd", 0, 0, 0, 0);
	return call(OPEN, (u64)path, 0, 0, 0, 0, 0);
}

/* The flags lie in the very file that the call empties, so that they are gone when it returns. */
static long emptied(const char *path)
{
	volatile u64 *how;
	long fd;

	call(TRUNCATE, (u64)path, 4096, 0, 0, 0, 0);
	fd = call(OPEN, (u64)path, 2, 0, 0, 0, 0);
	how = (volatile u64 *)call(MMAP, 0, 4096, 3, 1, fd, 0);
	how[0] = 01 | 01000; /* O_WRONLY | O_TRUNC */
	how[1] = how[2] = 0;
	return call(OPENAT2, (u64)-100, (u64)path, (u64)how, 24, 0, 0);
}

/* IPv4 without saying so: the kernel sends nevertheless. To 127.0.0.1, port 9. */
static long unspecified(void)
{
	unsigned char to[16] = {0, 0, 0, 9, 127, 0, 0, 1};
	long fd = call(SOCKET, 2, 2, 0, 0, 0, 0);

	return call(SENDTO, fd, (u64) "x", 1, 0, (u64)to, sizeof(to));
}

__attribute__((used)) static void run(long *stack)
{
	char **argv = (char **)(stack + 1);
	long result = -1;

	if (stack[0] == 3) {
		if (is(argv[1], "renamed"))
			result = renamed(argv[2]);
		else if (is(argv[1], "emptied"))
			result = emptied(argv[2]);
		else if (is(argv[1], "unspecified"))
			result = unspecified();
	}
	call(EXIT, result < 0, 0, 0, 0, 0, 0);
}

__attribute__((naked, noreturn)) void _start(void)
{
	__asm__("mov %rsp, %rdi\n\tand $-16, %rsp\n\tcall run\n\tud2");
}
