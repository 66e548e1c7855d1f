/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Hook: a system call returns. The stand-in for file_open and the path hooks
 * where the kernel loads no LSM program; attached only while a policy asks for
 * writes, because every system call of the node pays for it.
 *
 * An opened file is judged as the kernel object it is, and its writer ended
 * before a byte is written. A changed name is known by text only: the agent
 * looks it up and ends the writer, late. May deny: no; may kill: yes.
 */
static __always_inline struct file *gh_file_of(struct task_struct *task, __u32 fd)
{
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file **slot = BPF_CORE_READ(table, fd);
	struct file *file = NULL;

	if (fd >= BPF_CORE_READ(table, max_fds))
		return NULL;
	bpf_probe_read_kernel(&file, sizeof(file), &slot[fd]);
	return file;
}

/* A frame of its own: below the one of gh_changed there is no room for the way up. */
static __noinline int gh_opened(__u32 fd, __u32 number)
{
	struct gh_breach breach = {.act = GH_ACT_OPEN_READ, .syscall = number};
	struct file *file = gh_file_of((void *)bpf_get_current_task(), fd);
	struct inode *inode = BPF_CORE_READ(file, f_inode);
	__u32 mode = BPF_CORE_READ(file, f_mode);
	__u32 type = BPF_CORE_READ(inode, i_mode) & S_IFMT;
	__u32 how = 0;

	if (!file || !gh_find_scope(&breach.scope))
		return 0;
	if (number & 512)
		breach.file.facts = GH_FACT_COMPAT;
	if (mode & FMODE_READ)
		how |= GH_READ_OF_IT;
	if (mode & (FMODE_WRITE | FMODE_CREATED)) {
		breach.act = GH_ACT_OPEN_WRITE;
		how |= type == S_IFREG ? GH_OF_IT : GH_ITSELF(GH_UNWRITABLE) | GH_NOT_A_FILE;
	}
	if (!gh_decide_found_file(&breach, BPF_CORE_READ(file, f_path.mnt),
				  BPF_CORE_READ(file, f_path.dentry), how))
		return 0;
	gh_end(&breach);
	return 1;
}

/* What may be breached; the agent finds out what is. */
static __always_inline void gh_note_asked(struct gh_breach *breach, const struct gh_rules *rules,
					  enum gh_rule rule)
{
	const struct gh_masks *masks = &rules->rule[rule];

	if (gh_asks(rules, rule))
		gh_note(breach, rule, masks->report | masks->deny | masks->kill);
}

/* Tells where the name starts: the root, the working directory, or an open one. */
static __always_inline void gh_renamed(struct gh_breach *breach, struct task_struct *task,
				       struct pt_regs *regs, __u32 what)
{
	const struct gh_rules *rules = gh_rules_of(breach);
	__u32 place = (what - 2) & 7;
	__u32 dir = (what - 2) >> 3;
	struct file *file = NULL;
	char first = 0;

	if (!rules || gh_is_setting_up())
		return;
	breach->act = GH_ACT_NAMED_CHANGE;
	breach->violation_count = 0; /* of the name before */
	gh_note_asked(breach, rules, GH_WRITE_ROOT);
	gh_note_asked(breach, rules, GH_WRITE_VOLUMES);
	gh_note_asked(breach, rules, GH_WRITE_FORBID);
	gh_note_asked(breach, rules, GH_READ_FORBID);
	if (!breach->violation_count)
		return;

