/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Telling the agent. A record is evidence: every step may fail, is marked or
 * counted when it does, and never changes a verdict.
 */
#ifndef GH_EMIT_H
#define GH_EMIT_H

struct gh_breach {
	struct gh_scope scope;
	struct gh_file_facts file;
	__u64 mnt;    /* struct vfsmount of the path, or 0 */
	__u64 dentry; /* struct dentry of the path, or 0 */
	struct gh_violation violations[GH_VIOLATIONS];
	__u32 violation_count;
	struct gh_detail detail;
	__u64 name; /* the kernel's own string that stands for the path, or 0 */
	__u16 act;
	__u8 verdict;
	__u8 backend;
	__u64 text; /* user address of a path as the program wrote it, or 0 */
	__u32 syscall;
	__u32 running; /* 1: the new program's image is in place */
};

/*
 * Names from a directory entry up to the root of its mount namespace; not to the
 * task's root, which chroot moves.
 *
 * A bpf_loop, so that the verifier looks at one step and not at 64 of them. How
 * far it got stands in the record and not in the walk: what lies in a loop's
 * context the verifier follows through every step, and never ends.
 */
struct gh_walk {
	struct gh_event *event;
	struct mount *mount;
	struct dentry *dentry;
	bool exe;
	bool done;
};

static long gh_walk_up(__u32 step, struct gh_walk *walk)
{
	struct gh_event *event = walk->event;
	struct dentry *dentry = walk->dentry;
	struct dentry *parent = BPF_CORE_READ(dentry, d_parent);
	struct mount *mount = walk->mount;
	__u32 len;
	long n;

	if (dentry == BPF_CORE_READ(mount, mnt.mnt_root) || dentry == parent) {
		struct mount *above = BPF_CORE_READ(mount, mnt_parent);

		if (above == mount || !above) {
			walk->done = true;
			return 1;
		}
		walk->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
		walk->mount = above;
		return 0;
	}
	len = walk->exe ? event->exe_len : event->path_len;
	if (len >= GH_PATH)
		return 1;
	/* For the verifier: the compiler knows that len is small and drops the mask. */
	barrier_var(len);
	len &= GH_PATH - 1;
	n = bpf_probe_read_kernel_str((walk->exe ? event->exe : event->path) + len, GH_NAME,
				      BPF_CORE_READ(dentry, d_name.name));
	if (n <= 0)
		return 1;
	if (walk->exe)
		event->exe_len = len + n;
	else
		event->path_len = len + n;
	walk->dentry = parent;
	return 0;
}

static __always_inline void gh_write_names(struct gh_event *event, bool exe, struct vfsmount *mnt,
					   struct dentry *dentry)
{
	struct gh_walk walk = {
		.event = event,
		.mount = mnt ? (void *)mnt - bpf_core_field_offset(struct mount, mnt) : NULL,
		.dentry = dentry,
		.exe = exe,
	};

	if (!dentry)
		return;
	/* 64 steps up: names and mount points together. */
	bpf_loop(64, gh_walk_up, &walk, 0);
	if (!walk.done)
		event->facts |= GH_FACT_PATH_CUT;
}

/* The argument vector of a program that is in place: one piece of its stack. */
static __always_inline void gh_write_running_args(struct gh_event *event, struct task_struct *task)
{
	unsigned long start = BPF_CORE_READ(task, mm, arg_start);
	unsigned long len = BPF_CORE_READ(task, mm, arg_end) - start;

	if (len > GH_ARGS) {
		len = GH_ARGS;
		event->facts |= GH_FACT_ARGS_CUT;
	}
	if (bpf_probe_read_user(event->args, len & (2 * GH_ARGS - 1), (void *)start))
		event->facts |= GH_FACT_ARGS_UNREAD;
	else
		event->args_len = len;
}

struct gh_words {
	struct gh_event *event;
	__u64 argv;
	bool done;
};

static long gh_next_word(__u32 step, struct gh_words *words)
{
	struct gh_event *event = words->event;
	__u32 len = event->args_len;
	__u64 at = 0;
	long n;

	if (bpf_probe_read_user(&at, sizeof(at), (void *)(words->argv + 8 * step)))
		goto unread;
	if (!at) {
		words->done = true;
		return 1;
	}
	if (len >= GH_ARGS)
		return 1;
	barrier_var(len); /* for the verifier, as above */
	len &= GH_ARGS - 1;
	n = bpf_probe_read_user_str(event->args + len, GH_NAME, (void *)at);
	if (n <= 0)
		goto unread;
	if (n == GH_NAME)
		event->facts |= GH_FACT_ARGS_CUT;
	event->args_len = len + n;
	return 0;
unread:
	event->facts |= GH_FACT_ARGS_UNREAD;
	words->done = true;
	return 1;
}

/*
 * The argument vector of a program that was asked for: pointers in the memory
 * of the one who asks. The kernel copied them a moment ago, so the pages are there.
 */
