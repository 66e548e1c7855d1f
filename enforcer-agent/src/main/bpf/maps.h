/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Every map: key, value, writer, reader, and what a full map means.
 */
#ifndef GH_MAPS_H
#define GH_MAPS_H

const volatile struct gh_config gh_config SEC(".rodata.config") = {};

/*
 * cgroup key -> slot. Written by the agent, and by gh_cgroup_born for cgroups
 * below a known one; read by every hook. 0: looked at, and nobody's. Full: the
 * agent refuses the container and says so; gh_cgroup_born counts
 * GH_STAT_SCOPES_FULL, and from then on the cgroups above are asked too.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, GH_SCOPES);
	__type(key, __u64);
	__type(value, __u32);
} gh_scopes SEC(".maps");

/* slot -> rules and root. Written by the agent, read by every hook. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, GH_SLOTS);
	__type(key, __u32);
	__type(value, struct gh_slot);
} gh_slots SEC(".maps");

/* Rules by number, immutable while a slot names them. Written by the agent. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, GH_RULESETS);
	__type(key, __u32);
	__type(value, struct gh_rules);
} gh_rulesets SEC(".maps");

/*
 * file or directory -> policies that allow it. Written by the agent before the
 * rules that need it are named. Full: the agent keeps the container's last rules.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, GH_ALLOWED);
	__type(key, struct gh_object);
	__type(value, __u32);
} gh_allowed SEC(".maps");

/*
 * address and port -> policies whose list names them, those that name a wider
 * prefix included, so that the longest prefix answers. One lookup for the port
 * and one for any port. Written by the agent before the rules that name the set;
 * read by the network hooks. Full: the agent keeps the container's last rules.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, GH_ENDPOINTS);
	__type(key, struct gh_endpoint);
	__type(value, __u32);
} gh_endpoints SEC(".maps");

/*
 * file or directory -> what policies say of it and of all below it; the key's
 * kind is 0. Written by the agent before the rules that need it are named. Full:
 * the agent keeps the container's last rules.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, GH_ALLOWED);
	__type(key, struct gh_object);
	__type(value, struct gh_place);
} gh_places SEC(".maps");

/*
 * Whose a task is. Two things in one, so that one lookup tells both:
 *
 * The container it belongs to. Put on a task that runs a program in a known
 * container, passed on to children, never taken off: neither another cgroup nor
 * another mount namespace leads out. Tasks that are there when their container
 * is adopted get it from gh_census.
 *
 * That it is a container runtime, still setting the container up. Put on a task
 * that joins a cgroup or starts a program while it has the host's mounts; passed
 * on to children; worth nothing after the next program, since it names the
 * task's count of programs (self_exec_id, which children copy).
 *
 * Only hooks/runtime.h and the agent write it. No room: counted, and the task's
 * cgroup decides; as a runtime it counts as the container's own, and is judged.
 */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct gh_task);
} gh_tasks SEC(".maps");

/* One element, see struct gh_control. Mapped by the agent and by `gatehouse brake`; agent cleared by gh_exited. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct gh_control);
} gh_control SEC(".maps");

/*
 * tgid -> a program that waits. Written by gh_stranger, emptied by the agent,
 * which looks here too and not only at the ring. Full: nobody waits.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, GH_HELD);
	__type(key, __u32);
	__type(value, struct gh_hold);
} gh_held SEC(".maps");

/*
 * Free slots for containers that start while no agent lives. Filled by the agent,
 * emptied by gh_stranger. Empty: counted; those containers wait for an agent unruled.
 */
struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, GH_RESERVE);
	__type(value, __u32);
} gh_reserve SEC(".maps");

/*
 * What is the agent's -> 1. Written by the agent, read by hooks/self.h. Full:
 * the agent says which of its things are not kept.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, GH_GUARDED);
	__type(key, struct gh_guarded);
	__type(value, __u32);
} gh_guarded SEC(".maps");

/* A bit (gh_mark_of) for each device on which something is the agent's. Written by the agent before gh_guarded is. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} gh_guarded_devices SEC(".maps");

/* The agent itself. Written by gh_keep, read by hooks/self.h. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct gh_keeper);
} gh_keepers SEC(".maps");

/*
 * Present on a child that was born into other namespaces than its parent's,
 * against a rule, where no LSM hook could refuse it: it ends with its first
 * return. Written by gh_forked_apart, read by gh_syscall_done. No room: the
 * child lives on, counted as a failed signal.
 */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u32);
} gh_apart SEC(".maps");

/* Records for the agent. Full: counted, never waited for. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, GH_RING_BYTES);
} gh_events SEC(".maps");

/* Counters by cause, enum gh_stat. Written by every hook, read by the agent. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, GH_STAT_COUNT);
	__type(key, __u32);
	__type(value, __u64);
} gh_stats SEC(".maps");

/*
 * System call number (+ 512 for 32-bit callers) -> what its success means, for
 * kernels without LSM: 0 nothing, 1 open, else 2 + place of the path argument
 * + 8 * (1 + place of the directory argument), 2 + 7 for a file descriptor in
 * argument 0; and 64 times the same for a second name, and 4096 times the place
 * of the flags that may say not to follow a last link. With GH_CALL_BAN: a breach
 * of the rule in the lowest byte by the act in the next, under the condition in
 * the one after (enum gh_call_if). With GH_CALL_CODE: a call that makes code or
 * reaches another process (enum gh_code_call). Written by the agent once, read by
 * gh_syscall_done.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u32);
} gh_syscalls SEC(".maps");

#endif /* GH_MAPS_H */
