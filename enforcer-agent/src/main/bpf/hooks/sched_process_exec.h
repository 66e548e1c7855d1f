/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Hook: a new program is in place and has not run an instruction.
 * Two programs: the stand-in for bprm_check_security, and the announcement of
 * cgroups that the agent does not know. May deny: no; may kill: yes.
 */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(gh_executed, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	struct gh_breach breach = {.act = GH_ACT_EXEC, .running = 1};

	if (!gh_find_scope(&breach.scope))
		return 0;

	gh_decide_program(&breach, BPF_CORE_READ(bprm, file));
	if (breach.verdict == GH_ALLOW) {
		breach.act = GH_ACT_EXEC_MEMORY;
		gh_decide_stack(&breach);
	}
	gh_end(&breach);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(gh_stranger, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	struct gh_breach breach = {.act = GH_ACT_STRANGER, .running = 1};
	struct file *file = BPF_CORE_READ(bprm, file);

	breach.scope.key = gh_key_of(task);
	if (!gh_note_exec(task, breach.scope.key) || breach.scope.key == 1 ||
	    bpf_map_lookup_elem(&gh_scopes, &breach.scope.key))
		return 0;

	gh_read_inode(BPF_CORE_READ(file, f_inode), 0, &breach.file);
	breach.mnt = (__u64)BPF_CORE_READ(file, f_path.mnt);
	breach.dentry = (__u64)BPF_CORE_READ(file, f_path.dentry);
	gh_tell(&breach);
	return 0;
}