static __always_inline void gh_write_asked_args(struct gh_event *event, struct task_struct *task)
{
	struct pt_regs *regs = (void *)bpf_task_pt_regs(task);
	__u64 nr = gh_syscall_number(regs);
	struct gh_words words = {.event = event};

	if (nr != GH_NR_EXECVE && nr != GH_NR_EXECVEAT) {
		event->facts |= GH_FACT_ARGS_UNREAD; /* 32-bit caller, or the kernel itself */
		return;
	}
	words.argv = nr == GH_NR_EXECVEAT ? gh_syscall_arg(regs, 2) : gh_syscall_arg(regs, 1);
	/* 32 words are enough to tell what was asked. */
	bpf_loop(32, gh_next_word, &words, 0);
	if (!words.done)
		event->facts |= GH_FACT_ARGS_CUT;
}

struct gh_lineage {
	struct gh_event *event;
	struct task_struct *task;
};

static long gh_next_ancestor(__u32 step, struct gh_lineage *lineage)
{
	struct gh_event *event = lineage->event;
	struct task_struct *task = lineage->task;
	struct task_struct *parent = BPF_CORE_READ(task, real_parent, group_leader);
	struct gh_ancestor *ancestor;
	__u32 tgid = BPF_CORE_READ(parent, tgid);

	if (parent == task || !tgid)
		return 1;
	/* The mask is for the verifier: there are as many steps as places. */
	ancestor = &event->ancestors[step & (GH_ANCESTORS - 1)];
	ancestor->tgid = tgid;
	ancestor->start_ns = BPF_CORE_READ(parent, start_boottime);
	bpf_core_read_str(ancestor->comm, sizeof(ancestor->comm), &parent->comm);
	ancestor->_pad = 0;
	event->ancestor_count = step + 1;
	lineage->task = parent;
	return 0;
}

/* __noinline keeps the record's type in the object's BTF, where a test compares it with Java's. */
static __noinline void gh_write_ancestors(struct gh_event *event, struct task_struct *task)
{
	struct gh_lineage lineage = {.event = event, .task = task};

	event->ancestor_count = 0;
	bpf_loop(GH_ANCESTORS, gh_next_ancestor, &lineage, 0);
}

/* Global: see gh_judge. */
__noinline int gh_tell(struct gh_breach *breach)
{
	struct task_struct *task = (void *)bpf_get_current_task_btf();
	struct gh_event *event;
	__u64 id;

	if (!breach)
		return 0;
	event = bpf_ringbuf_reserve(&gh_events, sizeof(*event), 0);
	if (!event) {
		gh_count(GH_STAT_RING_FULL);
		return 0;
	}
	event->time_ns = bpf_ktime_get_boot_ns();
	event->scope = breach->scope.key;
	event->start_ns = BPF_CORE_READ(task, group_leader, start_boottime);
	event->ino = breach->file.ino;
	event->dev = breach->file.dev;
	event->generation = breach->file.generation;
	id = bpf_get_current_pid_tgid();
	event->tgid = id >> 32;
	event->tid = id;
	id = bpf_get_current_uid_gid();
	event->uid = id;
	event->gid = id >> 32;
	event->mnt_ns = gh_mount_namespace(task);
	event->slot = breach->scope.slot;
	event->rules = breach->scope.rules;
	event->violation_count = breach->violation_count;
	__builtin_memcpy(event->violations, breach->violations, sizeof(event->violations));
	event->detail = breach->detail;
	event->act = breach->act;
	event->facts = breach->file.facts;
	if (event->mnt_ns == gh_config.host_mnt_ns)
		event->facts |= GH_FACT_HOST_MOUNTS;
	event->verdict = breach->verdict;
	event->backend = breach->backend;
	event->_pad = 0;
	event->syscall = breach->syscall;
	event->args_len = 0;
	event->_pad2 = 0;
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	gh_write_ancestors(event, task);
	event->path_len = 0;
	event->exe_len = 0;
	gh_write_names(event, false, (void *)breach->mnt, (void *)breach->dentry);
	if (breach->name) {
		long n = bpf_probe_read_kernel_str(event->path, GH_NAME, (void *)breach->name);

		if (n > 0)
			event->path_len = n;
	}
	if (breach->act != GH_ACT_EXEC && breach->act != GH_ACT_STRANGER) {
		struct file *exe = BPF_CORE_READ(task, mm, exe_file);

		gh_write_names(event, true, BPF_CORE_READ(exe, f_path.mnt),
			       BPF_CORE_READ(exe, f_path.dentry));
	}
	if (breach->text) {
		long n = bpf_probe_read_user_str(event->args, GH_ARGS, (void *)breach->text);

		if (n == GH_ARGS)
			event->facts |= GH_FACT_ARGS_CUT;
		if (n > 0)
			event->args_len = n;
		else
			event->facts |= GH_FACT_ARGS_UNREAD;
	} else if (breach->act == GH_ACT_EXEC && !breach->running) {
		gh_write_asked_args(event, task);
	} else if (breach->act != GH_ACT_NAMED_CHANGE) {
		gh_write_running_args(event, task);
	}
	gh_count(GH_STAT_EVENTS);
	/* Verdicts are rare and wanted at once. */
	bpf_ringbuf_submit(event, BPF_RB_FORCE_WAKEUP);
	return 0;
}

#endif /* GH_EMIT_H */
