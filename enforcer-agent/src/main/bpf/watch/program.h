/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The program that a task has just begun to run: its file, its words, its environment.
 */
#ifndef GW_PROGRAM_H
#define GW_PROGRAM_H

#define GW_PAGE_KB \
	4 /* of the kernels that are built for this; 16K and 64K kernels of arm64 tell less than they have */

/*
 * May the task write the file? By owner, group and the capability that asks
 * neither; further groups and access lists are not looked at.
 */
static __always_inline bool gw_may_write(const struct cred *cred, __u32 mode, __u32 uid, __u32 gid)
{
	__u64 caps = *(__u64 *)&cred->cap_effective;

	if (caps & (1ULL << CAP_DAC_OVERRIDE))
		return true;
	if (cred->fsuid.val == uid)
		return mode & 0200;
	if (cred->fsgid.val == gid)
		return mode & 0020;
	return mode & 0002;
}

static __always_inline bool gw_is_memfd(__u64 file, __u32 magic)
{
	__u64 dentry = (__u64)GH_LOAD(file, file, f_path.dentry);
	__u64 name = 0;

	if (magic != TMPFS_MAGIC || !gw_is_pseudo((__u64)GH_LOAD(file, file, f_path.mnt), dentry))
		return false;
	bpf_probe_read_kernel(&name, 6, GH_LOAD(dentry, dentry, d_name.name));
	return name == 0x3a64666d656dULL; /* "memfd:" */
}

static __always_inline void gw_fill_usage(struct gh_watch_program *told, struct task_struct *task)
{
	struct mm_struct *mm = task->mm;

	told->fd_limit = task->signal->rlim[RLIMIT_NOFILE].rlim_cur;
	told->vm_size_kb = mm->total_vm * GW_PAGE_KB;
	told->vm_rss_kb = (GH_PAGES(mm, MM_FILEPAGES) + GH_PAGES(mm, MM_ANONPAGES) +
			   GH_PAGES(mm, MM_SHMEMPAGES)) *
			  GW_PAGE_KB;
	told->vm_swap_kb = GH_PAGES(mm, MM_SWAPENTS) * GW_PAGE_KB;
	told->faults_major = task->maj_flt;
	told->faults_minor = task->min_flt;
}

/* The file is at s->file. */
__noinline int gw_tell_program(struct gw_scratch *s)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct gh_watch_program *told;
	__u64 file, inode, sb, mnt, dentry;

	if (!s || !gw_open(s, GH_WATCH_EXE, sizeof(*told)))
		return 0;
	file = s->file;
	inode = (__u64)GH_LOAD(file, file, f_inode);
	sb = (__u64)GH_LOAD(inode, inode, i_sb);
	mnt = (__u64)GH_LOAD(file, file, f_path.mnt);
	dentry = (__u64)GH_LOAD(file, file, f_path.dentry);
	told = (void *)gw_room(s, sizeof(*told));
	if (!told)
		return 0;
	__builtin_memset(told, 0, sizeof(*told));
	told->ino = GH_LOAD(inode, inode, i_ino);
	told->ctime_ns = gh_changed_at(inode);
	told->mtime_ns = gh_modified_at(inode);
	told->dev = GH_LOAD(super_block, sb, s_dev);
	told->mode = GH_LOAD(inode, inode, i_mode);
	told->uid = GH_LOAD(inode, inode, i_uid.val);
	told->nlink = GH_LOAD(inode, inode, i_nlink);
	told->fs_magic = GH_LOAD(super_block, sb, s_magic);
	told->layer = gw_layer_of(inode, told->fs_magic);
	told->unlinked = !told->nlink;
	told->memfd = gw_is_memfd(file, told->fs_magic);
	told->writable =
		gw_may_write(task->cred, told->mode, told->uid, GH_LOAD(inode, inode, i_gid.val));
	gw_fill_usage(told, task);
	s->at += sizeof(*told);
	if (!gw_is_pseudo(mnt, dentry))
		gw_write_names(s, mnt, dentry);
	gw_close(s, 0);
	return 0;
}

/* A piece of the new program's stack that the kernel has just written. */
static __always_inline void gw_tell_stack(struct gw_scratch *s, __u32 tag, __u64 start, __u64 end,
					  __u32 most)
{
	__u64 whole = end - start;
	__u32 len = whole > most ? most : whole;
	char *to;

	if (end <= start || !gw_open(s, tag, GH_WATCH_WORDS))
		return;
	to = gw_room(s, GH_WATCH_WORDS);
	if (!to)
		return;
	barrier_var(len);
	if (len > GH_WATCH_WORDS)
		len = GH_WATCH_WORDS;
	if (bpf_probe_read_user(to, len, (void *)start)) {
		gw_unread(s);
		return;
	}
	s->at += len;
	gw_close(s, whole);
}

__noinline int gw_tell_stack_words(struct gw_scratch *s)
{
	struct gh_watch_control *control = gw_controls();
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 start = task->mm->arg_start;
	__u64 end = task->mm->arg_end;

	if (!s || !control)
		return 0;
	if (end - start > control->exec_args_bytes)
		s->facts |= GH_WATCH_CUT;
	gw_tell_stack(s, GH_WATCH_WORDS_OF, start, end, control->exec_args_bytes);
	/* Environments are often longer than anybody asks for: that is told by the section alone. */
	gw_tell_stack(s, GH_WATCH_ENV, task->mm->env_start, task->mm->env_end,
		      control->exec_env_bytes);
	return 0;
}

/* The name is at s->kernel_text[0]. */
__noinline int gw_tell_asked_name(struct gw_scratch *s)
{
	char *to;
	long len;

	if (!s || !gw_open(s, GH_WATCH_ASKED, GH_WATCH_TEXT))
		return 0;
	to = gw_room(s, GH_WATCH_TEXT);
	if (!to)
		return 0;
	len = bpf_probe_read_kernel_str(to, GH_WATCH_TEXT, (void *)s->kernel_text[0]);
	if (len <= 0) {
		gw_unread(s);
		return 0;
	}
	s->at += len;
	gw_close(s, 0);
	return 0;
}

#endif /* GW_PROGRAM_H */
