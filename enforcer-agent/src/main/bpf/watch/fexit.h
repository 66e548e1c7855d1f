/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Hooks: the return of one system call, a program for each, so that no other
 * call pays. The 32-bit entry has functions of its own, and 32-bit callers
 * are not left out: by it everything could be done unseen.
 * Tells what gw_call_done tells, in its place. May deny: no.
 */
#ifndef GW_FEXIT_H
#define GW_FEXIT_H

#if defined(__TARGET_ARCH_x86)
#define GW_ENTRY "__x64_sys_"
#define GW_ENTRY_NARROW "__ia32_sys_"
#define GW_ENTRY_TRANSLATED "__ia32_compat_sys_"
#else
#define GW_ENTRY "__arm64_sys_" /* serves 32-bit callers too where nothing has to be translated */
#define GW_ENTRY_TRANSLATED "__arm64_compat_sys_"
#endif

/* The second thing a program of this kind is given is what the function returned. */
#define GW_CALL(prefix, entry, name)        \
	SEC("?fexit/" entry #name)          \
	int prefix##name(__u64 *ctx)        \
	{                                   \
		return gw_returned(ctx[1]); \
	}

static __always_inline int gw_returned(long result)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct gh_watch_call *call;
	__u32 index = gw_index_of(task, (void *)bpf_task_pt_regs(task));
	__u32 tid = task->pid;
	__u32 own;

	call = bpf_map_lookup_elem(&gw_calls, &index);
	if (!call || !call->wanted)
		return 0;
	own = *(volatile __u32 *)&call->own;
	if (own == GH_WATCH_BY_ALL)
		return 0;
	if (own == GH_WATCH_BY_BOTH)
		bpf_map_update_elem(&gw_marks, &tid, &index, BPF_ANY);
	return gw_called(call, index, result);
}

#define GW_BARE(name) GW_CALL(gw_bare_, "__do_sys_", name)
#define GW_WIDE(name) GW_CALL(gw_call_, GW_ENTRY, name)
#define GW_TRANSLATED(name) GW_CALL(gw_compat_, GW_ENTRY_TRANSLATED, name)
#ifdef GW_ENTRY_NARROW
#define GW_NARROW(name) GW_CALL(gw_narrow_, GW_ENTRY_NARROW, name)
#else
#define GW_NARROW(name)
#endif

GW_CALLS_PLAIN(GW_WIDE)
GW_CALLS_PLAIN(GW_NARROW)
GW_CALLS_TRANSLATED(GW_WIDE)
GW_CALLS_TRANSLATED(GW_TRANSLATED)
GW_CALLS_BARE(GW_BARE)
GW_CALLS_OLD(GW_NARROW)
GW_CALLS_NARROW(GW_TRANSLATED)

#endif /* GW_FEXIT_H */
