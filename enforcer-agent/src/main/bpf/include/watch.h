/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The contract between the watching programs and the agent: what to tell of, and
 * the record that tells it. The guard (gatehouse.h) decides; the watch decides
 * nothing, so that whatever is lost here changes no verdict.
 *
 * A record is a head, always whole, and sections behind it, each with a tag and
 * a length. Java reads it by events.live.LiveRecord; a test holds the two
 * together through the compiled type information.
 */
#ifndef GH_WATCH_H
#define GH_WATCH_H

#include <linux/types.h>

#define GH_WATCH_COMM 16
#define GH_WATCH_ARGS 6
#define GH_WATCH_RESULT 6   /* the place of the result beside those of the arguments */
#define GH_WATCH_CALLS 1024 /* system call numbers; + 512 for the 32-bit entry */
#define GH_WATCH_COMPAT 512
#define GH_WATCH_CGROUPS 32768
#define GH_WATCH_SIEVE 16384
#define GH_WATCH_TEXT 4096    /* of one text or one buffer of a call */
#define GH_WATCH_WORDS 8192   /* of all arguments of a program; as much again for its environment */
#define GH_WATCH_NAMES 4096   /* of one path */
#define GH_WATCH_RECORD 32768 /* the longest record */
#define GH_WATCH_SNAP 80      /* bytes of a buffer, unless a call asks for more */

/* What a record is about. Values are wire format: never reuse one. */
enum gh_watch_kind {
	GH_WATCH_CALL = 1, /* a system call returned, or an operation of io_uring completed */
	GH_WATCH_EXEC = 2, /* a new program is in place; of a failed one a CALL tells */
	GH_WATCH_FORK = 3, /* a task was made, told in the words of the child, before it ran */
	GH_WATCH_EXIT = 4, /* a task ended */
};

/* gh_watch_head.facts */
#define GH_WATCH_URING 0x0001	    /* of io_uring: `call` is the system call that does the same */
#define GH_WATCH_COMPAT_TASK 0x0002 /* by the 32-bit entry */
#define GH_WATCH_UNREAD 0x0004	    /* something the user gave could not be read */
#define GH_WATCH_CUT 0x0008	    /* something is longer than its place */
#define GH_WATCH_CGROUP_NEW 0x0010  /* the agent has not said yet whose this cgroup is */
#define GH_WATCH_KERNEL_THREAD 0x0020
#define GH_WATCH_REAPER 0x0040 /* the process adopts its orphaned descendants */

/*
 * Who and when. `start_ns` is the thread's, `group_start_ns` the process's, both
 * CLOCK_BOOTTIME; with the id each names one for ever.
 */
struct gh_watch_head {
	__u32 size; /* of the whole record, a multiple of 8 */
	__u16 kind; /* enum gh_watch_kind */
	__u16 facts;
	__u64 time_ns; /* CLOCK_BOOTTIME */
	__u64 cgroup;  /* key, as in gatehouse.h */
	__u64 start_ns;
	__u64 group_start_ns;
	__u64 parent_start_ns; /* the parent's process */
	__u32 tid;
	__u32 pid;
	__u32 ppid; /* process id of the real parent */
	__u32 vtid; /* as the task's own pid namespace has them */
	__u32 vpid;
	__u32 sid; /* session and process group: ids of the host */
	__u32 pgid;
	__u32 vsid;
	__u32 vpgid;
	__u32 uid; /* effective, as the host has them */
	__u32 gid;
	__u32 loginuid;
	__u32 tty; /* device number in user space's form, 0 without */
	__u32 mnt_ns;
	__u32 pid_ns;
	__u32 cpu;
	__u64 cap_inheritable;
	__u64 cap_permitted;
	__u64 cap_effective;
	__s64 result;
	__u64 args
		[GH_WATCH_ARGS]; /* of the call, as registers; EXIT: args[0] is task->exit_code; FORK: args[0] is the clone flags */
	__u32 call;    /* index of gh_watch_calls: the system call */
	__u32 exec_id; /* another one: the task has run a program since */
	char comm[GH_WATCH_COMM];
};
_Static_assert(sizeof(struct gh_watch_head) == 216, "gh_watch_head is wire format");

