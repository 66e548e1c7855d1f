/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * What is the agent's: its process, its BPF objects, its files. Known by number
 * and inode, never by name.
 */
#ifndef GH_SELF_H
#define GH_SELF_H

static __always_inline bool gh_is_guarded(enum gh_guarded_kind kind, __u32 dev, __u64 id)
{
	struct gh_guarded key = {.id = id, .dev = dev, .kind = kind};

	return bpf_map_lookup_elem(&gh_guarded, &key);
}

/* Whether a task is a thread of the agent. */
static __always_inline bool gh_is_keeper(struct task_struct *task)
{
	__u32 zero = 0;
	struct gh_keeper *keeper = bpf_map_lookup_elem(&gh_keepers, &zero);

	return keeper && keeper->tgid && (__u32)BPF_CORE_READ(task, tgid) == keeper->tgid &&
	       BPF_CORE_READ(task, group_leader, start_boottime) == keeper->start_ns;
}

/* Fills in the scope where somebody else than the agent is kept from what is the agent's. */
static __always_inline const struct gh_rules *gh_self_rules(struct gh_breach *breach)
{
	const struct gh_rules *rules;

	if (!gh_find_scope(&breach->scope))
		return NULL;
	rules = gh_rules_of(breach);
	if (!rules || !gh_asks(rules, GH_SELF) || gh_is_keeper(bpf_get_current_task_btf()))
		return NULL;
	return rules;
}

static __always_inline int gh_tampered(struct gh_breach *breach, const struct gh_rules *rules)
{
	breach->syscall = gh_running_call();
	gh_judge(breach, rules, GH_SELF, 0);
	return gh_answer(breach);
}

struct gh_self_climb {
	struct dentry *dentry;
	bool found;
};

static long gh_self_climb_up(__u32 step, struct gh_self_climb *climb)
{
	struct dentry *dentry = climb->dentry;
	struct dentry *parent = BPF_CORE_READ(dentry, d_parent);
	struct inode *inode = BPF_CORE_READ(dentry, d_inode);

	/* The first entry may have no inode yet: it is about to be created. */
	if (inode && gh_is_guarded(GH_GUARDED_TREE, BPF_CORE_READ(inode, i_sb, s_dev),
				   BPF_CORE_READ(inode, i_ino))) {
		climb->found = true;
		return 1;
	}
	climb->dentry = parent;
	return !parent || parent == dentry;
}

/* Few devices have such a thing, and most are let off by one bit. */
static __always_inline bool gh_is_guarded_device(__u32 dev)
{
	__u32 only = 0;
	__u64 *marks = bpf_map_lookup_elem(&gh_guarded_devices, &only);

	return marks && *marks & gh_mark_of(dev) && gh_is_guarded(GH_GUARDED_DEVICE, dev, 0);
}

/*
 * Whether an entry is the agent's, or lies below what is. 64 steps: the agent's own
 * things lie no deeper than that below a file system's root, and what is deeper
 * below them is not of the agent.
 */
static __always_inline bool gh_in_guarded_tree(struct dentry *dentry, __u32 dev)
{
	struct gh_self_climb climb = {.dentry = dentry};

	if (!gh_is_guarded_device(dev))
		return false;
	bpf_loop(64, gh_self_climb_up, &climb, 0);
	return climb.found;
}

/* Whether moving or covering a directory would take the agent's things out of the agent's sight. */
static __always_inline bool gh_above_guarded(struct dentry *dentry)
{
	struct inode *inode = BPF_CORE_READ(dentry, d_inode);

	return inode && gh_is_guarded(GH_GUARDED_ABOVE, BPF_CORE_READ(inode, i_sb, s_dev),
				      BPF_CORE_READ(inode, i_ino));
}