	breach->text = 0;
	if (place == 7) { /* an open file, no name */
		file = gh_file_of(task, gh_syscall_arg(regs, 0));
	} else {
		breach->text = gh_syscall_arg(regs, place);
		bpf_probe_read_user(&first, sizeof(first), (void *)breach->text);
		if (dir && first != '/' && (__s32)gh_syscall_arg(regs, dir - 1) >= 0)
			file = gh_file_of(task, gh_syscall_arg(regs, dir - 1));
	}
	if (file) {
		breach->mnt = (__u64)BPF_CORE_READ(file, f_path.mnt);
		breach->dentry = (__u64)BPF_CORE_READ(file, f_path.dentry);
	} else if (first == '/') {
		breach->mnt = (__u64)BPF_CORE_READ(task, fs, root.mnt);
		breach->dentry = (__u64)BPF_CORE_READ(task, fs, root.dentry);
	} else {
		breach->mnt = (__u64)BPF_CORE_READ(task, fs, pwd.mnt);
		breach->dentry = (__u64)BPF_CORE_READ(task, fs, pwd.dentry);
	}
	breach->verdict = GH_REPORT; /* the agent's to raise */
	breach->backend = GH_BACKEND_TRACEPOINT;
	gh_tell(breach);
}

struct gh_names {
	struct gh_breach *breach;
	struct pt_regs *regs;
	__u32 what;
};

/* A call has one name or two, each told by itself. */
static long gh_next_name(__u32 step, struct gh_names *names)
{
	if (!(names->what & 63))
		return 1;
	gh_renamed(names->breach, (void *)bpf_get_current_task(), names->regs, names->what & 63);
	names->what >>= 6;
	return 0;
}

#include "code_call.h"

/* A call that may have changed a root file system. __noinline keeps its stack and its zeroes off the others' way. */
static __noinline int gh_changed(struct pt_regs *regs, __u32 number, __u32 what)
{
	struct gh_breach breach = {.syscall = number};
	struct gh_names names = {.breach = &breach, .regs = regs, .what = what};

	if (!gh_find_scope(&breach.scope))
		return 0;
	if (number & 512)
		breach.file.facts = GH_FACT_COMPAT;
	if (what >> 12 && gh_syscall_arg(regs, what >> 12) & AT_SYMLINK_NOFOLLOW)
		breach.syscall |= 1024;
	bpf_loop(2, gh_next_name, &names, 0);
	return 0;
}

/* A call whose success is a breach of a rule of one word: done, before its caller is ended. */
static __noinline int gh_banned(struct pt_regs *regs, __u32 number, __u32 what)
{
	struct gh_breach breach = {.act = what >> 8 & 255};
	__u32 rule = what & 255;
	__u32 flags;

	switch (what >> 16 & 255) {
	case GH_CALL_NEW_NAMESPACE:
		flags = gh_running_arg(number, 0) & GH_CLONE_NEW;
		if (!flags)
			return 0;
		breach.detail.number = flags;
		break;
	case GH_CALL_CLONES_TREE:
		if (!(gh_running_arg(number, 2) & OPEN_TREE_CLONE))
			return 0;
		break;
	case GH_CALL_BORN_APART:
		/* Told of its parent already. */
		if (bpf_task_storage_get(&gh_apart, bpf_get_current_task_btf(), NULL, 0))
			gh_kill();
		return 0;
	}
	if (rule >= GH_RULE_COUNT || !gh_find_scope(&breach.scope))
		return 0;
	if (number & 512)
		breach.file.facts = GH_FACT_COMPAT;
	gh_decide_ban(&breach, rule);
	gh_end(&breach);
	return 0;
}

/* Every system call of the node comes here: what most need is read by plain loads, from typed pointers. */
SEC("tp_btf/sys_exit")
int BPF_PROG(gh_syscall_done, struct pt_regs *regs, long result)
{
	__u32 number = GH_SYSCALL_NUMBER(regs) & 511;
	__u32 *what;

	if (result < 0 && result >= -4095) /* an address may be negative, an error is small */
		return 0;
	if (gh_syscall_is_compat(bpf_get_current_task_btf()))
		number |= 512;
	what = bpf_map_lookup_elem(&gh_syscalls, &number);
	if (!what || !*what)
		return 0;
	if (*what & GH_CALL_BAN)
		return gh_banned(regs, number, *what);
	if (*what & GH_CALL_CODE)
		return gh_coded(regs, result, number, *what);
	if (*what == 1)
		return gh_opened(result, number) + gh_opened_code(result);
	return gh_changed(regs, number, *what);
}
