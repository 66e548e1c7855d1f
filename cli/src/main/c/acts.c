/* SPDX-License-Identifier: Apache-2.0 */
/* Acts that no shell can do, one system call or a short chain of them each. Program of `gatehouse generate`.
 *
 *   NAME                     does nothing, successfully: to a rule that asks for a program's name, a name is enough
 *   NAME @ACT WORD...        does the act; ends with its errno, or 0
 *   NAME @ACT ... PROGRAM... some acts prepare and then go on with what follows: another act, or a program to become
 *
 * It runs under many names (links), and under each it is the same. Whatever it does, it is gone after LIFE_SECONDS.
 */
#include "kernel.h"
#include <linux/bpf.h>
#include <linux/fcntl.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/io_uring.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/signal.h>
#include <linux/socket.h>
#include <linux/userfaultfd.h>
#include <linux/wait.h>
#include <asm/ioctls.h>
#include <asm/mman.h>
#include <linux/mman.h>

#define LIFE_SECONDS 30
#define AF_INET_ 2
#define AF_PACKET_ 17
#define SOL_SOCKET_ 1
#define SO_REUSEADDR_ 2
#define STREAM 1
#define DATAGRAM 2
#define RAW 3

#ifndef UFFD_USER_MODE_ONLY
#define UFFD_USER_MODE_ONLY 1
#endif

static char **environment;

static int perform(char **words);

/* However an act gets stuck, the kernel ends it; the program it becomes inherits that. Zero: no limit. */
static void live(long seconds)
{
	struct {
		long interval_seconds, interval_micros, seconds, micros;
	} timer = {0, 0, seconds, 0};

	CALL(setitimer, 0, &timer, 0);
}

/* ---- words -------------------------------------------------------------------------------------------------------- */

static void say(const char *text)
{
	CALL(write, 2, text, length(text));
}

static int failed(const char *what, const char *object, long result)
{
	char digits[4] = "000";
	int error = (int)-result;

	digits[0] = (char)('0' + error / 100 % 10);
	digits[1] = (char)('0' + error / 10 % 10);
	digits[2] = (char)('0' + error % 10);
	say("act: ");
	say(what);
	say(" ");
	say(object);
	say(": errno ");
	say(digits);
	say("\n");
	return error;
}

static unsigned int number(const char *text)
{
	unsigned int value = 0;

	while (*text >= '0' && *text <= '9')
		value = value * 10 + (unsigned int)(*text++ - '0');
	return value;
}

static struct sockaddr_in address(const char *dotted, const char *port)
{
	struct sockaddr_in to = {.sin_family = AF_INET_};
	unsigned char *bytes = (unsigned char *)&to.sin_addr;
	unsigned int p = number(port);
	int i;

	for (i = 0; i < 4; i++) {
		bytes[i] = (unsigned char)number(dotted);
		while (*dotted && *dotted++ != '.')
			;
	}
	to.sin_port = (unsigned short)(p >> 8 | (p & 0xff) << 8);
	return to;
}

/* ---- acts that go on with what follows ----------------------------------------------------------------------------- */

/* Becomes a program; one without a slash is looked for in PATH. Returns on failure alone. */
static int become(char **words)
{
	static char path[4096];
	const char *folders = "", *name = words[0];
	unsigned long used, i;
	long result = -ENOENT;

	for (i = 0; name[i]; i++)
		if (name[i] == '/')
			return failed("exec", name, CALL(execve, name, words, environment));
	for (i = 0; environment[i]; i++)
		if (environment[i][0] == 'P' && environment[i][1] == 'A' &&
		    environment[i][2] == 'T' && environment[i][3] == 'H' &&
		    environment[i][4] == '=')
			folders = environment[i] + 5;
	while (*folders && result == -ENOENT) {
		for (used = 0; *folders && *folders != ':' && used < sizeof(path) / 2; folders++)
			path[used++] = *folders;
		if (*folders == ':')
			folders++;
		path[used++] = '/';
		for (i = 0; name[i] && used < sizeof(path) - 1; i++)
			path[used++] = name[i];
		path[used] = 0;
		result = CALL(execve, path, words, environment);
	}
	return failed("exec", name, result);
}

static long fork_here(void)
{
	return CALL(clone, SIGCHLD, 0, 0, 0, 0);
}

static int end_of(long child)
{
	int status = 0;
	long result;

	do
		result = CALL(wait4, child, &status, 0, 0);
	while (result == -EINTR);
	if (result < 0)
		return (int)-result;
	return status & 0x7f ? 128 + (status & 0x7f) : status >> 8 & 0xff;
}

