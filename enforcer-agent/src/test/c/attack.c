/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ways round a policy, for the tests that show that none of them leads anywhere.
 *
 *   attack ACT [ARGUMENT...]                 does one act
 *   attack [--OPTION VALUE...] run NAME=ACT[,ARGUMENT...]...
 *                                            does many, each in a process of its own that is called NAME
 *   attack list                              every act, and the acts of which there is nothing on this machine
 *
 *   --held PATH    opened for reading and writing, and for reading, before anything else; acts called held-* use it
 *   --gate PATH    then waits until this file is there, an hour at most; else it ends with 4
 *   --linger MS    an act that came through stays so long, to be killed late
 *   --seconds N    how long an act that repeats itself goes on (1)
 *
 * Each act prints one line, and says what the kernel answered to the very call:
 *
 *   NAME done                      the act came through
 *   NAME refused ERRNO at STEP     the kernel answered so, and nothing came of it
 *   NAME killed SIGNAL at STEP     its process did not live to see an answer, at STEP or after it
 *   NAME done-killed SIGNAL        it came through, and then its process was ended
 *   NAME absent WHY                there is no such thing on this machine, so it shows nothing
 *   NAME broken WHY                what the act needs was not to be had: the test is wrong, or something else refused it
 *
 * Exit status of one act: 0 done, 1 refused, 2 misused, 3 absent, 4 broken; many: 0.
 *
 * One file on purpose: it is static, and copied alone into containers of any image.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/fs.h>
#include <linux/io_uring.h>
#include <linux/perf_event.h>
#include <net/if.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/sendfile.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

/* Calls that a C library of 2022 has no names for; the same number on every machine. */
enum {
	NR_OPEN_TREE = 428,
	NR_MOVE_MOUNT = 429,
	NR_FSOPEN = 430,
	NR_FSCONFIG = 431,
	NR_FSMOUNT = 432,
	NR_CLONE3 = 435,
	NR_PIDFD_GETFD = 438,
	NR_MOUNT_SETATTR = 442,
	NR_FCHMODAT2 = 452,
	NR_SETXATTRAT = 463,
	NR_OPEN_TREE_ATTR = 467,
	NR_FILE_SETATTR = 469,
};

#define RAN 42 /* what a program that was not to run ends with */
#define PAGE 4096

static const char *SECRET = "/etc/secret"; /* of the image */
static const char *DROPPED =
	"/opt/dropped"; /* a copy of this program, made after the container started */
static const char *DROPPED_CODE = "/opt/code"; /* machine code that answers RAN, likewise */
static const char *VOLUME = "/data";

/* ---- what came of it ----------------------------------------------------------------------------------------- */

enum outcome {
	NOTHING_YET = 0,
	DONE,
	REFUSED,
	ABSENT,
	BROKEN,
	KILLED, /* a process of the act was ended, and it lived to tell */
};

/* Shared with the process that waits for the act. */
struct result {
	volatile int outcome;
	volatile int error;
	char step[64];
	char why[192];
};

static struct result *result;
static int held_writable = -1; /* --held */
static int held_readable = -1;
static long linger_millis;
static long seconds = 1;
static char self_path[PATH_MAX] = "/proc/self/exe";

static void at(const char *step)
{
	snprintf(result->step, sizeof(result->step), "%s", step);
}

static _Noreturn void end(enum outcome outcome, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	vsnprintf(result->why, sizeof(result->why), format, list);
	va_end(list);
	result->outcome = outcome;
	if (outcome == DONE && linger_millis)
		usleep(linger_millis * 1000);
	_exit(0);
}

static _Noreturn void refused(int error)
{
	result->error = error;
	end(REFUSED, "%s", "");
}

/* The act itself: what the kernel answers to it is the result. */
static long act(const char *step, long answer)
{
	int error = errno;

	at(step);
	if (answer >= 0)
		return answer;
	if (error == ENOSYS)
		end(ABSENT, "this kernel has no %s", step);
	refused(error);
}

/* Says what is about to be asked, for one that is ended before it is answered. */
#define ACT(step, call) (at(step), errno = 0, act(step, (call)))

/* What the act stands on. That it fails is no result. */
static long need(const char *step, long answer)
{
	if (answer < 0)
		end(BROKEN, "%s: %s", step, strerrorname_np(errno));
	return answer;
}

static void *need_memory(const char *step, void *memory)
{
	need(step, memory == MAP_FAILED ? -1 : 0);
	return memory;
}

static const char *usual(const char *given, const char *otherwise)
{
	return given ? given : otherwise;
}

/* A name of our own in a directory. */
static char *fresh(const char *directory, const char *what)
{
	static int number;
	char *name;

	if (asprintf(&name, "%s/%s-%d-%d", directory, what, getpid(), number++) < 0)
		end(BROKEN, "no memory");
	return name;
}

static char *join(const char *directory, const char *name)
{
	char *path;

	if (asprintf(&path, "%s/%s", directory, name) < 0)
		end(BROKEN, "no memory");
	return path;
}

/* The directory that a path leads through last. */
static char *above(const char *path)
{
	char *copy = strdup(path), *slash = copy ? strrchr(copy, '/') : NULL;

	if (!slash)
		end(BROKEN, "no directory in %s", path);
	slash[slash == copy] = 0;
	return copy;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

/* ---- files: bytes -------------------------------------------------------------------------------------------- */

static int writable(const char *path)
{
	if (held_writable >= 0)
		return held_writable;
	return ACT("open", open(path, O_RDWR | O_CLOEXEC));
}

static void write_file(char **arg)
{
	int fd = ACT("open", open(usual(arg[0], SECRET), O_WRONLY | O_APPEND | O_CLOEXEC));

	ACT("write", write(fd, "x", 1));
}

static void read_file(char **arg)
{
	char byte;
	int fd = ACT("open", open(usual(arg[0], SECRET), O_RDONLY | O_CLOEXEC));

	ACT("read", read(fd, &byte, 1));
}

static void create(char **arg)
{
	int fd = ACT("open", open(fresh(usual(arg[0], "/etc"), "created"),
				  O_WRONLY | O_CREAT | O_EXCL, 0600));

	ACT("write", write(fd, "x", 1));
}

static void create_openat2(char **arg)
{
	unsigned long how[3] = {O_WRONLY | O_CREAT | O_EXCL, 0600, 0};

	ACT("openat2", syscall(SYS_openat2, AT_FDCWD, fresh(usual(arg[0], "/etc"), "created"), how,
			       sizeof(how)));
}

static void creat_file(char **arg)
{
	ACT("creat", creat(usual(arg[0], SECRET), 0600));
}

static void open_trunc(char **arg)
{
	ACT("open", open(usual(arg[0], SECRET), O_WRONLY | O_TRUNC | O_CLOEXEC));
}

/* Empties a file that it says it only reads. */
static void open_trunc_reading(char **arg)
{
	ACT("open", open(usual(arg[0], SECRET), O_RDONLY | O_TRUNC | O_CLOEXEC));
}

static void truncate_file(char **arg)
{
	ACT("truncate", truncate(usual(arg[0], SECRET), 3));
}

static void ftruncate_file(char **arg)
{
	ACT("ftruncate", ftruncate(writable(usual(arg[0], SECRET)), 3));
}

static void fallocate_file(char **arg)
{
	ACT("fallocate", fallocate(writable(usual(arg[0], SECRET)), 0, 0, 8192));
}

static void pwritev_file(char **arg)
{
	struct iovec bytes = {"x", 1};

	ACT("pwritev", pwritev(writable(usual(arg[0], SECRET)), &bytes, 1, 0));
}

static void held_write(char **arg)
{
	ACT("write", pwrite(writable(usual(arg[0], SECRET)), "x", 1, 0));
}

static void held_read(char **arg)
{
	char byte;

	if (held_readable < 0)
		held_readable = need("open", open(usual(arg[0], SECRET), O_RDONLY));
	ACT("read", pread(held_readable, &byte, 1, 0));
}

static int source_of_bytes(void)
{
	int fd = need("memfd_create", syscall(SYS_memfd_create, "source", 0));

	need("write", write(fd, "changed", 7));
	need("lseek", lseek(fd, 0, SEEK_SET));
	return fd;
}

/* A file beside the target, as those calls want it that do not go from one file system to another. */
static int source_on_volume(void)
{
	int fd = need("open of a source", open(fresh(VOLUME, "source"), O_RDWR | O_CREAT, 0600));

	need("write", write(fd, "changed", 7));
	need("lseek", lseek(fd, 0, SEEK_SET));
	return fd;
}

static void copy_range(char **arg)
{
	int to = writable(usual(arg[0], SECRET));
	int from = held_readable >= 0 ? held_readable : open(usual(arg[0], SECRET), O_RDONLY);
	off_t in = 0, out = 100;

	/* Within one file, which may be read already: between file systems some kernels will not. */
	need("open of a source", from);
	ACT("copy_file_range", syscall(SYS_copy_file_range, from, &in, to, &out, 4, 0));
}

static void clone_range(char **arg)
{
	int from = source_on_volume();
	int to = writable(usual(arg[0], SECRET));

	long answer;

	at("ioctl FICLONE");
	answer = ioctl(to, FICLONE, from);
	if (answer && (errno == EOPNOTSUPP || errno == EXDEV || errno == EINVAL))
		end(ABSENT, "this file system shares no blocks");
	act("ioctl FICLONE", answer);
}

static void splice_file(char **arg)
{
	int to = writable(usual(arg[0], SECRET));
	int pipes[2];
	loff_t out = 0;

	need("pipe", pipe(pipes));
	need("write", write(pipes[1], "spliced", 7));
	ACT("splice", splice(pipes[0], NULL, to, &out, 7, 0));
}

static void vmsplice_file(char **arg)
{
	int to = writable(usual(arg[0], SECRET));
	struct iovec bytes = {"mapped", 6};
	int pipes[2];
	loff_t out = 0;

	need("pipe", pipe(pipes));
	need("vmsplice", vmsplice(pipes[1], &bytes, 1, 0));
	ACT("splice", splice(pipes[0], NULL, to, &out, 6, 0));
}

static void sendfile_file(char **arg)
{
	int to = writable(usual(arg[0], SECRET));

	ACT("sendfile", sendfile(to, source_of_bytes(), NULL, 7));
}

/* Opens for reading and writing, and then writes without a call. */
static void map_shared(char **arg)
{
	int fd = writable(usual(arg[0], SECRET));
	char *memory;

	at("mmap");
	memory = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		refused(errno);
	at("store");
	memory[0] = 'm';
	ACT("msync", msync(memory, PAGE, MS_SYNC));
}

/* Maps for reading, and makes the mapping writable afterwards. */
static void map_shared_later(char **arg)
{
	int fd = writable(usual(arg[0], SECRET));
	char *memory = need_memory("mmap", mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0));

	ACT("mprotect", mprotect(memory, PAGE, PROT_READ | PROT_WRITE));
	at("store");
	memory[0] = 'm';
}

static void tmpfile_link(char **arg)
{
	const char *directory = usual(arg[0], "/etc");
	int fd = open(directory, O_TMPFILE | O_RDWR, 0600);
	char name[64];

	if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR))
		end(ABSENT, "this file system has no O_TMPFILE");
	act("open O_TMPFILE", fd);
	ACT("write", write(fd, "x", 1));
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	ACT("linkat",
	    linkat(AT_FDCWD, name, AT_FDCWD, fresh(directory, "tmpfile"), AT_SYMLINK_FOLLOW));
}

/* ---- files: names -------------------------------------------------------------------------------------------- */

static void make_directory(char **arg)
{
	ACT("mkdir", mkdir(fresh(usual(arg[0], "/etc"), "directory"), 0700));
}

static void make_fifo(char **arg)
{
	ACT("mknod", mknod(fresh(usual(arg[0], "/etc"), "fifo"), S_IFIFO | 0600, 0));
}

static void make_socket(char **arg)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = need("socket", socket(AF_UNIX, SOCK_STREAM, 0));

	snprintf(name.sun_path, sizeof(name.sun_path), "%s",
		 fresh(usual(arg[0], "/etc"), "socket"));
	ACT("bind", bind(fd, (void *)&name, sizeof(name)));
}

static void make_symlink(char **arg)
{
	ACT("symlink", symlink("/data", fresh(usual(arg[0], "/etc"), "symlink")));
}

static void unlink_file(char **arg)
{
	ACT("unlink", unlink(usual(arg[0], "/etc/unlinked")));
}

static void remove_directory(char **arg)
{
	ACT("rmdir", rmdir(usual(arg[0], "/etc/removed")));
}

static void rename_file(char **arg)
{
	const char *to = arg[0] && arg[1] ? arg[1] : "/etc/renamed";

	ACT("rename", rename(usual(arg[0], "/etc/named"), to));
}

static void rename_exchange(char **arg)
{
	const char *to = arg[0] && arg[1] ? arg[1] : "/etc/exchanged2";

	ACT("renameat2", syscall(SYS_renameat2, AT_FDCWD, usual(arg[0], "/etc/exchanged1"),
				 AT_FDCWD, to, RENAME_EXCHANGE));
}

