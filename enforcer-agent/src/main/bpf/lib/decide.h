/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The decisions, each asked by an LSM hook and by its tracepoint stand-in alike.
 */
#ifndef GH_DECIDE_H
#define GH_DECIDE_H

static __always_inline const struct gh_rules *gh_rules_of(struct gh_breach *breach)
{
	const struct gh_rules *rules = bpf_map_lookup_elem(&gh_rulesets, &breach->scope.rules);

	if (!rules)
		gh_fail_closed(breach, GH_STAT_RULES_MISSING);
	return rules;
}

/* May this file run as a program, or be mapped as one? */
static __always_inline void gh_decide_code(struct gh_breach *breach, const struct gh_rules *rules,
					   struct inode *inode)
{
	/* What cannot be read is of no image and on no list. */
	if (!gh_read_inode(inode, breach->scope.root_dev, &breach->file))
		gh_count(GH_STAT_OBJECT_UNREADABLE);
	if (!gh_from_image(&breach->file))
		gh_judge(breach, rules, GH_PROCESS_FROM_IMAGE, 0);
	/* A list of what may not: whoever does not name it is satisfied. */
	if (gh_asks(rules, GH_PROCESS_FORBID))
		gh_judge(breach, rules, GH_PROCESS_FORBID,
			 ~gh_allowed_by(breach->scope.rules, &breach->file,
					GH_OBJECT_FORBIDDEN_PROGRAM));
	if (breach->act == GH_ACT_EXEC && gh_asks(rules, GH_PROCESS_ALLOW))
		gh_judge(breach, rules, GH_PROCESS_ALLOW,
			 gh_allowed_by(breach->scope.rules, &breach->file,
				       breach->file.facts & GH_FACT_UPPER ? GH_OBJECT_UPPER_FILE
									  : GH_OBJECT_FILE));
}

static __always_inline void gh_decide_program(struct gh_breach *breach, struct file *file)
{
	const struct gh_rules *rules = gh_rules_of(breach);

	if (!rules)
		return;
	breach->mnt = (__u64)BPF_CORE_READ(file, f_path.mnt);
	breach->dentry = (__u64)BPF_CORE_READ(file, f_path.dentry);
	gh_decide_code(breach, rules, BPF_CORE_READ(file, f_inode));
}

/* May memory be executable? Whoever compiles while it runs needs that. */
static __always_inline void gh_decide_memory(struct gh_breach *breach, const struct gh_rules *rules)
{
	if (gh_asks(rules, GH_MEMORY))
		gh_judge(breach, rules, GH_MEMORY,
			 gh_program_is(breach->scope.rules, GH_OBJECT_JIT));
}

/* A mapping is to be executable, or one that is becomes writable. */
struct gh_mapping {
	struct inode *inode; /* NULL: anonymous */
	__u64 mnt;
	__u64 dentry;
	bool code;    /* it was not executable before */
	bool changed; /* pages are no longer those of the file, or need not stay so */
};

static __always_inline void gh_decide_mapping(struct gh_breach *breach,
					      const struct gh_mapping *mapping)
{
	const struct gh_rules *rules = gh_rules_of(breach);

	if (!rules)
		return;
	if (!mapping->inode) {
		breach->act = GH_ACT_EXEC_MEMORY;
		gh_decide_memory(breach, rules);
		return;
	}
	breach->mnt = mapping->mnt;
	breach->dentry = mapping->dentry;
	breach->act = GH_ACT_MAP_EXEC;
	if (mapping->code)
		gh_decide_code(breach, rules, mapping->inode);
	else
		gh_read_inode(mapping->inode, breach->scope.root_dev, &breach->file);
	/* A file that no name leads to, and a device: memory under another name. */
	if (mapping->changed || breach->file.facts & GH_FACT_UNLINKED ||
	    (breach->file.mode & S_IFMT) != S_IFREG)
		gh_decide_memory(breach, rules);
}

/*
 * Where a kernel without user's data keeps its own: what stands there was not
 * put there as a file.
 */
