/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Hooks: a program, or the interpreter of a script, is about to run; or somebody
 * asks whether a file may run and runs it himself (AT_EXECVE_CHECK), which never
 * comes as far as the first.
 * Emit GH_ACT_EXEC for a breach. May deny: yes, with -EPERM.
 */
SEC("lsm/bprm_check_security")
int BPF_PROG(gh_exec, struct linux_binprm *bprm, int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_EXEC};

	/* Another program already refused: never turn its no into a yes. */
	if (earlier)
		return gh_refuse(true);
	if (!gh_find_scope(&breach.scope))
		return 0;

	gh_decide_program(&breach, BPF_CORE_READ(bprm, file));
	return gh_answer(&breach);
}

SEC("lsm/bprm_creds_for_exec")
int BPF_PROG(gh_exec_check, struct linux_binprm *bprm, int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_EXEC};

	if (earlier)
		return gh_refuse(true);
	/* Before 6.14 (a5874fde3c08) nobody can ask. */
	if (!bpf_core_field_exists(bprm->is_check) ||
	    !BPF_CORE_READ_BITFIELD_PROBED(bprm, is_check))
		return 0;
	if (!gh_find_scope(&breach.scope))
		return 0;

	gh_decide_program(&breach, BPF_CORE_READ(bprm, file));
	return gh_answer(&breach);
}
