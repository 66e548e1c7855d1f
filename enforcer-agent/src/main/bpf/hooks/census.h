/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Not a hook: the agent walks all tasks with it, to note those that were there
 * before their container was known, and to see which containers still have one.
 */
SEC("iter/task")
int gh_census(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct gh_control *control = gh_controls();
	struct gh_task *noted;
	struct gh_slot *slot;
	__u32 number;

	if (!task || !control || task->flags & (PF_KTHREAD | PF_EXITING))
		return 0;
	noted = bpf_task_storage_get(&gh_tasks, task, NULL, 0);
	slot = gh_slot_by_lineage(noted);
	if (slot) {
		slot->seen = control->census;
		return 0;
	}
	/* A runtime on its way in is not the container yet. */
	if (gh_is_marked(task, noted) || gh_mount_namespace(task) == gh_config.host_mnt_ns)
		return 0;
	number = gh_slot_by_cgroup(task, gh_key_of(task));
	if (!number)
		return 0;
	gh_take_in(task, number);
	slot = bpf_map_lookup_elem(&gh_slots, &number);
	if (slot)
		slot->seen = control->census;
	return 0;
}

/* Not a hook: the agent calls it to be known as the one that lives. */
SEC("syscall")
int gh_take_office(void *ctx)
{
	struct gh_control *control = gh_controls();

	if (control)
		control->agent = bpf_get_current_pid_tgid() >> 32;
	return 0;
}
