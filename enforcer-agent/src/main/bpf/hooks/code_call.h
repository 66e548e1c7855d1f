/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* A part of hooks/sys_exit.h: what a system call did to code, where the kernel
 * loads no LSM program. Memory is looked at as it is now, and its owner ended
 * before he comes back to run it; only another thread of his can be faster.
 */
struct gh_vma {
	struct gh_mapping mapping;
	__u64 flags;
	__u64 end;
	bool found;
};

static long gh_look_at_vma(struct task_struct *task, struct vm_area_struct *vma,
			   struct gh_vma *seen)
{
	gh_mapped(vma, &seen->mapping);
	seen->flags = BPF_CORE_READ(vma, vm_flags);
	seen->end = BPF_CORE_READ(vma, vm_end);
	seen->mapping.code = true;
	seen->mapping.changed = seen->flags & VM_WRITE || BPF_CORE_READ(vma, anon_vma);
	seen->found = true;
	return 0;
}

/* The memory at an address, which may be executable only now. */
static __always_inline void gh_decide_vma(struct gh_breach *breach, struct gh_vma *seen)
{
	if (seen->flags & VM_EXEC)
		gh_decide_mapping(breach, &seen->mapping);
}

/*
 * mmap and shmat. Where another thread is just changing the memory, what the
 * call was given has to do. Frames of their own, here and below: together they
 * would be more than the kernel allows.
 */
static __noinline int gh_mapped_now(struct gh_breach *breach, __u64 address, __u64 prot,
				    __u64 flags, __u32 fd)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct gh_vma seen = {};
	struct file *file;

	if (!(prot & PROT_EXEC) && !(prot & PROT_READ && task->personality & READ_IMPLIES_EXEC))
		return 0;
	bpf_find_vma(task, address, gh_look_at_vma, &seen, 0);
	if (!seen.found) {
		seen.flags = VM_EXEC;
		seen.mapping.code = true;
		seen.mapping.changed = prot & PROT_WRITE;
		file = flags & MAP_ANONYMOUS ? NULL : gh_file_of((void *)task, fd);
		if (file) {
			seen.mapping.inode = BPF_CORE_READ(file, f_inode);
			seen.mapping.mnt = (__u64)BPF_CORE_READ(file, f_path.mnt);
			seen.mapping.dentry = (__u64)BPF_CORE_READ(file, f_path.dentry);
		}
	}
	gh_decide_vma(breach, &seen);
	return 0;
}

struct gh_range {
	struct gh_breach *breach;
	__u64 at;
	__u64 end;
};

static long gh_protected_piece(__u32 step, struct gh_range *range)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct gh_vma seen = {};

	if (range->at >= range->end)
		return 1;
	/* What cannot be looked at may be memory. Nobody but a compiler asks for it, and those are named. */
	if (bpf_find_vma(task, range->at, gh_look_at_vma, &seen, 0) || !seen.found) {
		seen.flags = VM_EXEC;
		seen.end = range->end;
	}
	gh_decide_vma(range->breach, &seen);
	range->at = seen.end;
	return range->breach->verdict != GH_ALLOW;
}

/* mprotect: over one piece of memory or many. 64: who asks for more has the rest judged as unknown. */
static __noinline int gh_protected_now(struct gh_breach *breach, __u64 at, __u64 length, __u64 prot)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct gh_range range = {.breach = breach, .at = at, .end = at + length};
	const struct gh_rules *rules;

	if (!(prot & PROT_EXEC) && !(prot & PROT_READ && task->personality & READ_IMPLIES_EXEC))
		return 0;
	bpf_loop(64, gh_protected_piece, &range, 0);
	if (range.at >= range.end || breach->verdict != GH_ALLOW)
		return 0;
	rules = gh_rules_of(breach);
	breach->act = GH_ACT_EXEC_MEMORY;
	if (rules)
		gh_decide_memory(breach, rules);
	return 0;
}

static __noinline int gh_coded(struct pt_regs *regs, long result, __u32 number, __u32 what)
{
	struct gh_breach breach = {.syscall = number};
	const struct gh_rules *rules;
	__u64 args[6];

	if (!gh_find_scope(&breach.scope))
		return 0;
	gh_syscall_args(regs, number & 512, args);
	switch (what & 255) {
	case GH_CALL_MAP:
		gh_mapped_now(&breach, result, args[2], args[3], args[4]);
		break;
	case GH_CALL_ATTACH:
		if (args[2] & SHM_EXEC)
			gh_mapped_now(&breach, result, PROT_EXEC, MAP_ANONYMOUS, 0);
		break;
	case GH_CALL_PROTECT:
		gh_protected_now(&breach, args[0], args[1], args[2]);
		break;
	case GH_CALL_PERSONALITY:
		if ((__u32)args[0] == 0xffffffff || !(args[0] & READ_IMPLIES_EXEC))
			break;
		rules = gh_rules_of(&breach);
		breach.act = GH_ACT_EXEC_MEMORY;
		if (rules)
			gh_decide_memory(&breach, rules);
		break;
	case GH_CALL_TRACE:
		if (args[0] == PTRACE_TRACEME || args[0] == PTRACE_ATTACH ||
		    args[0] == PTRACE_SEIZE)
			gh_decide_trace(&breach, 0);
		break;
	case GH_CALL_REACH:
		gh_decide_trace(&breach, 0);
		break;
	}
	return gh_end(&breach);
}

static __noinline int gh_decide_opened(struct gh_breach *breach, struct file *file)
{
	__u32 mode = BPF_CORE_READ(file, f_mode);

	if (mode & FMODE_WRITE)
		gh_decide_memory_file(breach, file);
	if (breach->verdict == GH_ALLOW && mode & FMODE_READ && !(mode & FMODE_CREATED))
		gh_decide_read(breach, file);
	return 0;
}

/* A file was opened: by an interpreter, or memory as a file. Its reader or writer has seen no byte of it. */
static __noinline int gh_opened_code(__u32 fd)
{
	struct gh_breach breach = {.act = GH_ACT_OPEN_READ};
	struct file *file = gh_file_of((void *)bpf_get_current_task(), fd);

	if (!file || !gh_find_scope(&breach.scope))
		return 0;
	gh_decide_opened(&breach, file);
	return gh_end(&breach);
}
