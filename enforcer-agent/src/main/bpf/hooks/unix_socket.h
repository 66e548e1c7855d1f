/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Hooks: a socket that a file names is spoken to. Who may not read a file may
 * not ask the one who answers behind it either.
 * Emit GH_ACT_CONNECT for a breach. May deny: yes, with -EPERM.
 */
static __always_inline int gh_judge_socket(struct sock *other)
{
	struct gh_breach breach = {.act = GH_ACT_CONNECT};
	struct unix_sock *named = (void *)other;
	struct dentry *entry = BPF_CORE_READ(named, path.dentry);

	/* One without a name, or with an abstract one, is no file. */
	if (!entry || !gh_find_scope(&breach.scope))
		return 0;
	return gh_decide_found_file(&breach, BPF_CORE_READ(named, path.mnt), entry, GH_READ_OF_IT)
		       ? gh_answer(&breach)
		       : 0;
}

SEC("lsm/unix_stream_connect")
int BPF_PROG(gh_unix_connect, struct sock *sock, struct sock *other, struct sock *made, int earlier)
{
	if (earlier)
		return gh_refuse(true);
	return gh_judge_socket(other);
}

SEC("lsm/unix_may_send")
int BPF_PROG(gh_unix_send, struct socket *sock, struct socket *other, int earlier)
{
	if (earlier)
		return gh_refuse(true);
	return gh_judge_socket(BPF_CORE_READ(other, sk));
}