/* What a section holds. Values are wire format. */
enum gh_watch_tag {
	/* + number of the argument, 0 to 5: what it points at, as user memory had it; a text with its NUL, unless cut. */
	GH_WATCH_ARG = 0,
	/* + number of the argument, 0 to 5, or 6 for the result: struct gh_watch_file, then names; of the open file of that number. */
	GH_WATCH_FILE = 8,
	/* The same, struct gh_watch_socket, then the path of a unix socket. */
	GH_WATCH_SOCKET = 16,
	GH_WATCH_CWD = 24,	/* names */
	GH_WATCH_ROOT = 25,	/* names; only if it is not the root of the mount namespace */
	GH_WATCH_EXE = 26,	/* struct gh_watch_program, then names */
	GH_WATCH_WORDS_OF = 27, /* the argument vector, each word with its NUL */
	GH_WATCH_ENV = 28,	/* the environment, each with its NUL */
	GH_WATCH_ASKED = 29,	/* the file name an exec was given, as the kernel copied it */
	GH_WATCH_SIEVE_KEY =
		30, /* struct gh_watch_sieve_key: write it to gh_watch_sieve to hear no more of the like */
	/* + number of the argument: a second buffer, e.g. the name of the sender */
	GH_WATCH_MORE = 32,
};

/* Padded to 8 bytes; `len` does not count the padding, nor itself. */
struct gh_watch_section {
	__u16 tag;
	__u16 len;
	__u32 whole; /* how long it would be uncut, where that is known; else `len` */
};

/*
 * Names: components from the file up to the root of its mount namespace, each
 * with its NUL; none for the root itself.
 */

enum gh_watch_layer {
	GH_WATCH_NO_OVERLAY = 0,
	GH_WATCH_UPPER = 1,
	GH_WATCH_LOWER = 2,
};

/* An open file that is not a socket. `fd` is what the call was given or returned. */
struct gh_watch_file {
	__s32 fd;
	__u32 mode;  /* inode->i_mode */
	__u32 dev;   /* s_dev, kernel encoding */
	__u32 flags; /* file->f_flags */
	__u64 ino;
	__u32 fs_magic;
	__u8 layer; /* enum gh_watch_layer */
	__u8 unlinked;
	__u8 names_cut;
	__u8 _pad;
	char anon[16]; /* start of the name of an inode that has no path: [eventpoll], pipe ... */
};

/* Ports in host order, addresses in network order, IPv4 in the first four bytes. */
struct gh_watch_socket {
	__s32 fd;
	__u16 family;
	__u16 type;
	__u8 protocol;
	__u8 state; /* sk_state */
	__u16 local_port;
	__u16 remote_port;
	__u16 _pad;
	__u64 ino;
	__u8 local[16];
	__u8 remote[16];
	__u64 self; /* unix: addresses of the two ends, as numbers only */
	__u64 peer;
};

struct gh_watch_program {
	__u64 ino;
	__u64 ctime_ns;
	__u64 mtime_ns;
	__u32 dev;
	__u32 mode;
	__u32 uid;
	__u32 nlink;
	__u8 layer;
	__u8 unlinked;
	__u8 memfd;
	__u8 writable; /* by the task that runs it */
	__u32 fs_magic;
	__u64 fd_limit;
	__u64 vm_size_kb;
	__u64 vm_rss_kb;
	__u64 vm_swap_kb;
	__u64 faults_major;
	__u64 faults_minor;
};

/* ---- what the agent asks -------------------------------------------------- */

/* How an argument is told, enum per argument of a call. */
enum gh_watch_capture {
	GH_WATCH_NOTHING = 0,
	GH_WATCH_STRING = 1,  /* a NUL-terminated text */
	GH_WATCH_BYTES = 2,   /* `length` says how many */
	GH_WATCH_ADDRESS = 3, /* struct sockaddr; `length` says how long */
	GH_WATCH_MESSAGE =
		4, /* struct msghdr: ARG is the first bytes of its data, MORE its address */
	GH_WATCH_VECTOR =
		5, /* struct iovec[]; `length` is their number: the first bytes of their data */
	GH_WATCH_ARGV = 6,  /* char *[] */
	GH_WATCH_FIXED = 7, /* `length` bytes, as they are */
};

/* gh_watch_call.length: where the length is. */
#define GH_WATCH_LEN_RESULT 6	  /* what the call returned */
#define GH_WATCH_LEN_POINTER 0x10 /* + argument: it points at a 32-bit length */
#define GH_WATCH_LEN_FIXED 0x80	  /* + the number of bytes */

/*
 * Who tells of a call. From the first to the last by way of the one between, and not back:
 * a call returns first in its own program, if it began after that was attached, and
 * then in the one for all, and the agent may write between the two.
 */
enum gh_watch_carrier {
	GH_WATCH_BY_ALL = 0,  /* the one program for all calls */
	GH_WATCH_BY_BOTH = 1, /* its own leaves a mark; the one for all tells what has none */
	GH_WATCH_BY_ITS_OWN = 2,
};

