/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The decisions about files, each asked by LSM hooks and by their stand-in alike:
 * may it change here, may it be read, may it be used though it was open before.
 */
#ifndef GH_FILES_H
#define GH_FILES_H

/*
 * How a hook's objects are to be seen: which kinds of objects speak for the
 * entry itself, and which for what is above it.
 */
#define GH_ITSELF(trees) (trees)
#define GH_ABOVE_IT(trees) ((trees) << 8)
#define GH_LEAVES 0x10000 /* the entry loses its name: also what is below it is lost where it was */
#define GH_MOUNT_UNTOLD 0x20000 /* the hook does not say by which mount */
#define GH_NOT_A_FILE \
	0x40000 /* a device, pipe or socket: not written to the file system it is named on */
#define GH_SINCE_BEFORE 0x80000 /* opened before; maybe by the host, and handed over */

#define GH_WAYS (GH_WRITABLE | GH_DECLARED | GH_UNWRITABLE)

/* The entry is what changes. */
#define GH_OF_IT (GH_ITSELF(GH_WAYS) | GH_ABOVE_IT(GH_WAYS))
/* Its directory is; but an entry that may not be written may not go either. */
#define GH_IN_DIRECTORY (GH_ITSELF(GH_UNWRITABLE) | GH_ABOVE_IT(GH_WAYS))
#define GH_READ_OF_IT (GH_ITSELF(GH_UNREADABLE) | GH_ABOVE_IT(GH_UNREADABLE))

/* Whether policies that ask a rule are not satisfied. */
static __always_inline bool gh_breaks(const struct gh_rules *rules, enum gh_rule rule,
				      __u32 satisfied)
{
	const struct gh_masks *masks = &rules->rule[rule];

	return (masks->report | masks->deny | masks->kill) & ~satisfied;
}

/*
 * An overlay file system writes to the layer beneath with the rights of who
 * mounted it. The act was judged above it. A worker of io_uring may have others'
 * rights too, which a container can arrange: it is judged.
 */
static __always_inline bool gh_is_layer_work(void)
{
	struct task_struct *task = bpf_get_current_task_btf();

	return task->cred != task->real_cred && !(task->flags & PF_IO_WORKER);
}

static __always_inline bool gh_is_of_host(struct vfsmount *mnt)
{
	struct mount *mount = gh_mount_of(mnt);

	return BPF_CORE_READ(mount, mnt_ns, ns.inum) == gh_config.host_mnt_ns;
}

/* Where an act happens. */
struct gh_ground {
	__u64 flags;
	__u64 magic;
	struct vfsmount *mnt;
	__u32 dev;
};

/*
 * Which rules are asked of an act here, and what speaks for it. Global, as what
 * follows: the verifier looks at it once, and not at the way up once for each of
 * many ways there.
 */
__noinline int gh_survey(struct gh_climb *climb, const struct gh_breach *breach,
			 const struct gh_rules *rules, const struct gh_ground *ground, __u32 how)
{
	__u32 trees, judged = 0;
	bool on_root;

	if (!climb || !breach || !rules || !ground)
		return 0;
	climb->rules = breach->scope.rules;
	climb->arrived = 1;
	trees = (how | how >> 8) & 0xff;
	/* A device of 0 could not be read, and may be the root's. */
	on_root = !ground->dev || ground->dev == breach->scope.root_dev;
	climb->on_root = on_root;
	if (!on_root &&
	    (ground->flags & SB_NOUSER || (how & GH_MOUNT_UNTOLD && gh_is_layer_work())))
		return 0;
	if (how >> 8 & GH_WRITABLE && !(how & GH_NOT_A_FILE)) {
		if (on_root && gh_asks(rules, GH_WRITE_ROOT))
			judged |= GH_ROOT;
		if (!on_root && gh_asks(rules, GH_WRITE_VOLUMES) &&
		    !gh_is_apart(ground->flags, ground->magic) &&
		    !(how & GH_SINCE_BEFORE && gh_is_of_host(ground->mnt)))
			judged |= GH_DECLARED;
	}
	if (trees & GH_UNWRITABLE && gh_asks(rules, GH_WRITE_FORBID))
		judged |= GH_UNWRITABLE;
	if (trees & GH_UNREADABLE && gh_asks(rules, GH_READ_FORBID))
		judged |= GH_UNREADABLE;
	climb->judged = judged;

	trees = judged & (GH_DECLARED | GH_UNWRITABLE | GH_UNREADABLE);
	if (judged & (GH_ROOT | GH_DECLARED))
		trees |= GH_WRITABLE;
	climb->itself = how & trees;
	climb->above = how & GH_NOT_A_FILE ? 0 : how >> 8 & trees;
	return judged;
}

