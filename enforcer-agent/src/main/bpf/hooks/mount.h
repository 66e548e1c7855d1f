/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Hooks: what is mounted where, or a task's root, is about to change.
 * Emit GH_ACT_MOUNT and GH_ACT_UNMOUNT for a breach. May deny: yes, with -EPERM.
 *
 * sb_mount stands before all that mount(2) does: new mounts, binds, remounts,
 * moves, propagation; so sb_kern_mount and sb_remount behind it would tell the
 * same act twice. The newer calls (fsopen, fsconfig, fsmount, fspick, open_tree,
 * mount_setattr) ask for CAP_SYS_ADMIN, and hooks/capable.h stands there.
 */
SEC("lsm/sb_mount")
int BPF_PROG(gh_mount, const char *device, struct path *path, const char *type, unsigned long flags,
	     void *data, int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_MOUNT};

	if (earlier)
		return gh_refuse(true);
	breach.mnt = (__u64)BPF_CORE_READ(path, mnt);
	breach.dentry = (__u64)BPF_CORE_READ(path, dentry);
	breach.detail.number = flags;
	return gh_ban(&breach, GH_MOUNTS);
}

SEC("lsm/move_mount")
int BPF_PROG(gh_move_mount, struct path *from, struct path *to, int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_MOUNT};

	if (earlier)
		return gh_refuse(true);
	breach.mnt = (__u64)BPF_CORE_READ(to, mnt);
	breach.dentry = (__u64)BPF_CORE_READ(to, dentry);
	return gh_ban(&breach, GH_MOUNTS);
}

SEC("lsm/sb_umount")
int BPF_PROG(gh_unmount, struct vfsmount *mnt, int flags, int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_UNMOUNT};

	if (earlier)
		return gh_refuse(true);
	breach.mnt = (__u64)mnt;
	breach.dentry = (__u64)BPF_CORE_READ(mnt, mnt_root);
	breach.detail.number = flags;
	return gh_ban(&breach, GH_MOUNTS);
}

SEC("lsm/sb_pivotroot")
int BPF_PROG(gh_pivot_root, struct path *old, struct path *new, int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_MOUNT};

	if (earlier)
		return gh_refuse(true);
	breach.mnt = (__u64)BPF_CORE_READ(new, mnt);
	breach.dentry = (__u64)BPF_CORE_READ(new, dentry);
	return gh_ban(&breach, GH_MOUNTS);
}

SEC("lsm/path_chroot")
int BPF_PROG(gh_chroot, struct path *path, int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_MOUNT};

	if (earlier)
		return gh_refuse(true);
	breach.mnt = (__u64)BPF_CORE_READ(path, mnt);
	breach.dentry = (__u64)BPF_CORE_READ(path, dentry);
	return gh_ban(&breach, GH_MOUNTS);
}
