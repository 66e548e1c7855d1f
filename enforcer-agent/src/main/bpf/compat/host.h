/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * What a container may do to its host, as the kernel has it: the calls that no
 * hook of their own stands before, the flags they take, and the types behind
 * BPF objects, processes and files of proc.
 */
#ifndef GH_HOST_H
#define GH_HOST_H

#define CAP_SYS_MODULE 16
#define CAP_SYS_ADMIN 21

#define CLONE_NEWTIME 0x00000080
#define CLONE_NEWNS 0x00020000
#define CLONE_NEWCGROUP 0x02000000
#define CLONE_NEWUTS 0x04000000
#define CLONE_NEWIPC 0x08000000
#define CLONE_NEWUSER 0x10000000
#define CLONE_NEWPID 0x20000000
#define CLONE_NEWNET 0x40000000
#define GH_CLONE_NEW                                                                   \
	(CLONE_NEWTIME | CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | \
	 CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

/* include/uapi/linux/mount.h */
#define OPEN_TREE_CLONE 1

/* include/linux/ptrace.h: asked for something else's sake, nobody is told. */
#define PTRACE_MODE_NOAUDIT 0x4

#define PROC_SUPER_MAGIC 0x9fa0
#define CGROUP_SUPER_MAGIC 0x27e0eb
#define CGROUP2_SUPER_MAGIC 0x63677270
#define ANON_INODE_FS_MAGIC 0x09041934
#define BPF_FS_MAGIC 0xcafe4a11

/* One number on every architecture, and for 32-bit callers. */
#define GH_NR_OPEN_TREE 428
#define GH_NR_FSOPEN 430
#define GH_NR_FSCONFIG 431
#define GH_NR_FSMOUNT 432
#define GH_NR_FSPICK 433
#define GH_NR_MOUNT_SETATTR 442
#define GH_NR_OPEN_TREE_ATTR 467

#if defined(__TARGET_ARCH_x86)
#define GH_NR_UNSHARE 272
#define GH_NR_SETNS 308
#define GH_NR_DELETE_MODULE 176
#define GH_NR_COMPAT_UNSHARE 310
#define GH_NR_COMPAT_SETNS 346
#define GH_NR_COMPAT_DELETE_MODULE 129
#else
#define GH_NR_UNSHARE 97
#define GH_NR_SETNS 268
#define GH_NR_DELETE_MODULE 106
#define GH_NR_COMPAT_UNSHARE 337
#define GH_NR_COMPAT_SETNS 375
#define GH_NR_COMPAT_DELETE_MODULE 129
#endif

/* arch/x86/include/asm/unistd.h: the x32 entry, whose other numbers are those of 64 bits. */
#define GH_X32_BIT 0x40000000

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct hlist_node {
	struct hlist_node *next;
};

struct pid___tasks {
	struct hlist_head tasks[4];
};

/* cred is in kernel.h, its namespace only here. */
struct cred___host {
	void *user_ns;
};

struct task_struct___links {
	struct hlist_node pid_links[4];
};

struct bpf_map {
	__u32 id;
	char name[16];
};

struct bpf_prog_aux {
	__u32 id;
	char name[16];
};

struct bpf_prog {
	struct bpf_prog_aux *aux;
};

struct bpf_link {
	__u32 id;
};

struct proc_dir_entry {
	char *name;
};

struct ctl_table {
	const char *procname;
};

struct proc_inode {
	struct pid *pid;
	struct proc_dir_entry *pde;
	struct ctl_table *sysctl_entry;
	struct inode vfs_inode;
};

struct vfsmount___super {
	struct super_block *mnt_sb;
};

/* Which of these a kernel has tells how its hooks are called. */
union security_list_options___host {
	void *uring_allowed;
};

#pragma clang attribute pop

/*
 * The system call that the running task is in, + 512 where the 32-bit entry was
 * used: as the entry code saved it, nothing of it in the program's own memory.
 */
static __always_inline __u32 gh_running_call(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = (void *)bpf_task_pt_regs(task);
	__u32 number = gh_syscall_number(regs);

#if defined(__TARGET_ARCH_x86)
	if (gh_syscall_is_compat(task))
		return (number & 511) | 512;
	return number & ~GH_X32_BIT;
#else
	return task->thread_info.flags & (1UL << TIF_32BIT) ? (number & 511) | 512 : number;
#endif
}

/* An argument of that call; flags and numbers only, for they are cut to 32 bits. */
static __always_inline __u32 gh_running_arg(__u32 call, __u32 place)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct pt_regs *regs = (void *)bpf_task_pt_regs(task);

#if defined(__TARGET_ARCH_x86)
	if (call & 512)
		return place == 0   ? BPF_CORE_READ(regs, bx)
		       : place == 1 ? BPF_CORE_READ(regs, cx)
				    : BPF_CORE_READ(regs, dx);
#endif
	return gh_syscall_arg(regs, place);
}

/* Whether the task is in a call that changes what is mounted and that no hook of its own stands before. */
static __always_inline bool gh_call_mounts(__u32 call)
{
	switch (call & ~512) {
	case GH_NR_OPEN_TREE:
	case GH_NR_FSOPEN:
	case GH_NR_FSCONFIG:
	case GH_NR_FSMOUNT:
	case GH_NR_FSPICK:
	case GH_NR_MOUNT_SETATTR:
	case GH_NR_OPEN_TREE_ATTR:
		return true;
	}
	return false;
}

#endif /* GH_HOST_H */