static void rename_whiteout(char **arg)
{
	ACT("renameat2", syscall(SYS_renameat2, AT_FDCWD, usual(arg[0], "/etc/named"), AT_FDCWD,
				 fresh("/etc", "white"), RENAME_WHITEOUT));
}

/* Moves the directory that a protected file lies in, and reads or writes it under its new name. */
static void rename_parent_write(char **arg)
{
	const char *directory = usual(arg[0], "/opt/parent");
	const char *name = arg[0] && arg[1] ? arg[1] : "file";
	char *moved = fresh(above(directory), "moved");
	int fd;

	ACT("rename", rename(directory, moved));
	fd = ACT("open", open(join(moved, name), O_WRONLY));
	ACT("write", write(fd, "x", 1));
}

static void rename_parent_read(char **arg)
{
	const char *directory = usual(arg[0], "/opt/parent");
	const char *name = arg[0] && arg[1] ? arg[1] : "file";
	char *moved = fresh(above(directory), "moved");
	char byte;
	int fd;

	ACT("rename", rename(directory, moved));
	fd = ACT("open", open(join(moved, name), O_RDONLY));
	ACT("read", read(fd, &byte, 1));
}

/* A second name in a directory where writing is allowed. */
static void link_write(char **arg)
{
	const char *directory = arg[0] && arg[1] ? arg[1] : "/var/cache/app";
	char *alias = fresh(directory, "alias");
	int fd;

	ACT("link", link(usual(arg[0], SECRET), alias));
	fd = ACT("open", open(alias, O_WRONLY));
	ACT("write", write(fd, "x", 1));
}

static void link_read(char **arg)
{
	const char *directory = arg[0] && arg[1] ? arg[1] : "/var/cache/app";
	char *alias = fresh(directory, "alias");
	char byte;
	int fd;

	ACT("link", link(usual(arg[0], SECRET), alias));
	fd = ACT("open", open(alias, O_RDONLY));
	ACT("read", read(fd, &byte, 1));
}

/* The same without the file's name. */
static void link_descriptor(char **arg)
{
	const char *directory = arg[0] && arg[1] ? arg[1] : "/var/cache/app";
	int fd = need("open", open(usual(arg[0], SECRET), O_PATH));

	ACT("linkat", linkat(fd, "", AT_FDCWD, fresh(directory, "alias"), AT_EMPTY_PATH));
}

/* A name that was made before there was a policy. */
static void old_alias_write(char **arg)
{
	write_file((char *[]){(char *)usual(arg[0], "/etc/alias"), NULL});
}

/* ---- files: attributes --------------------------------------------------------------------------------------- */

static void change_mode(char **arg)
{
	ACT("chmod", chmod(usual(arg[0], SECRET), 04711));
}

static void change_mode_descriptor(char **arg)
{
	ACT("fchmod", fchmod(need("open", open(usual(arg[0], SECRET), O_RDONLY)), 04711));
}

static void change_mode_2(char **arg)
{
	int fd = need("open", open(usual(arg[0], SECRET), O_PATH));

	ACT("fchmodat2", syscall(NR_FCHMODAT2, fd, "", 04711, AT_EMPTY_PATH));
}

static void change_owner(char **arg)
{
	ACT("chown", chown(usual(arg[0], SECRET), 7, 7));
}

static void change_owner_descriptor(char **arg)
{
	int fd = need("open", open(usual(arg[0], SECRET), O_PATH));

	ACT("fchownat", fchownat(fd, "", 7, 7, AT_EMPTY_PATH));
}

static void change_times(char **arg)
{
	struct timespec times[2] = {{1, 0}, {1, 0}};

	ACT("utimensat", utimensat(AT_FDCWD, usual(arg[0], SECRET), times, 0));
}

static void set_attribute(char **arg)
{
	/* Some file systems take no attribute of users, and those of trusted need more than root has. */
	long answer = setxattr(usual(arg[0], SECRET), "user.gatehouse", "x", 1, 0);

	if (answer && errno == EOPNOTSUPP)
		answer = setxattr(usual(arg[0], SECRET), "trusted.gatehouse", "x", 1, 0);
	if (answer && errno == EOPNOTSUPP)
		end(ABSENT, "this file system takes no attributes");
	act("setxattr", answer);
}

static void set_file_capability(char **arg)
{
	uint32_t all[5] = {0x02000001, 0xffffffff, 0, 0xffffffff, 0};

	ACT("setxattr",
	    setxattr(usual(arg[0], SECRET), "security.capability", all, sizeof(all), 0));
}

static void set_acl(char **arg)
{
	/* version 2; owner rw, user 7 rw, group none, mask rw, others none */
	struct {
		uint32_t version;
		struct {
			uint16_t tag, permission;
			uint32_t id;
		} entry[5];
	} acl = {2, {{1, 6, -1}, {2, 6, 7}, {4, 0, -1}, {16, 6, -1}, {32, 0, -1}}};
	long answer =
		setxattr(usual(arg[0], SECRET), "system.posix_acl_access", &acl, sizeof(acl), 0);

	if (answer && errno == EOPNOTSUPP)
		end(ABSENT, "this file system has no access lists");
	act("setxattr of an access list", answer);
}

static void set_flags(char **arg)
{
	int flags, fd = need("open", open(usual(arg[0], SECRET), O_RDONLY));
	long answer;

	if (ioctl(fd, FS_IOC_GETFLAGS, &flags))
		end(ABSENT, "this file system has no flags");
	flags |= FS_NODUMP_FL;
	at("ioctl FS_IOC_SETFLAGS");
	answer = ioctl(fd, FS_IOC_SETFLAGS, &flags);
	if (answer && (errno == EOPNOTSUPP || errno == ENOTTY))
		end(ABSENT, "this file system has no flags");
	act("ioctl FS_IOC_SETFLAGS", answer);
}

static void set_extended_flags(char **arg)
{
	struct fsxattr flags;
	int fd = need("open", open(usual(arg[0], SECRET), O_RDONLY));
	long answer;

	if (ioctl(fd, FS_IOC_FSGETXATTR, &flags))
		end(ABSENT, "this file system has no flags");
	flags.fsx_xflags |= FS_XFLAG_NODUMP;
	at("ioctl FS_IOC_FSSETXATTR");
	answer = ioctl(fd, FS_IOC_FSSETXATTR, &flags);
	if (answer && (errno == EOPNOTSUPP || errno == ENOTTY))
		end(ABSENT, "this file system has no flags");
	act("ioctl FS_IOC_FSSETXATTR", answer);
}

/* Linux 6.17's call for the same. */
static void file_setattr(char **arg)
{
	struct {
		uint64_t xflags;
		uint32_t extsize, nextents, projid, cowextsize;
	} flags = {FS_XFLAG_NODUMP, 0, 0, 0, 0};
	long answer =
		syscall(NR_FILE_SETATTR, AT_FDCWD, usual(arg[0], SECRET), &flags, sizeof(flags), 0);

	if (answer && (errno == EOPNOTSUPP || errno == ENOTTY))
		end(ABSENT, "this file system has no flags");
	act("file_setattr", answer);
}

/* ---- files: other ways to name them -------------------------------------------------------------------------- */

static void proc_root_write(char **arg)
{
	write_file((char *[]){join("/proc/self/root", usual(arg[0], SECRET)), NULL});
}

static void proc_root_read(char **arg)
{
	read_file((char *[]){join("/proc/self/root", usual(arg[0], SECRET)), NULL});
}

static void proc_one_root_write(char **arg)
{
	write_file((char *[]){join("/proc/1/root", usual(arg[0], SECRET)), NULL});
}

/* Opens for nothing, and again by the number for writing. */
static void reopen(char **arg, int flags)
{
	int fd = need("open", open(usual(arg[0], SECRET), O_PATH));
	char name[64], byte;

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	fd = ACT("open", open(name, flags));
	if (flags == O_RDONLY)
		ACT("read", read(fd, &byte, 1));
	else
		ACT("write", write(fd, "x", 1));
}

static void reopen_write(char **arg)
{
	reopen(arg, O_WRONLY);
}

static void reopen_read(char **arg)
{
	reopen(arg, O_RDONLY);
}

static void symlink_write(char **arg)
{
	char *alias = fresh(VOLUME, "symlink");

	need("symlink", symlink(usual(arg[0], SECRET), alias));
	write_file((char *[]){alias, NULL});
}

static void symlink_read(char **arg)
{
	char *alias = fresh(VOLUME, "symlink");

	need("symlink", symlink(usual(arg[0], SECRET), alias));
	read_file((char *[]){alias, NULL});
}

static void handle_open(char **arg, int flags)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} name = {.handle.handle_bytes = MAX_HANDLE_SZ};
	int mount, fd;
	int place = need("open", open(above(usual(arg[0], SECRET)), O_RDONLY | O_DIRECTORY));

	if (name_to_handle_at(AT_FDCWD, usual(arg[0], SECRET), &name.handle, &mount, 0))
		end(ABSENT, "this file system gives no handles (%s)", strerrorname_np(errno));
	at("open_by_handle_at");
	fd = open_by_handle_at(place, &name.handle, flags);
	if (fd < 0 && (errno == ESTALE || errno == EOPNOTSUPP))
		end(ABSENT, "this file system opens no handles");
	act("open_by_handle_at", fd);
	ACT("write", flags == O_RDONLY ? 0 : write(fd, "x", 1));
}

static void handle_write(char **arg)
{
	handle_open(arg, O_WRONLY);
}

static void handle_read(char **arg)
{
	handle_open(arg, O_RDONLY);
}

/* More directories than anybody walks up, then a change there by a relative name. */
static void deep_create(char **arg)
{
	int depth = arg[0] ? atoi(arg[0]) : 100;

	need("chdir", chdir("/opt/deep"));
	for (int i = 0; i < depth; i++)
		need("chdir", chdir("d"));
	create((char *[]){".", NULL});
}

/* Made before there is a policy, for the act above: deeper than a record holds, and longer than a path may be. */
static void make_deep(char **arg)
{
	int depth = arg[0] ? atoi(arg[0]) : 100;

	if (mkdir("/opt/deep", 0755) && errno != EEXIST)
		need("mkdir", -1);
	need("chdir", chdir("/opt/deep"));
	for (int i = 0; i < depth; i++) {
		if (mkdir("d", 0755) && errno != EEXIST)
			need("mkdir", -1);
		need("chdir", chdir("d"));
	}
}

static const char *long_name(void)
{
	static char name[201];

	memset(name, 'n', 200);
	return name;
}

static void make_long(char **arg)
{
	const char *name = long_name();

	(void)arg;
	if (mkdir("/opt/long", 0755) && errno != EEXIST)
		need("mkdir", -1);
	need("chdir", chdir("/opt/long"));
	for (int i = 0; i < 25; i++) { /* 5,000 characters */
		if (mkdir(name, 0755) && errno != EEXIST)
			need("mkdir", -1);
		need("chdir", chdir(name));
	}
}

static void go_long(void)
{
	const char *name = long_name();

	need("chdir", chdir("/opt/long"));
	for (int i = 0; i < 25; i++)
		need("chdir", chdir(name));
}

static void long_create(char **arg)
{
	(void)arg;
	go_long();
	create((char *[]){".", NULL});
}

/* Takes a tree away whose paths are longer than a path may be. */
static void remove_tree(int directory, const char *name)
{
	int fd = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	struct dirent *entry;
	DIR *entries;

	if (fd < 0)
		return;
	entries = fdopendir(fd);
	while (entries && (entry = readdir(entries))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (unlinkat(fd, entry->d_name, 0) && errno == EISDIR)
			remove_tree(fd, entry->d_name);
	}
	if (entries)
		closedir(entries);
	unlinkat(directory, name, AT_REMOVEDIR);
}

static void remove_all(char **arg)
{
	remove_tree(AT_FDCWD, usual(arg[0], "/opt/long"));
}

static void chroot_write(char **arg)
{
	int fd;

	ACT("chroot", chroot(usual(arg[0], "/etc")));
	fd = ACT("open", open("/secret", O_WRONLY));
	ACT("write", write(fd, "x", 1));
}

static void chroot_read(char **arg)
{
	char byte;
	int fd;

	ACT("chroot", chroot(usual(arg[0], "/etc")));
	fd = ACT("open", open("/secret", O_RDONLY));
	ACT("read", read(fd, &byte, 1));
}

static void bind_alias(char **arg)
{
	char *alias = fresh("/tmp", "alias");
	int fd;

	need("mkdir", mkdir(alias, 0700));
	ACT("mount", mount(usual(arg[0], "/etc"), alias, NULL, MS_BIND, NULL));
	fd = open(join(alias, "secret"), O_WRONLY);
	if (fd < 0) {
		int error = errno;

		umount2(alias, MNT_DETACH);
		errno = error;
		act("open", -1);
	}
	ACT("write", write(fd, "x", 1));
	umount2(alias, MNT_DETACH);
}

/* By a mount that no name leads to. */
static void open_tree_write(char **arg)
{
	int tree = ACT("open_tree",
		       syscall(NR_OPEN_TREE, AT_FDCWD, usual(arg[0], "/etc"), 1 | O_CLOEXEC));
	int fd = ACT("open", openat(tree, "secret", O_WRONLY));

	ACT("write", write(fd, "x", 1));
}

