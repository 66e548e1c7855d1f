/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Hooks: a process is about to get hold of another.
 * Emit GH_ACT_TRACE for a breach. May deny: yes, with -EPERM.
 *
 * ptrace, process_vm_readv, process_vm_writev, pidfd_getfd and /proc/PID/mem ask
 * to attach; whoever only looks (ps, top) asks to read, and may. process_madvise
 * asks to read too, and is told by its number.
 */
SEC("lsm/ptrace_access_check")
int BPF_PROG(gh_trace, struct task_struct *other, unsigned int mode, int earlier)
{
	struct gh_breach breach = {};

	if (earlier)
		return gh_refuse(true);
	if (!(mode & PTRACE_MODE_ATTACH) &&
	    gh_syscall_number((void *)bpf_task_pt_regs(bpf_get_current_task_btf())) !=
		    GH_NR_PROCESS_MADVISE)
		return 0;
	if (!gh_find_scope(&breach.scope))
		return 0;

	gh_decide_trace(&breach, BPF_CORE_READ(other, tgid));
	return gh_answer(&breach);
}

SEC("lsm/ptrace_traceme")
int BPF_PROG(gh_trace_me, struct task_struct *parent, int earlier)
{
	struct gh_breach breach = {};

	if (earlier)
		return gh_refuse(true);
	if (!gh_find_scope(&breach.scope))
		return 0;

	gh_decide_trace(&breach, BPF_CORE_READ(parent, tgid));
	return gh_answer(&breach);
}