static int run(char **words)
{
	long child = fork_here();

	if (child < 0)
		return failed("fork", "", child);
	if (child == 0)
		CALL(exit_group, perform(words));
	return end_of(child);
}

static int as(char **words)
{
	unsigned int id = number(words[0]);
	long result = CALL(setgroups, 0, 0);

	if (!result)
		result = CALL(setresgid, id, id, id);
	if (!result)
		result = CALL(setresuid, id, id, id);
	return result ? failed("become user", words[0], result) : perform(words + 1);
}

static int after(char **words)
{
	struct {
		long seconds, nanoseconds;
	} pause = {number(words[0]), 0};

	CALL(nanosleep, &pause, &pause);
	return perform(words + 1);
}

/* What follows runs as the leader of a session on a terminal of its own; what it prints there is passed on. */
static int terminal(char **words)
{
	static char name[] = "/dev/pts/0000000000", buffer[4096];
	long master, slave, child, size;
	unsigned int line, digits, rest;
	int off = 0, i;

	master = CALL(openat, AT_FDCWD, "/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC, 0);
	if (master < 0)
		return failed("open", "/dev/ptmx", master);
	CALL(ioctl, master, TIOCSPTLCK, &off);
	CALL(ioctl, master, TIOCGPTN, &line);
	for (digits = 1, rest = line; rest >= 10; rest /= 10)
		digits++;
	for (i = (int)digits - 1, rest = line; i >= 0; i--, rest /= 10)
		name[9 + i] = (char)('0' + rest % 10);
	name[9 + digits] = 0;
	child = fork_here();
	if (child == 0) {
		CALL(setsid);
		slave = CALL(openat, AT_FDCWD, name, O_RDWR, 0);
		if (slave < 0)
			CALL(exit_group, failed("open", name, slave));
		CALL(ioctl, slave, TIOCSCTTY, 0);
		for (i = 0; i < 3; i++)
			CALL(dup3, slave, i, 0);
		CALL(close, slave);
		CALL(exit_group, perform(words));
	}
	/* Ends with EIO when the last holder of the terminal has closed it. */
	while ((size = CALL(read, master, buffer, sizeof(buffer))) > 0)
		CALL(write, 1, buffer, size);
	return end_of(child);
}

/* ---- files -------------------------------------------------------------------------------------------------------- */

static int open_file(const char *path, int flags, unsigned int mode)
{
	long file = CALL(openat, AT_FDCWD, path, flags, mode);

	if (file < 0)
		return failed("open", path, file);
	CALL(close, file);
	return 0;
}

static int read_file(char **words)
{
	return open_file(words[0], O_RDONLY, 0);
}

static int write_file(char **words)
{
	return open_file(words[0], O_WRONLY | O_CREAT, 0644);
}

static int truncate_file(char **words)
{
	return open_file(words[0], O_WRONLY | O_CREAT | O_TRUNC, 0644);
}

static int create_program(char **words)
{
	return open_file(words[0], O_WRONLY | O_CREAT, 0755);
}

/* Opens a file once more, by its number. */
static int write_by_number(char **words)
{
	long file = CALL(openat, AT_FDCWD, words[0], O_RDONLY | O_CREAT, 0644);

	if (file < 0)
		return failed("open", words[0], file);
	CALL(dup3, file, 9, 0);
	return open_file("/proc/self/fd/9", O_WRONLY, 0);
}

/* Opens a file for reading without a system call named open: the ring does it. */
static int ring_read(char **words)
{
	struct io_uring_params p = {};
	unsigned int *tail, *array, *cq_head, *cq_tail;
	struct io_uring_sqe *sqe;
	char *sq, *cq;
	long ring, result, done;

	ring = CALL(io_uring_setup, 4, &p);
	if (ring < 0)
		return failed("io_uring_setup", "", ring);
	sq = (char *)CALL(mmap, 0, p.sq_off.array + p.sq_entries * sizeof(int),
			  PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQ_RING);
	cq = (char *)CALL(mmap, 0, p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe),
			  PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_CQ_RING);
	sqe = (struct io_uring_sqe *)CALL(mmap, 0, p.sq_entries * sizeof(*sqe),
					  PROT_READ | PROT_WRITE, MAP_SHARED, ring,
					  IORING_OFF_SQES);
	if ((long)sq < 0 && (long)sq > -4096)
		return failed("mmap", "ring", (long)sq);
	if ((long)cq < 0 && (long)cq > -4096)
		return failed("mmap", "ring", (long)cq);
	if ((long)sqe < 0 && (long)sqe > -4096)
		return failed("mmap", "ring", (long)sqe);
	sqe->opcode = IORING_OP_OPENAT;
	sqe->fd = AT_FDCWD;
	sqe->addr = (unsigned long)words[0];
	sqe->open_flags = O_RDONLY;
	array = (unsigned int *)(sq + p.sq_off.array);
	tail = (unsigned int *)(sq + p.sq_off.tail);
	array[*tail & (p.sq_entries - 1)] = 0;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	result = CALL(io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, 0, 0);
	if (result < 0)
		return failed("io_uring_enter", "", result);
	cq_head = (unsigned int *)(cq + p.cq_off.head);
	cq_tail = (unsigned int *)(cq + p.cq_off.tail);
	if (*cq_head == __atomic_load_n(cq_tail, __ATOMIC_ACQUIRE))
		return failed("io_uring", words[0], -EAGAIN);
	done = ((struct io_uring_cqe *)(cq + p.cq_off.cqes))[*cq_head & (p.cq_entries - 1)].res;
	return done < 0 ? failed("open by ring", words[0], done) : 0;
}

