/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Hook: a program, or the interpreter of a script, is about to run.
 * Emits GH_ACT_EXEC for a breach. May deny: yes, with -EPERM.
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

	gh_decide_code(&breach, BPF_CORE_READ(bprm, file));
	return gh_answer(&breach);
}