/* What the way up has said, held against the rules. `climb->inode` is the file's again. */
__noinline int gh_judge_climb(struct gh_breach *breach, const struct gh_rules *rules,
			      const struct gh_climb *climb)
{
	__u32 writable, declared, unwritable, unreadable, judged, broken = 0;

	if (!breach || !rules || !climb)
		return 0;
	/* A way up that does not arrive may come past anything. */
	unwritable = climb->policies[2] | (climb->arrived ? 0 : climb->wanted[2]);
	unreadable = climb->policies[3] | (climb->arrived ? 0 : climb->wanted[3]);
	writable = climb->policies[0];
	declared = writable | climb->policies[1];
	judged = climb->judged;
	if (judged & GH_ROOT)
		broken |= gh_breaks(rules, GH_WRITE_ROOT, writable);
	if (judged & GH_DECLARED)
		broken |= gh_breaks(rules, GH_WRITE_VOLUMES, declared);
	if (judged & GH_UNWRITABLE)
		broken |= gh_breaks(rules, GH_WRITE_FORBID, ~unwritable);
	if (judged & GH_UNREADABLE)
		broken |= gh_breaks(rules, GH_READ_FORBID, ~unreadable);
	if (!broken || gh_is_setting_up())
		return 0;

	if (!gh_read_inode(climb->inode, breach->scope.root_dev, &breach->file))
		gh_count(GH_STAT_OBJECT_UNREADABLE);
	if (judged & GH_ROOT)
		gh_judge(breach, rules, GH_WRITE_ROOT, writable);
	if (judged & GH_DECLARED)
		gh_judge(breach, rules, GH_WRITE_VOLUMES, declared);
	if (judged & GH_UNWRITABLE)
		gh_judge(breach, rules, GH_WRITE_FORBID, ~unwritable);
	if (judged & GH_UNREADABLE)
		gh_judge(breach, rules, GH_READ_FORBID, ~unreadable);
	return 0;
}

/* What most ways up say: they arrived, and nothing that is forbidden lies on them. */
static __always_inline bool gh_is_clear(const struct gh_climb *climb)
{
	return !(climb->judged & (GH_ROOT | GH_DECLARED)) && climb->arrived &&
	       !(climb->policies[2] | climb->policies[3]);
}

/* The entry itself, before the way up. */
static __always_inline void gh_pass_entry(struct gh_climb *climb, const struct gh_rules *rules,
					  struct inode *inode, __u64 ino, __u32 how)
{
	gh_look_for(climb, rules, climb->itself);
	if (!inode)
		return;
	gh_pass(climb, ino, inode);
	if (how & GH_LEAVES && climb->judged & GH_UNWRITABLE) {
		climb->inode = inode;
		gh_lose(climb);
	}
}

/*
 * May this be done to the files here? From an LSM hook: the pointers are the
 * kernel's own, and read by plain loads. `dir` is where the way up starts, and
 * `entry` the entry itself, or `dir` again. Fills in the breach, and says whether
 * there is a verdict; a result that nobody uses the compiler drops, and what is
 * then left in its register no verifier lets out.
 */