/* ---- processes ---------------------------------------------------------------------------------------------------- */

/* Attaches to a child of its own, and lets go of it by ending it. */
static int trace_child(char **words)
{
	long child, result;

	(void)words;
	child = fork_here();
	if (child == 0)
		for (;;)
			CALL(ppoll, 0, 0, 0, 0, 8);
	if (child < 0)
		return failed("fork", "", child);
	result = CALL(ptrace, PTRACE_SEIZE, child, 0, 0);
	CALL(kill, child, SIGKILL);
	end_of(child);
	return result ? failed("ptrace", "seize", result) : 0;
}

static int trace_me(char **words)
{
	long result = CALL(ptrace, PTRACE_TRACEME, 0, 0, 0);

	(void)words;
	return result ? failed("ptrace", "traceme", result) : 0;
}

/* Becomes a copy of this program that no file system holds. */
static int from_memory(char **words)
{
	static char buffer[65536];
	long self, memory, size, result;

	self = CALL(openat, AT_FDCWD, "/proc/self/exe", O_RDONLY | O_CLOEXEC, 0);
	if (self < 0)
		return failed("open", "/proc/self/exe", self);
	memory = CALL(memfd_create, "act", 0);
	if (memory < 0)
		return failed("memfd_create", "", memory);
	while ((size = CALL(read, self, buffer, sizeof(buffer))) > 0)
		CALL(write, memory, buffer, size);
	result = CALL(execveat, memory, "", words, environment, AT_EMPTY_PATH);
	return failed("execveat", "memory", result);
}

static int become_user_by_setuid(char **words)
{
	long result = CALL(setuid, number(words[0]));

	return result ? failed("setuid", words[0], result) : 0;
}

static int new_mounts(char **words)
{
	long result = CALL(unshare, CLONE_NEWNS);

	(void)words;
	return result ? failed("unshare", "mounts", result) : 0;
}

/* Enters the namespace it is in. */
static int same_names(char **words)
{
	long file, result;

	(void)words;
	file = CALL(openat, AT_FDCWD, "/proc/self/ns/uts", O_RDONLY, 0);
	if (file < 0)
		return failed("open", "/proc/self/ns/uts", file);
	result = CALL(setns, file, CLONE_NEWUTS);
	return result ? failed("setns", "uts", result) : 0;
}

/* ---- the kernel itself -------------------------------------------------------------------------------------------- */

/* Asks for a program without an instruction, which no kernel takes. */
static int load_bpf(char **words)
{
	union bpf_attr attributes;
	long result;

	(void)words;
	memset(&attributes, 0, sizeof(attributes));
	attributes.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
	result = CALL(bpf, BPF_PROG_LOAD, &attributes, sizeof(attributes));
	if (result >= 0)
		CALL(close, result);
	return result < 0 ? failed("bpf", "load", result) : 0;
}

/* Offers the kernel a module that is none. */
static int load_module(char **words)
{
	static const char none[] = "this is no module, and no kernel takes it for one";
	long result = CALL(init_module, none, sizeof(none), "");

	(void)words;
	return result ? failed("init_module", "", result) : 0;
}

static int handle_faults(char **words)
{
	long result = CALL(userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);

	(void)words;
	return result < 0 ? failed("userfaultfd", "", result) : 0;
}

/* ---- network: both ends are this process, in a network namespace where every address is its own ------------------- */

static int packet_socket(char **words)
{
	long result = CALL(socket, AF_PACKET_, RAW, 0x0300);

	(void)words;
	return result < 0 ? failed("socket", "packet", result) : 0;
}

