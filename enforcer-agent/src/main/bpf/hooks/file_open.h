/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Hook: a file is about to be opened; programs by the way it is, so that who reads
 * does not pay for rules about writing.
 * Emits GH_ACT_OPEN_WRITE, GH_ACT_OPEN_READ, GH_ACT_DEVICE for a breach.
 * May deny: yes, with -EPERM.
 *
 * An overlay's own open of the layer file beneath (FMODE_NOACCOUNT) was judged above it.
 */
static __always_inline __u32 gh_ways_to_write(struct inode *inode)
{
	/* A device, pipe or socket is not written to the file system it is named on. */
	return (inode->i_mode & S_IFMT) == S_IFREG ? GH_OF_IT
						   : GH_ITSELF(GH_UNWRITABLE) | GH_NOT_A_FILE;
}

/* A process may always attach to itself: /proc/self/mem comes by no other hook. */
SEC("lsm/file_open")
int BPF_PROG(gh_open, struct file *file, int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_OPEN_WRITE};
	struct dentry *entry = file->f_path.dentry;
	__u32 mode = file->f_mode;

	if (earlier)
		return gh_refuse(true);
	if (!(mode & FMODE_WRITE) || mode & FMODE_NOACCOUNT)
		return 0;
	if (!gh_find_scope(&breach.scope))
		return 0;
	gh_decide_files(&breach, file->f_path.mnt, entry, entry, gh_ways_to_write(file->f_inode));
	if (file->f_inode->i_sb->s_magic == PROC_SUPER_MAGIC)
		gh_decide_memory_file(&breach, file);
	return gh_answer(&breach);
}

/*
 * To run a file is not to read it, though the kernel opens it alike. Whoever
 * reads may be an interpreter that will do what the file says; one that was made
 * by this very call says nothing.
 */
SEC("lsm/file_open")
int BPF_PROG(gh_open_read, struct file *file, int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_OPEN_READ};
	struct dentry *entry = file->f_path.dentry;
	__u32 mode = file->f_mode;

	if (earlier)
		return gh_refuse(true);
	if (!(mode & FMODE_READ) || mode & FMODE_NOACCOUNT || file->f_flags & OPENED_TO_RUN)
		return 0;
	if (!gh_find_scope(&breach.scope))
		return 0;
	gh_decide_files(&breach, file->f_path.mnt, entry, entry, GH_READ_OF_IT);
	if (!(mode & FMODE_CREATED) && gh_decide_read(&breach, file) == GH_ALLOW)
		return 0;
	return gh_answer(&breach);
}

SEC("lsm/file_open")
int BPF_PROG(gh_open_device, struct file *file, int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_DEVICE};

	if (earlier)
		return gh_refuse(true);
	if ((file->f_inode->i_mode & S_IFMT) != S_IFBLK)
		return 0;
	if (!gh_find_scope(&breach.scope))
		return 0;
	breach.mnt = (__u64)file->f_path.mnt;
	breach.dentry = (__u64)file->f_path.dentry;
	gh_decide_device(&breach, file->f_inode->i_rdev);
	return gh_answer(&breach);
}
