/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Hook: the kernel asks whether a task has a capability, which it has.
 * Emits GH_ACT_MOUNT, GH_ACT_NAMESPACE and GH_ACT_MODULE for a breach. May deny:
 * yes, with -EPERM.
 *
 * Some calls have no hook of their own: this question is the last thing the
 * kernel asks before it does them. Which call it is asked for is what the entry
 * code saved, not what the program says.
 */
SEC("lsm/capable")
int BPF_PROG(gh_capable, void *cred, void *ns, int cap, unsigned int options, int earlier)
{
	struct gh_breach breach = {};
	__u32 call;

	if (earlier)
		return gh_refuse(true);
	if (cap != CAP_SYS_ADMIN && cap != CAP_SYS_MODULE)
		return 0;
	call = gh_running_call();
	if (cap == CAP_SYS_MODULE) {
		if (call != GH_NR_DELETE_MODULE && call != (GH_NR_COMPAT_DELETE_MODULE | 512))
			return 0;
		breach.act = GH_ACT_MODULE;
		return gh_ban(&breach, GH_MODULES);
	}
	if (gh_call_mounts(call)) {
		breach.act = GH_ACT_MOUNT;
		return gh_ban(&breach, GH_MOUNTS);
	}
	if (call == GH_NR_UNSHARE || call == (GH_NR_COMPAT_UNSHARE | 512))
		breach.detail.number = gh_running_arg(call, 0);
	else if (call == GH_NR_SETNS || call == (GH_NR_COMPAT_SETNS | 512))
		breach.detail.number = gh_running_arg(call, 1);
	else
		return 0;
	breach.act = GH_ACT_NAMESPACE;
	return gh_ban(&breach, GH_NAMESPACES);
}