struct both_ends {
	long calling, called;
};

static int connect_to_self(char **words, struct both_ends *ends)
{
	struct sockaddr_in to = address(words[0], words[1]);
	int on = 1;
	long waiting, result;

	waiting = CALL(socket, AF_INET_, STREAM, 0);
	if (waiting < 0)
		return failed("socket", words[0], waiting);
	/* An earlier act may have left the address in TIME_WAIT. */
	CALL(setsockopt, waiting, SOL_SOCKET_, SO_REUSEADDR_, &on, sizeof(on));
	result = CALL(bind, waiting, &to, sizeof(to));
	if (!result)
		result = CALL(listen, waiting, 1);
	if (result)
		return failed("listen", words[0], result);
	ends->calling = CALL(socket, AF_INET_, STREAM, 0);
	result = CALL(connect, ends->calling, &to, sizeof(to));
	if (result)
		return failed("connect", words[0], result);
	ends->called = CALL(accept4, waiting, 0, 0, 0);
	return ends->called < 0 ? failed("accept", words[0], ends->called) : 0;
}

static int connect_stream(char **words)
{
	struct both_ends ends;

	return connect_to_self(words, &ends);
}

static int connect_datagram(char **words)
{
	struct sockaddr_in to = address(words[0], words[1]);
	long result, line;

	line = CALL(socket, AF_INET_, DATAGRAM, 0);
	if (line < 0)
		return failed("socket", words[0], line);
	result = CALL(connect, line, &to, sizeof(to));
	return result ? failed("connect", words[0], result) : 0;
}

/* What a reverse shell does before it becomes one. */
static int input_from_network(char **words)
{
	struct both_ends ends;
	int error = connect_to_self(words, &ends);
	long result;

	if (error)
		return error;
	result = CALL(dup3, ends.calling, 0, 0);
	return result < 0 ? failed("dup", "socket", result) : 0;
}

/* Sends itself the first bytes of a class file. */
static int receive_class(char **words)
{
	static const unsigned char class_file[] = {0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 69};
	static char buffer[64];
	struct both_ends ends;
	int error = connect_to_self(words, &ends);
	long result;

	if (error)
		return error;
	result = CALL(sendto, ends.calling, class_file, sizeof(class_file), 0, 0, 0);
	if (result > 0)
		result = CALL(recvfrom, ends.called, buffer, sizeof(buffer), 0, 0, 0);
	return result < 0 ? failed("receive", words[0], result) : 0;
}

/* ---- the table ---------------------------------------------------------------------------------------------------- */

static const struct act {
	const char *name;
	int words; /* at least */
	int (*perform)(char **words);
} acts[] = {
	{"@run", 1, run},
	{"@as", 2, as},
	{"@after", 2, after},
	{"@terminal", 1, terminal},
	{"@read", 1, read_file},
	{"@write", 1, write_file},
	{"@truncate", 1, truncate_file},
	{"@create-program", 1, create_program},
	{"@write-by-number", 1, write_by_number},
	{"@ring-read", 1, ring_read},
	{"@trace-child", 0, trace_child},
	{"@trace-me", 0, trace_me},
	{"@from-memory", 1, from_memory},
	{"@setuid", 1, become_user_by_setuid},
	{"@new-mounts", 0, new_mounts},
	{"@same-names", 0, same_names},
	{"@load-bpf", 0, load_bpf},
	{"@load-module", 0, load_module},
	{"@handle-faults", 0, handle_faults},
	{"@packet-socket", 0, packet_socket},
	{"@connect", 2, connect_stream},
	{"@connect-datagram", 2, connect_datagram},
	{"@input-from-network", 2, input_from_network},
	{"@receive-class", 2, receive_class},
};

static int perform(char **words)
{
	unsigned long i;
	int given = 0;

	if (words[0][0] != '@')
		return become(words);
	while (words[given + 1])
		given++;
	for (i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		if (!same(acts[i].name, words[0]))
			continue;
		if (given < acts[i].words)
			return failed("too few words for", words[0], -EINVAL);
		return acts[i].perform(words + 1);
	}
	return failed("no such act", words[0], -ENOSYS);
}

/* The kernel leaves the number of words, the words, a zero, the environment, a zero. */
EXPORTED __attribute__((noreturn)) void begin(long *stack)
{
	long words = stack[0];
	char **first = (char **)(stack + 1);
	int error = 0;

	environment = first + words + 1;
	if (words > 1 && first[1][0] == '@') {
		live(LIFE_SECONDS);
		error = perform(first + 1);
	}
	for (;;)
		CALL(exit_group, error);
}
