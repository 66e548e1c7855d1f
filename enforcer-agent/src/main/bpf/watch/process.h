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

/* What the parent asked for, or what the call that it made always means. */
static __always_inline __u64 gw_clone_flags(__u32 index, struct pt_regs *regs, bool thread)
{
	__u64 args[GH_WATCH_ARGS];
	__u64 flags = 0;

	gh_syscall_args(regs, index & GH_WATCH_COMPAT, args);
	switch (index) {
	case GH_NR_CLONE:
	case GH_NR_COMPAT_CLONE | GH_WATCH_COMPAT:
		return args[0];
	case GH_NR_CLONE3: /* the first word of its struct */
	case GH_NR_CLONE3 | GH_WATCH_COMPAT:
		bpf_probe_read_user(&flags, sizeof(flags), (void *)args[0]);
		return flags;
#ifdef GH_NR_VFORK
	case GH_NR_VFORK:
#endif
	case GH_NR_COMPAT_VFORK | GH_WATCH_COMPAT:
		return CLONE_VFORK | CLONE_VM | SIGCHLD;
	}
	return thread ? CLONE_THREADS : SIGCHLD;
}

SEC("?tp_btf/sched_process_fork")
int BPF_PROG(gw_forked, struct task_struct *parent, struct task_struct *child)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = (void *)bpf_task_pt_regs(task);
	struct gw_scratch *s;

	if (gw_is_agent(child))
		return 0;
	s = gw_take();
	if (!s)
		return 0;
	gw_begin(s, child, GH_WATCH_FORK);
	s->head.call = gw_index_of(task, regs);
	s->head.args[0] = gw_clone_flags(s->head.call, regs, child->tgid == task->tgid);
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
	/* A function that is verified by itself takes no kernel pointers: they go as numbers, through memory. */
	s->file = (__u64)bprm->file;
	s->kernel_text[0] = (__u64)bprm->filename;
	gw_tell_program(s);
	gw_tell_asked_name(s);
	gw_tell_cwd(s);
	gw_tell_root(s);
	gw_tell_stack_words(s);
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