/* Another overlay over the same image, where the image's files are only its lower layer. */
static void overlay_again(char **arg)
{
	char *at_name = fresh(VOLUME, "merged");
	char *options;

	(void)arg;
	need("mkdir", mkdir(at_name, 0700));
	if (asprintf(&options, "lowerdir=/etc:/opt") < 0)
		end(BROKEN, "no memory");
	ACT("mount overlay", mount("overlay", at_name, "overlay", 0, options));
	umount2(at_name, MNT_DETACH);
}

/* ---- races ---------------------------------------------------------------------------------------------------- */

static char contested[64];
static volatile bool race_over;

/*
 * Every store is made, and stays for a while, longer and shorter: one processor may do the work of two, and where it
 * goes from one thread to the other only between certain instructions, it would always meet the same text.
 */
static void pause_a_while(void)
{
	static unsigned int random = 1;

	random = random * 1103515245 + 12345;
	for (unsigned int spin = random >> 24; spin; spin--)
		__asm__ volatile("" ::: "memory");
}

static void *change_text(void *unused)
{
	(void)unused;
	while (!race_over) {
		memcpy(contested, "/data/innocent\0", 15);
		pause_a_while();
		memcpy(contested, "/etc/secret\0\0\0\0", 15);
		pause_a_while();
	}
	return NULL;
}

static void *change_link(void *unused)
{
	char *name = unused;
	char *other = fresh(VOLUME, "swap");

	while (!race_over) {
		if (symlink("/etc/secret", other) == 0)
			rename(other, name);
		if (symlink("/data/innocent", other) == 0)
			rename(other, name);
	}
	return NULL;
}

/* Opens one name again and again while another thread changes what it says; a single hit is a success. */
static _Noreturn void race_open(const char *name, void *(*other)(void *))
{
	struct stat secret, hit;
	pthread_t thread;
	long tries = 0, innocent = 0, refusals = 0;
	double until = now() + seconds;

	need("stat", stat(SECRET, &secret));
	close(need("open", open("/data/innocent", O_WRONLY | O_CREAT, 0600)));
	errno = pthread_create(&thread, NULL, other, (void *)name);
	need("a thread", errno ? -1 : 0);
	at("open");
	while (now() < until) {
		int fd = open(name, O_WRONLY | O_APPEND);

		tries++;
		if (fd < 0) {
			refusals += errno == EPERM;
			continue;
		}
		if (fstat(fd, &hit) == 0 && hit.st_ino == secret.st_ino &&
		    hit.st_dev == secret.st_dev) {
			ACT("write", write(fd, "x", 1));
			race_over = true;
			end(DONE, "after %ld tries", tries);
		}
		innocent++;
		close(fd);
	}
	race_over = true;
	pthread_join(thread, NULL);
	if (!refusals || !innocent)
		end(BROKEN, "no race: %ld tries, %ld refused, %ld innocent", tries, refusals,
		    innocent);
	refused(EPERM);
}

static void race_text(char **arg)
{
	(void)arg;
	strcpy(contested, "/data/innocent");
	race_open(contested, change_text);
}

static void race_link(char **arg)
{
	char *name = fresh(VOLUME, "contested");

	(void)arg;
	need("symlink", symlink("/data/innocent", name));
	race_open(name, change_link);
}

static void *change_program(void *unused)
{
	(void)unused;
	while (!race_over) {
		memcpy(contested, "/opt/attack\0\0\0\0", 15);
		pause_a_while();
		memcpy(contested, "/opt/dropped\0\0\0", 15);
		pause_a_while();
	}
	return NULL;
}

/* Starts one name again and again; the program of the image answers 41, the other one RAN. */
static void race_exec(char **arg)
{
	pthread_t thread;
	double until = now() + seconds;
	long tries = 0, innocent = 0, refusals = 0;
	int *told = need_memory("mmap", mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
					     MAP_SHARED | MAP_ANONYMOUS, -1, 0));

	(void)arg;
	strcpy(contested, "/opt/attack");
	errno = pthread_create(&thread, NULL, change_program, NULL);
	need("a thread", errno ? -1 : 0);
	at("execve");
	while (now() < until) {
		int status;
		pid_t child;

		*told = 0;
		child = vfork(); /* shares the text that changes */
		if (child == 0) {
			execl(contested, "ran", "ran", NULL);
			*told = errno;
			_exit(1);
		}
		need("vfork", child);
		waitpid(child, &status, 0);
		tries++;
		if (*told == EPERM || (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL))
			refusals++;
		else if (WIFEXITED(status) && WEXITSTATUS(status) == 41)
			innocent++;
		else if (WIFEXITED(status) && WEXITSTATUS(status) == RAN) {
			race_over = true;
			end(DONE, "after %ld tries", tries);
		}
	}
	race_over = true;
	pthread_join(thread, NULL);
	if (!refusals || !innocent)
		end(BROKEN, "no race: %ld tries, %ld refused, %ld innocent", tries, refusals,
		    innocent);
	refused(EPERM);
}

/* ---- code that runs as a program ----------------------------------------------------------------------------- */

/* Starts a program and says whether it ran. `fd` >= 0: that file; `path` is then what is shown. */
static void start(const char *step, const char *path, int fd, char *const argv[])
{
	int *told = need_memory("mmap", mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
					     MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	char *const environment[] = {NULL};
	int status;
	pid_t child = need("fork", fork());

	at(step);
	if (child == 0) {
		if (fd >= 0)
			syscall(SYS_execveat, fd, "", argv, environment, AT_EMPTY_PATH);
		else
			execve(path, argv, environment);
		*told = errno;
		_exit(1);
	}
	need("wait", waitpid(child, &status, 0));
	if (*told) {
		errno = *told;
		act(step, -1);
	}
	if (WIFSIGNALED(status)) {
		result->error = WTERMSIG(status);
		end(KILLED, "%s", "");
	}
	if (WEXITSTATUS(status) != RAN)
		end(BROKEN, "%s ran and answered %d", path, WEXITSTATUS(status));
}

static void start_dropped(const char *step, const char *path, int fd)
{
	char name[16] = "";

	prctl(PR_GET_NAME, name); /* so that what is told of the new program can be told apart */
	start(step, path, fd, (char *[]){(char *)path, "ran", name, NULL});
}

static void copy_self(int to)
{
	char bytes[65536];
	int from = need("open", open(self_path, O_RDONLY));
	ssize_t count;

	while ((count = need("read", read(from, bytes, sizeof(bytes)))) > 0)
		need("write", write(to, bytes, count));
	close(from);
}

/* Copies this program to a place, so that there is something to start. */
static void drop(char **arg)
{
	const char *path = usual(arg[0], DROPPED);
	int fd = ACT("open", open(path, O_WRONLY | O_CREAT | O_TRUNC, 0755));

	copy_self(fd);
	need("chmod", fchmod(fd, 0755));
	close(fd);
}

static const unsigned char CODE[] = {
#if defined(__x86_64__)
	0xb8, RAN, 0, 0, 0, 0xc3, /* mov $RAN, %eax; ret */
#elif defined(__aarch64__)
	0x40, 0x05, 0x80, 0x52, 0xc0, 0x03, 0x5f, 0xd6, /* mov w0, #RAN; ret */
#else
#error "no code for this machine"
#endif
};

static void drop_code(char **arg)
{
	int fd = ACT("open", open(usual(arg[0], DROPPED_CODE), O_WRONLY | O_CREAT | O_TRUNC, 0755));

	need("write", write(fd, CODE, sizeof(CODE)));
	need("truncate", ftruncate(fd, PAGE));
	close(fd);
}

static void exec_file(char **arg)
{
	start_dropped("execve", usual(arg[0], DROPPED), -1);
}

/* A program of the image, by any name it has; it is asked for an exit status and for nothing else. */
static void exec_as(char **arg)
{
	start("execve", arg[0], -1, (char *[]){arg[1], arg[2], arg[2] ? arg[3] : NULL, NULL});
}

static void exec_descriptor(char **arg)
{
	start_dropped("execveat", usual(arg[0], DROPPED),
		      need("open", open(usual(arg[0], DROPPED), O_PATH | O_CLOEXEC)));
}

static void exec_proc_fd(char **arg)
{
	char name[64];

	snprintf(name, sizeof(name), "/proc/self/fd/%ld",
		 need("open", open(usual(arg[0], DROPPED), O_RDONLY)));
	start_dropped("execve", name, -1);
}

static void exec_link(char **arg)
{
	char *alias = fresh(VOLUME, "alias");

	need("symlink", symlink(usual(arg[0], DROPPED), alias));
	start_dropped("execve", alias, -1);
}

/* The same bytes under a new name, where that may be made. */
static void exec_hard_link(char **arg)
{
	char *alias = fresh(arg[0] && arg[1] ? arg[1] : "/opt", "alias");

	need("link", link(usual(arg[0], DROPPED), alias));
	start_dropped("execve", alias, -1);
}

static void exec_memfd(char **arg)
{
	int fd = need("memfd_create", syscall(SYS_memfd_create, "innocent", 1 /* MFD_CLOEXEC */));

	(void)arg;
	copy_self(fd);
	start_dropped("execveat", "memfd", fd);
}

static void exec_memfd_proc(char **arg)
{
	int fd = need("memfd_create", syscall(SYS_memfd_create, "innocent", 0));
	char name[64];

	(void)arg;
	copy_self(fd);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	fd = need("open", open(name, O_RDONLY)); /* one open for writing is busy */
	start_dropped("execve", name, -1);
}

static void exec_tmpfile(char **arg)
{
	int fd = open(usual(arg[0], VOLUME), O_TMPFILE | O_RDWR, 0700);
	char name[64];

	if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR))
		end(ABSENT, "this file system has no O_TMPFILE");
	need("open O_TMPFILE", fd);
	copy_self(fd);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	int again = need("open", open(name, O_RDONLY | O_CLOEXEC));
	close(fd);
	start_dropped("execveat", "O_TMPFILE", again);
}

static void exec_deleted(char **arg)
{
	char *name = fresh(usual(arg[0], VOLUME), "deleted");
	int fd;

	drop((char *[]){name, NULL});
	fd = need("open", open(name, O_RDONLY | O_CLOEXEC));
	need("unlink", unlink(name));
	start_dropped("execveat", name, fd);
}

static void exec_volume(char **arg)
{
	char *name = fresh(usual(arg[0], VOLUME), "volume");

	drop((char *[]){name, NULL});
	start_dropped("execve", name, -1);
}

/* Writes over a program of the image, and starts it under its good name. */
static void exec_changed(char **arg)
{
	const char *path = usual(arg[0], "/opt/image-program");
	int fd = open(path, O_WRONLY | O_APPEND);

	need("open", fd);
	need("write", write(fd, "x", 1));
	close(fd);
	start_dropped("execve", path, -1);
}

/* Twice forked and orphaned: whose child it is tells nothing. */
static void exec_orphan(char **arg)
{
	int pipes[2];
	char told = 0;
	pid_t child;

	need("pipe", pipe(pipes));
	child = need("fork", fork());
	if (child == 0) {
		if (fork() == 0) {
			setsid();
			while (getppid() != 1)
				usleep(1000);
			exec_file(arg);
			end(DONE, "%s", "");
		}
		_exit(0);
	}
	close(pipes[1]);
	waitpid(child, NULL, 0);
	if (read(pipes[0], &told, 1) < 0) /* ends with the last holder */
		end(BROKEN, "pipe");
	if (result->outcome == NOTHING_YET)
		end(BROKEN, "the orphan said nothing");
	_exit(0);
}

static char *script(const char *directory, const char *first_line)
{
	char *name = fresh(directory, "script");
	int fd = need("open of a script", open(name, O_WRONLY | O_CREAT | O_EXCL, 0755));

	need("write", dprintf(fd, "%sexit 42\n", first_line));
	need("chmod", fchmod(fd, 0755));
	close(fd);
	return name;
}

static void script_start(char **arg)
{
	char *name = script(usual(arg[0], VOLUME), "#!/bin/sh\n");

	start("execve", name, -1, (char *[]){name, NULL});
}

/* The interpreter is the image's own, and is told what to read. */
static void script_read(char **arg)
{
	start("execve", "/bin/sh", -1, (char *[]){"sh", script(usual(arg[0], VOLUME), ""), NULL});
}

/* ... by a program that reads on, as `. file` does. */
static void script_source(char **arg)
{
	char *line;

	if (asprintf(&line, ". %s", script(usual(arg[0], VOLUME), "")) < 0)
		end(BROKEN, "no memory");
	start("execve", "/bin/sh", -1, (char *[]){"sh", "-c", line, NULL});
}

static void script_stdin(char **arg)
{
	int fd = need("open", open(script(usual(arg[0], VOLUME), ""), O_RDONLY));

	need("dup2", dup2(fd, 0));
	start("execve", "/bin/sh", -1, (char *[]){"sh", NULL});
}

static void script_memfd(char **arg)
{
	int fd = need("memfd_create", syscall(SYS_memfd_create, "script", 0));
	char name[64];

	(void)arg;
	need("write", dprintf(fd, "#!/bin/sh\nexit 42\n"));
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	start("execve", "/bin/sh", -1, (char *[]){"sh", name, NULL});
}

