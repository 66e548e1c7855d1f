/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Hooks: a task is made, runs a new program, ends.
 * Tells GH_WATCH_FORK, GH_WATCH_EXEC, GH_WATCH_EXIT of every task but the agent's. May deny: no.
 */
#ifndef GW_PROCESS_H
#define GW_PROCESS_H

static __always_inline bool gw_is_agent(struct task_struct *task)
{
	struct gh_watch_control *control = gw_controls();

	return control && control->agent_pid == (__u32)task->tgid;
}

/* Whose cgroup it is matters to the agent alone: these are told in any place. */
static __always_inline void gw_begin(struct gw_scratch *s, struct task_struct *task,
				     enum gh_watch_kind kind)
{
	__u64 cgroup = gh_key_of(task);

	if (gw_place_of(cgroup) == GH_WATCH_UNPLACED)
		s->facts |= GH_WATCH_CGROUP_NEW;
	gw_fill_head(s, task, kind, cgroup);
	s->head.result = 0;
	s->head.call = 0;
	__builtin_memset(s->head.args, 0, sizeof(s->head.args));
}

static __always_inline __u32 gw_index_of(struct task_struct *task, struct pt_regs *regs)
{
	__u32 index = GH_SYSCALL_NUMBER(regs) & (GH_WATCH_COMPAT - 1);

	return gh_syscall_is_compat(task) ? index | GH_WATCH_COMPAT : index;
}

SEC("?tp_btf/sched_process_fork")
int BPF_PROG(gw_forked, struct task_struct *parent, struct task_struct *child)
{
	struct pt_regs *regs = (void *)bpf_task_pt_regs(bpf_get_current_task_btf());
	struct gw_scratch *s;

	if (gw_is_agent(child))
		return 0;
	s = gw_take();
	if (!s)
		return 0;
	gw_begin(s, child, GH_WATCH_FORK);
	s->head.call = gw_index_of(bpf_get_current_task_btf(), regs);
	gw_submit(s, GH_WATCH_STAT_LOST_FORK);
	gw_give_back(s);
	return 0;
}

SEC("?tp_btf/sched_process_exec")
int BPF_PROG(gw_executed, struct task_struct *unused, int old_pid, struct linux_binprm *bprm)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct gw_scratch *s = gw_take();

	if (!s)
		return 0;
	gw_begin(s, task, GH_WATCH_EXEC);
	s->head.call = gw_index_of(task, (void *)bpf_task_pt_regs(task));
	gw_tell_cwd(s);
	gw_tell_root(s);
	gw_submit(s, GH_WATCH_STAT_LOST_EXEC);
	gw_give_back(s);
	return 0;
}

SEC("?tp_btf/sched_process_exit")
int BPF_PROG(gw_ended, struct task_struct *unused)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct gw_scratch *s;

	if (gw_is_agent(task))
		return 0;
	s = gw_take();
	if (!s)
		return 0;
	gw_begin(s, task, GH_WATCH_EXIT);
	s->head.args[0] = task->exit_code;
	s->head.args[1] = task->signal->live.counter;
	gw_submit(s, GH_WATCH_STAT_LOST_EXIT);
	gw_give_back(s);
	return 0;
}

#endif /* GW_PROCESS_H */
