/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The contract between kernel and agent: map keys, map values and the record
 * on the ring. Java mirrors it in agent.kernel.Wire, and a test holds the two
 * together through the compiled type information.
 */
#ifndef GH_GATEHOUSE_H
#define GH_GATEHOUSE_H

#include <linux/types.h>

#define GH_SLOTS 4096	  /* containers on one node; slot 0 is "nothing asked" */
#define GH_SCOPES 32768	  /* cgroups that belong to them */
#define GH_RULESETS 8192  /* two generations for every slot */
#define GH_ALLOWED 262144 /* files and directories that policies name */
#define GH_RING_BYTES (8 << 20)
#define GH_ANCESTORS 8
#define GH_COMM 16
#define GH_PATH 1024 /* a power of two: offsets into it are masked */
#define GH_NAME 256  /* one path component with its NUL */
#define GH_ARGS 1024

/* Cgroup ids of the v1 hierarchy are counted apart from those of cgroup2. */
#define GH_V1_KEY (1ULL << 63)

enum gh_rule {
	GH_PROCESS_ALLOW = 0,	   /* processes.allow */
	GH_PROCESS_FROM_IMAGE = 1, /* processes.fromImageOnly */
	GH_WRITE_ROOT = 2,	   /* writes.rootFilesystem */
	GH_RULE_COUNT = 3,
};

enum gh_verdict {
	GH_ALLOW = 0,
	GH_REPORT = 1,
	GH_DENY = 2,
	GH_KILL = 3,
};

/* What happened. Values are wire format: never reuse one. */
enum gh_act {
	GH_ACT_EXEC = 1,
	GH_ACT_MAP_EXEC = 2,
	GH_ACT_OPEN_WRITE = 3,
	GH_ACT_CREATE = 4,
	GH_ACT_MKDIR = 5,
	GH_ACT_REMOVE = 6,
	GH_ACT_RMDIR = 7,
	GH_ACT_RENAME = 8,
	GH_ACT_LINK = 9,
	GH_ACT_SYMLINK = 10,
	GH_ACT_CHMOD = 11,
	GH_ACT_CHOWN = 12,
	GH_ACT_TRUNCATE = 13,
	GH_ACT_XATTR = 14,
	/* Not a breach: the agent is told of a cgroup it does not know. */
	GH_ACT_STRANGER = 32,
	/* Not a breach: a known cgroup is gone. */
	GH_ACT_GONE = 33,
	/* A change named by text only, after the fact; the agent decides. */
	GH_ACT_NAMED_CHANGE = 34,
};

/* Set once, before load. */
struct gh_config {
	__u32 host_mnt_ns; /* inode number of the host's mount namespace */
};

/* Who decided, and so what the verdict is worth. */
enum gh_backend {
	GH_BACKEND_LSM = 1,	   /* before the effect */
	GH_BACKEND_TRACEPOINT = 2, /* SIGKILL */
};

/* gh_event.facts */
#define GH_FACT_OVERLAY 0x0001	   /* the file lies on an overlay file system */
#define GH_FACT_UPPER 0x0002	   /* ... and in its writable layer */
#define GH_FACT_ROOT 0x0004	   /* the file lies on the container's root file system */
#define GH_FACT_UNLINKED 0x0008	   /* no name leads to the file: memfd, deleted */
#define GH_FACT_PATH_CUT 0x0010	   /* path is longer than the record */
#define GH_FACT_ARGS_CUT 0x0020	   /* args are longer than the record */
#define GH_FACT_ARGS_UNREAD 0x0040 /* a page of the args could not be read */
#define GH_FACT_HOST_MOUNTS 0x0080 /* the task still sees the host's mounts */
#define GH_FACT_COMPAT 0x0100	   /* 32-bit system call */

/* One bit per policy that governs the container. */
struct gh_masks {
	__u32 report;
	__u32 deny;
	__u32 kill;
};

/* What a container's policies ask, immutable once a slot points at it. */
struct gh_rules {
	struct gh_masks rule[GH_RULE_COUNT];
};

/* One aligned word, so that a reader sees the old rules or the new, never a mix. */
struct gh_slot {
	__u32 rules;	/* index into gh_rulesets; 0: nothing asked */
	__u32 root_dev; /* s_dev of the root file system, kernel encoding */
};

enum gh_object_kind {
	GH_OBJECT_FILE = 0,
	GH_OBJECT_UPPER_FILE = 1, /* in the writable layer of an overlay: another file than below */
	GH_OBJECT_DIRECTORY = 2,  /* stays itself when it is copied up */
};

/* Names one file for one generation of rules. */
struct gh_object {
	__u32 rules;
	__u32 dev;
	__u64 ino;
	__u32 generation; /* i_generation: a number used again is another file */
	__u32 kind;	  /* enum gh_object_kind */
};

struct gh_ancestor {
	__u64 start_ns;
	__u32 tgid;
	char comm[GH_COMM];
	__u32 _pad;
};

/*
 * Wire layout, native endian, 8-byte aligned. Read by agent.detect.EventDecoder.
 * path (the object of the act) and exe (the program that acts; empty for an exec,
 * whose object it is) hold names from the file up to the root of the mount
 * namespace, each with its NUL; args is the argument vector, each with its NUL.
 */
struct gh_event {
	__u64 time_ns;	/* CLOCK_BOOTTIME */
	__u64 scope;	/* cgroup key */
	__u64 start_ns; /* with tgid, names one process for ever */
	__u64 ino;
	__u32 dev;
	__u32 generation;
	__u32 tgid;
	__u32 tid;
	__u32 uid;
	__u32 gid;
	__u32 mnt_ns;
	__u32 slot;
	__u32 rules;
	__u32 violated[GH_RULE_COUNT]; /* policies breached, by rule */
	__u16 act;
	__u16 facts;
	__u8 verdict;
	__u8 backend;
	__u8 ancestor_count;
	__u8 _pad;
	__u32 syscall; /* GH_ACT_NAMED_CHANGE: its number, + 1024: a last link is not followed */
	__u32 path_len;
	__u32 exe_len;
	__u32 args_len;
	__u32 _pad2;
	char comm[GH_COMM];
	struct gh_ancestor ancestors[GH_ANCESTORS];
	char path[GH_PATH + GH_NAME];
	char exe[GH_PATH + GH_NAME];
	char args[GH_ARGS + GH_NAME];
};
_Static_assert(sizeof(struct gh_event) == 4224, "gh_event is wire format");

/* In and out of gh_identify. */
struct gh_identity {
	__u32 fd;    /* in: of the caller */
	__u32 rules; /* in: whose directories to look for, or 0 */
	__u64 ino;
	__u32 dev;
	__u32 generation;
	__u32 upper;
	__u32 overlay;
	__u32 below; /* policies that let the caller write below one of its ancestors */
	__s32 error; /* 0, or -EBADF where the fd is not open */
};

/* Counted losses and refusals, one per cause. */
enum gh_stat {
	GH_STAT_EVENTS = 0,
	GH_STAT_RING_FULL = 1,	       /* a record was lost; the verdict stood */
	GH_STAT_SCOPES_FULL = 2,       /* a nested cgroup could not inherit */
	GH_STAT_RULES_MISSING = 3,     /* a slot without rules: denied */
	GH_STAT_OBJECT_UNREADABLE = 4, /* a file without an inode: a breach */
	GH_STAT_SIGNAL_FAILED = 5,
	GH_STAT_COUNT = 8,
};

#endif /* GH_GATEHOUSE_H */