static void script_awk(char **arg)
{
	char *name = fresh(usual(arg[0], VOLUME), "awk");
	int fd = need("open", open(name, O_WRONLY | O_CREAT, 0600));

	need("write", dprintf(fd, "BEGIN { exit 42 }\n"));
	close(fd);
	start("execve", "/bin/awk", -1, (char *[]){"awk", "-f", name, NULL});
}

/* The loader of dynamic programs, given a program that was not to run. */
static void loader(char **arg)
{
	const char *loaders[] = {arg[0] ? arg[0] : "", "/lib64/ld-linux-x86-64.so.2",
				 "/lib/ld-linux-aarch64.so.1"};
	const char *dynamic = arg[0] && arg[1] ? arg[1] : "/data/dynamic";

	for (size_t i = 0; i < sizeof(loaders) / sizeof(loaders[0]); i++) {
		if (access(loaders[i], X_OK) == 0) {
			start("execve", loaders[i], -1,
			      (char *[]){(char *)loaders[i], (char *)dynamic, NULL});
			return;
		}
	}
	end(ABSENT, "no loader in this image");
}

/* ---- code that is mapped -------------------------------------------------------------------------------------- */

static void call(const char *step, void *memory)
{
	int answer;

	__builtin___clear_cache(memory, (char *)memory + sizeof(CODE));
	answer = ((int (*)(void))memory)();
	at(step);
	if (answer != RAN)
		end(BROKEN, "the code answered %d", answer);
}

static void *map(const char *step, int prot, int flags, int fd)
{
	void *memory;

	at(step);
	memory = mmap(NULL, PAGE, prot, flags, fd, 0);
	if (memory == MAP_FAILED)
		refused(errno);
	return memory;
}

static void map_code(char **arg)
{
	int fd = need("open", open(usual(arg[0], DROPPED_CODE), O_RDONLY));

	call("mmap", map("mmap", PROT_READ | PROT_EXEC, MAP_PRIVATE, fd));
}

static void map_code_shared(char **arg)
{
	int fd = need("open", open(usual(arg[0], DROPPED_CODE), O_RDONLY));

	call("mmap", map("mmap", PROT_READ | PROT_EXEC, MAP_SHARED, fd));
}

static void protect_code(char **arg)
{
	int fd = need("open", open(usual(arg[0], DROPPED_CODE), O_RDONLY));
	void *memory = map("mmap", PROT_READ, MAP_PRIVATE, fd);

	ACT("mprotect", mprotect(memory, PAGE, PROT_READ | PROT_EXEC));
	call("mprotect", memory);
}

static void protect_code_key(char **arg)
{
	int fd = need("open", open(usual(arg[0], DROPPED_CODE), O_RDONLY));
	void *memory = map("mmap", PROT_READ, MAP_PRIVATE, fd);

	ACT("pkey_mprotect", syscall(SYS_pkey_mprotect, memory, PAGE, PROT_READ | PROT_EXEC, -1));
	call("pkey_mprotect", memory);
}

/* An old personality takes all that is readable for executable; nobody asks for PROT_EXEC. */
static void map_code_personality(char **arg)
{
	int fd = need("open", open(usual(arg[0], DROPPED_CODE), O_RDONLY));

	ACT("personality",
	    syscall(SYS_personality, READ_IMPLIES_EXEC)); /* the library sets no errno */
	call("mmap", map("mmap", PROT_READ, MAP_PRIVATE, fd));
}

static void map_memfd(char **arg)
{
	int fd = need("memfd_create", syscall(SYS_memfd_create, "innocent", 0));

	(void)arg;
	need("write", write(fd, CODE, sizeof(CODE)));
	need("truncate", ftruncate(fd, PAGE));
	call("mmap", map("mmap", PROT_READ | PROT_EXEC, MAP_PRIVATE, fd));
}

static void memory_rwx(char **arg)
{
	void *memory =
		map("mmap", PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	(void)arg;
	memcpy(memory, CODE, sizeof(CODE));
	call("mmap", memory);
}

static void memory_rx(char **arg)
{
	void *memory = map("mmap", PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	(void)arg;
	memcpy(memory, CODE, sizeof(CODE));
	ACT("mprotect", mprotect(memory, PAGE, PROT_READ | PROT_EXEC));
	call("mprotect", memory);
}

static void memory_shared(char **arg)
{
	void *memory = map("mmap", PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);

	(void)arg;
	memcpy(memory, CODE, sizeof(CODE));
	ACT("mprotect", mprotect(memory, PAGE, PROT_READ | PROT_EXEC));
	call("mprotect", memory);
}

static void memory_personality(char **arg)
{
	void *memory;

	(void)arg;
	ACT("personality",
	    syscall(SYS_personality, READ_IMPLIES_EXEC)); /* the library sets no errno */
	memory = map("mmap", PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	memcpy(memory, CODE, sizeof(CODE));
	call("mmap", memory);
}

static void memory_heap(char **arg)
{
	void *memory = NULL;

	(void)arg;
	if (posix_memalign(&memory, PAGE, PAGE))
		end(BROKEN, "no memory");
	memcpy(memory, CODE, sizeof(CODE));
	ACT("mprotect", mprotect(memory, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC));
	call("mprotect", memory);
}

static void memory_stack(char **arg)
{
	char room[3 * PAGE];
	char *memory = (char *)(((uintptr_t)room + PAGE - 1) & ~(uintptr_t)(PAGE - 1));

	(void)arg;
	memcpy(memory, CODE, sizeof(CODE));
	ACT("mprotect", mprotect(memory, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC));
	call("mprotect", memory);
}

/* A page of an image's file that was changed in memory is the image's no longer. */
static void memory_changed(char **arg)
{
	int fd = need("open", open(usual(arg[0], "/opt/attack"), O_RDONLY));
	void *memory = map("mmap", PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);

	memcpy(memory, CODE, sizeof(CODE));
	ACT("mprotect", mprotect(memory, PAGE, PROT_READ | PROT_EXEC));
	call("mprotect", memory);
}

static void memory_sysv(char **arg)
{
	int id = need("shmget", shmget(IPC_PRIVATE, PAGE, 0700));
	void *memory = need_memory("shmat", shmat(id, NULL, 0));

	(void)arg;
	memcpy(memory, CODE, sizeof(CODE));
	at("shmat");
	memory = shmat(id, NULL, SHM_EXEC);
	int error = errno;
	shmctl(id, IPC_RMID, NULL);
	if (memory == MAP_FAILED)
		refused(error);
	call("shmat", memory);
}

static __attribute__((noinline, aligned(PAGE), section(".text.victim"))) int victim(void)
{
	__asm__ volatile("nop; nop; nop; nop; nop; nop; nop; nop; nop; nop");
	return 7;
}

/* The kernel lets a process write its own code by this door, whatever the pages say. */
static void own_memory(char **arg)
{
	int fd = ACT("open", open("/proc/self/mem", O_RDWR));
	long answer;

	(void)arg;
	at("write");
	errno = 0;
	answer = pwrite(fd, CODE, sizeof(CODE), (off_t)(uintptr_t)victim);
	if (answer < 0 && errno == EIO)
		end(ABSENT, "this kernel forces no write past the protection of pages");
	act("write", answer);
	call("write", (void *)victim);
}

/* ---- other processes ------------------------------------------------------------------------------------------ */

/* One that does nothing until it is ended; it is not our child's business how. */
static pid_t sibling(void)
{
	/* Ready before it is touched: one that is stopped or orphaned earlier would stay for ever. */
	volatile int *ready = need_memory("mmap", mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
						       MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	pid_t child = need("fork", fork());

	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* Whoever waits for the output's end does not wait for one that is left over. */
		for (int fd = 0; fd < 3; fd++)
			dup2(open("/dev/null", O_RDWR), fd);
		*ready = 1;
		for (;;)
			pause();
	}
	while (!*ready)
		usleep(1000);
	return child;
}

static pid_t whom(char **arg, pid_t usual)
{
	return arg[0] ? atoi(arg[0]) : usual;
}

static void done_with(pid_t child, char **arg)
{
	if (!arg[0])
		kill(child, SIGKILL);
}

static void trace_attach(char **arg)
{
	pid_t child = whom(arg, arg[0] ? 0 : sibling());
	long answer = ptrace(PTRACE_SEIZE, child, NULL, NULL);
	int error = errno;

	done_with(child, arg);
	errno = error;
	act("ptrace", answer);
}

static void trace_me(char **arg)
{
	(void)arg;
	ACT("ptrace", ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

/* Writes into another process's code. */
static void trace_poke(char **arg)
{
	pid_t child = sibling();
	int status;

	(void)arg;
	ACT("ptrace attach", ptrace(PTRACE_ATTACH, child, NULL, NULL));
	need("wait", waitpid(child, &status, __WALL));
	ACT("ptrace poke", ptrace(PTRACE_POKETEXT, child, victim, (void *)0x9090909090909090));
	kill(child, SIGKILL);
}

static void vm_write(char **arg)
{
	pid_t child = whom(arg, arg[0] ? 0 : sibling());
	struct iovec mine = {"x", 1}, theirs = {contested, 1};
	long answer = process_vm_writev(child, &mine, 1, &theirs, 1, 0);
	int error = errno;

	done_with(child, arg);
	errno = error;
	act("process_vm_writev", answer);
}

static void vm_read(char **arg)
{
	pid_t child = whom(arg, arg[0] ? 0 : sibling());
	char byte;
	struct iovec mine = {&byte, 1}, theirs = {contested, 1};
	long answer = process_vm_readv(child, &mine, 1, &theirs, 1, 0);
	int error = errno;

	done_with(child, arg);
	errno = error;
	act("process_vm_readv", answer);
}

static void other_memory(char **arg)
{
	pid_t child = whom(arg, arg[0] ? 0 : sibling());
	char name[64];
	long fd, answer = -1;
	int error;

	snprintf(name, sizeof(name), "/proc/%d/mem", child);
	fd = open(name, O_RDWR);
	if (fd >= 0)
		answer = pwrite(fd, "x", 1, (off_t)(uintptr_t)victim);
	error = errno;
	done_with(child, arg);
	errno = error;
	act(fd < 0 ? "open" : "write", answer);
}

static void take_descriptor(char **arg)
{
	pid_t child = whom(arg, arg[0] ? 0 : sibling());
	int pidfd = need("pidfd_open", syscall(SYS_pidfd_open, child, 0));
	long answer = syscall(NR_PIDFD_GETFD, pidfd, 0, 0);
	int error = errno;

	done_with(child, arg);
	errno = error;
	act("pidfd_getfd", answer);
}

static void signal_process(char **arg)
{
	ACT("kill", kill(whom(arg, 1), arg[0] && arg[1] ? atoi(arg[1]) : 0));
}

static void signal_pidfd(char **arg)
{
	int pidfd = need("pidfd_open", syscall(SYS_pidfd_open, whom(arg, 1), 0));

	ACT("pidfd_send_signal",
	    syscall(SYS_pidfd_send_signal, pidfd, arg[0] && arg[1] ? atoi(arg[1]) : 0, NULL, 0));
}

static void limit_process(char **arg)
{
	struct {
		unsigned long soft, hard;
	} none = {0, 0};

	ACT("prlimit", syscall(SYS_prlimit64, whom(arg, 1), 7 /* RLIMIT_NOFILE */, &none, NULL));
}

/* ---- descriptors from elsewhere ------------------------------------------------------------------------------- */

static int connect_unix(const char *path)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = need("socket", socket(AF_UNIX, SOCK_STREAM, 0));

	snprintf(name.sun_path, sizeof(name.sun_path), "%s", path);
	need("connect to who holds the file", connect(fd, (void *)&name, sizeof(name)));
	return fd;
}

/* Takes a file that somebody outside opened for writing. */
static int receive(const char *path)
{
	int from = connect_unix(path), fd = -1;
	char byte, control[CMSG_SPACE(sizeof(int))];
	struct iovec bytes = {&byte, 1};
	struct msghdr message = {.msg_iov = &bytes,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};

	ACT("recvmsg", recvmsg(from, &message, 0));
	if (CMSG_FIRSTHDR(&message) && CMSG_FIRSTHDR(&message)->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	if (fd < 0) /* the message comes, and the descriptor was taken out of it */
		refused(message.msg_flags & MSG_CTRUNC ? EPERM : ENODATA);
	return fd;
}

static void received_write(char **arg)
{
	int fd = receive(usual(arg[0], "/data/holder"));

	ACT("write", pwrite(fd, "x", 1, 0));
}

static void received_exec(char **arg)
{
	start_dropped("execveat", "received", receive(usual(arg[0], "/data/holder")));
}

static void received_map(char **arg)
{
	int fd = receive(usual(arg[0], "/data/holder"));
	char *memory = map("mmap", PROT_READ | PROT_WRITE, MAP_SHARED, fd);

	memory[0] = 'r';
}

/* Outside: gives the file to everybody who connects, until it is killed. */
static _Noreturn void hold(char **arg)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int from = need("socket", socket(AF_UNIX, SOCK_STREAM, 0));
	int fd = need("open", open(arg[1], arg[2] ? O_RDONLY : O_RDWR));

	snprintf(name.sun_path, sizeof(name.sun_path), "%s", arg[0]);
	unlink(arg[0]);
	need("bind", bind(from, (void *)&name, sizeof(name)));
	need("listen", listen(from, 16));
	printf("holding\n");
	fflush(stdout);
	for (;;) {
		int to = accept(from, NULL, NULL);
		char control[CMSG_SPACE(sizeof(int))] = {0};
		struct iovec bytes = {"x", 1};
		struct msghdr message = {.msg_iov = &bytes,
					 .msg_iovlen = 1,
					 .msg_control = control,
					 .msg_controllen = sizeof(control)};
		struct cmsghdr *head = CMSG_FIRSTHDR(&message);

		if (to < 0)
			continue;
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(head), &fd, sizeof(fd));
		sendmsg(to, &message, MSG_NOSIGNAL);
		close(to);
	}
}

/* ---- io_uring -------------------------------------------------------------------------------------------------- */

struct ring {
	int fd;
	unsigned int *sq_tail, *sq_mask, *sq_array, *cq_head, *cq_tail, *cq_mask;
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqes;
};

static struct ring ring_of(unsigned int flags, bool is_the_act)
{
	struct io_uring_params params = {.flags = flags};
	struct ring ring;
	char *memory, *completed;

	ring.fd = syscall(SYS_io_uring_setup, 8, &params);
	if (ring.fd < 0 && errno == ENOSYS)
		end(ABSENT, "this kernel has no io_uring");
	if (ring.fd < 0 && errno == EPERM && !is_the_act) {
		int disabled = open("/proc/sys/kernel/io_uring_disabled", O_RDONLY);
		char byte = '0';

		if (disabled >= 0 && read(disabled, &byte, 1) == 1 && byte != '0')
			end(ABSENT, "io_uring is switched off here");
		errno = EPERM;
	}
	act("io_uring_setup", ring.fd);
	memory = need_memory("mmap",
			     mmap(NULL, params.sq_off.array + params.sq_entries * 4,
				  PROT_READ | PROT_WRITE, MAP_SHARED, ring.fd, IORING_OFF_SQ_RING));
	completed = need_memory(
		"mmap",
		mmap(NULL, params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe),
		     PROT_READ | PROT_WRITE, MAP_SHARED, ring.fd, IORING_OFF_CQ_RING));
	ring.sqes = need_memory("mmap",
				mmap(NULL, params.sq_entries * sizeof(struct io_uring_sqe),
				     PROT_READ | PROT_WRITE, MAP_SHARED, ring.fd, IORING_OFF_SQES));
	ring.sq_tail = (void *)(memory + params.sq_off.tail);
	ring.sq_mask = (void *)(memory + params.sq_off.ring_mask);
	ring.sq_array = (void *)(memory + params.sq_off.array);
	ring.cq_head = (void *)(completed + params.cq_off.head);
	ring.cq_tail = (void *)(completed + params.cq_off.tail);
	ring.cq_mask = (void *)(completed + params.cq_off.ring_mask);
	ring.cqes = (void *)(completed + params.cq_off.cqes);
	return ring;
}

/* One operation, and its answer as a system call's. */
static long submit(struct ring *ring, struct io_uring_sqe operation)
{
	unsigned int tail = *ring->sq_tail, head = *ring->cq_head;
	int answer;

	ring->sqes[tail & *ring->sq_mask] = operation;
	ring->sq_array[tail & *ring->sq_mask] = tail & *ring->sq_mask;
	__atomic_store_n(ring->sq_tail, tail + 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring->fd, 1, 1,
		    IORING_ENTER_GETEVENTS | IORING_ENTER_SQ_WAKEUP, NULL, 0) < 0)
		return -1;
	while (__atomic_load_n(ring->cq_tail, __ATOMIC_ACQUIRE) == head)
		usleep(1000); /* the kernel's own thread is on its way */
	answer = ring->cqes[head & *ring->cq_mask].res;
	__atomic_store_n(ring->cq_head, head + 1, __ATOMIC_RELEASE);
	if (answer >= 0)
		return answer;
	errno = -answer;
	return -1;
}

static long uring_open(struct ring *ring, const char *path, int flags, unsigned int how)
{
	return submit(ring, (struct io_uring_sqe){.opcode = IORING_OP_OPENAT,
						  .fd = AT_FDCWD,
						  .flags = how,
						  .addr = (uintptr_t)path,
						  .open_flags = flags,
						  .len = 0600});
}

static void uring_setup(char **arg)
{
	(void)arg;
	ring_of(0, true);
}

static void uring_setup_polling(char **arg)
{
	(void)arg;
	ring_of(IORING_SETUP_SQPOLL, true);
}

static void uring_write_how(char **arg, unsigned int setup, unsigned int how)
{
	struct ring ring = ring_of(setup, false);
	int fd = ACT("openat by io_uring", uring_open(&ring, usual(arg[0], SECRET), O_WRONLY, how));

	ACT("write by io_uring", submit(&ring, (struct io_uring_sqe){.opcode = IORING_OP_WRITE,
								     .fd = fd,
								     .flags = how,
								     .addr = (uintptr_t)"u",
								     .len = 1}));
}

static void uring_write(char **arg)
{
	uring_write_how(arg, 0, 0);
}

static void uring_write_async(char **arg)
{
	uring_write_how(arg, 0, IOSQE_ASYNC);
}

static void uring_write_polling(char **arg)
{
	uring_write_how(arg, IORING_SETUP_SQPOLL, 0);
}

static void uring_held_write(char **arg)
{
	struct ring ring = ring_of(0, false);
	int fd = writable(usual(arg[0], SECRET));

	ACT("write by io_uring", submit(&ring, (struct io_uring_sqe){.opcode = IORING_OP_WRITE,
								     .fd = fd,
								     .flags = IOSQE_ASYNC,
								     .addr = (uintptr_t)"u",
								     .len = 1}));
}

static void uring_read(char **arg)
{
	struct ring ring = ring_of(0, false);

	ACT("openat by io_uring", uring_open(&ring, usual(arg[0], SECRET), O_RDONLY, IOSQE_ASYNC));
}

static void uring_unlink(char **arg)
{
	struct ring ring = ring_of(0, false);

	ACT("unlinkat by io_uring",
	    submit(&ring,
		   (struct io_uring_sqe){.opcode = IORING_OP_UNLINKAT,
					 .fd = AT_FDCWD,
					 .flags = IOSQE_ASYNC,
					 .addr = (uintptr_t)usual(arg[0], "/etc/unlinked-uring")}));
}

static void uring_mkdir(char **arg)
{
	struct ring ring = ring_of(0, false);

	ACT("mkdirat by io_uring",
	    submit(&ring,
		   (struct io_uring_sqe){.opcode = IORING_OP_MKDIRAT,
					 .fd = AT_FDCWD,
					 .addr = (uintptr_t)fresh(usual(arg[0], "/etc"), "uring"),
					 .len = 0700}));
}

/* ---- other doors into the kernel ------------------------------------------------------------------------------ */

#ifdef __x86_64__
/* What 32-bit programs call by; pointers must lie low. */
static long int80(long number, long a, long b, long c)
{
	long answer;

	__asm__ volatile("int $0x80"
			 : "=a"(answer)
			 : "a"(number), "b"(a), "c"(b), "d"(c), "S"(0), "D"(0)
			 : "memory", "r8", "r9", "r10", "r11");
	answer = (int)answer;
	if (answer >= 0)
		return answer;
	errno = -answer;
	return -1;
}

static char *low(const char *text)
{
	char *memory = need_memory("mmap", mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
						MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0));

	strcpy(memory, text);
	return memory;
}

