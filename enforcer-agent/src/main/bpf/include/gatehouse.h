/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The contract between kernel and agent: map keys, map values and the record
 * on the ring. Java mirrors it in agent.kernel.Wire, and a test holds the two
 * together through the compiled type information.
 */
#ifndef GH_GATEHOUSE_H
#define GH_GATEHOUSE_H

#include <linux/types.h>

#define GH_RESERVE 1024			  /* containers that may start while no agent lives */
#define GH_SLOTS (16384 + 1 + GH_RESERVE) /* containers on one node; slot 0 is "nothing asked" */
#define GH_SCOPES 65536			  /* cgroups that belong to them */
#define GH_RULESETS (2 * 16384 + 16) /* two generations for every container, and those for all */
#define GH_ALLOWED 524288	     /* files and directories that policies name */
#define GH_ENDPOINTS (1 << 20)	     /* addresses and ports that policies name */
#define GH_GUARDED 4096 /* the agent's own maps, programs, links, files and directories */
#define GH_RING_BYTES (8 << 20)
#define GH_ANCESTORS 8
#define GH_COMM 16
#define GH_PATH 1024 /* a power of two: offsets into it are masked */
#define GH_NAME 256  /* one path component with its NUL */
#define GH_ARGS 1024

/* Cgroup ids of the v1 hierarchy are counted apart from those of cgroup2. */
#define GH_V1_KEY (1ULL << 63)

/* The rules of a policy's runtime section, as agent.enforce.RuntimeRule has them. */
enum gh_rule {
	GH_PROCESS_ALLOW = 0,	   /* processes.allow */
	GH_PROCESS_FROM_IMAGE = 1, /* processes.fromImageOnly */
	GH_WRITE_ROOT = 2,	   /* writes.rootFilesystem */
	GH_WRITE_VOLUMES = 3,	   /* writes.volumes */
	GH_WRITE_FORBID = 4,	   /* writes.forbid */
	GH_READ_FORBID = 5,	   /* reads.forbid */
	GH_PROCESS_FORBID = 6,	   /* processes.forbid, .shells, .packageManagers */
	GH_INTERPRETERS = 7,	   /* processes.interpreters */
	GH_MEMORY = 8,		   /* memory.executable */
	GH_MOUNTS = 9,
	GH_NAMESPACES = 10,
	GH_PTRACE = 11,
	GH_CAPABILITIES = 12,
	GH_MODULES = 13,
	GH_BPF = 14,
	GH_IO_URING = 15,
	GH_DEVICES = 16,
	GH_CONNECT = 17, /* network.connect */
	GH_BIND = 18,	 /* network.bind */
	GH_LISTEN = 19,	 /* network.listen */
	GH_SELF = 20,	 /* nobody asks it: the agent keeps itself */
	GH_RULE_COUNT = 21,
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
	GH_ACT_OPEN_READ = 15,
	GH_ACT_MOUNT = 16,	/* and whatever else changes what is mounted where, or the root */
	GH_ACT_UNMOUNT = 17,	/* of both detail.number: MS_*, MNT_* */
	GH_ACT_NAMESPACE = 18,	/* detail.number: CLONE_NEW* */
	GH_ACT_TRACE = 19,	/* detail.number: pid of the other */
	GH_ACT_CAPABILITY = 20, /* detail.number: the lowest capability gained */
	GH_ACT_MODULE = 21,	/* path: the module asked for by name, or the file read */
	GH_ACT_BPF = 22,	/* detail.number: command */
	GH_ACT_IO_URING = 23,
	GH_ACT_DEVICE = 24, /* detail.number: device, kernel encoding */
	GH_ACT_CONNECT = 25,
	GH_ACT_BIND = 26,
	GH_ACT_LISTEN = 27,
	GH_ACT_SOCKET = 28,	 /* a socket of a kind that no rule can judge */
	GH_ACT_EXEC_MEMORY = 29, /* memory that no file stands behind becomes executable */
	GH_ACT_SIGNAL = 30,	 /* detail.number: signal */
	GH_ACT_TAMPER =
		31, /* with what is the agent's; detail.number: the act, 0: none of those above */
	/* Not a breach: the agent is told of a cgroup it does not know. */
	GH_ACT_STRANGER = 32,
	/* Not a breach: a known cgroup is gone. */
	GH_ACT_GONE = 33,
	/* A change named by text only, after the fact; the agent decides. */
	GH_ACT_NAMED_CHANGE = 34,
	/* Not a breach: a task of a container left its cgroup, and stays under its rules. */
	GH_ACT_LEFT = 35,
};