static __always_inline bool gh_is_pseudo(__u32 magic)
{
	switch (magic) {
	case PROC_SUPER_MAGIC:
	case SYSFS_MAGIC:
	case CGROUP_SUPER_MAGIC:
	case CGROUP2_SUPER_MAGIC:
	case DEVPTS_SUPER_MAGIC:
	case DEBUGFS_MAGIC:
	case TRACEFS_MAGIC:
	case SECURITYFS_MAGIC:
	case SELINUX_MAGIC:
	case MQUEUE_MAGIC:
	case PIPEFS_MAGIC:
	case NSFS_MAGIC:
	case PIDFS_MAGIC:
		return true;
	default:
		return false;
	}
}

/*
 * Mounted so that the container cannot write it: a configuration, a secret. In a
 * mount namespace of a user namespace anybody may have mounted it that way.
 */
static __always_inline bool gh_is_given(struct vfsmount *mnt)
{
	struct mount *mount = (void *)mnt - bpf_core_field_offset(struct mount, mnt);

	if (!(BPF_CORE_READ(mnt, mnt_flags) & MNT_READONLY) &&
	    !(BPF_CORE_READ(mnt, mnt_sb, s_flags) & SB_RDONLY))
		return false;
	return BPF_CORE_READ(mount, mnt_ns, user_ns, level) == 0;
}

/*
 * /etc/hosts, /etc/hostname and /etc/resolv.conf, which runtimes mount one by
 * one over the image's /etc, writable more often than not; without them no
 * interpreter finds a host. Told by where they are mounted, which the runtime chose.
 */
static __always_inline bool gh_is_of_runtime(struct vfsmount *mnt, struct dentry *dentry,
					     __u32 root_dev)
{
	struct mount *mount = (void *)mnt - bpf_core_field_offset(struct mount, mnt);
	struct dentry *place = BPF_CORE_READ(mount, mnt_mountpoint);
	struct dentry *etc = BPF_CORE_READ(place, d_parent);
	struct dentry *root = BPF_CORE_READ(etc, d_parent);
	char name[16] = {};

	if (dentry != BPF_CORE_READ(mnt, mnt_root) ||
	    BPF_CORE_READ(place, d_inode, i_sb, s_dev) != root_dev ||
	    root != BPF_CORE_READ(mount, mnt_parent, mnt.mnt_root))
		return false;
	bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(etc, d_name.name));
	if (bpf_strncmp(name, sizeof(name), "etc"))
		return false;
	bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(place, d_name.name));
	return !bpf_strncmp(name, sizeof(name), "hosts") ||
	       !bpf_strncmp(name, sizeof(name), "hostname") ||
	       !bpf_strncmp(name, sizeof(name), "resolv.conf");
}

/*
 * May the running program, if it is an interpreter, read this file? The cheap and
 * the likely first. A frame of its own: 6.1 counts those of all that is called.
 */
static __noinline int gh_decide_read(struct gh_breach *breach, struct file *file)
{
	const struct gh_rules *rules = gh_rules_of(breach);
	struct inode *inode = GH_LOAD(file, file, f_inode);
	struct vfsmount *mnt = GH_LOAD(file, file, f_path.mnt);
	__u32 policies;

	if (!rules || !gh_asks(rules, GH_INTERPRETERS))
		return breach->verdict;
	if (!gh_read_inode(inode, breach->scope.root_dev, &breach->file))
		gh_count(GH_STAT_OBJECT_UNREADABLE);
	else if ((breach->file.mode & S_IFMT) != S_IFREG || gh_from_image(&breach->file) ||
		 gh_is_pseudo(GH_LOAD(super_block, GH_LOAD(inode, inode, i_sb), s_magic)))
		return breach->verdict;
	policies = gh_program_is(breach->scope.rules, GH_OBJECT_INTERPRETER);
	if (!policies)
		return breach->verdict;
	breach->mnt = (__u64)mnt;
	breach->dentry = (__u64)BPF_CORE_READ(file, f_path.dentry);
	if (gh_is_given(mnt) ||
	    gh_is_of_runtime(mnt, (void *)breach->dentry, breach->scope.root_dev))
		return breach->verdict;
	gh_judge(breach, rules, GH_INTERPRETERS, ~policies);
	return breach->verdict;
}