/* A kernel without it ends the caller: ask in a process of its own. */
static void need_int80(void)
{
	int status;
	pid_t child = need("fork", fork());

	if (child == 0)
		_exit(int80(20 /* getpid */, 0, 0, 0) > 0 ? 0 : 1);
	need("wait", waitpid(child, &status, 0));
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		end(ABSENT, "this kernel takes no 32-bit calls");
}

static void compat_write(char **arg)
{
	long fd;

	need_int80();
	fd = ACT("32-bit open", int80(5, (long)low(usual(arg[0], SECRET)), O_WRONLY, 0));
	ACT("32-bit write", int80(4, fd, (long)low("x"), 1));
}

static void compat_mkdir(char **arg)
{
	need_int80();
	ACT("32-bit mkdir", int80(39, (long)low(fresh(usual(arg[0], "/etc"), "compat")), 0700, 0));
}

static void compat_unlink(char **arg)
{
	need_int80();
	ACT("32-bit unlink", int80(10, (long)low(usual(arg[0], "/etc/unlinked-compat")), 0, 0));
}

static void compat_exec(char **arg)
{
	char *path = low(usual(arg[0], DROPPED));
	int *argv = (int *)low("");
	int status, *told = need_memory("mmap", mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
						     MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	pid_t child;

	need_int80();
	argv[0] = (int)(uintptr_t)path;
	argv[1] = (int)(uintptr_t)low("ran");
	argv[2] = 0;
	at("32-bit execve");
	child = need("fork", fork());
	if (child == 0) {
		int80(11, (long)path, (long)argv, 0);
		*told = errno;
		_exit(1);
	}
	need("wait", waitpid(child, &status, 0));
	if (*told) {
		errno = *told;
		act("32-bit execve", -1);
	}
	if (WIFSIGNALED(status)) {
		result->error = WTERMSIG(status);
		end(KILLED, "%s", "");
	}
	if (WEXITSTATUS(status) != RAN)
		end(BROKEN, "it answered %d", WEXITSTATUS(status));
}

static void compat_memory(char **arg)
{
	char *memory = low("");

	(void)arg;
	need_int80();
	memcpy(memory, CODE, sizeof(CODE));
	ACT("32-bit mprotect", int80(125, (long)memory, PAGE, PROT_READ | PROT_EXEC));
	call("32-bit mprotect", memory);
}

static void x32_write(char **arg)
{
	long fd = syscall(0x40000000 + SYS_open, usual(arg[0], SECRET), O_WRONLY, 0);

	if (fd < 0 && errno == ENOSYS)
		end(ABSENT, "this kernel takes no x32 calls");
	act("x32 open", fd);
	ACT("x32 write", syscall(0x40000000 + SYS_write, fd, "x", 1));
}
#else
static void only_x86(char **arg)
{
	(void)arg;
	end(ABSENT, "calls of x86");
}
#define compat_write only_x86
#define compat_mkdir only_x86
#define compat_unlink only_x86
#define compat_exec only_x86
#define compat_memory only_x86
#define x32_write only_x86
#endif

/* ---- mounts and roots ------------------------------------------------------------------------------------------ */

static char *mount_point(void)
{
	char *name = fresh("/tmp", "mount");

	/* Done ten thousand times, numbers of processes come again. */
	need("mkdir", mkdir(name, 0700) && errno != EEXIST ? -1 : 0);
	return name;
}

static void mount_tmpfs(char **arg)
{
	char *where = mount_point();

	(void)arg;
	ACT("mount", mount("tmpfs", where, "tmpfs", 0, NULL));
	umount2(where, MNT_DETACH);
}

static void mount_proc(char **arg)
{
	char *where = mount_point();

	(void)arg;
	ACT("mount", mount("proc", where, "proc", 0, NULL));
	umount2(where, MNT_DETACH);
}

static void mount_bind(char **arg)
{
	char *where = mount_point();

	ACT("mount", mount(usual(arg[0], "/etc"), where, NULL, MS_BIND, NULL));
	umount2(where, MNT_DETACH);
}

static void mount_move(char **arg)
{
	/* What it moves was mounted before there was a policy. */
	ACT("mount", mount(usual(arg[0], "/mnt/old"), mount_point(), NULL, MS_MOVE, NULL));
}

static void remount(char **arg)
{
	ACT("mount",
	    mount(NULL, usual(arg[0], "/data"), NULL, MS_REMOUNT | MS_BIND | MS_NOATIME, NULL));
}

static void remount_writable(char **arg)
{
	ACT("mount", mount(NULL, usual(arg[0], "/proc/sys"), NULL, MS_REMOUNT | MS_BIND, NULL));
}

static void mount_private(char **arg)
{
	ACT("mount", mount(NULL, usual(arg[0], "/"), NULL, MS_PRIVATE | MS_REC, NULL));
}

static void unmount(char **arg)
{
	ACT("umount2", umount2(usual(arg[0], "/dev/mqueue"), MNT_DETACH));
}

static void set_mount_attributes(char **arg)
{
	struct {
		uint64_t set, clear, propagation, userns;
	} attributes = {0x10 /* NOATIME */, 0x70, 0, 0};

	ACT("mount_setattr", syscall(NR_MOUNT_SETATTR, AT_FDCWD, usual(arg[0], "/data"), 0,
				     &attributes, sizeof(attributes)));
}

static void pivot(char **arg)
{
	char *where = mount_point();
	char *old = join(where, "old");

	/* Made before there was a policy where mounting itself is refused. */
	if (arg[0])
		where = arg[0], old = join(where, "old");
	else
		ACT("mount", mount("tmpfs", where, "tmpfs", 0, NULL));
	if (mkdir(old, 0700) && errno != EEXIST)
		need("mkdir", -1);
	ACT("pivot_root", syscall(SYS_pivot_root, where, old));
}

static void change_root(char **arg)
{
	ACT("chroot", chroot(usual(arg[0], "/etc")));
}

static void fs_open(char **arg)
{
	(void)arg;
	ACT("fsopen", syscall(NR_FSOPEN, "tmpfs", 1));
}

/* A mount that appears nowhere, and is used all the same. */
static void fs_mount(char **arg)
{
	int context = ACT("fsopen", syscall(NR_FSOPEN, "tmpfs", 1));
	int tree;

	(void)arg;
	ACT("fsconfig", syscall(NR_FSCONFIG, context, 6 /* CREATE */, NULL, NULL, 0));
	tree = ACT("fsmount", syscall(NR_FSMOUNT, context, 1, 0));
	ACT("open", openat(tree, "file", O_RDWR | O_CREAT, 0600));
}

static void move_tree(char **arg)
{
	char *where = mount_point();
	int tree = ACT("open_tree",
		       syscall(NR_OPEN_TREE, AT_FDCWD, usual(arg[0], "/etc"), 1 | O_CLOEXEC));

	ACT("move_mount", syscall(NR_MOVE_MOUNT, tree, "", AT_FDCWD, where, 4 /* F_EMPTY_PATH */));
	umount2(where, MNT_DETACH);
}

static void clone_tree(char **arg)
{
	ACT("open_tree", syscall(NR_OPEN_TREE, AT_FDCWD, usual(arg[0], "/etc"), 1 | O_CLOEXEC));
}

/* Prepared before there is a policy, for the acts above. */
static void prepare_mounts(char **arg)
{
	(void)arg;
	need("mkdir", mkdir("/mnt", 0755) && errno != EEXIST ? -1 : 0);
	need("mkdir", mkdir("/mnt/old", 0755) && errno != EEXIST ? -1 : 0);
	need("mkdir", mkdir("/mnt/root", 0755) && errno != EEXIST ? -1 : 0);
	ACT("mount", mount("tmpfs", "/mnt/old", "tmpfs", 0, NULL));
	ACT("mount", mount("tmpfs", "/mnt/root", "tmpfs", 0, NULL));
	need("mkdir", mkdir("/mnt/root/old", 0755));
}

/* ---- namespaces and cgroups ------------------------------------------------------------------------------------ */

static const struct {
	const char *name;
	unsigned long flag;
} namespaces[] = {
	{"mnt", CLONE_NEWNS},	     {"uts", CLONE_NEWUTS}, {"ipc", CLONE_NEWIPC},
	{"user", CLONE_NEWUSER},     {"pid", CLONE_NEWPID}, {"net", CLONE_NEWNET},
	{"cgroup", CLONE_NEWCGROUP}, {"time", 0x80},
};

static unsigned long namespace_flag(const char *name)
{
	for (size_t i = 0; i < sizeof(namespaces) / sizeof(namespaces[0]); i++) {
		if (!strcmp(name, namespaces[i].name))
			return namespaces[i].flag;
	}
	end(BROKEN, "no namespace %s", name);
}

static void unshare_namespace(char **arg)
{
	ACT("unshare", unshare(namespace_flag(usual(arg[0], "user"))));
}

static void clone_namespace(char **arg)
{
	unsigned long flag = namespace_flag(usual(arg[0], "user"));
	long child;

	at("clone");
	child = syscall(SYS_clone, flag | SIGCHLD, NULL, NULL, NULL, NULL);
	if (child == 0)
		_exit(0);
	act("clone", child);
}

static void clone3_namespace(char **arg)
{
	struct {
		uint64_t flags, pidfd, child, parent, exit_signal, stack, stack_size, tls, tids,
			tid_count, cgroup;
	} how = {.flags = namespace_flag(usual(arg[0], "user")), .exit_signal = SIGCHLD};
	long child;

	at("clone3");
	child = syscall(NR_CLONE3, &how, sizeof(how));
	if (child == 0)
		_exit(0);
	act("clone3", child);
}

static void set_namespace(char **arg)
{
	char name[64];
	int fd;

	snprintf(name, sizeof(name), "/proc/%s/ns/%s", arg[0] && arg[1] ? arg[1] : "1",
		 usual(arg[0], "uts"));
	fd = need("open", open(name, O_RDONLY));
	ACT("setns", setns(fd, 0));
}

static void set_namespace_pidfd(char **arg)
{
	int fd = need("pidfd_open", syscall(SYS_pidfd_open, 1, 0));

	(void)arg;
	ACT("setns", setns(fd, CLONE_NEWUTS));
}

static void write_text(const char *path, const char *format, ...)
{
	va_list list;
	int fd = need(path, open(path, O_WRONLY));

	va_start(list, format);
	need(path, vdprintf(fd, format, list));
	va_end(list);
	close(fd);
}

/* All capabilities in a namespace of one's own, and then a mount. */
static void user_namespace_mount(char **arg)
{
	char *where = mount_point();

	(void)arg;
	ACT("unshare", unshare(CLONE_NEWUSER | CLONE_NEWNS));
	ACT("mount", mount("tmpfs", where, "tmpfs", 0, NULL));
}

/* Writes in a mount namespace of its own: rules that are found by namespace do not follow. */
static void namespace_write(char **arg)
{
	ACT("unshare", unshare(CLONE_NEWNS));
	write_file(arg);
}

static void user_namespace_write(char **arg)
{
	ACT("unshare", unshare(CLONE_NEWUSER | CLONE_NEWNS));
	write_text("/proc/self/uid_map",
		   "0 0 1\n"); /* itself, so that the file has an owner there */
	write_file(arg);
}

/* Into a cgroup of its own making, or the topmost there is, and then the act there. */
static void cgroup_write(char **arg)
{
	char *where = mount_point();
	char *mine;
	bool top = arg[0] && !strcmp(arg[0], "top");
	int status;
	pid_t child;

	/* Everybody's cgroups are in one tree, and the numbers of processes are not. */
	if (asprintf(&mine, "%s/escaped-%.0f", where, now() * 1e9) < 0)
		end(BROKEN, "no memory");
	ACT("mount of cgroups", mount("cgroup2", where, "cgroup2", 0, NULL));
	ACT("mkdir of a cgroup", mkdir(mine, 0755));
	child = need("fork", fork());
	if (child == 0) {
		int fd = ACT("open of cgroup.procs",
			     open(join(top ? where : mine, "cgroup.procs"), O_WRONLY));

		ACT("write to cgroup.procs", dprintf(fd, "%d", getpid()));
		write_file((char *[]){NULL});
		end(DONE, "%s", "");
	}
	need("wait", waitpid(child, &status, 0));
	rmdir(mine);
	umount2(where, MNT_DETACH);
	if (WIFSIGNALED(status)) {
		result->error = WTERMSIG(status);
		end(KILLED, "%s", "");
	}
	_exit(0);
}

/* ---- the kernel itself ------------------------------------------------------------------------------------------ */

static void load_module(char **arg)
{
	char nothing[64] = "not a module";
	long answer = syscall(SYS_init_module, nothing, sizeof(nothing), "");

	(void)arg;
	if (answer && errno == ENOEXEC)
		return; /* the loader looked at it, and would have taken another */
	act("init_module", answer);
}

static void load_module_file(char **arg)
{
	int fd = need("open", open("/opt/attack", O_RDONLY));
	long answer = syscall(SYS_finit_module, fd, "", 0);

	(void)arg;
	if (answer && (errno == ENOEXEC || errno == EINVAL))
		return;
	act("finit_module", answer);
}

static void unload_module(char **arg)
{
	long answer = syscall(SYS_delete_module, "no_such_module", O_NONBLOCK);

	(void)arg;
	if (answer && errno == ENOENT)
		return;
	act("delete_module", answer);
}

static void load_kernel(char **arg)
{
	(void)arg;
	ACT("kexec_load", syscall(SYS_kexec_load, 0, 0, NULL, 0));
}

static void load_kernel_file(char **arg)
{
	int fd = need("open", open("/opt/attack", O_RDONLY));
	long answer = syscall(SYS_kexec_file_load, fd, -1, 1UL, "", 4UL /* NO_INITRAMFS */);

	(void)arg;
	if (answer && (errno == ENOEXEC || errno == EINVAL || errno == EKEYREJECTED))
		return;
	act("kexec_file_load", answer);
}

static void bpf_map(char **arg)
{
	union bpf_attr map = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};

	(void)arg;
	ACT("bpf", syscall(SYS_bpf, BPF_MAP_CREATE, &map, sizeof(map)));
}

