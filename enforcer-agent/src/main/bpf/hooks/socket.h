/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Hooks: a socket is made, connected, bound, listened on, sent from.
 * Emit GH_ACT_SOCKET, GH_ACT_CONNECT, GH_ACT_BIND, GH_ACT_LISTEN for a breach.
 * May deny: yes, with -EPERM.
 *
 * The kernel asks them with its own copy of an address, whichever call it came by:
 * connect, sendto with TCP fast open, each datagram of sendmmsg, io_uring.
 */
static __always_inline int gh_answer_network(struct gh_breach *breach)
{
	/* A runtime that sets a network up is not the container. */
	if (breach->verdict != GH_ALLOW && gh_is_setting_up())
		return 0;
	return gh_answer(breach);
}

/* Plain loads, for the busiest hook; of what has no sock at all, no list can judge. */
static __always_inline enum gh_socket_kind gh_kind_of(struct socket *sock)
{
	struct sock *sk = sock->sk;

	if (!sk)
		return GH_SOCKET_STRANGE;
	return gh_socket_kind(sk->__sk_common.skc_family, sock->type, sk->sk_protocol);
}

static __always_inline void gh_describe(struct gh_breach *breach, struct socket *sock)
{
	breach->detail.family = BPF_CORE_READ(sock, sk, __sk_common.skc_family);
	breach->detail.type = sock->type;
	breach->detail.protocol = BPF_CORE_READ(sock, sk, sk_protocol);
}

/* The IPv4 address that a socket is bound to, or 0. */
static __always_inline __u32 gh_bound_to(struct socket *sock)
{
	return BPF_CORE_READ(sock, sk, __sk_common.skc_rcv_saddr);
}

SEC("lsm/socket_create")
int BPF_PROG(gh_socket_create, int family, int type, int protocol, int kern, int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_SOCKET};

	if (earlier)
		return gh_refuse(true);
	if (kern || gh_socket_kind(family, type, protocol) != GH_SOCKET_STRANGE)
		return 0;
	breach.detail.family = family;
	breach.detail.type = type;
	breach.detail.protocol = protocol;
	gh_decide_strange(&breach, gh_find_scope(&breach.scope));
	return gh_answer_network(&breach);
}

static __always_inline void gh_decide_peer(struct gh_breach *breach, struct socket *sock,
					   enum gh_use use, void *address, int len, bool control)
{
	const struct gh_rules *rules =
		gh_network_rules(breach, GH_CONNECT, gh_find_scope(&breach->scope));
	enum gh_named named = GH_NAMED_STRANGE;
	__u32 policies = 0;

	if (!rules)
		return;
	gh_describe(breach, sock);
	if (gh_kind_of(sock) == GH_SOCKET_ADDRESS)
		named = gh_read_address(&breach->detail, breach->detail.family, use, address, len);
	if (named == GH_NAMED_NOBODY)
		return;
	/* Control data may say to send from any address, and nobody's address is then that one. */
	if (named == GH_NAMED_ADDRESS &&
	    !(control && breach->detail.family == AF_INET && gh_is_any_address(&breach->detail)))
		policies = gh_may_reach(rules, &breach->detail, gh_bound_to(sock));
	gh_judge(breach, rules, GH_CONNECT, policies);
}

SEC("lsm/socket_connect")
int BPF_PROG(gh_socket_connect, struct socket *sock, void *address, int len, int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_CONNECT};

	if (earlier)
		return gh_refuse(true);
	if (gh_kind_of(sock) == GH_SOCKET_FREE)
		return 0;
	gh_decide_peer(&breach, sock, GH_USE_CONNECT, address, len, false);
	return gh_answer_network(&breach);
}

/*
 * The busiest of them: a connected socket that names nobody was judged when it
 * was connected. A strange one is judged again, for it may have been handed over.
 */
SEC("lsm/socket_sendmsg")
int BPF_PROG(gh_socket_sendmsg, struct socket *sock, struct msghdr *msg, int size, int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_CONNECT};
	enum gh_socket_kind kind;

	if (earlier)
		return gh_refuse(true);
	kind = gh_kind_of(sock);
	if (kind == GH_SOCKET_FREE || (kind == GH_SOCKET_ADDRESS && !msg->msg_name))
		return 0;
	gh_decide_peer(&breach, sock, GH_USE_SEND, msg->msg_name, msg->msg_namelen,
		       msg->msg_controllen);
	return gh_answer_network(&breach);
}

/*
 * Port 0 asks for any port that is free, which a socket gets without asking when it
 * connects or sends; a server that waits there is network.listen's.
 */
static __always_inline void gh_decide_bind(struct gh_breach *breach, struct socket *sock,
					   void *address, int len)
{
	const struct gh_rules *rules =
		gh_network_rules(breach, GH_BIND, gh_find_scope(&breach->scope));
	enum gh_named named = GH_NAMED_STRANGE;
	__u32 policies = 0;

	if (!rules)
		return;
	gh_describe(breach, sock);
	if (gh_kind_of(sock) == GH_SOCKET_ADDRESS)
		named = gh_read_address(&breach->detail, breach->detail.family, GH_USE_BIND,
					address, len);
	if (named == GH_NAMED_ADDRESS) {
		if (!breach->detail.port && gh_has_ports(breach->detail.protocol))
			return;
		policies = gh_may_take(rules, GH_LIST_BIND, &breach->detail);
	}
	gh_judge(breach, rules, GH_BIND, policies);
}

SEC("lsm/socket_bind")
int BPF_PROG(gh_socket_bind, struct socket *sock, void *address, int len, int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_BIND};

	if (earlier)
		return gh_refuse(true);
	if (gh_kind_of(sock) == GH_SOCKET_FREE)
		return 0;
	gh_decide_bind(&breach, sock, address, len);
	return gh_answer_network(&breach);
}

SEC("lsm/socket_listen")
int BPF_PROG(gh_socket_listen, struct socket *sock, int backlog, int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_LISTEN};

	if (earlier)
		return gh_refuse(true);
	if (gh_kind_of(sock) == GH_SOCKET_FREE)
		return 0;
	gh_describe(&breach, sock);
	gh_decide_listen(&breach, BPF_CORE_READ(sock, sk));
	return gh_answer_network(&breach);
}
