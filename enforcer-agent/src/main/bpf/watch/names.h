/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Paths as the kernel has them: names from an entry up to the root of its mount
 * namespace; not to the task's root, which chroot moves.
 */
#ifndef GW_NAMES_H
#define GW_NAMES_H

#define GW_STEPS 256 /* names and mount points together */
#define GW_NAME 256

struct gw_walk {
	struct gw_scratch *s;
	__u64 dentry;
	__u64 mount;
	__u64 done;
};

static long gw_walk_up(__u32 step, struct gw_walk *walk)
{
	struct gw_scratch *s = walk->s;
	__u64 dentry = walk->dentry;
	__u64 mount = walk->mount;
	__u64 parent = (__u64)GH_LOAD(dentry, dentry, d_parent);
	__u64 root = (__u64)GH_LOAD(mount, mount, mnt.mnt_root);
	__u32 len;
	char *to;

	if (dentry == root || dentry == parent || !parent) {
		__u64 above = (__u64)GH_LOAD(mount, mount, mnt_parent);

		if (above == mount || !above || dentry != root) {
			walk->done = 1;
			return 1;
		}
		walk->dentry = (__u64)GH_LOAD(mount, mount, mnt_mountpoint);
		walk->mount = above;
		return 0;
	}
	if (s->at - s->start > GH_WATCH_NAMES)
		return 1;
	to = gw_room(s, GW_NAME);
	if (!to)
		return 1;
	len = GH_LOAD(dentry, dentry, d_name.len);
	if (len > GW_NAME - 1)
		len = GW_NAME - 1; /* never; for the verifier */
	if (bpf_probe_read_kernel(to, len, GH_LOAD(dentry, dentry, d_name.name)))
		return 1;
	to[len] = 0;
	s->at += len + 1;
	walk->dentry = parent;
	return 0;
}

/* Appends the names of a path to the section that was begun; false where they are not all there. */
static __always_inline bool gw_write_names(struct gw_scratch *s, __u64 mnt, __u64 dentry)
{
	struct gw_walk walk = {
		.s = s,
		.dentry = dentry,
		.mount = mnt - bpf_core_field_offset(struct mount, mnt),
	};

	if (!mnt || !dentry)
		return false;
	bpf_loop(GW_STEPS, gw_walk_up, &walk, 0);
	if (!walk.done)
		s->facts |= GH_WATCH_CUT;
	return walk.done;
}

/* The working directory of the running task. */
__noinline int gw_tell_cwd(struct gw_scratch *s)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (!s || !gw_open(s, GH_WATCH_CWD, 0))
		return 0;
	gw_write_names(s, (__u64)task->fs->pwd.mnt, (__u64)task->fs->pwd.dentry);
	gw_close(s, 0);
	return 0;
}

/* Its root, if that is not the root of its mount namespace. */
__noinline int gw_tell_root(struct gw_scratch *s)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (!s || !gw_open(s, GH_WATCH_ROOT, 0))
		return 0;
	gw_write_names(s, (__u64)task->fs->root.mnt, (__u64)task->fs->root.dentry);
	if (s->at == s->start + sizeof(struct gh_watch_section))
		gw_drop(s);
	else
		gw_close(s, 0);
	return 0;
}

#endif /* GW_NAMES_H */
