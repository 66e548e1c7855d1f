/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * What cgroups and namespaces are called. Needs no map, so guard and watch share it.
 */
#ifndef GH_CGROUP_H
#define GH_CGROUP_H

/* `task` must be a typed pointer, as for gh_mount_namespace. */
static __always_inline __u64 gh_key_of(struct task_struct *task)
{
	__u32 memory = bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id);
	struct css_set *set = task->cgroups;
	struct cgroup_subsys_state **place, *css;
	__u64 id = set->dfl_cgrp->kn->id;

	if (id != 1)
		return id;

	/* In the root of cgroup2: a hybrid host may place containers by v1 alone. */
	place = (void *)set + bpf_core_field_offset(struct css_set, subsys) +
		sizeof(*place) * memory;
	css = *place; /* the verifier knows the address, so this stays a typed load */
	id = css->cgroup->kn->id;
	return id <= 1 ? 1 : id | GH_V1_KEY; /* 0: no memory controller */
}

/* The key of a cgroup, or 0 if containers are not told apart by its hierarchy. */
static __always_inline __u64 gh_key_of_cgroup(struct cgroup *cgroup)
{
	__u32 memory = bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id);
	__u64 id = BPF_CORE_READ(cgroup, kn, id);

	if (BPF_CORE_READ(cgroup, root, hierarchy_id) == 0)
		return id;
	if (BPF_CORE_READ(cgroup, root, subsys_mask) & (1U << (memory & 31)))
		return id | GH_V1_KEY;
	return 0;
}

/* `task` must be a typed pointer: it is read by plain loads, a tenth of the price of a helper call each. */
static __always_inline __u32 gh_mount_namespace(struct task_struct *task)
{
	return task->nsproxy->mnt_ns->ns.inum;
}

#endif /* GH_CGROUP_H */
