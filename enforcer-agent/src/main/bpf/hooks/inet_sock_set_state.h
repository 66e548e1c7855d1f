/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Hook: a socket begins to listen. The stand-in for socket_listen where the kernel
 * loads no LSM program; cgroups have no hook for it. Its task ends before it can
 * accept anybody.
 * Emits GH_ACT_LISTEN for a breach. May deny: no; may kill: yes.
 */
SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(gh_sock_listens, const struct sock *sk, int before, int after)
{
	struct gh_breach breach = {.act = GH_ACT_LISTEN};

	if (after != TCP_LISTEN)
		return 0;
	breach.detail.family = sk->__sk_common.skc_family;
	breach.detail.type = SOCK_STREAM;
	breach.detail.protocol = BPF_CORE_READ(sk, sk_protocol);
	gh_decide_listen(&breach, sk);
	gh_end(&breach);
	return 0;
}
