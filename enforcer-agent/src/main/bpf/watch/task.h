/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Who: the head of a record. Plain loads, so `task` must be a typed pointer.
 */
#ifndef GW_TASK_H
#define GW_TASK_H

#define GW_LEVELS 32 /* of pid namespaces within each other, MAX_PID_NS_LEVEL */

/* Where a pid keeps its number at a level. The mask is for 6.1's verifier: a pointer moves by a bounded number. */
static __always_inline __u64 gw_upid_at(struct pid *pid, __u32 level)
{
	__u64 offset = (__u64)level * bpf_core_type_size(struct upid);

	barrier_var(offset);
	offset &= GW_LEVELS * 32 - 1;
	return (__u64)pid + bpf_core_field_offset(struct pid, numbers) + offset;
}

/* A pid as the namespace at `level` has it; 0 where it is not seen from there. */
static __always_inline __u32 gw_pid_at(struct pid *pid, __u32 level)
{
	if (!pid || level > pid->level)
		return 0;
	return GH_LOAD(upid, gw_upid_at(pid, level), nr);
}

static __always_inline __u32 gw_pid_namespace(struct pid *pid, __u32 level)
{
	__u64 ns = (__u64)GH_LOAD(upid, gw_upid_at(pid, level), ns);

	return GH_LOAD(pid_namespace, ns, ns.inum);
}

/* As user space has device numbers: new_encode_dev of include/linux/kdev_t.h. */
static __always_inline __u32 gw_tty(struct signal_struct *signal)
{
	struct tty_struct *tty = signal->tty;
	__u32 major, minor;

	if (!tty)
		return 0;
	major = tty->driver->major;
	minor = tty->driver->minor_start + tty->index;
	return (minor & 0xff) | major << 8 | (minor & ~0xffU) << 12;
}

static __always_inline void gw_fill_ids(struct gh_watch_head *head, struct task_struct *task)
{
	struct signal_struct *signal = task->signal;
	struct pid *thread = task->thread_pid;
	struct pid *session = signal->pids[PIDTYPE_SID];
	struct pid *group = signal->pids[PIDTYPE_PGID];
	__u32 level = thread->level;

	head->tid = task->pid;
	head->pid = task->tgid;
	head->ppid = task->real_parent->tgid;
	head->sid = session->numbers[0].nr;
	head->pgid = group->numbers[0].nr;
	if (level) {
		head->vtid = gw_pid_at(thread, level);
		head->vpid = gw_pid_at(signal->pids[PIDTYPE_TGID], level);
		head->vsid = gw_pid_at(session, level);
		head->vpgid = gw_pid_at(group, level);
	} else {
		head->vtid = head->tid;
		head->vpid = head->pid;
		head->vsid = head->sid;
		head->vpgid = head->pgid;
	}
	head->pid_ns = gw_pid_namespace(thread, level);
}

static __always_inline void gw_fill_head(struct gw_scratch *s, struct task_struct *task,
					 enum gh_watch_kind kind, __u64 cgroup)
{
	struct gh_watch_head *head = &s->head;
	struct signal_struct *signal = task->signal;
	const struct cred *cred = task->cred;

	head->kind = kind;
	head->time_ns = bpf_ktime_get_boot_ns();
	head->cgroup = cgroup;
	head->start_ns = task->start_boottime;
	head->group_start_ns = task->group_leader->start_boottime;
	head->parent_start_ns = task->real_parent->group_leader->start_boottime;
	gw_fill_ids(head, task);
	head->uid = cred->euid.val;
	head->gid = cred->egid.val;
	head->loginuid = -1;
	if (bpf_core_field_exists(struct task_struct, loginuid))
		head->loginuid = task->loginuid.val;
	head->tty = gw_tty(signal);
	head->mnt_ns = gh_mount_namespace(task);
	head->cpu = bpf_get_smp_processor_id();
	head->cap_inheritable = *(__u64 *)&cred->cap_inheritable;
	head->cap_permitted = *(__u64 *)&cred->cap_permitted;
	head->cap_effective = *(__u64 *)&cred->cap_effective;
	head->exec_id = task->self_exec_id;
	__builtin_memcpy(head->comm, task->comm, sizeof(head->comm));
	if (task->flags & PF_KTHREAD)
		s->facts |= GH_WATCH_KERNEL_THREAD;
	if (head->vpid == 1 || BPF_CORE_READ_BITFIELD(signal, is_child_subreaper))
		s->facts |= GH_WATCH_REAPER;
}

/* Whose a cgroup is: asked of the map once in a while only. What is not placed yet is asked each time. */
static __always_inline enum gh_watch_place gw_place_of(__u64 cgroup)
{
	__u32 zero = 0;
	struct gw_last_place *last = bpf_map_lookup_elem(&gw_last_places, &zero);
	__u64 now = bpf_jiffies64();
	__u32 *place;

	if (!last || cgroup & GW_ANSWER_SPARE)
		return GH_WATCH_UNPLACED;
	if (now - last->found < GW_HOT_JIFFIES) {
		__u64 answer = *(volatile __u64 *)&last->answer;

		if ((answer & ~GW_ANSWER_SPARE) == cgroup)
			return answer >> 61 & 3;
	}
	place = bpf_map_lookup_elem(&gw_cgroups, &cgroup);
	if (!place || !*place)
		return GH_WATCH_UNPLACED;
	*(volatile __u64 *)&last->answer = GW_ANSWER(cgroup, *place & 3);
	last->found = now;
	return *place;
}

/* The index of the call that the task is in. */
static __always_inline __u32 gw_index_of(struct task_struct *task, struct pt_regs *regs)
{
	__u32 index = GH_SYSCALL_NUMBER(regs) & (GH_WATCH_COMPAT - 1);

	if (gh_syscall_is_compat(task))
		return gh_compat_number(regs, index) | GH_WATCH_COMPAT;
	return index;
}

#endif /* GW_TASK_H */
