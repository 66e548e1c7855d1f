/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Who sets a container up, and until when. See gh_setting_up in maps.h.
 *
 * runc joins the cgroup, leaves the host's mounts, forks twice, makes mount
 * points in the root file system, changes root, and runs the entry point. The
 * whole way it is the runtime; with the entry point it is the container.
 */
static __always_inline void gh_mark(struct task_struct *task)
{
	__u64 programs = task->self_exec_id;
	__u64 *mark;

	mark = bpf_task_storage_get(&gh_setting_up, task, &programs,
				    BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (mark)
		*mark = programs; /* of a program that it ran before, it may have been */
}

/* A task was moved into a cgroup. One that still has the host's mounts is no container's. */
static __always_inline void gh_note_join(struct task_struct *task)
{
	if (gh_mount_namespace(task) == gh_config.host_mnt_ns)
		gh_mark(task);
}

/* A task runs a new program; true where it does so in a container. */
static __always_inline bool gh_note_exec(struct task_struct *task, __u64 key)
{
	if (gh_mount_namespace(task) != gh_config.host_mnt_ns) {
		bpf_task_storage_delete(&gh_setting_up, task);
		return true;
	}
	/* It may have started inside the container's cgroup, as clone3 with CLONE_INTO_CGROUP does. */
	if (key != 1)
		gh_mark(task);
	return false;
}

/* A task is in a cgroup that the agent may not know yet. */
static __always_inline void gh_announce(struct task_struct *task)
{
	struct gh_event *event;
	__u64 key = gh_key_of(task);

	if (key == 1 || bpf_map_lookup_elem(&gh_scopes, &key))
		return;

	event = bpf_ringbuf_reserve(&gh_events, sizeof(*event), 0);
	if (!event) {
		gh_count(GH_STAT_RING_FULL);
		return;
	}
	__builtin_memset(event, 0, __builtin_offsetof(struct gh_event, ancestors));
	event->time_ns = bpf_ktime_get_boot_ns();
	event->scope = key;
	event->start_ns = BPF_CORE_READ(task, group_leader, start_boottime);
	event->tgid = BPF_CORE_READ(task, tgid);
	event->tid = BPF_CORE_READ(task, pid);
	event->mnt_ns = gh_mount_namespace(task);
	event->act = GH_ACT_STRANGER;
	if (event->mnt_ns == gh_config.host_mnt_ns)
		event->facts = GH_FACT_HOST_MOUNTS;
	bpf_core_read_str(event->comm, sizeof(event->comm), &task->comm);
	gh_count(GH_STAT_EVENTS);
	bpf_ringbuf_submit(event, BPF_RB_FORCE_WAKEUP);
}

/* Hook: a task has a child.
 * Emits GH_ACT_STRANGER for the child of a runtime that left the host's mounts:
 * the one that joined the cgroup does not live long enough to be looked up.
 * May deny: no.
 */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(gh_forked, struct task_struct *parent, struct task_struct *child)
{
	__u64 *programs = bpf_task_storage_get(&gh_setting_up, parent, NULL, 0);

	if (!programs || *programs != parent->self_exec_id)
		return 0;
	gh_mark(child);
	if (gh_mount_namespace(parent) != gh_config.host_mnt_ns)
		gh_announce(child);
	return 0;
}