static __noinline int gh_decide_files(struct gh_breach *breach, struct vfsmount *mnt,
				      struct dentry *dir, struct dentry *entry, __u32 how)
{
	const struct gh_rules *rules = gh_rules_of(breach);
	struct inode *inode = dir->d_inode;
	struct gh_ground ground = {.mnt = mnt};
	struct gh_climb climb = {};

	breach->mnt = (__u64)mnt;
	breach->dentry = (__u64)entry;
	if (!rules)
		return breach->verdict;
	if (!inode) { /* no hook names such an entry */
		gh_fail_closed(breach, GH_STAT_OBJECT_UNREADABLE);
		return breach->verdict;
	}
	ground.dev = inode->i_sb->s_dev;
	ground.flags = inode->i_sb->s_flags;
	ground.magic = inode->i_sb->s_magic;
	if (!gh_survey(&climb, breach, rules, &ground, how))
		return breach->verdict;
	/* Most writes elsewhere than to the root are to a volume, and reached by its mount. */
	if (climb.judged & GH_DECLARED && mnt) {
		struct inode *top = mnt->mnt_root->d_inode;

		gh_look_for(&climb, rules, GH_DECLARED);
		gh_pass(&climb, top->i_ino, top);
		if (!gh_breaks(rules, GH_WRITE_VOLUMES, climb.policies[1])) {
			climb.judged &= ~GH_DECLARED;
			climb.above &= ~(GH_WRITABLE | GH_DECLARED);
			climb.itself &= ~(GH_WRITABLE | GH_DECLARED);
		}
	}
	if (entry != dir || climb.itself != climb.above) {
		struct inode *own = entry->d_inode;

		gh_pass_entry(&climb, rules, own, own ? own->i_ino : 0, how);
		if (entry == dir) /* whatever speaks for the entry alone has spoken */
			dir = entry->d_parent;
	}
	gh_look_for(&climb, rules, climb.above);
	climb.mount = climb.on_root ? NULL : gh_mount_of(mnt);
	if (climb.marks)
		gh_climb_from(&climb, dir);
	if (gh_is_clear(&climb))
		return breach->verdict;
	climb.inode = inode;
	gh_judge_climb(breach, rules, &climb);
	return breach->verdict;
}

/* gh_survey of an entry that the verifier does not know as one. A frame of its own, which nobody below needs. */
static __noinline int gh_survey_found(struct gh_climb *climb, struct gh_breach *breach,
				      const struct gh_rules *rules, struct super_block *sb,
				      __u32 how)
{
	struct gh_ground ground = {
		.dev = BPF_CORE_READ(sb, s_dev),
		.flags = BPF_CORE_READ(sb, s_flags),
		.magic = BPF_CORE_READ(sb, s_magic),
		.mnt = (void *)breach->mnt,
	};

	return gh_survey(climb, breach, rules, &ground, how);
}

/* The same from elsewhere than an LSM hook. */
static __noinline int gh_decide_found_file(struct gh_breach *breach, struct vfsmount *mnt,
					   struct dentry *entry, __u32 how)
{
	const struct gh_rules *rules = gh_rules_of(breach);
	struct inode *inode = BPF_CORE_READ(entry, d_inode);
	struct gh_climb climb = {};

	breach->mnt = (__u64)mnt;
	breach->dentry = (__u64)entry;
	if (!rules || !gh_survey_found(&climb, breach, rules, BPF_CORE_READ(inode, i_sb), how))
		return breach->verdict;
	if (climb.itself != climb.above) {
		gh_pass_entry(&climb, rules, inode, BPF_CORE_READ(inode, i_ino), how);
		entry = BPF_CORE_READ(entry, d_parent);
	}
	gh_look_for(&climb, rules, climb.above);
	climb.mount = climb.on_root ? NULL : gh_mount_of(mnt);
	if (climb.marks)
		gh_climb_from_unknown(&climb, entry);
	climb.inode = inode;
	gh_judge_climb(breach, rules, &climb);
	return breach->verdict;
}

#endif /* GH_FILES_H */