static void bpf_program(char **arg)
{
	struct bpf_insn program[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K},
				     {.code = BPF_JMP | BPF_EXIT}};
	union bpf_attr load = {.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
			       .insns = (uintptr_t)program,
			       .insn_cnt = 2,
			       .license = (uintptr_t)"GPL"};

	(void)arg;
	ACT("bpf", syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof(load)));
}

/* Looks at every map of the node, and writes into the one of this name, or counts them. */
static void bpf_maps_of_others(char **arg)
{
	union bpf_attr next = {0};
	long found = 0;

	while (syscall(SYS_bpf, BPF_MAP_GET_NEXT_ID, &next, sizeof(next)) == 0) {
		union bpf_attr get = {.map_id = next.next_id};
		struct bpf_map_info info = {0};
		union bpf_attr ask = {.info.info_len = sizeof(info), .info.info = (uintptr_t)&info};
		int fd = syscall(SYS_bpf, BPF_MAP_GET_FD_BY_ID, &get, sizeof(get));

		next.start_id = next.next_id;
		if (fd < 0)
			continue;
		ask.info.bpf_fd = fd;
		if (syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &ask, sizeof(ask)) == 0 &&
		    !strncmp(info.name, usual(arg[0], "gh_slots"), sizeof(info.name)))
			found++;
		close(fd);
	}
	if (errno == ENOENT)
		errno = found ? 0 : EPERM; /* walked them all, and got none of ours */
	act("bpf", found ? 0 : -1);
}

static void perf_open(char **arg)
{
	struct perf_event_attr event = {.type = PERF_TYPE_SOFTWARE,
					.size = sizeof(event),
					.config = PERF_COUNT_SW_CONTEXT_SWITCHES,
					.exclude_kernel = 1};

	(void)arg;
	ACT("perf_event_open", syscall(SYS_perf_event_open, &event, 0, -1, -1, 0));
}

/* ---- devices ------------------------------------------------------------------------------------------------------ */

static void make_device(char **arg)
{
	ACT("mknod", mknod(fresh(usual(arg[0], VOLUME), "block"), S_IFBLK | 0600, makedev(1, 0)));
}

static void make_character_device(char **arg)
{
	ACT("mknod",
	    mknod(fresh(usual(arg[0], VOLUME), "character"), S_IFCHR | 0600, makedev(1, 1)));
}

static void open_device(char **arg)
{
	long fd;

	at("open");
	fd = open(usual(arg[0], "/data/block"), O_RDONLY);
	if (fd < 0 && (errno == ENXIO || errno == ENODEV))
		return; /* its driver was asked for */
	act("open", fd);
}

/* ---- capabilities -------------------------------------------------------------------------------------------------- */

static bool is_mighty(void)
{
	char line[256];
	unsigned long long effective = 0;
	FILE *status = fopen("/proc/self/status", "r");

	while (status && fgets(line, sizeof(line), status)) {
		if (sscanf(line, "CapEff: %llx", &effective) == 1)
			break;
	}
	return effective != 0;
}

static void become_nobody(void)
{
	need("setgid", syscall(SYS_setresgid, 1000, 1000, 1000));
	need("setuid", syscall(SYS_setresuid, 1000, 1000, 1000));
}

/* A program of the image that gives its caller more than he has: by its owner's bit, or by its own capabilities. */
static void exec_gaining(char **arg)
{
	become_nobody();
	if (is_mighty())
		end(BROKEN, "nobody has capabilities");
	start("execve", usual(arg[0], "/opt/setuid"), -1, (char *[]){"gaining", "mighty", NULL});
}

static void user_namespace_gaining(char **arg)
{
	(void)arg;
	become_nobody();
	prctl(PR_SET_DUMPABLE, 1);
	ACT("unshare", unshare(CLONE_NEWUSER));
	if (!is_mighty())
		end(BROKEN, "no capabilities in the new namespace");
}

/* ---- network ------------------------------------------------------------------------------------------------------ */

/* "127.0.0.1:80" or "[::1]:80" */
static socklen_t address_of(const char *text, struct sockaddr_storage *address)
{
	struct sockaddr_in6 *six = (void *)address;
	struct sockaddr_in *four = (void *)address;
	char host[64] = "";
	const char *colon = strrchr(text, ':');

	memset(address, 0, sizeof(*address));
	if (!colon)
		end(BROKEN, "no port in %s", text);
	if (text[0] == '[') {
		snprintf(host, sizeof(host), "%.*s", (int)(colon - text - 2), text + 1);
		six->sin6_family = AF_INET6;
		six->sin6_port = htons(atoi(colon + 1));
		need("address", inet_pton(AF_INET6, host, &six->sin6_addr) == 1 ? 0 : -1);
		return sizeof(*six);
	}
	snprintf(host, sizeof(host), "%.*s", (int)(colon - text), text);
	four->sin_family = AF_INET;
	four->sin_port = htons(atoi(colon + 1));
	need("address", inet_pton(AF_INET, host, &four->sin_addr) == 1 ? 0 : -1);
	return sizeof(*four);
}