/* The task that a file of /proc/PID is about; NULL where it is about none. */
static __always_inline struct task_struct *gh_task_of_proc(struct proc_inode *proc)
{
	struct pid___tasks *pid = (void *)BPF_CORE_READ(proc, pid);
	struct hlist_node *first = BPF_CORE_READ(pid, tasks[0].first);

	if (!pid || !first)
		return NULL;
	return (void *)first - bpf_core_field_offset(struct task_struct___links, pid_links);
}

static __always_inline bool gh_names(const char *name, const char *wanted, __u32 bytes)
{
	char text[16] = {};

	bpf_probe_read_kernel_str(text, sizeof(text), name);
	return !__builtin_memcmp(text, wanted, bytes);
}

/*
 * What shows the agent's memory. The kernel asks here whether its reader may
 * trace, but since 6.16 not of one who has CAP_PERFMON.
 */
static __always_inline bool gh_shows_keeper(struct inode *inode, struct dentry *dentry)
{
	struct proc_inode *proc =
		(void *)inode - bpf_core_field_offset(struct proc_inode, vfs_inode);
	struct task_struct *task = gh_task_of_proc(proc);
	const char *name = (const char *)BPF_CORE_READ(dentry, d_name.name);

	if (!task || !gh_is_keeper(task))
		return false;
	return gh_names(name, "environ", 8) || gh_names(name, "auxv", 5) ||
	       gh_names(name, "mem", 4) || gh_names(name, "maps", 5) ||
	       gh_names(name, "smaps", 5) || gh_names(name, "numa_maps", 10) ||
	       gh_names(name, "pagemap", 8);
}

/*
 * Files of proc through which the agent can be ended or gone round: those of its
 * own process, the key that ends every process, and the programs that the kernel
 * starts as root of the host.
 */
static __always_inline bool gh_in_guarded_proc(struct inode *inode)
{
	struct proc_inode *proc =
		(void *)inode - bpf_core_field_offset(struct proc_inode, vfs_inode);
	struct task_struct *task = gh_task_of_proc(proc);
	struct proc_dir_entry *entry = BPF_CORE_READ(proc, pde);
	struct ctl_table *setting = BPF_CORE_READ(proc, sysctl_entry);
	const char *name;

	if (task)
		return gh_is_keeper(task);
	if (setting) {
		name = BPF_CORE_READ(setting, procname);
		return gh_names(name, "core_pattern", 13) || gh_names(name, "modprobe", 9) ||
		       gh_names(name, "poweroff_cmd", 13) || gh_names(name, "usermodehelper", 15);
	}
	return entry && gh_names(BPF_CORE_READ(entry, name), "sysrq-trigger", 14);
}

struct gh_cgroup_climb {
	struct dentry *dentry;
	__u64 bits;
	__u32 slot;
	bool own;
};

static long gh_cgroup_climb_up(__u32 step, struct gh_cgroup_climb *climb)
{
	struct dentry *dentry = climb->dentry;
	struct dentry *parent = BPF_CORE_READ(dentry, d_parent);
	__u64 key = BPF_CORE_READ(dentry, d_inode, i_ino) | climb->bits;
	__u32 *slot = bpf_map_lookup_elem(&gh_scopes, &key);

	if (slot && *slot == climb->slot) {
		climb->own = true;
		return 1;
	}
	climb->dentry = parent;
	return !parent || parent == dentry;
}

/*
 * Whether a file of a cgroup file system is of the container's own cgroups. None
 * is to a task that sees the host's pids: it could move the agent into its own.
 */
static __always_inline bool gh_own_cgroup_file(struct dentry *dentry, __u64 magic, __u32 slot)
{
	struct gh_cgroup_climb climb = {
		.dentry = BPF_CORE_READ(dentry, d_parent),
		.bits = magic == CGROUP2_SUPER_MAGIC ? 0 : GH_V1_KEY,
		.slot = slot,
	};
	struct task_struct *task = bpf_get_current_task_btf();

	if (!BPF_CORE_READ(task, thread_pid, level))
		return false;
	bpf_loop(32, gh_cgroup_climb_up, &climb, 0);
	return climb.own;
}

#endif /* GH_SELF_H */
