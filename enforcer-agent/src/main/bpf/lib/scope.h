/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Whose container is this? What the task itself is comes first (lineage), its
 * cgroup second; never a namespace: that can be left, and its number is used
 * again at once.
 */
#ifndef GH_SCOPE_H
#define GH_SCOPE_H

struct gh_scope {
	__u64 key;
	__u32 slot;
	__u32 root_dev;
	__u32 rules; /* 0 only together with slot 0 */
};

/* Deeper than any runtime nests; a cgroup further down is asked about these many above it. */
#define GH_CGROUP_DEPTH 16

/* The container that a cgroup is known to belong to; 0: none. */
static __always_inline __u32 gh_slot_of(__u64 key)
{
	__u32 *slot = bpf_map_lookup_elem(&gh_scopes, &key);

	return slot ? *slot : 0;
}

struct gh_ascent {
	struct cgroup_subsys_state *css;
	__u32 slot;
};

static long gh_ascend(__u32 step, struct gh_ascent *ascent)
{
	struct cgroup_subsys_state *css = ascent->css;
	struct cgroup *cgroup = BPF_CORE_READ(css, cgroup);
	__u64 key = gh_key_of_cgroup(cgroup);

	if (key)
		ascent->slot = gh_slot_of(key);
	ascent->css = BPF_CORE_READ(css, parent);
	return ascent->slot || !ascent->css;
}

/*
 * The container that one of the cgroups above belongs to. Asked only once
 * gh_scopes had no room for some cgroup. Global and of a number, so that the
 * verifier looks at it once for a program and not on every way there.
 */
__noinline __u32 gh_slot_above(__u64 address)
{
	__u32 memory = bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id);
	struct css_set *set = (void *)address;
	struct cgroup *cgroup = BPF_CORE_READ(set, dfl_cgrp);
	struct gh_ascent ascent = {.css = BPF_CORE_READ(cgroup, self.parent)};
	struct cgroup_subsys_state **place;

	if (ascent.css)
		bpf_loop(GH_CGROUP_DEPTH, gh_ascend, &ascent, 0);
	if (ascent.slot)
		return ascent.slot;

	place = (void *)set + bpf_core_field_offset(struct css_set, subsys) +
		sizeof(*place) * memory;
	bpf_probe_read_kernel(&ascent.css, sizeof(ascent.css), place);
	if (ascent.css)
		bpf_loop(GH_CGROUP_DEPTH, gh_ascend, &ascent, 0);
	return ascent.slot;
}

/* The container that a task's cgroup belongs to; 0: none that is known. `task` must be a typed pointer. */
static __always_inline __u32 gh_slot_by_cgroup(struct task_struct *task, __u64 key)
{
	__u32 slot = gh_slot_of(key);
	struct gh_control *control;

	if (slot)
		return slot;
	control = gh_controls();
	if (!control || !*(volatile __u32 *)&control->overflowed)
		return 0;
	return gh_slot_above((__u64)BPF_CORE_READ(task, cgroups));
}

/* What a task is, where that was noted. A worker of io_uring is what its process is: no fork tells of it. */
static __always_inline struct gh_task *gh_noted(struct task_struct *task)
{
	if (task->flags & PF_IO_WORKER)
		return bpf_task_storage_get(&gh_tasks, task->group_leader, NULL, 0);
	return bpf_task_storage_get(&gh_tasks, task, NULL, 0);
}

/* Whether a note names a container that is still there. */
static __always_inline struct gh_slot *gh_slot_by_lineage(const struct gh_task *noted)
{
	struct gh_slot *slot;
	__u32 number;

	if (!noted || !noted->slot)
		return NULL;
	number = noted->slot;
	slot = bpf_map_lookup_elem(&gh_slots, &number);
	return slot && slot->serial == noted->serial ? slot : NULL;
}

/* Fills in the scope and says whether something is asked in it. */
static __always_inline bool gh_enter_slot(struct gh_scope *scope, struct gh_slot *slot,
					  __u32 number)
{
	/* One load: the agent replaces both halves in one store. */
	__u64 word = *(volatile __u64 *)slot;

	scope->slot = number;
	scope->rules = word;
	scope->root_dev = word >> 32;
	return scope->rules;
}

/* One that has run no program of the container yet, and still sees the host's mounts, is a runtime on its way in. */
static __always_inline bool gh_enter_by_cgroup(struct gh_scope *scope, struct task_struct *task)
{
	struct gh_slot *slot;
	__u32 number;

	if (scope->key == 1)
		scope->key = gh_key_of(task);
	number = gh_slot_by_cgroup(task, scope->key);
	if (!number)
		return false;
	slot = bpf_map_lookup_elem(&gh_slots, &number);
	if (!slot || !gh_enter_slot(scope, slot, number))
		return false;
	return gh_mount_namespace(task) != gh_config.host_mnt_ns;
}

/*
 * Fills in the scope of the running task and says whether something is asked of it.
 *
 * A task that ran a program in a container is that container's for ever. One
 * that has not, or found no memory for its lineage, is asked about its cgroup.
 */
__noinline int gh_find_scope(struct gh_scope *scope)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct gh_task *noted = gh_noted(task);
	struct gh_slot *slot = gh_slot_by_lineage(noted);

	if (!scope)
		return false;
	scope->key = bpf_get_current_cgroup_id();
	return slot ? gh_enter_slot(scope, slot, noted->slot) : gh_enter_by_cgroup(scope, task);
}

/*
 * The same by the cgroup alone: programs of cgroups may not ask for a task's
 * storage on older kernels (6.1 says "unknown func bpf_task_storage_get").
 */
__noinline int gh_find_scope_by_cgroup(struct gh_scope *scope)
{
	if (!scope)
		return false;
	scope->key = bpf_get_current_cgroup_id();
	return gh_enter_by_cgroup(scope, bpf_get_current_task_btf());
}

static __always_inline bool gh_is_marked(struct task_struct *task, const struct gh_task *noted)
{
	return noted && noted->setting_up == task->self_exec_id + 1;
}

/*
 * A runtime makes mount points and files in a container's root before anything
 * of the container runs. That is not the container writing.
 */
static __always_inline bool gh_is_setting_up(void)
{
	struct task_struct *task = bpf_get_current_task_btf();

	return gh_is_marked(task, bpf_task_storage_get(&gh_tasks, task, NULL, 0));
}

#endif /* GH_SCOPE_H */
