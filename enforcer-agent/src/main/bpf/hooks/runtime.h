/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Who sets a container up, and until when. See gh_setting_up in maps.h.
 *
 * runc joins the cgroup, leaves the host's mounts, forks twice, makes mount
 * points in the root file system, changes root, and runs the entry point. The
 * whole way it is the runtime; with the entry point it is the container.
 */
static __always_inline void gh_mark(struct task_struct *task)
{
	__u32 yes = 1;

	bpf_task_storage_get(&gh_setting_up, task, &yes, BPF_LOCAL_STORAGE_GET_F_CREATE);
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

/* Hook: a task has a child.
 * Emits nothing. May deny: no.
 */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(gh_forked, struct task_struct *parent, struct task_struct *child)
{
	if (bpf_task_storage_get(&gh_setting_up, parent, NULL, 0))
		gh_mark(child);
	return 0;
}