/* Set once, before load. */
struct gh_config {
	__u32 host_mnt_ns; /* inode number of the host's mount namespace */
	__u32 lsm;	   /* 1: bprm_check_security judges programs */
};

/* Who decided, and so what the verdict is worth. */
enum gh_backend {
	GH_BACKEND_LSM = 1,	   /* before the effect */
	GH_BACKEND_TRACEPOINT = 2, /* SIGKILL */
	GH_BACKEND_CGROUP = 3,	   /* cgroup-BPF, before the effect */
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
#define GH_FACT_BRAKED 0x0200	   /* the brake made a report of a stronger verdict */
#define GH_FACT_HELD 0x0400	   /* the task waits, stopped, until the agent lets it go on */

/* One bit per policy that governs the container. */
struct gh_masks {
	__u32 report;
	__u32 deny;
	__u32 kill;
};

/* Kinds of objects that speak for all below them: GH_OBJECT_DIRECTORY to GH_OBJECT_READ_FORBIDDEN. */
#define GH_TREES 4

/* gh_rules.flags */
#define GH_RULES_OPEN_BEFORE 0x1 /* files may be open since before these rules: judge their use */

/* What a container's policies ask, immutable once a slot points at it. */
struct gh_rules {
	struct gh_masks rule[GH_RULE_COUNT];
	__u32 flags;
	__u32 endpoints; /* number of its set in gh_endpoints */
	/*
	 * For each kind of gh_place: a bit (gh_mark_of) for the number of every object
	 * of it. Most steps up a path end here, without a look at gh_places.
	 */
	__u64 marks[GH_TREES];
	__u64 policies; /* hash of their names in the order of their bits, for a later agent */
};

/* The first two are one aligned word, so that a reader sees the old rules or the new, never a mix. */
struct gh_slot {
	__u32 rules;	/* index into gh_rulesets; 0: nothing asked */
	__u32 root_dev; /* s_dev of the root file system, kernel encoding */
	__u32 serial;	/* of the container: a slot is used again, a serial hardly */
	__u32 seen;	/* the last census that met a task of this container */
};

/* What a task is, for as long as it lives and for its children. */
struct gh_task {
	__u64 setting_up; /* self_exec_id + 1 of the program that sets a container up */
	__u32 slot;	  /* the container it belongs to for ever; 0: none */
	__u32 serial;	  /* of that container */
};

/* A container's first program that waits for the container's rules, by tgid. */
struct gh_hold {
	__u64 start_ns;
	__u64 since_ns; /* CLOCK_BOOTTIME */
	__u64 scope;
	__u64 ino; /* of the program */
	__u32 dev;
	__u32 generation;
	__u32 facts;
	__u32 _pad;
};

#define GH_HELD 1024 /* programs that wait at one moment */
#define GH_WIRE_VERSION \
	2 /* of the maps that a later agent reads: control, events, stats, rulesets, scopes */
#define GH_REASON 128

/*
 * What is said to all programs at once, by the agent and by `gatehouse brake`.
 * Mapped by both: each field is written by one of them, as one word.
 */
struct gh_control {
	__u64 braked_until_ns; /* CLOCK_BOOTTIME; before it every verdict is a report; 0: no brake */
	__u32 version;	       /* GH_WIRE_VERSION */
	__u32 agent;	     /* tgid of the agent that lives; 0: none. The kernel notices its end */
	__u32 holds;	     /* 1: containers that the agent does not know wait for it */
	__u32 default_rules; /* for containers that start while no agent lives; 0: none */
	__u32 overflowed;    /* 1: gh_scopes was full once, so cgroups above are asked too */
	__u32 host_root_dev; /* s_dev of the host's root */
	__u32 census;	     /* number of the last one begun */
	__u32 retired;	     /* 1: another instance decides, or none is to: everything passes */
	__u64 braked_at_ms;  /* time of day */
	/* What the agent that lives, or lived last, has told of; the rest happened without one. */
	__u64 alive_ns; /* CLOCK_BOOTTIME */
	__u64 told_refused;
	__u64 told_killed;
	__u64 told_lost;
	char brake_reason[GH_REASON];
};

enum gh_object_kind {
	GH_OBJECT_FILE = 0,
	GH_OBJECT_UPPER_FILE = 1, /* in the writable layer of an overlay: another file than below */
	GH_OBJECT_DIRECTORY =
		2, /* or file, writable with all below; stays itself when it is copied up */
	GH_OBJECT_VOLUME = 3, /* the root of a declared volume, or a file that is one */
	GH_OBJECT_WRITE_FORBIDDEN = 4,
	GH_OBJECT_READ_FORBIDDEN = 5,
	GH_OBJECT_FORBIDDEN_PROGRAM = 6,
	GH_OBJECT_INTERPRETER = 7, /* reads regular files of the image only */
	GH_OBJECT_JIT = 8,	   /* may make memory executable */
	GH_OBJECT_ABOVE_FORBIDDEN =
		9, /* on the way to a file that may not be written: keeps its name */
};

/* Names one file for one generation of rules. */
struct gh_object {
	__u32 rules;
	__u32 dev;
	__u64 ino;
	__u32 generation; /* i_generation: a number used again is another file */
	__u32 kind;	  /* enum gh_object_kind */
};

enum gh_endpoint_list {
	GH_LIST_CONNECT = 0,	    /* network.connect.allow; all of a policy that only forbids */
	GH_LIST_CONNECT_FORBID = 1, /* network.connect.forbid */
	GH_LIST_BIND = 2,	    /* network.bind.allow */
	GH_LIST_LISTEN = 3,	    /* network.listen.allow */
};

/* Key of a longest-prefix map. Whole: GH_ENDPOINT_BITS, else the address only up to its prefix. */
struct gh_endpoint {
	__u32 prefix_len; /* bits of what follows that count */
	__u32 set;	  /* lists that several containers may share */
	__u8 list;	  /* enum gh_endpoint_list */
	__u8 family;	  /* AF_INET, AF_INET6 */
	__u16 port;	  /* host byte order; 0: any */
	__u8 address[16]; /* network byte order; IPv4 in the first four, then zero */
};
#define GH_ENDPOINT_BITS (8 * (sizeof(struct gh_endpoint) - 4))

/* What nobody in a container under an enforced policy may touch. */
enum gh_guarded_kind {
	GH_GUARDED_MAP = 1,	/* id */
	GH_GUARDED_PROGRAM = 2, /* id */
	GH_GUARDED_LINK = 3,	/* id */
	GH_GUARDED_TREE = 4,	/* dev, inode: a directory with all below it, or a file */
	GH_GUARDED_ABOVE = 5,	/* dev, inode: a directory above one of those; it keeps its name */
	GH_GUARDED_DEVICE = 6,	/* dev: there is one of those on it */
};

struct gh_guarded {
	__u64 id; /* of a BPF object, or inode number */
	__u32 dev;
	__u32 kind; /* enum gh_guarded_kind */
};

/* The agent. */
struct gh_keeper {
	__u64 start_ns; /* with tgid, names one process for ever */
	__u32 tgid;	/* 0: none */
	__u32 _pad;
};

/* gh_syscalls, and when the success of such a call is a breach. */
#define GH_CALL_BAN (1U << 31)

enum gh_call_if {
	GH_CALL_ALWAYS = 0,
	GH_CALL_NEW_NAMESPACE = 1, /* argument 0 has a CLONE_NEW* */
	GH_CALL_CLONES_TREE = 2,   /* argument 2 has OPEN_TREE_CLONE */
	GH_CALL_BORN_APART = 3,	   /* the caller is a child that came into other namespaces */
};

/* What a file or directory says for itself and all below it, by kind from GH_OBJECT_DIRECTORY on. */
struct gh_place {
	__u32 policies[GH_TREES];
	__u32 above; /* GH_OBJECT_ABOVE_FORBIDDEN, for itself alone */
};

/* gh_syscalls: judged by what the call did to code. The kind is in the lowest byte. */
#define GH_CALL_CODE (1U << 30)

enum gh_code_call {
	GH_CALL_MAP = 1,	 /* mmap */
	GH_CALL_ATTACH = 2,	 /* shmat */
	GH_CALL_PROTECT = 3,	 /* mprotect, pkey_mprotect */
	GH_CALL_PERSONALITY = 4, /* personality */
	GH_CALL_TRACE = 5,	 /* ptrace */
	GH_CALL_REACH = 6,	 /* what only gets hold of another process */
};

/* Policies breached of one rule. */
struct gh_violation {
	__u32 rule; /* enum gh_rule */
	__u32 policies;
};

#define GH_VIOLATIONS 4 /* more than one act can breach */

/* What an act was about where that is no file; zero where there is nothing to say. */
struct gh_detail {
	__u32 number;	  /* see enum gh_act */
	__u16 family;	  /* AF_INET, AF_INET6, ... */
	__u16 port;	  /* host byte order */
	__u8 address[16]; /* network byte order; IPv4 in the first four */
	__u16 type;	  /* SOCK_STREAM, SOCK_DGRAM, ... */
	__u16 protocol;	  /* IPPROTO_* */
	__u32 _pad;
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
	__u32 violation_count;
	struct gh_violation violations[GH_VIOLATIONS];
	struct gh_detail detail;
	__u16 act;
	__u16 facts;
	__u8 verdict;
	__u8 backend;
	__u8 ancestor_count;
	__u8 _pad;
	/* Its number where that says what was done, + 512 of the 32-bit entry; and of a
	 * GH_ACT_NAMED_CHANGE + 1024: a last link is not followed. */
	__u32 syscall;
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
_Static_assert(sizeof(struct gh_event) == 4280, "gh_event is wire format");

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
	/* Policies that declare a volume, forbid to write, forbid to read it or what is above it. */
	__u32 volume;
	__u32 write_forbidden;
	__u32 read_forbidden;
	__u32 apart; /* no file: memory, or an interface of the kernel; writes.volumes does not ask */
	__u32 mode;
	__u32 links;
};

/* Counted losses and refusals, one per cause. */
enum gh_stat {
	GH_STAT_EVENTS = 0,
	GH_STAT_RING_FULL = 1,	       /* a record was lost; the verdict stood */
	GH_STAT_SCOPES_FULL = 2,       /* a nested cgroup could not inherit */
	GH_STAT_RULES_MISSING = 3,     /* a slot without rules: denied */
	GH_STAT_OBJECT_UNREADABLE = 4, /* a file without an inode: a breach */
	GH_STAT_SIGNAL_FAILED = 5,
	GH_STAT_REFUSED = 6,	     /* not a loss: acts answered with -EPERM alone */
	GH_STAT_KILLED = 7,	     /* not a loss: acts answered with SIGKILL */
	GH_STAT_BRAKED = 8,	     /* not a loss: acts that the brake let pass */
	GH_STAT_TASK_LOST = 9,	     /* no memory for a task's lineage: its cgroup decides */
	GH_STAT_HELD = 10,	     /* not a loss: programs that waited for their rules */
	GH_STAT_HOLD_FULL = 11,	     /* a program that found no room to wait went on */
	GH_STAT_DEFAULTED = 12,	     /* containers that got the default rules */
	GH_STAT_DEFAULT_FAILED = 13, /* no slot or no room for them */
	GH_STAT_COUNT = 24,
};

#endif /* GH_GATEHOUSE_H */