/* Somebody else's memory, or its own past the protection of its pages. */
static __always_inline bool gh_is_memory_file(struct file *file)
{
	char name[8] = {};

	if (BPF_CORE_READ(file, f_inode, i_sb, s_magic) != PROC_SUPER_MAGIC)
		return false;
	/* The names in /proc are the kernel's, and no other file there is called so. */
	bpf_probe_read_kernel_str(name, sizeof(name),
				  BPF_CORE_READ(file, f_path.dentry, d_name.name));
	return !bpf_strncmp(name, sizeof(name), "mem");
}

/* Written through it, code changes that no mapping of it lets change. */
static __always_inline void gh_decide_memory_file(struct gh_breach *breach, struct file *file)
{
	const struct gh_rules *rules = gh_rules_of(breach);

	if (!rules || !gh_is_memory_file(file))
		return;
	breach->act = GH_ACT_OPEN_WRITE;
	breach->mnt = (__u64)BPF_CORE_READ(file, f_path.mnt);
	breach->dentry = (__u64)BPF_CORE_READ(file, f_path.dentry);
	gh_read_inode(BPF_CORE_READ(file, f_inode), breach->scope.root_dev, &breach->file);
	gh_judge(breach, rules, GH_PTRACE, 0);
	gh_decide_memory(breach, rules);
}

static __always_inline void gh_decide_trace(struct gh_breach *breach, __u32 other)
{
	const struct gh_rules *rules = gh_rules_of(breach);

	if (!rules)
		return;
	breach->act = GH_ACT_TRACE;
	breach->detail.number = other;
	gh_judge(breach, rules, GH_PTRACE, 0);
}

/* Who has the user number 0 where the credentials count. */
static __always_inline __u32 gh_root_user(const struct cred *cred)
{
	if (BPF_CORE_READ(cred, user_ns, uid_map.extent[0].first))
		return 0;
	return BPF_CORE_READ(cred, user_ns, uid_map.extent[0].lower_first);
}

static __always_inline __u64 gh_capabilities(const struct cred *cred)
{
	__u64 all = 0;

	bpf_core_read(&all, sizeof(all), &cred->cap_permitted);
	return all;
}

#define GH_NO_CAPABILITY 0xffffffff /* another user's rights, and no capability */

static __always_inline __u32 gh_lowest(__u64 bits)
{
	__u32 place = 0;

	if (!bits)
		return GH_NO_CAPABILITY;
	/* Halved by hand: BPF knows no instruction that counts zeroes. */
	if (!(bits & 0xffffffff))
		place += 32, bits >>= 32;
	if (!(bits & 0xffff))
		place += 16, bits >>= 16;
	if (!(bits & 0xff))
		place += 8, bits >>= 8;
	if (!(bits & 0xf))
		place += 4, bits >>= 4;
	if (!(bits & 0x3))
		place += 2, bits >>= 2;
	if (!(bits & 0x1))
		place += 1;
	return place;
}

/* A program is about to run with other rights than the one before. */
static __always_inline void gh_decide_rights(struct gh_breach *breach, const struct cred *old,
					     const struct cred *new)
{
	const struct gh_rules *rules = gh_rules_of(breach);
	__u64 more = gh_capabilities(new) & ~gh_capabilities(old);
	__u32 user = BPF_CORE_READ(new, euid.val);

	if (!rules || !gh_asks(rules, GH_CAPABILITIES))
		return;
	if (!more && (user == BPF_CORE_READ(old, euid.val) || user == BPF_CORE_READ(old, uid.val)))
		return;
	if (gh_is_setting_up())
		return;
	breach->act = GH_ACT_CAPABILITY;
	breach->detail.number = gh_lowest(more);
	gh_judge(breach, rules, GH_CAPABILITIES, 0);
}

#endif /* GH_DECIDE_H */
