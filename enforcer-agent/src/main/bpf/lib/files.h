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

/* What is known of where an act happens. */
struct gh_ground {
	__u32 dev;
	__u64 flags;
	__u64 magic;
	struct inode *inode;
};

/*
 * May this be done to the files here? `dir` is where the way up starts, and
 * `entry` the entry itself, or `dir` again. Fills in the breach.
 */
static __always_inline void gh_decide_ground(struct gh_breach *breach, const struct gh_rules *rules,
					     const struct gh_ground *ground, struct vfsmount *mnt,
					     struct dentry *dir, struct dentry *entry, __u32 how,
					     bool known)
{
	__u32 above = (how >> 8) & 0xff, itself = how & 0xff;
	/* A device of 0 could not be read, and may be the root's. */
	bool on_root = !ground->dev || ground->dev == breach->scope.root_dev;
	bool root = false, volumes = false, unwritable = false, unreadable = false;
	struct gh_climb climb = {.key = {.rules = breach->scope.rules}};
	__u32 writable, declared;
	int arrived = 1;

	if (!on_root && (ground->flags & SB_NOUSER))
		return;
	if (!on_root && how & GH_MOUNT_UNTOLD && gh_is_layer_work())
		return;
	if (above & GH_WRITABLE && !(how & GH_NOT_A_FILE)) {
		root = on_root && gh_asks(rules, GH_WRITE_ROOT);
		volumes = !on_root && gh_asks(rules, GH_WRITE_VOLUMES) &&
			  !gh_is_apart(ground->flags, ground->magic) &&
			  !(how & GH_SINCE_BEFORE && gh_is_of_host(mnt));
	}
	if ((above | itself) & GH_UNWRITABLE)
		unwritable = gh_asks(rules, GH_WRITE_FORBID);
	if ((above | itself) & GH_UNREADABLE)
		unreadable = gh_asks(rules, GH_READ_FORBID);
	if (!(root | volumes | unwritable | unreadable))
		return;
	if (!root && !volumes) {
		above &= ~(GH_WRITABLE | GH_DECLARED);
		itself &= ~(GH_WRITABLE | GH_DECLARED);
	}
	if (root) {
		above &= ~GH_DECLARED;
		itself &= ~GH_DECLARED;
	}
	if (!unwritable) {
		above &= ~GH_UNWRITABLE;
		itself &= ~GH_UNWRITABLE;
	}
	if (!unreadable) {
		above &= ~GH_UNREADABLE;
		itself &= ~GH_UNREADABLE;
	}
	if (how & GH_NOT_A_FILE)
		above = 0;

	/* Most writes elsewhere than to the root are to a volume, and reached by its mount. */
	if (volumes && known && mnt) {
		struct inode *top = mnt->mnt_root->d_inode;

		gh_look_for(&climb, rules, GH_DECLARED);
		gh_pass(&climb, top->i_ino, top);
		if (!gh_breaks(rules, GH_WRITE_VOLUMES, climb.policies[1])) {
			above &= ~(GH_WRITABLE | GH_DECLARED);
			itself &= ~(GH_WRITABLE | GH_DECLARED);
		}
	}
	if (entry != dir || itself != above) {
		struct inode *inode = known ? entry->d_inode : BPF_CORE_READ(entry, d_inode);

		gh_look_for(&climb, rules, itself);
		if (inode)
			gh_pass(&climb, known ? inode->i_ino : BPF_CORE_READ(inode, i_ino), inode);
		if (inode && how & GH_LEAVES && unwritable) {
			const struct gh_place *place = gh_place_of(&climb, inode);

			if (place)
				climb.policies[2] |= place->above;
		}
		/* Whatever speaks for the entry alone has spoken. */
		if (entry == dir)
			dir = known ? entry->d_parent : BPF_CORE_READ(entry, d_parent);
	}
	gh_look_for(&climb, rules, above);
	climb.judged = (root ? GH_ROOT : 0) | (volumes ? GH_DECLARED : 0) |
		       (unwritable ? GH_UNWRITABLE : 0) | (unreadable ? GH_UNREADABLE : 0);
	climb.mount = on_root ? NULL : gh_mount_of(mnt);
	/*
	 * For the verifier, who forgets here what it knows of each word: else it looks
	 * at the way up once for every way that led here.
	 */
	bpf_probe_read_kernel(&climb, sizeof(climb), &climb);
	if (climb.marks)
		arrived = known ? gh_climb_from(&climb, dir) : gh_climb_from_unknown(&climb, dir);
	/* A way up that does not arrive may come past anything. */
	if (!arrived) {
		climb.policies[2] |= climb.wanted[2];
		climb.policies[3] |= climb.wanted[3];
	}

	writable = climb.policies[0];
	declared = writable | climb.policies[1];
	root = climb.judged & GH_ROOT && gh_breaks(rules, GH_WRITE_ROOT, writable);
	volumes = climb.judged & GH_DECLARED && gh_breaks(rules, GH_WRITE_VOLUMES, declared);
	unwritable = climb.judged & GH_UNWRITABLE &&
		     gh_breaks(rules, GH_WRITE_FORBID, ~climb.policies[2]);
	unreadable = climb.judged & GH_UNREADABLE &&
		     gh_breaks(rules, GH_READ_FORBID, ~climb.policies[3]);
	if (!(root | volumes | unwritable | unreadable) || gh_is_setting_up())
		return;

	if (!gh_read_inode(ground->inode, breach->scope.root_dev, &breach->file))
		gh_count(GH_STAT_OBJECT_UNREADABLE);
	if (root)
		gh_judge(breach, rules, GH_WRITE_ROOT, writable);
	if (volumes)
		gh_judge(breach, rules, GH_WRITE_VOLUMES, declared);
	if (unwritable)
		gh_judge(breach, rules, GH_WRITE_FORBID, ~climb.policies[2]);
	if (unreadable)
		gh_judge(breach, rules, GH_READ_FORBID, ~climb.policies[3]);
}

