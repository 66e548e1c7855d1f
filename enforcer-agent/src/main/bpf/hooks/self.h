/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Hooks: somebody in a container under an enforced policy reaches for what is the
 * agent's. Attached while there is such a container.
 * Emit GH_ACT_SIGNAL, GH_ACT_TRACE and GH_ACT_TAMPER. May deny: yes, with -EPERM.
 */

/* ---- its process */

static __always_inline int gh_at_keeper(enum gh_act act, struct task_struct *task, __u32 number)
{
	struct gh_breach breach = {.act = act};
	const struct gh_rules *rules;

	if (!gh_is_keeper(task))
		return 0;
	rules = gh_self_rules(&breach);
	if (!rules)
		return gh_refuse(breach.verdict >= GH_DENY);
	breach.detail.number = number;
	return gh_tampered(&breach, rules);
}

SEC("lsm/task_kill")
int BPF_PROG(gh_self_kill, struct task_struct *task, void *info, int signal, void *cred,
	     int earlier)
{
	if (earlier)
		return gh_refuse(true);
	if (!signal)
		return 0; /* a question whether it is there */
	return gh_at_keeper(GH_ACT_SIGNAL, task, signal);
}

/* A signal that an open file sends to whom its opener named: judged where it is sent, by whoever makes it. */
SEC("lsm/file_send_sigiotask")
int BPF_PROG(gh_self_sigio, struct task_struct *task, void *owner, int signal, int earlier)
{
	if (earlier)
		return gh_refuse(true);
	/* The agent asks no file for a signal, so whoever did is up to no good: no scope is asked for. */
	return gh_refuse(gh_is_keeper(task));
}

/* Tracing, and every look into its memory, files and root through /proc. */
SEC("lsm/ptrace_access_check")
int BPF_PROG(gh_self_trace, struct task_struct *task, unsigned int mode, int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_TRACE};
	const struct gh_rules *rules;

	if (earlier)
		return gh_refuse(true);
	if (!gh_is_keeper(task))
		return 0;
	rules = gh_self_rules(&breach);
	if (!rules)
		return gh_refuse(breach.verdict >= GH_DENY);
	/* As for `ps`, which goes without what it may not see. */
	if (mode & PTRACE_MODE_NOAUDIT) {
		gh_judge(&breach, rules, GH_SELF, 0);
		return gh_refuse(breach.verdict >= GH_DENY);
	}
	breach.detail.number = BPF_CORE_READ(task, tgid);
	return gh_tampered(&breach, rules);
}

#define GH_SELF_TASK(hook, ...)                                               \
	SEC("lsm/" #hook)                                                     \
	int BPF_PROG(gh_self_##hook, struct task_struct *task, ##__VA_ARGS__) \
	{                                                                     \
		if (earlier)                                                  \
			return gh_refuse(true);                               \
		return gh_at_keeper(GH_ACT_TAMPER, task, 0);                  \
	}

/* A limit of its processor time ends a process, a low priority on one busy processor nearly so. */
GH_SELF_TASK(task_setrlimit, unsigned int resource, void *limit, int earlier)
GH_SELF_TASK(task_setscheduler, int earlier)
GH_SELF_TASK(task_setnice, int nice, int earlier)

/* ---- its maps, programs and links: whoever comes to a descriptor of one */

SEC("lsm/bpf_map")
int BPF_PROG(gh_self_map, struct bpf_map *map, unsigned int mode, int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_TAMPER};
	const struct gh_rules *rules;

	if (earlier)
		return gh_refuse(true);
	if (!gh_is_guarded(GH_GUARDED_MAP, 0, BPF_CORE_READ(map, id)))
		return 0;
	rules = gh_self_rules(&breach);
	if (!rules)
		return gh_refuse(breach.verdict >= GH_DENY);
	breach.detail.number = GH_ACT_BPF;
	breach.name = (__u64)map + bpf_core_field_offset(struct bpf_map, name);
	return gh_tampered(&breach, rules);
}

SEC("lsm/bpf_prog")
int BPF_PROG(gh_self_program, struct bpf_prog *program, int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_TAMPER};
	struct bpf_prog_aux *aux = BPF_CORE_READ(program, aux);
	const struct gh_rules *rules;

	if (earlier)
		return gh_refuse(true);
	if (!gh_is_guarded(GH_GUARDED_PROGRAM, 0, BPF_CORE_READ(aux, id)))
		return 0;
	rules = gh_self_rules(&breach);
	if (!rules)
		return gh_refuse(breach.verdict >= GH_DENY);
	breach.detail.number = GH_ACT_BPF;
	breach.name = (__u64)aux + bpf_core_field_offset(struct bpf_prog_aux, name);
	return gh_tampered(&breach, rules);
}

