/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The kernel's own types, no more of them than is read. Field offsets are
 * relocated at load (CO-RE), so order and padding here mean nothing.
 */
#ifndef GH_KERNEL_H
#define GH_KERNEL_H

#include <linux/bpf.h>
#include <stdbool.h>

#define EPERM 1

#define S_IFMT 00170000
#define S_IFREG 0100000
#define PROT_EXEC 0x4
#define VM_EXEC 0x4
#define O_TRUNC 01000
#define AT_SYMLINK_NOFOLLOW 0x100
#define OVERLAYFS_SUPER_MAGIC 0x794c7630

/* include/linux/fs.h */
#define FMODE_WRITE 0x2
#define FMODE_CREATED 0x100000
/* Set on every file that overlayfs opens on a layer for a caller's file. */
#define FMODE_NOACCOUNT 0x20000000

/* arch/x86/include/asm/thread_info.h: the call came in by the 32-bit entry. */
#define TS_COMPAT 0x2

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct kernfs_node {
	__u64 id;
};

struct cgroup_root {
	unsigned int subsys_mask;
	int hierarchy_id;
};

struct cgroup;

struct cgroup_subsys_state {
	struct cgroup *cgroup;
	struct cgroup_subsys_state *parent;
};

struct cgroup {
	struct cgroup_subsys_state self;
	struct kernfs_node *kn;
	struct cgroup_root *root;
};

struct css_set {
	struct cgroup_subsys_state *subsys[16];
	struct cgroup *dfl_cgrp;
};

struct qstr {
	const unsigned char *name;
};

struct super_block {
	__u32 s_dev;
	unsigned long s_magic;
};

struct inode {
	unsigned short i_mode;
	unsigned int i_nlink;
	unsigned long i_ino;
	__u32 i_generation;
	struct super_block *i_sb;
};

struct dentry {
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
};

/* Of the overlay module; absent from the kernel's types until it is loaded. */
struct ovl_inode {
	struct inode vfs_inode;
	struct dentry *__upperdentry;
};

struct vfsmount {
	struct dentry *mnt_root;
};

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct file {
	struct path f_path;
	struct inode *f_inode;
	unsigned int f_mode;
	unsigned int f_flags;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct fs_struct {
	struct path root;
	struct path pwd;
};

struct ns_common {
	unsigned int inum;
};

struct mnt_namespace {
	struct ns_common ns;
};

struct nsproxy {
	struct mnt_namespace *mnt_ns;
};

/* include/linux/fs.h */
#define ATTR_MODE 0x1
#define ATTR_UID 0x2
#define ATTR_GID 0x4
#define ATTR_SIZE 0x8
#define ATTR_ATIME 0x10
#define ATTR_MTIME 0x20

struct iattr {
	unsigned int ia_valid;
};

/* Asked only which hooks this kernel has. */
union security_list_options {
	void *inode_post_setattr;
};

struct mm_struct {
	struct file *exe_file;
	unsigned long arg_start;
	unsigned long arg_end;
};

struct vm_area_struct {
	struct file *vm_file;
	unsigned long vm_flags;
};

struct thread_info {
	__u32 status;
};

struct task_struct {
	struct thread_info thread_info;
	__u64 self_exec_id;
	int pid;
	int tgid;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	__u64 start_boottime;
	char comm[16];
	struct mm_struct *mm;
	struct fs_struct *fs;
	struct files_struct *files;
	struct nsproxy *nsproxy;
	struct css_set *cgroups;
};

struct linux_binprm {
	struct file *file;
};

#pragma clang attribute pop

enum cgroup_subsys_id {
	memory_cgrp_id = 0, /* the true value is asked for at load */
};

#endif /* GH_KERNEL_H */
