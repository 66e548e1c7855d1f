// SPDX-License-Identifier: Apache-2.0
/* Times one loop of system calls:
 *
 *   loops LOOP ITERATIONS ROUNDS DIRECTORY NOTHING
 *
 * LOOP       getppid | open-close | open-new | create-write-unlink | fork-exec | connect |
 *            write | map
 * DIRECTORY  where files are made
 * NOTHING    the static program that fork-exec runs
 *
 * Prints one line of ns per operation: LOOP ITERATIONS ROUNDS MEDIAN MIN MAX.
 * One round before them is not counted. Statically linked, so it runs in any container.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_ROUNDS = 1000 };

static char file[4096];
static char unseen[4200];
static char *nothing[2];
static char *no_environment[1];

static void die(const char *what)
{
	fprintf(stderr, "loops: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void getppid_once(void)
{
	syscall(SYS_getppid);
}

static void open_close_once(void)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die(file);
	close(fd);
}

/* A name that nobody asked for before, and that is not there: what a filter has not learnt. */
static void open_new_once(void)
{
	static unsigned long number;

	snprintf(unseen, sizeof(unseen), "%s-%lu", file, number++);
	if (open(unseen, O_RDONLY | O_CLOEXEC) >= 0)
		die(unseen);
}

/* A connection over loopback, taken and reset, so that no port stays in use. */
static void connect_once(void)
{
	static struct sockaddr_in address = { .sin_family = AF_INET };
	static int listener = -1;
	struct linger reset = { .l_onoff = 1 };
	socklen_t length = sizeof(address);
	int client, server;

	if (listener < 0) {
		address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (listener < 0 || bind(listener, (void *)&address, length) || listen(listener, 8) ||
		    getsockname(listener, (void *)&address, &length))
			die("listener");
	}
	client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (client < 0 || connect(client, (void *)&address, sizeof(address)))
		die("connect");
	server = accept(listener, NULL, NULL);
	if (server < 0)
		die("accept");
	setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(client);
	close(server);
}

/* One byte into a file that is open. */
static void write_once(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = open(file, O_WRONLY | O_CLOEXEC);
	if (pwrite(fd, "x", 1, 0) != 1)
		die(file);
}

/* A program's code, mapped as a loader maps a library. */
static void map_once(void)
{
	static int fd = -1;
	void *memory;

	if (fd < 0)
		fd = open(nothing[0], O_RDONLY | O_CLOEXEC);
	memory = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	if (memory == MAP_FAILED || munmap(memory, 4096))
		die(nothing[0]);
}

static void create_write_unlink_once(void)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		die(file);
	if (write(fd, "bench", 5) != 5)
		die(file);
	close(fd);
	if (unlink(file))
		die(file);
}

static void fork_exec_once(void)
{
	int status;
	pid_t child = fork();

	if (child < 0)
		die("fork");
	if (child == 0) {
		execve(nothing[0], nothing, no_environment);
		_exit(127);
	}
	if (waitpid(child, &status, 0) != child)
		die("waitpid");
	if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		fprintf(stderr, "loops: %s did not run\n", nothing[0]);
		exit(1);
	}
}

static void make_file(void)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		die(file);
	close(fd);
}

static const struct loop {
	const char *name;
	void (*once)(void);
	int needs_file;
} loops[] = {
	{ "getppid", getppid_once, 0 },
	{ "open-close", open_close_once, 1 },
	{ "open-new", open_new_once, 0 },
	{ "create-write-unlink", create_write_unlink_once, 0 },
	{ "fork-exec", fork_exec_once, 0 },
	{ "connect", connect_once, 0 },
	{ "write", write_once, 1 },
	{ "map", map_once, 0 },
};

static double round_ns(void (*once)(void), long iterations)
{
	struct timespec from, to;

	clock_gettime(CLOCK_MONOTONIC, &from);
	for (long i = 0; i < iterations; i++)
		once();
	clock_gettime(CLOCK_MONOTONIC, &to);
	return ((to.tv_sec - from.tv_sec) * 1e9 + (to.tv_nsec - from.tv_nsec)) / iterations;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static long number(const char *text, long max)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (*end || value < 1 || value > max) {
		fprintf(stderr, "loops: '%s' is not a number from 1 to %ld\n", text, max);
		exit(2);
	}
	return value;
}

static const struct loop *named(const char *name)
{
	for (size_t i = 0; i < sizeof(loops) / sizeof(loops[0]); i++) {
		if (!strcmp(loops[i].name, name))
			return &loops[i];
	}
	fprintf(stderr, "loops: no loop '%s'\n", name);
	exit(2);
}

int main(int argc, char **argv)
{
	static double ns[MAX_ROUNDS];
	const struct loop *loop;
	long iterations, rounds;
	double median;

	if (argc != 6) {
		fprintf(stderr, "usage: loops LOOP ITERATIONS ROUNDS DIRECTORY NOTHING\n");
		return 2;
	}
	loop = named(argv[1]);
	iterations = number(argv[2], 1000000000);
	rounds = number(argv[3], MAX_ROUNDS);
	if (snprintf(file, sizeof(file), "%s/gh-loops-%d", argv[4], getpid()) >= (int)sizeof(file)) {
		fprintf(stderr, "loops: the directory's name is too long\n");
		return 2;
	}
	nothing[0] = argv[5];

	if (loop->needs_file)
		make_file();
	round_ns(loop->once, iterations);
	for (long i = 0; i < rounds; i++)
		ns[i] = round_ns(loop->once, iterations);
	if (loop->needs_file)
		unlink(file);

	qsort(ns, rounds, sizeof(ns[0]), compare);
	median = rounds % 2 ? ns[rounds / 2] : (ns[rounds / 2 - 1] + ns[rounds / 2]) / 2;
	printf("%s %ld %ld %.1f %.1f %.1f\n", loop->name, iterations, rounds, median, ns[0], ns[rounds - 1]);
	return 0;
}
