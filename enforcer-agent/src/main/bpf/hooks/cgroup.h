/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Hooks: a cgroup is made, joined, removed.
 * A cgroup below a container's belongs to it before anything can be moved in,
 * so that nesting is no way out. May deny: no.
 */
SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(gh_cgroup_born, struct cgroup *cgroup, const char *path)
{
	struct cgroup *parent = BPF_CORE_READ(cgroup, self.parent, cgroup);
	__u64 key = gh_key_of_cgroup(cgroup);
	__u64 above = gh_key_of_cgroup(parent);
	struct gh_control *control;
	__u32 slot;

	if (!key || !above)
		return 0;
	slot = gh_slot_of(above);
	if (!slot)
		return 0;
	if (!bpf_map_update_elem(&gh_scopes, &key, &slot, BPF_ANY))
		return 0;
	gh_count(GH_STAT_SCOPES_FULL);
	control = gh_controls();
	if (control)
		control->overflowed = 1;
	return 0;
}

/* The first task of a container comes this way before its entry point runs. */
SEC("tp_btf/cgroup_attach_task")
int BPF_PROG(gh_cgroup_joined, struct cgroup *cgroup, const char *path, struct task_struct *task,
	     bool threadgroup)
{
	gh_note_join(task);
	return 0;
}

SEC("tp_btf/cgroup_rmdir")
int BPF_PROG(gh_cgroup_gone, struct cgroup *cgroup, const char *path)
{
	__u64 key = gh_key_of_cgroup(cgroup);
	struct gh_event *event;
	__u32 *slot;

	if (!key)
		return 0;
	slot = bpf_map_lookup_elem(&gh_scopes, &key);
	if (!slot)
		return 0;

	event = bpf_ringbuf_reserve(&gh_events, sizeof(*event), 0);
	if (event) {
		__builtin_memset(event, 0, __builtin_offsetof(struct gh_event, ancestors));
		event->time_ns = bpf_ktime_get_boot_ns();
		event->scope = key;
		event->slot = *slot;
		event->act = GH_ACT_GONE;
		gh_count(GH_STAT_EVENTS);
		bpf_ringbuf_submit(event, BPF_RB_FORCE_WAKEUP);
	} else {
		gh_count(GH_STAT_RING_FULL);
	}
	bpf_map_delete_elem(&gh_scopes, &key);
	return 0;
}