static const char *TARGET = "127.0.0.1:9999";

/* Nobody has to be there: that it asked the network is what counts. */
static void asked(const char *step, long answer)
{
	if (answer < 0 && (errno == ECONNREFUSED || errno == EINPROGRESS || errno == ENETUNREACH ||
			   errno == EHOSTUNREACH || errno == ECONNRESET))
		return;
	act(step, answer);
}

static int socket_for(struct sockaddr_storage *address, int type, int protocol)
{
	int fd = socket(address->ss_family, type, protocol);

	if (fd < 0 && (errno == EPROTONOSUPPORT || errno == EAFNOSUPPORT ||
		       errno == ESOCKTNOSUPPORT || errno == ENOPROTOOPT))
		end(ABSENT, "this kernel has no such protocol");
	return act("socket", fd);
}

static void net_connect_how(char **arg, int type, int protocol)
{
	struct sockaddr_storage to;
	socklen_t length = address_of(usual(arg[0], TARGET), &to);
	int fd = socket_for(&to, type, protocol);

	at("connect");
	asked("connect", connect(fd, (void *)&to, length));
}

static void net_connect(char **arg)
{
	net_connect_how(arg, SOCK_STREAM, 0);
}

static void net_connect_nonblocking(char **arg)
{
	net_connect_how(arg, SOCK_STREAM | SOCK_NONBLOCK, 0);
}

static void net_connect_udp(char **arg)
{
	net_connect_how(arg, SOCK_DGRAM, 0);
}

static void net_connect_mptcp(char **arg)
{
	net_connect_how(arg, SOCK_STREAM, 262);
}

static void net_connect_sctp(char **arg)
{
	net_connect_how(arg, SOCK_STREAM, 132);
}

/* IPv4 in the clothes of IPv6. */
static void net_connect_mapped(char **arg)
{
	char *text;

	if (asprintf(&text, "[::ffff:%.*s]:%s",
		     (int)(strrchr(usual(arg[0], TARGET), ':') - usual(arg[0], TARGET)),
		     usual(arg[0], TARGET), strrchr(usual(arg[0], TARGET), ':') + 1) < 0)
		end(BROKEN, "no memory");
	net_connect_how((char *[]){text, NULL}, SOCK_STREAM, 0);
}

