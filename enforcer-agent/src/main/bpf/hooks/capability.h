/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Hooks: a task is about to get rights that it has not: by a program that is
 * setuid or has file capabilities, by a user namespace, by becoming root.
 * Emit GH_ACT_CAPABILITY for a breach. May deny: yes, with -EPERM.
 *
 * The rights of a new program are computed by the kernel's own module before
 * ours is asked, and not yet in force: bprm->cred against the task's.
 * capset needs none: it only takes away, and what it makes effective was permitted.
 */
SEC("lsm/bprm_creds_from_file")
int BPF_PROG(gh_gain, struct linux_binprm *bprm, struct file *file, int earlier)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct gh_breach breach = {};

	if (earlier)
		return gh_refuse(true);
	if (!gh_find_scope(&breach.scope))
		return 0;

	breach.mnt = (__u64)BPF_CORE_READ(file, f_path.mnt);
	breach.dentry = (__u64)BPF_CORE_READ(file, f_path.dentry);
	gh_decide_rights(&breach, BPF_CORE_READ(task, cred), BPF_CORE_READ(bprm, cred));
	return gh_answer(&breach);
}

static __always_inline void gh_decide_user(struct gh_breach *breach, __u32 capability)
{
	const struct gh_rules *rules = gh_rules_of(breach);

	if (!rules || !gh_asks(rules, GH_CAPABILITIES) || gh_is_setting_up())
		return;
	breach->act = GH_ACT_CAPABILITY;
	breach->detail.number = capability;
	gh_judge(breach, rules, GH_CAPABILITIES, 0);
}

/* Whoever makes a user namespace has every capability in it. */
SEC("lsm/userns_create")
int BPF_PROG(gh_new_users, const struct cred *cred, int earlier)
{
	struct gh_breach breach = {};

	if (earlier)
		return gh_refuse(true);
	if (!gh_find_scope(&breach.scope))
		return 0;

	gh_decide_user(&breach, 0);
	return gh_answer(&breach);
}

/* CAP_SETUID lets a task become root; it had been root before if one of its users is. */
SEC("lsm/task_fix_setuid")
int BPF_PROG(gh_set_user, struct cred *new, const struct cred *old, int flags, int earlier)
{
	struct gh_breach breach = {};
	__u32 root;

	if (earlier)
		return gh_refuse(true);
	if (!gh_find_scope(&breach.scope))
		return 0;

	root = gh_root_user(new);
	if (new->euid.val != root &&new->fsuid.val != root)
		return 0;
	if (old->uid.val == root || old->euid.val == root || old->suid.val == root)
		return 0;
	gh_decide_user(&breach, GH_NO_CAPABILITY);
	return gh_answer(&breach);
}

/* The stand-in for bprm_creds_from_file: the rights are computed, the old program still there. 6.10 and later. */
SEC("tp_btf/sched_prepare_exec")
int BPF_PROG(gh_gaining, struct task_struct *task, struct linux_binprm *bprm)
{
	struct gh_breach breach = {};
	struct file *file = BPF_CORE_READ(bprm, file);

	if (!gh_find_scope(&breach.scope))
		return 0;

	breach.mnt = (__u64)BPF_CORE_READ(file, f_path.mnt);
	breach.dentry = (__u64)BPF_CORE_READ(file, f_path.dentry);
	gh_decide_rights(&breach, BPF_CORE_READ(task, cred), BPF_CORE_READ(bprm, cred));
	gh_end(&breach);
	return 0;
}