/* The link behind a descriptor of the task; 0 where it is none. */
static __always_inline __u32 gh_link_of(__u32 fd)
{
	struct file *file = gh_file_of((void *)bpf_get_current_task(), fd);
	struct bpf_link *link;

	if (!file || BPF_CORE_READ(file, f_inode, i_sb, s_magic) != ANON_INODE_FS_MAGIC ||
	    !gh_names((const char *)BPF_CORE_READ(file, f_path.dentry, d_name.name), "bpf_link", 9))
		return 0;
	link = BPF_CORE_READ(file, private_data);
	return BPF_CORE_READ(link, id);
}

/*
 * Links have no hook of their own. A descriptor got by number is refused; one
 * that came another way can neither detach nor replace. The first word of what
 * the kernel has copied in is the number or the descriptor. No `earlier`: see
 * hooks/bpf.h.
 */
SEC("lsm/bpf")
int BPF_PROG(gh_self_link, int command, void *attributes)
{
	struct gh_breach breach = {.act = GH_ACT_TAMPER};
	const struct gh_rules *rules;
	__u32 id = 0;

	if (command != BPF_LINK_GET_FD_BY_ID && command != BPF_LINK_DETACH &&
	    command != BPF_LINK_UPDATE)
		return 0;
	rules = gh_self_rules(&breach);
	if (!rules)
		return gh_refuse(breach.verdict >= GH_DENY);
	bpf_probe_read_kernel(&id, sizeof(id), attributes);
	if (command != BPF_LINK_GET_FD_BY_ID)
		id = gh_link_of(id);
	if (!gh_is_guarded(GH_GUARDED_LINK, 0, id))
		return 0;
	breach.detail.number = GH_ACT_BPF;
	return gh_tampered(&breach, rules);
}

/* ---- its files, and files of the kernel that reach its process */

SEC("lsm/file_open")
int BPF_PROG(gh_self_open, struct file *file, int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_TAMPER};
	const struct gh_rules *rules;
	struct super_block *sb;
	struct dentry *dentry;
	bool cgroup = false;
	__u64 magic;

	if (earlier)
		return gh_refuse(true);
	if (file->f_mode & FMODE_NOACCOUNT)
		return 0;

	/* Most files are nobody's concern here, so whose task it is comes last. */
	sb = file->f_inode->i_sb;
	dentry = file->f_path.dentry;
	magic = sb->s_magic;
	if (!(file->f_mode & FMODE_WRITE)) {
		if (magic != PROC_SUPER_MAGIC || !gh_shows_keeper(file->f_inode, dentry))
			return 0;
	} else if (magic == CGROUP2_SUPER_MAGIC || magic == CGROUP_SUPER_MAGIC) {
		cgroup = true;
	} else if (magic == PROC_SUPER_MAGIC) {
		if (!gh_in_guarded_proc(file->f_inode))
			return 0;
	} else if (!gh_in_guarded_tree(dentry, sb->s_dev)) {
		return 0;
	}
	rules = gh_self_rules(&breach);
	if (!rules)
		return gh_refuse(breach.verdict >= GH_DENY);
	if (cgroup && gh_own_cgroup_file(dentry, magic, breach.scope.slot))
		return 0;
	breach.mnt = (__u64)file->f_path.mnt;
	breach.dentry = (__u64)dentry;
	breach.detail.number = file->f_mode & FMODE_WRITE ? GH_ACT_OPEN_WRITE : GH_ACT_OPEN_READ;
	return gh_tampered(&breach, rules);
}

static __always_inline int gh_self_change(enum gh_act act, struct vfsmount *mnt,
					  struct dentry *entry)
{
	struct gh_breach breach = {.act = GH_ACT_TAMPER};
	/* A new entry has no inode yet; the directory it is to be in lies on the same file system. */
	struct inode *directory = entry->d_parent->d_inode;
	bool moves = act == GH_ACT_RENAME || act == GH_ACT_MOUNT;
	const struct gh_rules *rules;

	if (!directory) /* no entry hangs below nothing */
		return 0;
	if (!gh_in_guarded_tree(entry, directory->i_sb->s_dev) &&
	    !(moves && gh_above_guarded(entry)))
		return 0;
	rules = gh_self_rules(&breach);
	if (!rules)
		return gh_refuse(breach.verdict >= GH_DENY);
	breach.mnt = (__u64)mnt;
	breach.dentry = (__u64)entry;
	breach.detail.number = act;
	return gh_tampered(&breach, rules);
}