/* Data with the first packet, without connect. */
static void net_fastopen(char **arg)
{
	struct sockaddr_storage to;
	socklen_t length = address_of(usual(arg[0], TARGET), &to);
	int fd = socket_for(&to, SOCK_STREAM, 0);

	at("sendto");
	asked("sendto", sendto(fd, "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL, (void *)&to, length));
}

static void net_sendto(char **arg)
{
	struct sockaddr_storage to;
	socklen_t length = address_of(usual(arg[0], TARGET), &to);
	int fd = socket_for(&to, SOCK_DGRAM, 0);

	at("sendto");
	asked("sendto", sendto(fd, "x", 1, 0, (void *)&to, length));
}

static void net_sendmsg(char **arg)
{
	struct sockaddr_storage to;
	socklen_t length = address_of(usual(arg[0], TARGET), &to);
	int fd = socket_for(&to, SOCK_DGRAM, 0);
	struct iovec bytes = {"x", 1};
	struct mmsghdr messages = {.msg_hdr = {.msg_name = &to,
					       .msg_namelen = length,
					       .msg_iov = &bytes,
					       .msg_iovlen = 1}};

	at("sendmmsg");
	asked("sendmmsg", sendmmsg(fd, &messages, 1, 0));
}

/* IPv4 without saying so. */
static void net_sendto_unspecified(char **arg)
{
	struct sockaddr_storage to;
	socklen_t length = address_of(usual(arg[0], TARGET), &to);
	int fd = socket_for(&to, SOCK_DGRAM, 0);

	to.ss_family = AF_UNSPEC;
	at("sendto");
	asked("sendto", sendto(fd, "x", 1, 0, (void *)&to, length));
}

/* An IPv4 address given to a socket of IPv6. */
static void net_sendto_mixed(char **arg)
{
	struct sockaddr_storage to;
	socklen_t length = address_of(usual(arg[0], TARGET), &to);
	int fd = ACT("socket", socket(AF_INET6, SOCK_DGRAM, 0));

	at("sendto");
	asked("sendto", sendto(fd, "x", 1, 0, (void *)&to, length));
}

static void net_bind(char **arg)
{
	struct sockaddr_storage to;
	socklen_t length = address_of(usual(arg[0], "0.0.0.0:9998"), &to);
	int one = 1, fd = socket_for(&to, SOCK_STREAM, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	ACT("bind", bind(fd, (void *)&to, length));
}

static void net_listen(char **arg)
{
	struct sockaddr_storage to;
	socklen_t length = address_of(usual(arg[0], "0.0.0.0:9998"), &to);
	int one = 1, fd = socket_for(&to, SOCK_STREAM, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	ACT("bind", bind(fd, (void *)&to, length));
	ACT("listen", listen(fd, 1));
}

/* Without bind: the kernel picks a port. */
static void net_listen_unbound(char **arg)
{
	int fd = ACT("socket", socket(AF_INET, SOCK_STREAM, 0));

	(void)arg;
	ACT("listen", listen(fd, 1));
}

static void net_raw(char **arg)
{
	(void)arg;
	ACT("socket", socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
}

/* Past the address: bytes of one's own making. */
static void net_raw_send(char **arg)
{
	struct sockaddr_storage to;
	socklen_t length = address_of(usual(arg[0], TARGET), &to);
	int fd = ACT("socket", socket(AF_INET, SOCK_RAW, IPPROTO_UDP));
	unsigned char packet[9] = {0x10, 0, 0x27, 0x0f, 0, 9, 0, 0, 'x'};

	((struct sockaddr_in *)&to)->sin_port = 0;
	at("sendto");
	asked("sendto", sendto(fd, packet, sizeof(packet), 0, (void *)&to, length));
}

static void net_packet(char **arg)
{
	int fd = socket(AF_PACKET, SOCK_RAW, htons(3 /* ETH_P_ALL */));

	(void)arg;
	if (fd < 0 && errno == EAFNOSUPPORT)
		end(ABSENT, "this kernel has no packet sockets");
	ACT("socket", fd);
}

static void net_uring_connect(char **arg)
{
	struct ring ring = ring_of(0, false);
	struct sockaddr_storage to;
	socklen_t length = address_of(usual(arg[0], TARGET), &to);
	int fd = socket_for(&to, SOCK_STREAM, 0);

	at("connect by io_uring");
	asked("connect by io_uring",
	      submit(&ring, (struct io_uring_sqe){.opcode = IORING_OP_CONNECT,
						  .fd = fd,
						  .flags = IOSQE_ASYNC,
						  .addr = (uintptr_t)&to,
						  .off = length}));
}

#ifdef __x86_64__
static void net_compat_connect(char **arg)
{
	struct sockaddr_storage to;
	socklen_t length = address_of(usual(arg[0], TARGET), &to);
	unsigned int *words = (unsigned int *)low("");
	int fd = socket_for(&to, SOCK_STREAM, 0);

	need_int80();
	memcpy(words + 8, &to, length);
	words[0] = fd;
	words[1] = (unsigned int)(uintptr_t)(words + 8);
	words[2] = length;
	at("32-bit connect");
	asked("32-bit connect", int80(102 /* socketcall */, 3, (long)words, 0));
}
#else
#define net_compat_connect only_x86
#endif

static char contested_address[sizeof(struct sockaddr_storage)];

static void *change_address(void *unused)
{
	struct sockaddr_in *address = (void *)contested_address;

	(void)unused;
	while (!race_over) {
		address->sin_port = htons(9999);
		pause_a_while();
		address->sin_port = htons(9);
		pause_a_while();
	}
	return NULL;
}

/* Changes the port between the look and the call: a datagram that arrives at the forbidden one is a hit. */
static void race_sendto(char **arg)
{
	struct sockaddr_in *address = (void *)contested_address, forbidden;
	pthread_t thread;
	double until = now() + seconds;
	long tries = 0, refusals = 0;
	char byte;
	int fd, receiver;

	(void)arg;
	memset(address, 0, sizeof(*address));
	address->sin_family = AF_INET;
	address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address->sin_port = htons(9);
	forbidden = *address;
	forbidden.sin_port = htons(9999);
	fd = need("socket", socket(AF_INET, SOCK_DGRAM, 0));
	receiver = need("socket", socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0));
	need("bind", bind(receiver, (void *)&forbidden, sizeof(forbidden)));
	errno = pthread_create(&thread, NULL, change_address, NULL);
	need("a thread", errno ? -1 : 0);
	at("sendto");
	while (now() < until) {
		tries++;
		if (sendto(fd, "x", 1, 0, (void *)address, sizeof(*address)) < 0 && errno == EPERM)
			refusals++;
		if (read(receiver, &byte, 1) == 1) {
			race_over = true;
			end(DONE, "after %ld tries", tries);
		}
	}
	race_over = true;
	pthread_join(thread, NULL);
	if (!refusals)
		end(BROKEN, "no race: %ld tries", tries);
	refused(EPERM);
}

/* ---- much at once -------------------------------------------------------------------------------------------------- */

/* Programs, files and records as fast as they go, while the forbidden is tried in between; one hit is a success. */
static void flood(char **arg)
{
	double until = now() + seconds;
	long tries = 0, refusals = 0;
	pid_t storm[2];

	for (int i = 0; i < 2; i++) {
		storm[i] = need("fork", fork());
		if (storm[i] == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			for (unsigned int n = 0;; n++) {
				/* Each is refused, told, and takes room where the next is to be told. */
				close(open("/etc/flood", O_WRONLY | O_CREAT, 0600));
				mkdir("/etc/flood-too", 0700);
				close(open("/data/flood", O_WRONLY | O_CREAT, 0600));
				if (n % 16 == 0) {
					pid_t child = vfork();

					if (child == 0) {
						execl("/opt/attack", "ran", "ran", NULL);
						_exit(1);
					}
					waitpid(child, NULL, 0);
				}
			}
		}
	}
	at("open");
	while (now() < until) {
		int fd = open(usual(arg[0], SECRET), O_WRONLY | O_APPEND);

		tries++;
		if (fd >= 0) {
			ACT("write", write(fd, "x", 1));
			kill(storm[0], SIGKILL);
			kill(storm[1], SIGKILL);
			end(DONE, "after %ld tries", tries);
		}
		refusals += errno == EPERM;
	}
	kill(storm[0], SIGKILL);
	kill(storm[1], SIGKILL);
	if (refusals != tries)
		end(BROKEN, "%ld tries, %ld refused", tries, refusals);
	refused(EPERM);
}

static void do_by_name(char **words);

/*
 * until FILE ACT [ARGUMENT...]: does an act again and again, each time in a process of its own, until FILE is there.
 * The first that comes through ends it. Says "trying@NANOSECONDS" now and then, so that others know how far it is.
 */
static void until(char **arg)
{
	struct result *own = result;
	struct result *each = need_memory("mmap", mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
						       MAP_SHARED | MAP_ANONYMOUS, -1, 0));
	long refusals = 0, kills = 0;
	double told = 0;

	alarm(0);
	nice(19); /* as fast as it goes, but the agent that it is tried against has its turn on a slow machine too */
	while (access(arg[0], F_OK)) {
		int status;
		pid_t child;

		memset((void *)each, 0, sizeof(*each));
		child = need("fork", fork());
		if (child == 0) {
			result = each;
			do_by_name(arg + 1);
			end(DONE, "%s", "");
		}
		need("wait", waitpid(child, &status, 0));
		if (WIFSIGNALED(status) || each->outcome == KILLED) {
			kills++;
		} else if (each->outcome == REFUSED && each->error == EPERM) {
			refusals++;
		} else {
			*own = *each;
			snprintf(own->why, sizeof(own->why),
				 "%.64s after %ld refusals and %ld kills", each->why, refusals,
				 kills);
			_exit(0);
		}
		if (now() > told + 0.1) {
			told = now();
			dprintf(1, "trying@%.0f\n", told * 1e9);
		}
	}
	own->error = EPERM;
	at(each->step);
	end(REFUSED, ", %ld refusals and %ld kills", refusals, kills);
}

/* ---- the table ----------------------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	void (*run)(char **arg);
} acts[] = {
	{"write", write_file},
	{"read", read_file},
	{"create", create},
	{"create-openat2", create_openat2},
	{"creat", creat_file},
	{"open-trunc", open_trunc},
	{"open-trunc-reading", open_trunc_reading},
	{"truncate", truncate_file},
	{"held-write", held_write},
	{"held-read", held_read},
	{"held-ftruncate", ftruncate_file},
	{"held-fallocate", fallocate_file},
	{"held-pwritev", pwritev_file},
	{"held-copy-range", copy_range},
	{"held-clone-range", clone_range},
	{"held-splice", splice_file},
	{"held-vmsplice", vmsplice_file},
	{"held-sendfile", sendfile_file},
	{"held-map-shared", map_shared},
	{"held-map-shared-later", map_shared_later},
	{"held-uring-write", uring_held_write},
	{"tmpfile-link", tmpfile_link},
	{"mkdir", make_directory},
	{"mkfifo", make_fifo},
	{"socket-name", make_socket},
	{"symlink", make_symlink},
	{"unlink", unlink_file},
	{"rmdir", remove_directory},
	{"rename", rename_file},
	{"rename-exchange", rename_exchange},
	{"rename-whiteout", rename_whiteout},
	{"rename-parent-write", rename_parent_write},
	{"rename-parent-read", rename_parent_read},
	{"link-write", link_write},
	{"link-read", link_read},
	{"link-descriptor", link_descriptor},
	{"old-alias-write", old_alias_write},
	{"chmod", change_mode},
	{"fchmod", change_mode_descriptor},
	{"fchmodat2", change_mode_2},
	{"chown", change_owner},
	{"fchownat", change_owner_descriptor},
	{"utimes", change_times},
	{"setxattr", set_attribute},
	{"set-file-capability", set_file_capability},
	{"set-acl", set_acl},
	{"set-flags", set_flags},
	{"set-extended-flags", set_extended_flags},
	{"file-setattr", file_setattr},
	{"proc-root-write", proc_root_write},
	{"proc-root-read", proc_root_read},
	{"proc-one-root-write", proc_one_root_write},
	{"reopen-write", reopen_write},
	{"reopen-read", reopen_read},
	{"symlink-write", symlink_write},
	{"symlink-read", symlink_read},
	{"handle-write", handle_write},
	{"handle-read", handle_read},
	{"make-deep", make_deep},
	{"deep-create", deep_create},
	{"make-long", make_long},
	{"long-create", long_create},
	{"remove", remove_all},
	{"chroot-write", chroot_write},
	{"chroot-read", chroot_read},
	{"bind-alias", bind_alias},
	{"open-tree-write", open_tree_write},
	{"overlay-again", overlay_again},
	{"race-text", race_text},
	{"race-link", race_link},
	{"race-exec", race_exec},
	{"drop", drop},
	{"drop-code", drop_code},
	{"exec", exec_file},
	{"exec-as", exec_as},
	{"exec-descriptor", exec_descriptor},
	{"exec-proc-fd", exec_proc_fd},
	{"exec-link", exec_link},
	{"exec-hard-link", exec_hard_link},
	{"exec-memfd", exec_memfd},
	{"exec-memfd-proc", exec_memfd_proc},
	{"exec-tmpfile", exec_tmpfile},
	{"exec-deleted", exec_deleted},
	{"exec-volume", exec_volume},
	{"exec-changed", exec_changed},
	{"exec-orphan", exec_orphan},
	{"script", script_start},
	{"script-read", script_read},
	{"script-source", script_source},
	{"script-stdin", script_stdin},
	{"script-memfd", script_memfd},
	{"script-awk", script_awk},
	{"loader", loader},
	{"map-code", map_code},
	{"map-code-shared", map_code_shared},
	{"map-code-personality", map_code_personality},
	{"map-memfd", map_memfd},
	{"protect-code", protect_code},
	{"protect-code-key", protect_code_key},
	{"memory-rwx", memory_rwx},
	{"memory-rx", memory_rx},
	{"memory-shared", memory_shared},
	{"memory-personality", memory_personality},
	{"memory-heap", memory_heap},
	{"memory-stack", memory_stack},
	{"memory-changed", memory_changed},
	{"memory-sysv", memory_sysv},
	{"own-memory", own_memory},
	{"trace-attach", trace_attach},
	{"trace-me", trace_me},
	{"trace-poke", trace_poke},
	{"vm-write", vm_write},
	{"vm-read", vm_read},
	{"other-memory", other_memory},
	{"take-descriptor", take_descriptor},
	{"signal", signal_process},
	{"signal-pidfd", signal_pidfd},
	{"limit", limit_process},
	{"received-write", received_write},
	{"received-exec", received_exec},
	{"received-map", received_map},
	{"hold", hold},
	{"uring-setup", uring_setup},
	{"uring-setup-polling", uring_setup_polling},
	{"uring-write", uring_write},
	{"uring-write-async", uring_write_async},
	{"uring-write-polling", uring_write_polling},
	{"uring-read", uring_read},
	{"uring-unlink", uring_unlink},
	{"uring-mkdir", uring_mkdir},
	{"compat-write", compat_write},
	{"compat-mkdir", compat_mkdir},
	{"compat-unlink", compat_unlink},
	{"compat-exec", compat_exec},
	{"compat-memory", compat_memory},
	{"x32-write", x32_write},
	{"mount-tmpfs", mount_tmpfs},
	{"mount-proc", mount_proc},
	{"mount-bind", mount_bind},
	{"mount-move", mount_move},
	{"mount-private", mount_private},
	{"remount", remount},
	{"remount-writable", remount_writable},
	{"umount", unmount},
	{"mount-setattr", set_mount_attributes},
	{"pivot-root", pivot},
	{"chroot", change_root},
	{"fsopen", fs_open},
	{"fsmount", fs_mount},
	{"move-mount", move_tree},
	{"open-tree", clone_tree},
	{"prepare-mounts", prepare_mounts},
	{"unshare", unshare_namespace},
	{"clone", clone_namespace},
	{"clone3", clone3_namespace},
	{"setns", set_namespace},
	{"setns-pidfd", set_namespace_pidfd},
	{"user-namespace-mount", user_namespace_mount},
	{"namespace-write", namespace_write},
	{"user-namespace-write", user_namespace_write},
	{"cgroup-write", cgroup_write},
	{"init-module", load_module},
	{"finit-module", load_module_file},
	{"delete-module", unload_module},
	{"kexec-load", load_kernel},
	{"kexec-file-load", load_kernel_file},
	{"bpf-map", bpf_map},
	{"bpf-program", bpf_program},
	{"bpf-maps-of-others", bpf_maps_of_others},
	{"perf-open", perf_open},
	{"make-device", make_device},
	{"make-character-device", make_character_device},
	{"open-device", open_device},
	{"exec-gaining", exec_gaining},
	{"user-namespace-gaining", user_namespace_gaining},
	{"net-connect", net_connect},
	{"net-connect-nonblocking", net_connect_nonblocking},
	{"net-connect-udp", net_connect_udp},
	{"net-connect-mptcp", net_connect_mptcp},
	{"net-connect-sctp", net_connect_sctp},
	{"net-connect-mapped", net_connect_mapped},
	{"net-fastopen", net_fastopen},
	{"net-sendto", net_sendto},
	{"net-sendmsg", net_sendmsg},
	{"net-sendto-unspecified", net_sendto_unspecified},
	{"net-sendto-mixed", net_sendto_mixed},
	{"net-bind", net_bind},
	{"net-listen", net_listen},
	{"net-listen-unbound", net_listen_unbound},
	{"net-raw", net_raw},
	{"net-raw-send", net_raw_send},
	{"net-packet", net_packet},
	{"net-uring-connect", net_uring_connect},
	{"net-compat-connect", net_compat_connect},
	{"race-sendto", race_sendto},
	{"flood", flood},
	{"until", until},
};

/* ---- one act, or many ---------------------------------------------------------------------------------------------- */

enum {
	MAX_ARGUMENTS = 8,
	LIMIT_SECONDS = 30
};

static int print(const char *name, int status)
{
	static const int exits[] = {4, 0, 1, 3, 4, 1};
	bool ended = WIFSIGNALED(status);
	int signal = ended ? WTERMSIG(status) : 0;

	switch (result->outcome) {
	case DONE:
		if (ended)
			printf("%s done-killed %d\n", name, signal);
		else
			printf("%s done %s\n", name, result->why);
		break;
	case REFUSED:
		printf("%s refused %s at %s%s\n", name, strerrorname_np(result->error),
		       result->step, result->why);
		break;
	case KILLED:
		printf("%s killed %d at %s\n", name, result->error, result->step);
		break;
	case ABSENT:
		printf("%s absent %s\n", name, result->why);
		break;
	case BROKEN:
		printf("%s broken %s\n", name, result->why);
		break;
	default:
		if (ended && signal == SIGALRM)
			printf("%s broken still at %s after %d s\n", name, result->step,
			       LIMIT_SECONDS);
		else if (ended)
			printf("%s killed %d at %s\n", name, signal,
			       result->step[0] ? result->step : "its start");
		else
			printf("%s broken ended at %s with %d\n", name, result->step,
			       WEXITSTATUS(status));
	}
	fflush(stdout);
	return exits[result->outcome];
}

static void do_by_name(char **words)
{
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		if (!strcmp(acts[i].name, words[0])) {
			acts[i].run(words + 1);
			return;
		}
	}
	end(BROKEN, "no act '%s'", words[0]);
}

static char *own_text; /* what /proc shows as the arguments */
static size_t own_text_size;

/* What is told of this process is told under this name, and not of it and all its siblings alike. */
static void call_oneself(const char *name, char **words)
{
	char *copy = strdup(name);

	for (char **word = words; *word; word++)
		*word = strdup(*word);
	prctl(PR_SET_NAME, copy);
	memset(own_text, 0, own_text_size);
	snprintf(own_text, own_text_size, "%s", copy);
}

/* Does an act in a process of its own, so that many can follow one that is killed. */
static int attempt(const char *name, char **words)
{
	int status;
	pid_t child;

	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		if (strcmp(acts[i].name, words[0]))
			continue;
		memset((void *)result, 0, sizeof(*result));
		if (!strcmp(words[0], "hold"))
			hold(words +
			     1); /* until it is killed, and so no child that would outlive that */
		prctl(PR_SET_NAME, name); /* whoever is told of the child is told of its parent */
		child = fork();
		if (child == 0) {
			call_oneself(name, words);
			if (strcmp(words[0], "until"))
				alarm(LIMIT_SECONDS);
			acts[i].run(words + 1);
			end(DONE, "%s", "");
		}
		if (child < 0 || waitpid(child, &status, 0) != child) {
			printf("%s broken fork: %s\n", name, strerrorname_np(errno));
			return 4;
		}
		return print(name, status);
	}
	fprintf(stderr, "attack: no act '%s'\n", words[0]);
	exit(2);
}

/* NAME=ACT,ARGUMENT,... */
static void attempt_row(char *row)
{
	char *words[MAX_ARGUMENTS + 1] = {NULL};
	char *rest = strchr(row, '=');
	int count = 0;

	if (!rest) {
		fprintf(stderr, "attack: '%s' is not NAME=ACT\n", row);
		exit(2);
	}
	*rest++ = 0;
	for (char *word = strtok(rest, ","); word && count < MAX_ARGUMENTS;
	     word = strtok(NULL, ","))
		words[count++] = word;
	attempt(row, words);
}

static void await_gate(const char *path)
{
	double until = now() + 3600;

	while (access(path, F_OK)) {
		if (now() > until) {
			fprintf(stderr, "attack: %s did not come\n", path);
			exit(4);
		}
		usleep(5000);
	}
}

static char **options(char **word)
{
	const char *gate = NULL;

	for (; word[0] && !strncmp(word[0], "--", 2) && word[1]; word += 2) {
		if (!strcmp(word[0], "--held")) {
			held_writable = open(word[1], O_RDWR | O_CLOEXEC);
			held_readable = open(word[1], O_RDONLY | O_CLOEXEC);
			if (held_readable < 0) {
				fprintf(stderr, "attack: %s: %s\n", word[1],
					strerrorname_np(errno));
				exit(4);
			}
		} else if (!strcmp(word[0], "--gate")) {
			gate = word[1];
		} else if (!strcmp(word[0], "--linger")) {
			linger_millis = atol(word[1]);
		} else if (!strcmp(word[0], "--seconds")) {
			seconds = atol(word[1]);
		} else {
			fprintf(stderr, "attack: no option '%s'\n", word[0]);
			exit(2);
		}
	}
	if (gate) {
		printf("ready\n");
		fflush(stdout);
		await_gate(gate);
	}
	return word;
}

/* Whose bytes run where two programs take turns under one name. */
static bool is_of_image(void)
{
	char path[PATH_MAX] = "";

	return readlink("/proc/self/exe", path, sizeof(path) - 1) > 0 &&
	       !strcmp(path, "/opt/attack");
}

int main(int argc, char **argv)
{
	char **word;

	/* As something that was started and was not to be. */
	if (argc > 1 && !strcmp(argv[1], "ran"))
		return is_of_image() ? 41 : RAN;
	if (argc > 1 && !strcmp(argv[1], "mighty"))
		return is_mighty() ? RAN : 1;

	result = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (result == MAP_FAILED) {
		fprintf(stderr, "attack: no memory\n");
		return 4;
	}
	own_text = argv[0];
	own_text_size = argv[argc - 1] + strlen(argv[argc - 1]) + 1 - argv[0];
	word = options(argv + 1);
	if (!word[0]) {
		fprintf(stderr,
			"usage: attack ACT [ARGUMENT...] | attack run NAME=ACT[,ARGUMENT...]... | attack list\n");
		return 2;
	}
	if (!strcmp(word[0], "list")) {
		for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
			printf("%s\n", acts[i].name);
		return 0;
	}
	if (!strcmp(word[0], "run")) {
		for (word++; *word; word++)
			attempt_row(*word);
		return 0;
	}
	return attempt(word[0], word);
}
