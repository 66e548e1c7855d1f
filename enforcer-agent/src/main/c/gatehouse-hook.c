/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tells the agent of a container that its runtime is making, and waits until the
 * agent has its rules in force.
 *
 * The runtime runs it as an OCI hook (createRuntime) with the container's state
 * on standard input. It hands that on as it is: the agent reads it, not this
 * program. The container does not start before it ends.
 *
 *   gatehouse-hook [--socket PATH] [--wait SECONDS] [--require]
 *
 * Ends with 0, so that the container starts, unless --require is given and the
 * agent did not say that the container's rules are in force (or that no policy
 * is about it). Whatever it has to say it says on standard error, which runtimes
 * show where a hook fails.
 *
 * No library: it runs on whatever node it is put on, and starts in no time.
 */
#include <asm/unistd.h>
#include <linux/fcntl.h>
#include <linux/poll.h>
#include <linux/time.h>
#include <linux/time_types.h>
#include <linux/un.h>

#define USUAL_SOCKET "/run/gatehouse/hook.sock"
#define USUAL_WAIT_S 2
#define MAX_WAIT_S 300

#define AF_UNIX_ 1
#define SOCK_STREAM_ 1
#define SOCK_NONBLOCK_ 04000
#define SOCK_CLOEXEC_ 02000000
#define SHUT_WR_ 1
#define MSG_NOSIGNAL_ 0x4000
#define EINTR_ 4
#define EAGAIN_ 11

typedef unsigned long word;

/* ---- system calls */

#if defined(__x86_64__)
static long call(long number, word a, word b, word c, word d, word e, word f)
{
	register word r10 __asm__("r10") = d;
	register word r8 __asm__("r8") = e;
	register word r9 __asm__("r9") = f;
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
	"	call start\n"
	"	hlt\n");
#elif defined(__aarch64__)
static long call(long number, word a, word b, word c, word d, word e, word f)
{
	register long x8 __asm__("x8") = number;
	register word x0 __asm__("x0") = a;
	register word x1 __asm__("x1") = b;
	register word x2 __asm__("x2") = c;
	register word x3 __asm__("x3") = d;
	register word x4 __asm__("x4") = e;
	register word x5 __asm__("x5") = f;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	return (long)x0;
}

__asm__(".globl _start\n"
	"_start:\n"
	"	mov x29, #0\n"
	"	mov x0, sp\n"
	"	bl start\n");
#else
#error "the hook is built for x86_64 and aarch64"
#endif

static long now_ms(void)
{
	struct __kernel_timespec time = {};

	call(__NR_clock_gettime, CLOCK_MONOTONIC, (word)&time, 0, 0, 0, 0);
	return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* Waits for a descriptor, or only for a while (fd -1); false once the deadline is over. */
static int await(int fd, short events, long at_most_ms, long deadline)
{
	struct pollfd polled = {.fd = fd, .events = events};
	struct __kernel_timespec time;
	long left = deadline - now_ms();

	if (left <= 0)
		return 0;
	if (at_most_ms && left > at_most_ms)
		left = at_most_ms;
	time.tv_sec = left / 1000;
	time.tv_nsec = left % 1000 * 1000000;
	call(__NR_ppoll, (word)&polled, fd < 0 ? 0 : 1, (word)&time, 0, 0, 0);
	return now_ms() < deadline;
}

/* ---- words */

static word length(const char *text)
{
	word at = 0;

	while (text[at])
		at++;
	return at;
}

static int is(const char *one, const char *other)
{
	while (*one && *one == *other) {
		one++;
		other++;
	}
	return *one == *other;
}

static int begins(const char *text, word size, const char *with)
{
	word at;

	for (at = 0; with[at]; at++)
		if (at >= size || text[at] != with[at])
			return 0;
	return 1;
}

static void say(const char *text, word size)
{
	static const char name[] = "gatehouse-hook: ";

	call(__NR_write, 2, (word)name, sizeof(name) - 1, 0, 0, 0);
	call(__NR_write, 2, (word)text, size, 0, 0, 0);
	call(__NR_write, 2, (word) "\n", 1, 0, 0, 0);
}

static long seconds(const char *text)
{
	long value = 0;

	if (!*text)
		return -1;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || value > MAX_WAIT_S)
			return -1;
		value = value * 10 + (*text - '0');
	}
	return value <= MAX_WAIT_S ? value : -1;
}

/* ---- the conversation */

enum outcome {
	IN_FORCE,
	NOT_KEPT, /* the agent said why */
	NO_AGENT,
	TOO_LATE,
};

static char answer[1024];
static word answered;

