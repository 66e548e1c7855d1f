/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Acts with code that attack.c has not, for CodeRulesTest. One line of output: "ACT done" or "ACT refused ERRNO".
 *
 *   code check FILE    asks whether a file may run, and does not run it
 *   code heap          lets what the heap grows by be executable
 *   code root          becomes root again by a capability alone
 *   code advise        advises another process's memory
 *   code span          makes memory executable together with code that is
 *   code exec FILE     answers as the program does
 *   code exec-loop N FILE, open-loop N FILE
 *                      runs or opens N times: nanoseconds each
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define EXECVE_CHECK 0x10000 /* AT_EXECVE_CHECK */
#define PAGE 4096

struct user_header {
	unsigned int version;
	int pid;
};

struct user_data {
	unsigned int effective, permitted, inheritable;
};

static int answer(const char *act, long result)
{
	if (result >= 0)
		printf("%s done\n", act);
	else
		printf("%s refused %s\n", act, strerrorname_np(errno));
	return result < 0;
}

static long check(const char *file)
{
	char *const none[] = {NULL};

	return syscall(SYS_execveat, AT_FDCWD, file, none, none, EXECVE_CHECK);
}

/* 0 where what the heap grew by is executable. */
static long heap(void)
{
	char line[256];
	FILE *maps;
	char *grown;

	if (syscall(SYS_personality, READ_IMPLIES_EXEC) < 0) /* the library sets no errno */
		return -1;
	grown = sbrk(64 * PAGE);
	maps = fopen("/proc/self/maps", "r");
	while (maps && fgets(line, sizeof(line), maps)) {
		unsigned long from, to;
		char rights[5];

		if (sscanf(line, "%lx-%lx %4s", &from, &to, rights) == 3 &&
		    from <= (unsigned long)grown + 63 * PAGE &&
		    (unsigned long)grown + 63 * PAGE < to)
			return rights[2] == 'x' ? 0 : (errno = ENOEXEC, -1);
	}
	errno = ENOENT;
	return -1;
}

static long root(void)
{
	struct user_header header = {0x20080522, 0};
	struct user_data data[2] = {};

	if (prctl(PR_SET_KEEPCAPS, 1) || syscall(SYS_setresuid, 1000, 1000, 1000) ||
	    syscall(SYS_capget, &header, data))
		exit(4);
	data[0].effective = data[0].permitted;
	data[1].effective = data[1].permitted;
	if (syscall(SYS_capset, &header, data))
		exit(4);
	return syscall(SYS_setresuid, 0, 0, 0);
}

static long advise(void)
{
	static char page[PAGE] __attribute__((aligned(PAGE)));
	struct iovec memory = {page, PAGE};
	pid_t parent = getpid(), child = fork();
	long result;
	int error;

	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(0);
		for (;;)
			pause();
	}
	result = syscall(440, syscall(SYS_pidfd_open, child, 0), &memory, 1, 20 /* MADV_COLD */, 0);
	error = errno;
	kill(child, SIGKILL);
	errno = error;
	return result;
}

/* A page of this program's code and one of memory beside it, by one call. */
static long span(void)
{
	int fd = open("/proc/self/exe", O_RDONLY);
	char *both =
		mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	both[PAGE] = 1;
	if (mmap(both, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, fd, PAGE) ==
	    MAP_FAILED)
		exit(4);
	return mprotect(both, 2 * PAGE, PROT_READ | PROT_EXEC);
}

static int exec(const char *file)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		execl(file, file, "ran", NULL);
		_exit(errno == EPERM ? 126 : 127);
	}
	waitpid(child, &status, 0);
	if (WIFSIGNALED(status))
		printf("exec killed %d\n", WTERMSIG(status));
	else
		printf("exec answered %d\n", WEXITSTATUS(status));
	return 0;
}

static void run_once(const char *file)
{
	pid_t child = vfork();

	if (child == 0) {
		execl(file, file, "ran", NULL);
		_exit(127);
	}
	waitpid(child, NULL, 0);
}

static int loop(char **argv)
{
	struct timespec from, to;
	int times = atoi(argv[2]);

	clock_gettime(CLOCK_MONOTONIC, &from);
	for (int i = 0; i < times; i++) {
		if (!strcmp(argv[1], "open-loop")) {
			close(open(argv[3], O_RDONLY));
			continue;
		}
		run_once(argv[3]);
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("%.0f\n", ((to.tv_sec - from.tv_sec) * 1e9 + to.tv_nsec - from.tv_nsec) / times);
	return 0;
}

int main(int argc, char **argv)
{
	const char *act = argc > 1 ? argv[1] : "";

	if (argc == 3 && !strcmp(act, "check"))
		return answer(act, check(argv[2]));
	if (argc == 2 && !strcmp(act, "heap"))
		return answer(act, heap());
	if (argc == 2 && !strcmp(act, "root"))
		return answer(act, root());
	if (argc == 2 && !strcmp(act, "advise"))
		return answer(act, advise());
	if (argc == 2 && !strcmp(act, "span"))
		return answer(act, span());
	if (argc == 3 && !strcmp(act, "exec"))
		return exec(argv[2]);
	if (argc == 4 && strstr(act, "-loop"))
		return loop(argv);
	fprintf(stderr, "code: what is '%s'?\n", act);
	return 2;
}
