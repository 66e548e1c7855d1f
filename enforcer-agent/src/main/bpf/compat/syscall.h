/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * System call numbers and arguments as the entry code saved them, per architecture.
 */
#ifndef GH_SYSCALL_H
#define GH_SYSCALL_H

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
	unsigned long bp;
	unsigned long bx;
	unsigned long cx;
	unsigned long di;
	unsigned long si;
	unsigned long dx;
	unsigned long r10;
	unsigned long r8;
	unsigned long r9;
	unsigned long orig_ax;
};
#elif defined(__TARGET_ARCH_arm64)
struct pt_regs {
	__u64 regs[31];
	__u64 orig_x0;
	__s32 syscallno;
};
#else
#error "no system call layout for this architecture"
#endif

#pragma clang attribute pop

#if defined(__TARGET_ARCH_x86)
#define GH_NR_EXECVE 59
#define GH_NR_EXECVEAT 322
#define GH_SYSCALL_NUMBER(regs) ((regs)->orig_ax)

static __always_inline __u64 gh_syscall_number(struct pt_regs *regs)
{
	return BPF_CORE_READ(regs, orig_ax);
}

static __always_inline __u64 gh_syscall_arg(struct pt_regs *regs, __u32 place)
{
	switch (place) {
	case 0:
		return BPF_CORE_READ(regs, di);
	case 1:
		return BPF_CORE_READ(regs, si);
	case 2:
		return BPF_CORE_READ(regs, dx);
	case 3:
		return BPF_CORE_READ(regs, r10);
	default:
		return BPF_CORE_READ(regs, r8);
	}
}

/* `task` must be a typed pointer: it is read by a plain load. */
static __always_inline bool gh_syscall_is_compat(struct task_struct *task)
{
	return task->thread_info.status & TS_COMPAT;
}

/* By plain loads, so `regs` must be a typed pointer. */
static __always_inline void gh_syscall_args(struct pt_regs *regs, bool compat, __u64 *args)
{
	if (compat) {
		args[0] = (__u32)regs->bx;
		args[1] = (__u32)regs->cx;
		args[2] = (__u32)regs->dx;
		args[3] = (__u32)regs->si;
		args[4] = (__u32)regs->di;
		args[5] = (__u32)regs->bp;
		return;
	}
	args[0] = regs->di;
	args[1] = regs->si;
	args[2] = regs->dx;
	args[3] = regs->r10;
	args[4] = regs->r8;
	args[5] = regs->r9;
}
#else
#define GH_NR_EXECVE 221
#define GH_NR_EXECVEAT 281
#define GH_SYSCALL_NUMBER(regs) ((regs)->syscallno)

static __always_inline __u64 gh_syscall_number(struct pt_regs *regs)
{
	return BPF_CORE_READ(regs, syscallno);
}

static __always_inline __u64 gh_syscall_arg(struct pt_regs *regs, __u32 place)
{
	switch (place) {
	case 0:
		return BPF_CORE_READ(regs, orig_x0);
	case 1:
		return BPF_CORE_READ(regs, regs[1]);
	case 2:
		return BPF_CORE_READ(regs, regs[2]);
	case 3:
		return BPF_CORE_READ(regs, regs[3]);
	default:
		return BPF_CORE_READ(regs, regs[4]);
	}
}

static __always_inline bool gh_syscall_is_compat(struct task_struct *task)
{
	return false;
}

static __always_inline void gh_syscall_args(struct pt_regs *regs, bool compat, __u64 *args)
{
	__u64 mask = compat ? 0xffffffff : ~0ULL;

	args[0] = regs->orig_x0 & mask;
	args[1] = regs->regs[1] & mask;
	args[2] = regs->regs[2] & mask;
	args[3] = regs->regs[3] & mask;
	args[4] = regs->regs[4] & mask;
	args[5] = regs->regs[5] & mask;
}
#endif

#endif /* GH_SYSCALL_H */
