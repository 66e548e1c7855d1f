/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Hooks: a system call returns.
 * Tells GH_WATCH_CALL of those that gw_calls wants. May deny: no.
 */
#ifndef GW_CALL_H
#define GW_CALL_H

/*
 * The class of an open by its flags, as gh_watch_call.wanted counts it. What was
 * opened says how: openat2 has its flags in the user's memory, which may have
 * changed since.
 */
static __always_inline __u32 gw_access(struct gw_scratch *s)
{
	__u32 place = s->call.open_flags - 1;
	__u64 flags, file;

	if (place >= GH_WATCH_ARGS)
		return 0;
	if (s->call.capture[place] == GH_WATCH_FIXED && !s->failed &&
	    !(s->uring & GW_URING_NO_RESULT)) {
		file = gw_file_of(s, GH_WATCH_RESULT);
		if (file)
			return (GH_LOAD(file, file, f_flags) + 1) & O_ACCMODE;
	}
	flags = s->head.args[place];
	/* openat2: in the struct that the argument points at. */
	if (s->call.capture[place] == GH_WATCH_FIXED && !(s->uring & GW_URING_OPEN_HOW) &&
	    bpf_probe_read_user(&flags, sizeof(flags), (void *)flags))
		return 0;
	return (flags + 1) & O_ACCMODE;
}

/* Is this outcome wanted? Leaves its bit and the cgroup's fact in the scratch. */
static __always_inline bool gw_wanted(struct gw_scratch *s, __u64 cgroup)
{
	enum gh_watch_place place = gw_place_of(cgroup);
	__u32 bit = (s->failed ? 8 : 0) + gw_access(s);

	s->outcome = bit + (place == GH_WATCH_CONTAINER ? 4 : 0);
	if (place != GH_WATCH_UNPLACED)
		return s->call.wanted & (1U << (s->outcome & 15));
	s->facts |= GH_WATCH_CGROUP_NEW;
	return s->call.wanted & (0x11U << (bit & 15));
}

static __always_inline __u32 gw_loss_of(struct gw_scratch *s)
{
	if (s->call.open_flags)
		return GH_WATCH_STAT_LOST_OPEN;
	if (s->call.sieve == GH_WATCH_SIEVE_SOCKET)
		return GH_WATCH_STAT_LOST_CONNECT;
	if (s->call.sieve == GH_WATCH_SIEVE_PATH || s->call.cwd)
		return GH_WATCH_STAT_LOST_DIR_FILE;
	return GH_WATCH_STAT_LOST_OTHER;
}

/* What the arguments point at, the files they name, and where relative texts begin. */
static __always_inline void gw_tell_arguments(struct gw_scratch *s)
{
	__u32 files = s->call.files;
	__u32 i;

	for (i = 0; i < GH_WATCH_ARGS; i++) {
		if (!s->call.capture[i])
			continue;
		if (s->keyed == GH_WATCH_SIEVE_PATH && s->call.sieve_arg == i)
			gw_tell_key_text(s, i);
		else
			gw_argument(s, i);
	}
	if (s->failed || s->uring & GW_URING_NO_RESULT)
		files &= ~(1U << GH_WATCH_RESULT);
	for (i = 0; files && i <= GH_WATCH_RESULT; i++, files >>= 1)
		if (files & 1)
			gw_descriptor(s, i);
	if (s->call.cwd == 2 || (s->call.cwd == 1 && s->relative))
		gw_tell_cwd(s);
	if (s->call.cwd || s->call.files)
		gw_tell_root(s);
}

/* A wanted call of the running task has returned. */
__noinline int gw_called(struct gh_watch_call *call, __u32 index, long result)
{
	struct gh_watch_control *control = gw_controls();
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = (void *)bpf_task_pt_regs(task);
	__u64 cgroup = gh_key_of(task);
	struct gw_scratch *s;

	if (!control || !call || control->agent_pid == (__u32)task->tgid)
		return 0;
	s = gw_take();
	if (!s)
		return 0;
	if (index & GH_WATCH_COMPAT)
		s->facts = GH_WATCH_COMPAT_TASK;
	s->call = *call;
	s->failed = (__u64)result > -4096ULL;
	s->head.call = index;
	s->head.result = result;
	gh_syscall_args(regs, index & GH_WATCH_COMPAT, s->head.args);
	if (index & GH_WATCH_COMPAT && !gh_unfold_args(regs, s->head.args))
		s->facts |= GH_WATCH_UNREAD;

	if (!gw_wanted(s, cgroup)) {
		gw_count(GH_WATCH_STAT_UNWANTED);
	} else if (s->call.sieve && !(s->facts & GH_WATCH_CGROUP_NEW) &&
		   /* of a cgroup that nobody has placed a key would say host */
		   gw_is_sieved(s, control->generation)) {
		gw_count(GH_WATCH_STAT_SIEVED);
	} else {
		gw_fill_head(s, task, GH_WATCH_CALL, cgroup);
		gw_tell_arguments(s);
		gw_submit(s, gw_loss_of(s));
	}
	gw_give_back(s);
	return 0;
}

/* Whether the call's own program has told of this very return. */
static __always_inline bool gw_take_mark(struct task_struct *task, __u32 index)
{
	__u32 tid = task->pid;
	__u32 *told = bpf_map_lookup_elem(&gw_marks, &tid);
	bool is_this = told && *told == index;

	if (told)
		bpf_map_delete_elem(&gw_marks, &tid);
	return is_this;
}

/* Every system call of the node comes here unless all that are wanted have a program of their own. */
SEC("?tp_btf/sys_exit")
int BPF_PROG(gw_call_done, struct pt_regs *regs, long result)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 index = gw_index_of(task, regs);
	struct gh_watch_call *call;
	__u32 own;

	call = bpf_map_lookup_elem(&gw_calls, &index);
	if (!call || !call->wanted)
		return 0;
	own = *(volatile __u32 *)&call->own;
	if (own && (own == GH_WATCH_BY_ITS_OWN || gw_take_mark(task, index)))
		return 0;
	return gw_called(call, index, result);
}

#endif /* GW_CALL_H */