/*
 * From an LSM hook: the pointers are the kernel's own, and read by plain loads.
 * Says whether there is a verdict; a result that nobody uses the compiler drops,
 * and what is then left in its register no verifier lets out.
 */
static __noinline int gh_decide_files(struct gh_breach *breach, struct vfsmount *mnt,
				      struct dentry *dir, struct dentry *entry, __u32 how)
{
	const struct gh_rules *rules = gh_rules_of(breach);
	struct inode *inode = dir->d_inode;
	struct super_block *sb = inode->i_sb;
	struct gh_ground ground = {
		.dev = sb->s_dev,
		.flags = sb->s_flags,
		.magic = sb->s_magic,
		.inode = inode,
	};

	breach->mnt = (__u64)mnt;
	breach->dentry = (__u64)entry;
	if (rules)
		gh_decide_ground(breach, rules, &ground, mnt, dir, entry, how, true);
	return breach->verdict;
}

/* From elsewhere: pointers that the verifier does not know. */
static __always_inline int gh_decide_found_file(struct gh_breach *breach, struct vfsmount *mnt,
						struct dentry *entry, __u32 how)
{
	const struct gh_rules *rules = gh_rules_of(breach);
	struct inode *inode = BPF_CORE_READ(entry, d_inode);
	struct super_block *sb = BPF_CORE_READ(inode, i_sb);
	struct gh_ground ground = {
		.dev = BPF_CORE_READ(sb, s_dev),
		.flags = BPF_CORE_READ(sb, s_flags),
		.magic = BPF_CORE_READ(sb, s_magic),
		.inode = inode,
	};

	breach->mnt = (__u64)mnt;
	breach->dentry = (__u64)entry;
	if (rules)
		gh_decide_ground(breach, rules, &ground, mnt, entry, entry, how, false);
	return breach->verdict;
}

#endif /* GH_FILES_H */