#define GH_SELF_IN(hook, act, ...)                                                          \
	SEC("lsm/" #hook)                                                                   \
	int BPF_PROG(gh_self_##hook, struct path *dir, struct dentry *entry, ##__VA_ARGS__) \
	{                                                                                   \
		if (earlier)                                                                \
			return gh_refuse(true);                                             \
		return gh_self_change(act, dir->mnt, entry);                                \
	}

#define GH_SELF_OF(hook, act, ...)                                     \
	SEC("lsm/" #hook)                                              \
	int BPF_PROG(gh_self_##hook, struct path *path, ##__VA_ARGS__) \
	{                                                              \
		if (earlier)                                           \
			return gh_refuse(true);                        \
		return gh_self_change(act, path->mnt, path->dentry);   \
	}

GH_SELF_IN(path_mknod, GH_ACT_CREATE, unsigned short mode, unsigned int dev, int earlier)
GH_SELF_IN(path_mkdir, GH_ACT_MKDIR, unsigned short mode, int earlier)
GH_SELF_IN(path_unlink, GH_ACT_REMOVE, int earlier)
GH_SELF_IN(path_rmdir, GH_ACT_RMDIR, int earlier)
GH_SELF_IN(path_symlink, GH_ACT_SYMLINK, const char *target, int earlier)
GH_SELF_OF(path_chmod, GH_ACT_CHMOD, unsigned short mode, int earlier)
GH_SELF_OF(path_chown, GH_ACT_CHOWN, unsigned int uid, unsigned int gid, int earlier)
GH_SELF_OF(path_truncate, GH_ACT_TRUNCATE, int earlier)

/* A name put there, and a name elsewhere for a file of the agent's: whoever may write that name writes the file. */
SEC("lsm/path_link")
int BPF_PROG(gh_self_link_to, struct dentry *old, struct path *dir, struct dentry *entry,
	     int earlier)
{
	if (earlier)
		return gh_refuse(true);
	return gh_self_change(GH_ACT_LINK, dir->mnt, entry);
}

SEC("lsm/path_link")
int BPF_PROG(gh_self_link_of, struct dentry *old, struct path *dir, struct dentry *entry,
	     int earlier)
{
	if (earlier)
		return gh_refuse(true);
	return gh_self_change(GH_ACT_LINK, dir->mnt, old);
}

SEC("lsm/path_rename")
int BPF_PROG(gh_self_rename, struct path *from, struct dentry *old, struct path *to,
	     struct dentry *new, unsigned int flags, int earlier)
{
	if (earlier)
		return gh_refuse(true);
	return gh_self_change(GH_ACT_RENAME, from->mnt, old);
}

SEC("lsm/path_rename")
int BPF_PROG(gh_self_rename_to, struct path *from, struct dentry *old, struct path *to,
	     struct dentry *new, unsigned int flags, int earlier)
{
	if (earlier)
		return gh_refuse(true);
	return gh_self_change(GH_ACT_RENAME, to->mnt, new);
}

/* ftruncate and O_TRUNC since kernel 6.2 (3350607dc5637be2563f484dcfe2fed456f3d4ff). */
SEC("lsm/file_truncate")
int BPF_PROG(gh_self_file_truncate, struct file *file, int earlier)
{
	if (earlier)
		return gh_refuse(true);
	return gh_self_change(GH_ACT_TRUNCATE, file->f_path.mnt, file->f_path.dentry);
}

/* Covering what is the agent's: where mounts are shared with the host, the agent would see the cover. */
SEC("lsm/sb_mount")
int BPF_PROG(gh_self_mount, const char *device, struct path *path, const char *type,
	     unsigned long flags, void *data, int earlier)
{
	if (earlier)
		return gh_refuse(true);
	return gh_self_change(GH_ACT_MOUNT, path->mnt, path->dentry);
}

SEC("lsm/move_mount")
int BPF_PROG(gh_self_move_mount, struct path *from, struct path *to, int earlier)
{
	if (earlier)
		return gh_refuse(true);
	return gh_self_change(GH_ACT_MOUNT, to->mnt, to->dentry);
}

/* The same from the other side: the file system that holds the pins is taken away. */
SEC("lsm/sb_umount")
int BPF_PROG(gh_self_unmount, struct vfsmount *mnt, int flags, int earlier)
{
	struct vfsmount___super *mount = (void *)mnt;
	struct gh_breach breach = {.act = GH_ACT_TAMPER};
	const struct gh_rules *rules;

	if (earlier)
		return gh_refuse(true);
	if (BPF_CORE_READ(mount, mnt_sb, s_magic) != BPF_FS_MAGIC ||
	    !gh_is_guarded(GH_GUARDED_DEVICE, BPF_CORE_READ(mount, mnt_sb, s_dev), 0))
		return 0;
	rules = gh_self_rules(&breach);
	if (!rules)
		return gh_refuse(breach.verdict >= GH_DENY);
	breach.mnt = (__u64)mnt;
	breach.dentry = (__u64)BPF_CORE_READ(mnt, mnt_root);
	breach.detail.number = GH_ACT_UNMOUNT;
	return gh_tampered(&breach, rules);
}

/* ---- Not a hook: the agent calls it to say that it is the agent. The kernel knows best who it is. */
SEC("syscall")
int gh_keep(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u32 zero = 0;
	volatile struct gh_keeper *keeper = bpf_map_lookup_elem(&gh_keepers, &zero);

	if (!keeper)
		return 0;
	keeper->tgid = 0; /* nobody is, rather than a mix of two */
	keeper->start_ns = BPF_CORE_READ(task, group_leader, start_boottime);
	keeper->tgid = BPF_CORE_READ(task, tgid);
	return 0;
}