static enum outcome reach(const char *path, long deadline, int *fd)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX_};
	word size = length(path);
	word at;
	long error;

	if (size >= sizeof(address.sun_path))
		return NO_AGENT;
	for (at = 0; at < size; at++)
		address.sun_path[at] = path[at];
	*fd = (int)call(__NR_socket, AF_UNIX_, SOCK_STREAM_ | SOCK_NONBLOCK_ | SOCK_CLOEXEC_, 0, 0,
			0, 0);
	if (*fd < 0)
		return NO_AGENT;
	for (;;) {
		error = call(__NR_connect, *fd, (word)&address, sizeof(address), 0, 0, 0);
		if (!error)
			return IN_FORCE;
		if (error != -EAGAIN_ && error != -EINTR_)
			return NO_AGENT;
		if (!await(-1, 0, 5, deadline)) /* as many wait as fit */
			return TOO_LATE;
	}
}

/* Standard input, as it comes. */
static enum outcome hand_over(int fd, long deadline)
{
	static char part[4096];
	long size;
	long at;
	long sent;

	for (;;) {
		size = call(__NR_read, 0, (word)part, sizeof(part), 0, 0, 0);
		if (size == -EINTR_)
			continue;
		if (size <= 0)
			break;
		for (at = 0; at < size;) {
			sent = call(__NR_sendto, fd, (word)(part + at), size - at, MSG_NOSIGNAL_, 0,
				    0);
			if (sent > 0) {
				at += sent;
				continue;
			}
			if (sent != -EAGAIN_ && sent != -EINTR_)
				return IN_FORCE; /* it has heard enough, and says what it thinks of it */
			if (!await(fd, POLLOUT, 0, deadline))
				return TOO_LATE;
		}
	}
	call(__NR_shutdown, fd, SHUT_WR_, 0, 0, 0, 0);
	return IN_FORCE;
}

static enum outcome hear(int fd, long deadline)
{
	long size;

	while (answered < sizeof(answer)) {
		size = call(__NR_read, fd, (word)(answer + answered), sizeof(answer) - answered, 0,
			    0, 0);
		if (size > 0) {
			answered += size;
			continue;
		}
		if (size != -EAGAIN_ && size != -EINTR_)
			break;
		if (!await(fd, POLLIN, 0, deadline))
			return TOO_LATE;
	}
	while (answered && answer[answered - 1] == '\n')
		answered--;
	if (!answered)
		return NO_AGENT; /* it ended meanwhile */
	return begins(answer, answered, "governed") || begins(answer, answered, "free") ? IN_FORCE
											: NOT_KEPT;
}

static enum outcome ask(const char *path, long deadline)
{
	enum outcome outcome;
	int fd;

	outcome = reach(path, deadline, &fd);
	if (outcome == IN_FORCE)
		outcome = hand_over(fd, deadline);
	if (outcome == IN_FORCE)
		outcome = hear(fd, deadline);
	return outcome;
}

#define SAY(text) say(text, sizeof(text) - 1)

static int run(long count, char **words)
{
	const char *socket = USUAL_SOCKET;
	long wait = USUAL_WAIT_S;
	int required = 0;
	enum outcome outcome;
	long at;

	for (at = 1; at < count; at++) {
		if (is(words[at], "--require")) {
			required = 1;
		} else if (is(words[at], "--socket") && at + 1 < count) {
			socket = words[++at];
		} else if (is(words[at], "--wait") && at + 1 < count) {
			wait = seconds(words[++at]);
		} else {
			wait = -1;
		}
		if (wait < 0) {
			SAY("usage: gatehouse-hook [--socket PATH] [--wait SECONDS, at most 300] [--require]");
			return 2; /* not to be found out by a container that is not protected */
		}
	}
	outcome = ask(socket, now_ms() + wait * 1000);
	switch (outcome) {
	case IN_FORCE:
		return 0;
	case NOT_KEPT:
		say(answer, answered);
		break;
	case NO_AGENT:
		SAY("no agent of Gatehouse answers on this node");
		break;
	case TOO_LATE:
		SAY("the agent of Gatehouse did not answer in time");
		break;
	}
	return required;
}

__attribute__((used, noreturn)) void start(word *stack)
{
	call(__NR_exit_group, run((long)stack[0], (char **)(stack + 1)), 0, 0, 0, 0, 0);
	__builtin_unreachable();
}

/* Compilers may ask for it wherever something is set to zero. */
__attribute__((used)) void *memset(void *at, int byte, word size)
{
	volatile char *to = at;

	while (size--)
		*to++ = (char)byte;
	return at;
}