enum gh_watch_sieve {
	GH_WATCH_NO_SIEVE = 0,
	GH_WATCH_SIEVE_PATH =
		1, /* by its text `sieve_arg`, and the file it led to or the directory it started from */
	GH_WATCH_SIEVE_SOCKET = 2, /* by what the socket `sieve_arg` is connected to */
};

/*
 * Which outcomes are wanted: bit (failed ? 8 : 0) + (container ? 4 : 0) + access,
 * access being 0 for calls that open nothing, else 1 reading, 2 writing, 3 both
 * (open for nothing: 0). Of a cgroup nobody has placed yet, either counts.
 */
struct gh_watch_call {
	__u16 wanted;
	__u8 open_flags; /* 1 + argument with the flags of open; 0: opens nothing */
	__u8 sieve;	 /* enum gh_watch_sieve */
	__u8 sieve_arg;
	__u8 files; /* bit per argument that is a descriptor to describe; bit 6: the result is one */
	__u8 cwd;   /* 1: tell the working directory if a text is relative; 2: always */
	__u8 snap_shift; /* buffers up to GH_WATCH_SNAP << snap_shift bytes */
	__u8 capture[GH_WATCH_ARGS];
	__u8 length[GH_WATCH_ARGS];
	__u32 own; /* enum gh_watch_carrier */
};
_Static_assert(sizeof(struct gh_watch_call) == 24, "gh_watch_call is wire format");

/*
 * What decides, for all the rules there are, whether an event can matter. The
 * agent writes the keys of events that cannot; whatever is not found is told.
 * The whole key is compared, so nothing hides behind another's hash.
 */
struct gh_watch_sieve_key {
	__u32 generation; /* of the rules */
	__u16 call;
	__u8 outcome; /* the bit of `wanted` */
	__u8 len;     /* of text */
	__u32 dev;
	__u32 inode_generation;
	__u64 ino;
	char text[104]; /* zeroes behind its end; a longer one is not sieved */
};
_Static_assert(sizeof(struct gh_watch_sieve_key) == 128, "gh_watch_sieve_key is wire format");

/*
 * The text of a key for GH_WATCH_SIEVE_SOCKET. A port from 32768 on is anybody's:
 * it is 0 here, and so not known from the key.
 */
struct gh_watch_sieve_socket {
	__u16 family;
	__u16 type;
	__u8 protocol;
	__u8 connected;
	__u16 local_port;
	__u16 remote_port;
	__u16 _pad;
	__u8 local[16];
	__u8 remote[16];
	char path[60]; /* of a unix socket, as in the section; a longer one is not sieved */
};
_Static_assert(sizeof(struct gh_watch_sieve_socket) == 104, "it is the text of a key");

#define GH_WATCH_SIEVE_TTL_NS 30000000000ULL /* an entry older than this is asked again */

enum gh_watch_place {
	GH_WATCH_UNPLACED = 0,
	GH_WATCH_HOST = 1,
	GH_WATCH_CONTAINER = 2,
};

/* Written by the agent at any time, read at every event. One array element. */
struct gh_watch_control {
	__u32 generation; /* of the rules, for the sieve */
	__u32 agent_pid;  /* its own acts are not told */
	__u32 exec_args_bytes;
	__u32 exec_env_bytes;
	__u64 wake_bytes; /* what may wait in the ring unheard */
};

/* Counters, one per cause; per processor. */
enum gh_watch_stat {
	GH_WATCH_STAT_TOLD = 0,
	GH_WATCH_STAT_UNWANTED = 1, /* by outcome */
	GH_WATCH_STAT_SIEVED = 2,
	/* lost: no room in the ring, by what it was */
	GH_WATCH_STAT_LOST_EXEC = 3,
	GH_WATCH_STAT_LOST_FORK = 4,
	GH_WATCH_STAT_LOST_EXIT = 5,
	GH_WATCH_STAT_LOST_OPEN = 6,
	GH_WATCH_STAT_LOST_CONNECT = 7,
	GH_WATCH_STAT_LOST_DIR_FILE = 8,
	GH_WATCH_STAT_LOST_OTHER = 9,
	GH_WATCH_STAT_LOST_SCRATCH = 10, /* no memory to write in: events within events */
	/* told, but not whole */
	GH_WATCH_STAT_UNREAD = 11,
	GH_WATCH_STAT_CUT = 12,
	GH_WATCH_STAT_CGROUPS_FULL = 13,
	GH_WATCH_STAT_URING_UNPAIRED = 14,
	GH_WATCH_STAT_COUNT = 16,
};

#endif /* GH_WATCH_H */
