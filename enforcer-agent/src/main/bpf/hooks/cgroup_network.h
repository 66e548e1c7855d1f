/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Hooks: the stand-ins for those of sockets where the kernel loads no LSM program.
 * Attached once, to the root of cgroup2, and so asked for every socket of the node;
 * whose socket it is is decided inside, by the task, so that a container that is
 * placed by a v1 hierarchy alone is found too.
 * Emit GH_ACT_SOCKET, GH_ACT_CONNECT, GH_ACT_BIND for a breach. May deny: yes, with
 * -EPERM. May not kill: no helper here can; the agent does it when it is told.
 */

static __always_inline int gh_answer_cgroup(struct gh_breach *breach)
{
	if (!gh_has_verdict(breach))
		return 1;
	breach->backend = GH_BACKEND_CGROUP;
	gh_heed_brake(breach, false);
	gh_tell(breach);
	return breach->verdict < GH_DENY;
}

static __always_inline void gh_describe_cgroup(struct gh_breach *breach,
					       const struct bpf_sock_addr *ctx)
{
	breach->detail.type = ctx->type;
	breach->detail.protocol = ctx->protocol;
	if (gh_has_ports(ctx->protocol))
		breach->detail.port = bpf_ntohs(ctx->user_port);
}

#define GH_READ_IPV6(to, from)                                                 \
	({                                                                     \
		__u32 words[4] = {(from)[0], (from)[1], (from)[2], (from)[3]}; \
		gh_set_ipv6(to, words);                                        \
	})

static __always_inline int gh_reach(struct gh_breach *breach, struct bpf_sock_addr *ctx, bool ipv6,
				    __u32 own)
{
	const struct gh_rules *rules =
		gh_network_rules(breach, GH_CONNECT, gh_find_scope_by_cgroup(&breach->scope));

	breach->act = GH_ACT_CONNECT;
	if (rules) {
		gh_describe_cgroup(breach, ctx);
		if (ipv6)
			GH_READ_IPV6(&breach->detail, ctx->user_ip6);
		else
			gh_set_ipv4(&breach->detail, ctx->user_ip4);
		gh_judge(breach, rules, GH_CONNECT, gh_may_reach(rules, &breach->detail, own));
	}
	return gh_answer_cgroup(breach);
}

SEC("cgroup/connect4")
int gh_connect4(struct bpf_sock_addr *ctx)
{
	struct gh_breach breach = {};

	return gh_reach(&breach, ctx, false, ctx->sk ? ctx->sk->src_ip4 : 0);
}

SEC("cgroup/connect6")
int gh_connect6(struct bpf_sock_addr *ctx)
{
	struct gh_breach breach = {};

	return gh_reach(&breach, ctx, true, 0);
}

/* Asked for each datagram that names its receiver. */
SEC("cgroup/sendmsg4")
int gh_sendmsg4(struct bpf_sock_addr *ctx)
{
	struct gh_breach breach = {};

	return gh_reach(&breach, ctx, false, ctx->msg_src_ip4);
}

SEC("cgroup/sendmsg6")
int gh_sendmsg6(struct bpf_sock_addr *ctx)
{
	struct gh_breach breach = {};

	return gh_reach(&breach, ctx, true, 0);
}

static __always_inline int gh_take(struct gh_breach *breach, struct bpf_sock_addr *ctx, bool ipv6)
{
	const struct gh_rules *rules =
		gh_network_rules(breach, GH_BIND, gh_find_scope_by_cgroup(&breach->scope));

	breach->act = GH_ACT_BIND;
	if (rules) {
		gh_describe_cgroup(breach, ctx);
		if (ipv6)
			GH_READ_IPV6(&breach->detail, ctx->user_ip6);
		else
			gh_set_ipv4(&breach->detail, ctx->user_ip4);
		/* Any free port, as in hooks/socket.h. */
		if (breach->detail.port || !gh_has_ports(breach->detail.protocol))
			gh_judge(breach, rules, GH_BIND,
				 gh_may_take(rules, GH_LIST_BIND, &breach->detail));
	}
	return gh_answer_cgroup(breach);
}

SEC("cgroup/bind4")
int gh_bind4(struct bpf_sock_addr *ctx)
{
	struct gh_breach breach = {};

	return gh_take(&breach, ctx, false);
}

SEC("cgroup/bind6")
int gh_bind6(struct bpf_sock_addr *ctx)
{
	struct gh_breach breach = {};

	return gh_take(&breach, ctx, true);
}

/*
 * Of IPv4 and IPv6 only; other families have no such hook. What sends past the hooks
 * above is strange here: not only raw sockets, but all that is neither TCP nor UDP.
 */
SEC("cgroup/sock_create")
int gh_sock_create(struct bpf_sock *ctx)
{
	struct gh_breach breach = {.act = GH_ACT_SOCKET};

	/* A raw socket says its protocol too, and then sends what it likes. */
	if (ctx->type != SOCK_RAW &&
	    (ctx->protocol == IPPROTO_TCP || ctx->protocol == IPPROTO_UDP ||
	     ctx->protocol == IPPROTO_UDPLITE || ctx->protocol == IPPROTO_MPTCP))
		return 1;
	breach.detail.family = ctx->family;
	breach.detail.type = ctx->type;
	breach.detail.protocol = ctx->protocol;
	gh_decide_strange(&breach, gh_find_scope_by_cgroup(&breach.scope));
	return gh_answer_cgroup(&breach);
}
