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
#define S_IFBLK 0060000
#define S_IFCHR 0020000
#define S_IFSOCK 0140000
#define AT_FDCWD -100
#define O_ACCMODE 3
#define AF_UNSPEC 0
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define AF_NETLINK 16
#define AF_ALG 38
#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_RAW 3
#define SOCK_SEQPACKET 5
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define IPPROTO_DCCP 33
#define IPPROTO_SCTP 132
#define IPPROTO_UDPLITE 136
#define IPPROTO_MPTCP 262
#define TCP_LISTEN 10
#define RLIMIT_NOFILE 7
#define SIGCHLD 17
#define SIGSTOP 19
#define CLONE_VM 0x100
#define CLONE_VFORK 0x4000
#define CLONE_THREADS 0x10f00 /* VM, FS, FILES, SIGHAND, THREAD */
#define CAP_DAC_OVERRIDE 1
#define CAP_SYS_ADMIN 21
#define PROT_READ 0x1
#define PROT_WRITE 0x2
#define PROT_EXEC 0x4
#define MAP_TYPE 0xf
#define MAP_SHARED 0x1
#define MAP_SHARED_VALIDATE 0x3
#define VM_READ 0x1
#define VM_WRITE 0x2
#define VM_EXEC 0x4
#define VM_SHARED 0x8
#define MAP_ANONYMOUS 0x20
#define SHM_EXEC 0100000
#define PTRACE_TRACEME 0
#define PTRACE_ATTACH 16
#define PTRACE_SEIZE 0x4206
#define READ_IMPLIES_EXEC 0x0400000 /* include/uapi/linux/personality.h */
#define O_TRUNC 01000
#define AT_SYMLINK_NOFOLLOW 0x100
#define OVERLAYFS_SUPER_MAGIC 0x794c7630
#define PROC_SUPER_MAGIC 0x9fa0
#define SYSFS_MAGIC 0x62656572
#define CGROUP_SUPER_MAGIC 0x27e0eb
#define CGROUP2_SUPER_MAGIC 0x63677270
#define DEVPTS_SUPER_MAGIC 0x1cd1
#define DEBUGFS_MAGIC 0x64626720
#define TRACEFS_MAGIC 0x74726163
#define SECURITYFS_MAGIC 0x73636673
#define SELINUX_MAGIC 0xf97cff8c
#define MQUEUE_MAGIC 0x19800202
#define TMPFS_MAGIC 0x01021994
#define PROC_SUPER_MAGIC 0x9fa0
#define SYSFS_MAGIC 0x62656572
#define CGROUP_SUPER_MAGIC 0x27e0eb
#define CGROUP2_SUPER_MAGIC 0x63677270
#define DEVPTS_SUPER_MAGIC 0x1cd1
#define HUGETLBFS_MAGIC 0x958458f6
#define PIPEFS_MAGIC 0x50495045
#define NSFS_MAGIC 0x6e736673
#define PIDFS_MAGIC 0x50494446

/* include/linux/fs.h */
#define FMODE_READ 0x1
#define FMODE_WRITE 0x2
#define OPENED_TO_RUN 0x20 /* in f_flags: by execve; no caller of open can set it */
#define MAY_WRITE 0x2
#define MAY_READ 0x4
#define MAY_APPEND 0x8
#define SB_KERNMOUNT 0x00400000 /* the kernel's own mount of a file system */
#define SB_NOUSER 0x80000000	/* no path leads to it: pipes, memory files */
#define FMODE_CREATED 0x100000
/* Set on every file that overlayfs opens on a layer for a caller's file. */
#define FMODE_NOACCOUNT 0x20000000
/* In f_flags: the kernel opens it to run it. No caller can ask for it. */
#define FMODE_EXEC 0x20
#define SB_RDONLY 0x1

/* include/linux/mount.h */
#define MNT_READONLY 0x40

/* include/linux/ptrace.h: more than to look */
#define PTRACE_MODE_ATTACH 0x2

#define CLONE_NEWUSER 0x10000000

/* arch/x86/include/asm/thread_info.h: the call came in by the 32-bit entry. */
#define TS_COMPAT 0x2

/* arch/arm64/include/asm/thread_info.h: a task of the 32-bit architecture. */
#define TIF_32BIT 22

/* include/linux/sched.h */
#define PF_EXITING 0x00000004
#define PF_IO_WORKER 0x00000010
#define PF_KTHREAD 0x00200000

/* include/linux/pid.h */
#define PIDTYPE_TGID 1
#define PIDTYPE_PGID 2
#define PIDTYPE_SID 3

