/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Hooks: the tree of files is about to change: names, links, modes, owners, sizes.
 * Emit GH_ACT_CREATE to GH_ACT_XATTR for a breach. May deny: yes, with -EPERM.
 *
 * `entry` is what is told, `dir` the directory whose ancestors may be allowed.
 * path_mknod is also what a plain O_CREAT asks, so no empty file is left behind.
 */
static __always_inline int gh_change(enum gh_act act, struct vfsmount *mnt, struct dentry *dir,
				     struct dentry *entry, __u32 how)
{
	struct gh_breach breach = {.act = act};

	if (!gh_find_scope(&breach.scope))
		return 0;

	return gh_decide_files(&breach, mnt, dir, entry, how) ? gh_answer(&breach) : 0;
}

#define GH_CHANGE_IN(hook, act, how, ...)                                              \
	SEC("lsm/" #hook)                                                              \
	int BPF_PROG(gh_##hook, struct path *dir, struct dentry *entry, ##__VA_ARGS__) \
	{                                                                              \
		if (earlier)                                                           \
			return gh_refuse(true);                                        \
		return gh_change(act, dir->mnt, dir->dentry, entry, how);              \
	}

#define GH_CHANGE_OF(hook, act, ...)                                      \
	SEC("lsm/" #hook)                                                 \
	int BPF_PROG(gh_##hook, struct path *path, ##__VA_ARGS__)         \
	{                                                                 \
		struct dentry *entry = path->dentry;                      \
                                                                          \
		if (earlier)                                              \
			return gh_refuse(true);                           \
		return gh_change(act, path->mnt, entry, entry, GH_OF_IT); \
	}

GH_CHANGE_IN(path_mknod, GH_ACT_CREATE, GH_IN_DIRECTORY, unsigned short mode, unsigned int dev,
	     int earlier)
GH_CHANGE_IN(path_mkdir, GH_ACT_MKDIR, GH_IN_DIRECTORY, unsigned short mode, int earlier)
GH_CHANGE_IN(path_unlink, GH_ACT_REMOVE, GH_IN_DIRECTORY | GH_LEAVES, int earlier)
GH_CHANGE_IN(path_rmdir, GH_ACT_RMDIR, GH_IN_DIRECTORY | GH_LEAVES, int earlier)
GH_CHANGE_IN(path_symlink, GH_ACT_SYMLINK, GH_IN_DIRECTORY, const char *target, int earlier)
GH_CHANGE_OF(path_chmod, GH_ACT_CHMOD, unsigned short mode, int earlier)
GH_CHANGE_OF(path_chown, GH_ACT_CHOWN, unsigned int uid, unsigned int gid, int earlier)
GH_CHANGE_OF(path_truncate, GH_ACT_TRUNCATE, int earlier)

SEC("lsm/path_link")
int BPF_PROG(gh_path_link, struct dentry *old, struct path *dir, struct dentry *entry, int earlier)
{
	if (earlier)
		return gh_refuse(true);
	return gh_change(GH_ACT_LINK, dir->mnt, dir->dentry, entry, GH_IN_DIRECTORY);
}

/*
 * ... and the file that gets a name there: whoever may write that name writes the
 * file, and a file below a directory that may not be read can be read by it.
 */
SEC("lsm/path_link")
int BPF_PROG(gh_path_link_of, struct dentry *old, struct path *dir, struct dentry *entry,
	     int earlier)
{
	if (earlier)
		return gh_refuse(true);
	return gh_change(GH_ACT_LINK, dir->mnt, old, old,
			 GH_ITSELF(GH_WAYS) | GH_ABOVE_IT(GH_WAYS | GH_UNREADABLE));
}

/* Both sides of a rename must be allowed: the second program looks at the target. */
SEC("lsm/path_rename")
int BPF_PROG(gh_path_rename, struct path *from, struct dentry *old, struct path *to,
	     struct dentry *new, unsigned int flags, int earlier)
{
	if (earlier)
		return gh_refuse(true);
	return gh_change(GH_ACT_RENAME, from->mnt, from->dentry, old,
			 GH_ITSELF(GH_UNWRITABLE) | GH_ABOVE_IT(GH_WAYS | GH_UNREADABLE) |
				 GH_LEAVES);
}

SEC("lsm/path_rename")
int BPF_PROG(gh_path_rename_to, struct path *from, struct dentry *old, struct path *to,
	     struct dentry *new, unsigned int flags, int earlier)
{
	if (earlier)
		return gh_refuse(true);
	return gh_change(GH_ACT_RENAME, to->mnt, to->dentry, new, GH_IN_DIRECTORY | GH_LEAVES);
}

/* A device node is made; 0:0 is none, but the mark of an overlay for what was removed. */
SEC("lsm/path_mknod")
int BPF_PROG(gh_make_device, struct path *dir, struct dentry *entry, unsigned short mode,
	     unsigned int dev, int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_DEVICE};
	__u32 type = mode & S_IFMT;

	if (earlier)
		return gh_refuse(true);
	if (type != S_IFBLK && type != S_IFCHR)
		return 0;
	if (!dev || !gh_find_scope(&breach.scope))
		return 0;
	breach.mnt = (__u64)dir->mnt;
	breach.dentry = (__u64)entry;
	/* As callers of mknod write it: eight bits of minor number, twelve of major, and the rest of the minor. */
	gh_decide_device(&breach, (dev & 0xfff00) << 12 | (dev & 0xff) | (dev >> 12 & 0xfff00));
	return gh_answer(&breach);
}

/* ftruncate and O_TRUNC since kernel 6.2 (3350607dc5637be2563f484dcfe2fed456f3d4ff). */
SEC("lsm/file_truncate")
int BPF_PROG(gh_file_truncate, struct file *file, int earlier)
{
	struct dentry *entry = file->f_path.dentry;

	if (earlier)
		return gh_refuse(true);
	return gh_change(GH_ACT_TRUNCATE, file->f_path.mnt, entry, entry, GH_OF_IT);
}

/* No mount is given here, so the record names the file up to its file system's root. */
SEC("lsm/inode_setxattr")
int BPF_PROG(gh_setxattr, void *idmap, struct dentry *entry, const char *name, const void *value,
	     unsigned long size, int flags, int earlier)
{
	if (earlier)
		return gh_refuse(true);
	return gh_change(GH_ACT_XATTR, NULL, entry, entry, GH_OF_IT | GH_MOUNT_UNTOLD);
}

SEC("lsm/inode_removexattr")
int BPF_PROG(gh_removexattr, void *idmap, struct dentry *entry, const char *name, int earlier)
{
	if (earlier)
		return gh_refuse(true);
	return gh_change(GH_ACT_XATTR, NULL, entry, entry, GH_OF_IT | GH_MOUNT_UNTOLD);
}

/* Access control lists come this way since kernel 6.2 (72b3897e7b6d), as extended attributes before. */
SEC("lsm/inode_set_acl")
int BPF_PROG(gh_set_acl, void *idmap, struct dentry *entry, const char *name, void *acl,
	     int earlier)
{
	if (earlier)
		return gh_refuse(true);
	return gh_change(GH_ACT_XATTR, NULL, entry, entry, GH_OF_IT | GH_MOUNT_UNTOLD);
}

SEC("lsm/inode_remove_acl")
int BPF_PROG(gh_remove_acl, void *idmap, struct dentry *entry, const char *name, int earlier)
{
	if (earlier)
		return gh_refuse(true);
	return gh_change(GH_ACT_XATTR, NULL, entry, entry, GH_OF_IT | GH_MOUNT_UNTOLD);
}

/*
 * Times alone; what else may be set has a hook of its own above. Kernel 6.9 put
 * an argument before the others, together with the hook inode_post_setattr.
 */
#define GH_ARGUMENT(place)                                                                          \
	({                                                                                          \
		__u64 value;                                                                        \
		/* Assembly, or the compiler makes one load of two at a changed context pointer, */ \
		/* which no verifier takes. */                                                      \
		asm volatile("%0 = *(u64 *)(%1 + 8 * " #place ")" : "=r"(value) : "r"(ctx));        \
		value;                                                                              \
	})

SEC("lsm/inode_setattr")
int gh_setattr(unsigned long long *ctx)
{
	struct dentry *entry;
	struct iattr *attr;
	__u32 asked;
	int earlier;

	if (bpf_core_field_exists(union security_list_options, inode_post_setattr)) {
		entry = (void *)GH_ARGUMENT(1);
		attr = (void *)GH_ARGUMENT(2);
		earlier = GH_ARGUMENT(3);
	} else {
		entry = (void *)GH_ARGUMENT(0);
		attr = (void *)GH_ARGUMENT(1);
		earlier = GH_ARGUMENT(2);
	}
	if (earlier)
		return gh_refuse(true);
	asked = BPF_CORE_READ(attr, ia_valid);
	if (!(asked & (ATTR_ATIME | ATTR_MTIME)) ||
	    asked & (ATTR_MODE | ATTR_UID | ATTR_GID | ATTR_SIZE))
		return 0;
	return gh_change(GH_ACT_XATTR, NULL, entry, entry, GH_OF_IT | GH_MOUNT_UNTOLD);
}
