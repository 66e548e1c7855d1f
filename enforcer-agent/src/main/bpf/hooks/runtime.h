/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Who sets a container up, and who is of it. See gh_tasks in maps.h.
 *
 * runc joins the cgroup, leaves the host's mounts, forks twice, makes mount
 * points in the root file system, changes root, and runs the entry point. The
 * whole way it is the runtime; with the entry point it is the container, and so
 * is whatever comes from it.
 */
static __always_inline void gh_write_note(struct task_struct *task, const struct gh_task *note)
{
	struct gh_task *noted;
	int i;

	/* Memory is asked for without waiting for a lock, so another processor may be in the way for a moment. */
	for (i = 0; i < 4; i++) {
		noted = bpf_task_storage_get(&gh_tasks, task, (void *)note,
					     BPF_LOCAL_STORAGE_GET_F_CREATE);
		if (noted) {
			*noted = *note; /* of what it was before, there may have been one */
			return;
		}
	}
	gh_count(GH_STAT_TASK_LOST);
}

static __always_inline void gh_mark(struct task_struct *task)
{
	struct gh_task note = {.setting_up = task->self_exec_id + 1};

	gh_write_note(task, &note);
}

/* From here on the task is the container's, wherever it goes. */
static __always_inline void gh_take_in(struct task_struct *task, __u32 number)
{
	struct gh_slot *slot = bpf_map_lookup_elem(&gh_slots, &number);
	struct gh_task note = {.slot = number};

	if (!slot)
		return;
	note.serial = slot->serial;
	gh_write_note(task, &note);
}

/* Tells of a task that need not be the running one. */
static __always_inline void gh_tell_of(struct task_struct *task, __u64 key, __u16 act, __u32 slot)
{
	struct gh_event *event;

	event = bpf_ringbuf_reserve(&gh_events, sizeof(*event), 0);
	if (!event) {
		gh_count(GH_STAT_RING_FULL);
		return;
	}
	__builtin_memset(event, 0, __builtin_offsetof(struct gh_event, ancestors));
	event->time_ns = bpf_ktime_get_boot_ns();
	event->scope = key;
	event->slot = slot;
	event->start_ns = BPF_CORE_READ(task, group_leader, start_boottime);
	event->tgid = BPF_CORE_READ(task, tgid);
	event->tid = BPF_CORE_READ(task, pid);
	event->mnt_ns = gh_mount_namespace(task);
	event->act = act;
	if (event->mnt_ns == gh_config.host_mnt_ns)
		event->facts = GH_FACT_HOST_MOUNTS;
	bpf_core_read_str(event->comm, sizeof(event->comm), &task->comm);
	gh_count(GH_STAT_EVENTS);
	bpf_ringbuf_submit(event, BPF_RB_FORCE_WAKEUP);
}

/* A task is in a cgroup that the agent may not know yet. Without an agent nobody asks. */
static __always_inline void gh_announce(struct task_struct *task)
{
	__u64 key = gh_key_of(task);

	if (key == 1 || !gh_agent_lives(gh_controls()) || gh_slot_by_cgroup(task, key))
		return;
	gh_tell_of(task, key, GH_ACT_STRANGER, 0);
}

/* A task of a container is in a cgroup that is not of that container. It stays under its rules. */
static __always_inline void gh_tell_if_left(struct task_struct *task, __u32 number)
{
	__u64 key = gh_key_of(task);

	if (gh_slot_by_cgroup(task, key) != number)
		gh_tell_of(task, key, GH_ACT_LEFT, number);
}

/* A task was moved into a cgroup. One that still has the host's mounts is no container's, unless it came from one. */
static __always_inline void gh_note_join(struct task_struct *task)
{
	struct gh_task *noted = bpf_task_storage_get(&gh_tasks, task, NULL, 0);

	if (gh_slot_by_lineage(noted)) {
		gh_tell_if_left(task, noted->slot);
		return;
	}
	if (gh_mount_namespace(task) == gh_config.host_mnt_ns)
		gh_mark(task);
	gh_announce(task);
}

/* Hook: a task has a child, which is what its parent is.
 * Emits GH_ACT_STRANGER for the child of a runtime that left the host's mounts:
 * the one that joined the cgroup does not live long enough to be looked up.
 * Emits GH_ACT_LEFT for a child that was born in a cgroup of others.
 * May deny: no.
 */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(gh_forked, struct task_struct *parent, struct task_struct *child)
{
	struct gh_task *noted = gh_noted(parent);
	struct gh_task note;

	if (!noted)
		return 0;
	if (gh_slot_by_lineage(noted)) {
		note = *noted;
		note.setting_up = 0;
		gh_write_note(child, &note);
		if (child->cgroups != parent->cgroups)
			gh_tell_if_left(child, note.slot);
		return 0;
	}
	if (!gh_is_marked(parent, noted))
		return 0;
	gh_mark(child);
	if (gh_mount_namespace(parent) != gh_config.host_mnt_ns)
		gh_announce(child);
	return 0;
}

/* Hook: a thread ends. With the agent's last one nobody waits for an answer any more. May deny: no. */
SEC("tp_btf/sched_process_exit")
int BPF_PROG(gh_exited, struct task_struct *task)
{
	struct gh_control *control = gh_controls();

	if (!control || !control->agent || control->agent != (__u32)task->tgid)
		return 0;
	if (BPF_CORE_READ(task, signal, live.counter) == 0)
		control->agent = 0;
	return 0;
}
