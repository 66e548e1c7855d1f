/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Hooks: a command for a file that may be open for reading only and changes it
 * all the same: its flags (chattr), project, version, seal of integrity.
 * Emit GH_ACT_XATTR for a breach. May deny: yes, with -EPERM.
 */
#define GH_IOCTL_CHANGES(command)                                      \
	((command) == 0x40086602 /* FS_IOC_SETFLAGS */ ||              \
	 (command) == 0x40046602 /* ... of a 32-bit caller */ ||       \
	 (command) == 0x401c5820 /* FS_IOC_FSSETXATTR */ ||            \
	 (command) == 0x40087602 /* FS_IOC_SETVERSION */ ||            \
	 (command) == 0x40047602 /* ... of a 32-bit caller */ ||       \
	 (command) == 0x800c6613 /* FS_IOC_SET_ENCRYPTION_POLICY */ || \
	 (command) == 0x40806685 /* FS_IOC_ENABLE_VERITY */)

static __always_inline int gh_judge_ioctl(struct file *file)
{
	struct dentry *entry = file->f_path.dentry;

	return gh_change(GH_ACT_XATTR, file->f_path.mnt, entry, entry, GH_OF_IT);
}

SEC("lsm/file_ioctl")
int BPF_PROG(gh_ioctl, struct file *file, unsigned int command, unsigned long argument, int earlier)
{
	if (earlier)
		return gh_refuse(true);
	return GH_IOCTL_CHANGES(command) ? gh_judge_ioctl(file) : 0;
}

/* Of 32-bit callers, since kernel 6.8 (f1bb47a31dff) and its stable sisters; before, none was asked. */
SEC("lsm/file_ioctl_compat")
int BPF_PROG(gh_ioctl_compat, struct file *file, unsigned int command, unsigned long argument,
	     int earlier)
{
	if (earlier)
		return gh_refuse(true);
	return GH_IOCTL_CHANGES(command) ? gh_judge_ioctl(file) : 0;
}

/* The same by the system call file_setattr, since kernel 6.17 (defdd02d783c). */
SEC("lsm/inode_file_setattr")
int BPF_PROG(gh_file_setattr, struct dentry *entry, void *attributes, int earlier)
{
	if (earlier)
		return gh_refuse(true);
	return gh_change(GH_ACT_XATTR, NULL, entry, entry, GH_OF_IT | GH_MOUNT_UNTOLD);
}
