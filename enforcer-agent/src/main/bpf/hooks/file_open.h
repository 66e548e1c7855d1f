/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Hook: a file is about to be opened.
 * Emits GH_ACT_OPEN_WRITE for a breach. May deny: yes, with -EPERM.
 */
SEC("lsm/file_open")
int BPF_PROG(gh_open, struct file *file, int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_OPEN_WRITE};
	struct inode *inode;
	__u32 mode;

	if (earlier)
		return gh_refuse(true);
	mode = BPF_CORE_READ(file, f_mode);
	/* An overlay's own open of the layer file beneath was judged above it. */
	if (!(mode & FMODE_WRITE) || mode & FMODE_NOACCOUNT)
		return 0;
	if (!gh_find_scope(&breach.scope))
		return 0;

	/* A device, pipe or socket is not written to the file system it is named on. */
	inode = BPF_CORE_READ(file, f_inode);
	if ((BPF_CORE_READ(inode, i_mode) & S_IFMT) != S_IFREG)
		return 0;

	breach.dentry = (__u64)BPF_CORE_READ(file, f_path.dentry);
	gh_decide_change(&breach, inode, BPF_CORE_READ(file, f_path.mnt), (void *)breach.dentry);
	return gh_answer(&breach);
}
