/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Whose container is this? One lookup by cgroup, never by namespace: a
 * namespace can be left, and its number is used again at once.
 */
#ifndef GH_SCOPE_H
#define GH_SCOPE_H

struct gh_scope {
	__u64 key;
	__u32 slot;
	__u32 root_dev;
	__u32 rules; /* 0 only together with slot 0 */
};

/*
 * Fills in the scope of the running task and says whether something is asked of it.
 * A runtime on its way into the container still sees the host's mounts and is
 * not yet the container; nothing inside can get that namespace back.
 */
static __always_inline bool gh_find_scope(struct gh_scope *scope)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct gh_slot *slot;
	__u32 *number;
	__u64 word;

	scope->key = bpf_get_current_cgroup_id();
	if (scope->key == 1)
		scope->key = gh_key_of(task);

	number = bpf_map_lookup_elem(&gh_scopes, &scope->key);
	if (!number || !*number)
		return false;
	scope->slot = *number;

	slot = bpf_map_lookup_elem(&gh_slots, number);
	if (!slot)
		return false;
	/* One load: the agent replaces both halves in one store. */
	word = *(volatile __u64 *)slot;
	scope->rules = word;
	scope->root_dev = word >> 32;
	if (!scope->rules)
		return false;

	return gh_mount_namespace(task) != gh_config.host_mnt_ns;
}

/*
 * A runtime makes mount points and files in a container's root before anything
 * of the container runs. That is not the container writing.
 */
static __always_inline bool gh_is_setting_up(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 *programs = bpf_task_storage_get(&gh_setting_up, task, NULL, 0);

	return programs && *programs == task->self_exec_id;
}

#endif /* GH_SCOPE_H */
