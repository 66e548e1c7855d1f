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
#define GH_NR_CLONE 56
#define GH_NR_VFORK 58
#define GH_NR_COMPAT_CLONE 120
#define GH_NR_COMPAT_VFORK 190
#define GH_NR_CLONE3 435
#define GH_NR_OPENAT 257
#define GH_NR_OPENAT2 437
#define GH_NR_UNLINKAT 263
#define GH_NR_RENAMEAT2 316
#define GH_NR_MKDIRAT 258
#define GH_NR_SYMLINKAT 266
#define GH_NR_LINKAT 265
#define GH_NR_CONNECT 42
#define GH_NR_ACCEPT4 288
#define GH_NR_SENDMSG 46
#define GH_NR_RECVMSG 47
#define GH_NR_SENDTO 44
#define GH_NR_RECVFROM 45
#define GH_NR_READ 0
#define GH_NR_WRITE 1
#define GH_NR_READV 19
#define GH_NR_WRITEV 20
#define GH_NR_CLOSE 3
#define GH_NR_SOCKET 41
#define GH_NR_BIND 49
#define GH_NR_LISTEN 50
#define GH_NR_SHUTDOWN 48
#define GH_NR_FTRUNCATE 77
#define GH_NR_FALLOCATE 285
#define GH_NR_SPLICE 275
#define GH_NR_TEE 276
#define GH_NR_STATX 332
#define GH_NR_SETXATTR 188
#define GH_NR_FSETXATTR 190
#define GH_NR_GETXATTR 191
#define GH_NR_FGETXATTR 193
#define GH_NR_EPOLL_CTL 233
#define GH_NR_MADVISE 28
#define GH_NR_FSYNC 74
#define GH_NR_PIPE2 293
#define GH_NR_EXECVE 59
#define GH_NR_EXECVEAT 322
#define GH_NR_PROCESS_MADVISE 440
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

#define GH_NR_COMPAT_SOCKETCALL 102
#define GH_SOCKETCALLS 21

/*
 * The 32-bit entry has one old call for all that is done with sockets: the first
 * argument says what, the second points at the arguments. Here: what -> the newer
 * 32-bit call that does just that.
 */
static const __u16 gh_socketcalls[GH_SOCKETCALLS] = {
	[1] = 359,  /* socket */
	[2] = 361,  /* bind */
	[3] = 362,  /* connect */
	[4] = 363,  /* listen */
	[5] = 364,  /* accept: accept4 without flags */
	[6] = 367,  /* getsockname */
	[7] = 368,  /* getpeername */
	[8] = 360,  /* socketpair */
	[9] = 369,  /* send: sendto without an address */
	[10] = 371, /* recv: recvfrom without an address */
	[11] = 369, /* sendto */
	[12] = 371, /* recvfrom */
	[13] = 373, /* shutdown */
	[14] = 366, /* setsockopt */
	[15] = 365, /* getsockopt */
	[16] = 370, /* sendmsg */
	[17] = 372, /* recvmsg */
	[18] = 364, /* accept4 */
	[19] = 337, /* recvmmsg */
	[20] = 345, /* sendmmsg */
};

/* How many arguments count; what lies behind them is anything. */
static const __u8 gh_socketcall_args[GH_SOCKETCALLS] = {0, 3, 3, 3, 2, 3, 3, 3, 4, 4, 4,
							6, 6, 2, 5, 5, 3, 3, 4, 5, 4};

static __always_inline __u32 gh_compat_number(struct pt_regs *regs, __u32 number)
{
	__u32 what = regs->bx;

	if (number != GH_NR_COMPAT_SOCKETCALL || what >= GH_SOCKETCALLS || !gh_socketcalls[what])
		return number;
	return gh_socketcalls[what];
}

/* Puts the arguments that a socketcall points at in its own's place; false where they cannot be read. */
static __always_inline bool gh_unfold_args(struct pt_regs *regs, __u64 *args)
{
	__u32 what = regs->bx;
	__u32 given[6] = {};
	__u32 count, i;

	if (regs->orig_ax != GH_NR_COMPAT_SOCKETCALL || what >= GH_SOCKETCALLS ||
	    !gh_socketcalls[what])
		return true;
	count = gh_socketcall_args[what];
	if (count > 6)
		count = 6; /* never; for the verifier */
	if (bpf_probe_read_user(given, 4 * count, (void *)(__u64)(__u32)regs->cx))
		return false;
	for (i = 0; i < 6; i++)
		args[i] = given[i];
	return true;
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
#define GH_NR_CLONE 220
#define GH_NR_COMPAT_CLONE 120
#define GH_NR_COMPAT_VFORK 190
#define GH_NR_CLONE3 435
#define GH_NR_OPENAT 56
#define GH_NR_OPENAT2 437
#define GH_NR_UNLINKAT 35
#define GH_NR_RENAMEAT2 276
#define GH_NR_MKDIRAT 34
#define GH_NR_SYMLINKAT 36
#define GH_NR_LINKAT 37
#define GH_NR_CONNECT 203
#define GH_NR_ACCEPT4 242
#define GH_NR_SENDMSG 211
#define GH_NR_RECVMSG 212
#define GH_NR_SENDTO 206
#define GH_NR_RECVFROM 207
#define GH_NR_READ 63
#define GH_NR_WRITE 64
#define GH_NR_READV 65
#define GH_NR_WRITEV 66
#define GH_NR_CLOSE 57
#define GH_NR_SOCKET 198
#define GH_NR_BIND 200
#define GH_NR_LISTEN 201
#define GH_NR_SHUTDOWN 210
#define GH_NR_FTRUNCATE 46
#define GH_NR_FALLOCATE 47
#define GH_NR_SPLICE 76
#define GH_NR_TEE 77
#define GH_NR_STATX 291
#define GH_NR_SETXATTR 5
#define GH_NR_FSETXATTR 7
#define GH_NR_GETXATTR 8
#define GH_NR_FGETXATTR 10
#define GH_NR_EPOLL_CTL 21
#define GH_NR_MADVISE 233
#define GH_NR_FSYNC 82
#define GH_NR_PIPE2 59
#define GH_NR_EXECVE 221
#define GH_NR_EXECVEAT 281
#define GH_NR_PROCESS_MADVISE 440
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

static __always_inline __u32 gh_compat_number(struct pt_regs *regs, __u32 number)
{
	return number;
}

static __always_inline bool gh_unfold_args(struct pt_regs *regs, __u64 *args)
{
	return true;
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