/* include/linux/mm_types_task.h: kinds of pages that are resident, and of those that are swapped */
#define MM_FILEPAGES 0
#define MM_ANONPAGES 1
#define MM_SWAPENTS 2
#define MM_SHMEMPAGES 3

typedef struct {
	__u32 val;
} kuid_t;

typedef struct {
	__u32 val;
} kgid_t;

typedef struct {
	int counter;
} atomic_t;

/* Two words of 32 bits before 6.3, one of 64 since (f122a08b197d): the same eight bytes, read whole. */
typedef struct {
	__u64 val;
} kernel_cap_t;

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
	__u32 len;
	const unsigned char *name;
};

struct dentry;

struct super_block {
	__u32 s_dev;
	unsigned long s_flags;
	unsigned long s_magic;
	struct dentry *s_root;
};

struct inode {
	unsigned short i_mode;
	kuid_t i_uid;
	kgid_t i_gid;
	unsigned int i_nlink;
	__u32 i_rdev;
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
	struct super_block *mnt_sb;
	int mnt_flags;
};

struct mnt_namespace;

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
	struct mnt_namespace *mnt_ns;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct file {
	void *private_data;
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

struct uid_gid_extent {
	__u32 first;
	__u32 lower_first;
};

struct uid_gid_map {
	struct uid_gid_extent extent[5];
};

struct user_namespace {
	struct uid_gid_map uid_map;
	int level; /* 0: the host's */
};

struct mnt_namespace {
	struct ns_common ns;
	struct user_namespace *user_ns;
};

struct nsproxy {
	struct mnt_namespace *mnt_ns;
};

struct pid_namespace {
	struct ns_common ns;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct upid numbers[1];
};

struct tty_driver {
	int major;
	int minor_start;
};

struct tty_struct {
	int index;
	struct tty_driver *driver;
};

struct rlimit {
	unsigned long rlim_cur;
};

struct signal_struct {
	atomic_t live;
	unsigned int is_child_subreaper : 1;
	struct pid *pids[4];
	struct tty_struct *tty;
	unsigned long min_flt;
	unsigned long maj_flt;
	struct rlimit rlim[16];
};

struct cred {
	kuid_t uid;
	kuid_t suid;
	kuid_t euid;
	kgid_t egid;
	kuid_t fsuid;
	kgid_t fsgid;
	kernel_cap_t cap_inheritable;
	kernel_cap_t cap_permitted;
	kernel_cap_t cap_effective;
	struct user_namespace *user_ns;
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
	unsigned long env_start;
	unsigned long env_end;
	unsigned long total_vm;
	unsigned long start_stack;
};

struct anon_vma;

struct vm_area_struct {
	unsigned long vm_end;
	struct file *vm_file;
	unsigned long vm_flags;
	struct anon_vma *anon_vma;
};

struct thread_info {
	unsigned long flags;
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
	unsigned int flags;
	unsigned int personality;
	int exit_code;
	kuid_t loginuid; /* with CONFIG_AUDIT */
	unsigned long min_flt;
	unsigned long maj_flt;
	struct pid *thread_pid;
	const struct cred *real_cred;
	const struct cred *cred;
	struct signal_struct *signal;
	struct mm_struct *mm;
	struct fs_struct *fs;
	struct files_struct *files;
	struct nsproxy *nsproxy;
	struct css_set *cgroups;
};

/* Context of iter/task; no task at the end. */
struct bpf_iter__task {
	struct task_struct *task;
};

struct linux_binprm {
	struct file *file;
	const char *filename;
	struct cred *cred; /* of the new program, until it is in place */
	unsigned int is_check : 1;
};

struct hlist_node;

/* Stands for a place that holds one pointer. */
struct hlist_head {
	struct hlist_node *first;
};

struct in6_addr {
	__u8 bytes[16]; /* read whole, never by member */
};

struct sock_common {
	__u32 skc_daddr;
	__u32 skc_rcv_saddr;
	__u16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	unsigned char skc_state;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
};

struct sock {
	struct sock_common __sk_common;
	__u16 sk_protocol;
};

struct socket {
	short type;
	struct sock *sk;
};

struct msghdr {
	void *msg_name;
	int msg_namelen;
	unsigned long msg_controllen;
};

struct unix_address {
	int len;
	struct {
	} name[0];
};

struct unix_sock {
	struct sock sk;
	struct unix_address *addr;
	struct path path;
	struct sock *peer;
};

#pragma clang attribute pop

enum cgroup_subsys_id {
	memory_cgrp_id = 0, /* the true value is asked for at load */
};

#endif /* GH_KERNEL_H */
