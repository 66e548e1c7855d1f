/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Hooks: a namespace is about to be made. Joining one, and unshare, ask for
 * CAP_SYS_ADMIN: see hooks/capable.h.
 * Emit GH_ACT_NAMESPACE for a breach. May deny: yes, with -EPERM.
 */
SEC("lsm/userns_create")
int BPF_PROG(gh_user_namespace, void *cred, int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_NAMESPACE};

	if (earlier)
		return gh_refuse(true);
	breach.detail.number = CLONE_NEWUSER;
	return gh_ban(&breach, GH_NAMESPACES);
}

/* The flags of clone and clone3 as the kernel has taken them over. */
SEC("lsm/task_alloc")
int BPF_PROG(gh_cloned, struct task_struct *task, unsigned long flags, int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_NAMESPACE};

	if (earlier)
		return gh_refuse(true);
	/* A user namespace was asked about above. */
	if (!(flags & GH_CLONE_NEW & ~CLONE_NEWUSER))
		return 0;
	breach.detail.number = flags & GH_CLONE_NEW;
	return gh_ban(&breach, GH_NAMESPACES);
}

/* ---- without LSM, after the fact */

/*
 * A child is there. What clone3 was asked for lies in its caller's memory, so the
 * namespaces themselves are compared. Its parent is ended here, the child when it
 * first returns. May deny: no; may kill: yes.
 */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(gh_forked_apart, struct task_struct *parent, struct task_struct *child)
{
	struct gh_breach breach = {.act = GH_ACT_NAMESPACE};
	struct cred___host *above = (void *)BPF_CORE_READ(parent, cred);
	struct cred___host *below = (void *)BPF_CORE_READ(child, cred);
	__u32 one = 1;

	if (BPF_CORE_READ(parent, nsproxy) == BPF_CORE_READ(child, nsproxy) &&
	    BPF_CORE_READ(above, user_ns) == BPF_CORE_READ(below, user_ns))
		return 0;
	if (!gh_find_scope(&breach.scope))
		return 0;
	gh_decide_ban(&breach, GH_NAMESPACES);
	if (breach.verdict >= GH_DENY &&
	    !bpf_task_storage_get(&gh_apart, child, &one, BPF_LOCAL_STORAGE_GET_F_CREATE))
		gh_count(GH_STAT_SIGNAL_FAILED);
	gh_end(&breach);
	return 0;
}
