/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Every map of the watch: key, value, writer, reader, and what a full map means.
 */
#ifndef GW_MAPS_H
#define GW_MAPS_H

/*
 * What is wanted of each system call, by its index (GH_WATCH_CALLS). Written by
 * the agent, read at every system call that a program is attached to.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, GH_WATCH_CALLS);
	__type(key, __u32);
	__type(value, struct gh_watch_call);
} gw_calls SEC(".maps");

/*
 * Task -> the call that its own program has told of, GH_WATCH_BY_BOTH. Written by that, read
 * and removed by the one for all a moment later. Full: never, for it is as large
 * as tasks may be between the two at once; else an event is told twice.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, __u32);
	__type(value, __u32);
} gw_marks SEC(".maps");

/* The ring that is there from the start; the agent may put a larger one in its place. */
struct gw_ring_of_records {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20);
} gw_first_ring SEC(".maps");

/* The ring in use. Full: the record is lost, and counted by what it was. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct gw_ring_of_records);
} gw_ring SEC(".maps") = {
	.values = {[0] = &gw_first_ring},
};

/*
 * Events that can match no rule -> boot time of the finding. Written by the
 * agent, read before an event is described. Full: the longest unused goes.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, GH_WATCH_SIEVE);
	__type(key, struct gh_watch_sieve_key);
	__type(value, __u64);
} gw_sieve SEC(".maps");

#define GW_HOT 1024
#define GW_HOT_JIFFIES 64 /* 64 to 640 ms, by the kernel's clock rate */

struct gw_hot {
	__u32 busy;
	__u32 changes;
	__u64 found; /* in gw_sieve, jiffies */
	struct gh_watch_sieve_key key;
};

/*
 * In front of gw_sieve: keys that were found there a moment ago, each processor's own, by a
 * sum over the key. For the map's hash of so long a key costs more than all
 * the rest. Written and read by the programs; a place taken twice is taken over.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, GW_HOT);
	__type(key, __u32);
	__type(value, struct gw_hot);
} gw_hot_keys SEC(".maps");

/*
 * cgroup key -> enum gh_watch_place. Written by the agent, read for each wanted
 * call. Full: the longest unused goes, and its events are told for both places.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, GH_WATCH_CGROUPS);
	__type(key, __u64);
	__type(value, __u32);
} gw_cgroups SEC(".maps");

/*
 * In front of gw_cgroups: the last answer on each processor, for as long as a hot
 * key lasts. One word holds cgroup and place, so that they cannot part.
 */
struct gw_last_place {
	__u64 answer; /* GW_ANSWER */
	__u64 found;  /* jiffies */
};

/* Bits 61 and 62 of a cgroup key are 0 until a node has made 2^29 times 2^32 cgroups; with others nothing is kept. */
#define GW_ANSWER_SPARE (3ULL << 61)
#define GW_ANSWER(cgroup, place) ((cgroup) | (__u64)(place) << 61)

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct gw_last_place);
} gw_last_places SEC(".maps");

/* What the agent says of itself. Written by it, read at every event. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct gh_watch_control);
} gw_control SEC(".maps");

/* Counters by cause, enum gh_watch_stat. Written by every program, read by the agent. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, GH_WATCH_STAT_COUNT);
	__type(key, __u32);
	__type(value, __u64);
} gw_stats SEC(".maps");

#define GW_SCRATCH_BYTES 32768 /* the longest value that a per-CPU map takes */
#define GW_SCRATCH_HEAD 128
#define GW_BYTES (GW_SCRATCH_BYTES - GW_SCRATCH_HEAD) /* of one record */
#define GW_NESTING 4
#define GW_URING_OPEN_HOW 1  /* what openat2 is pointed at is in the arguments from 2 on */
#define GW_URING_NO_RESULT 2 /* the result is no descriptor */
#define GW_URING_TEXT \
	4000 /* with its place in the map not more than a page, of which no map takes more at once */

/*
 * Where one record is written, with what has to be known on the way. Memory of
 * the map and not of the stack: records are long, and a place in it that
 * a loop moves must not be what the verifier follows.
 */
struct gw_scratch {
	__u32 busy;
	__u32 at;    /* bytes of the record so far */
	__u32 start; /* of the section that is being written */
	__u32 facts; /* of gh_watch_head */
	struct gh_watch_call call;
	__u32 relative;		/* a text of the call does not begin with a slash */
	__u32 left;		/* bytes that may still be gathered */
	__u64 kernel_text[2];	/* io_uring: addresses of the texts as the kernel copied them */
	__u64 file;		/* io_uring: of the argument file_of - 1 */
	__u8 kernel_text_of[2]; /* 1 + the argument that is */
	__u8 file_of;
	__u8 keyed; /* enum gh_watch_sieve: the record has a key of this kind */
	__u8 outcome;
	__u8 failed;
	__u8 uring; /* GW_URING_... */
	__u8 _pad[GW_SCRATCH_HEAD - 79];
	union {
		struct {
			struct gh_watch_head head;
			struct gh_watch_section key_section;
			struct gh_watch_sieve_key key;
		};
		char bytes[GW_BYTES];
		struct {
			char _head[1024];
			char text[GW_URING_TEXT]; /* on its way into gw_uring_texts */
		};
	};
};
_Static_assert(sizeof(struct gw_scratch) == GW_SCRATCH_BYTES, "gw_scratch fills its place");

/*
 * Records in the making: each processor has as many as programs can interrupt
 * each other there. All taken: the record is lost, GH_WATCH_STAT_LOST_SCRATCH.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, GW_NESTING);
	__type(key, __u32);
	__type(value, struct gw_scratch);
} gw_scratches SEC(".maps");

/* An operation of io_uring that is not done yet. */
struct gw_asked {
	__u32 call;
	__u32 pid;
	__u64 args[GH_WATCH_ARGS];
	__u32 facts;
	__u8 text_of[2]; /* 1 + the argument that is in gw_uring_texts */
	__u8 file_of;
	__u8 uring; /* GW_URING_... */
};

/*
 * Request of io_uring -> what it asked. Written when it is taken, read and
 * removed when it is done. Full: the longest unused goes, and is counted when it is
 * done, GH_WATCH_STAT_URING_UNPAIRED.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, struct gw_asked);
} gw_uring_asked_for SEC(".maps");

/*
 * Request, + 1 for its second text -> the text. As above; memory is taken for
 * what is under way. Full: told as unread.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, char[GW_URING_TEXT]);
} gw_uring_texts SEC(".maps");

/* 1: the ring holds a record that nobody was woken for. */
__u32 gw_unheard;

#endif /* GW_MAPS_H */
