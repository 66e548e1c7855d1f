/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * With whom a container may speak. Asked by the LSM hooks of sockets and by their
 * cgroup stand-ins, with the kernel's own copy of an address.
 */
#ifndef GH_NETWORK_H
#define GH_NETWORK_H

enum gh_socket_kind {
	GH_SOCKET_FREE = 0,    /* reaches no network, or is another rule's */
	GH_SOCKET_ADDRESS = 1, /* judged by the addresses it is given */
	GH_SOCKET_STRANGE = 2, /* can say what no list can judge: every list refuses it */
};

/* An association may gain addresses that no call names, and be bound to many. */
static __always_inline bool gh_is_sctp(int type, int protocol)
{
	return protocol == IPPROTO_SCTP || (type == SOCK_SEQPACKET && !protocol);
}

/*
 * What needs no list: sockets of names (unix), the kernel's own answers (netlink;
 * what changes the network there needs a capability), its ciphers (alg).
 */
static __always_inline enum gh_socket_kind gh_socket_kind(int family, int type, int protocol)
{
	if (family == AF_UNIX || family == AF_NETLINK || family == AF_ALG)
		return GH_SOCKET_FREE;
	if (family != AF_INET && family != AF_INET6)
		return GH_SOCKET_STRANGE;
	/* Raw: the packet may name another address than the call. */
	if (type != SOCK_STREAM && type != SOCK_DGRAM)
		return GH_SOCKET_STRANGE;
	return gh_is_sctp(type, protocol) ? GH_SOCKET_STRANGE : GH_SOCKET_ADDRESS;
}

/* What an address says of a port means nothing to other protocols: ICMP to 443 is not TCP to 443. */
static __always_inline bool gh_has_ports(int protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP || protocol == IPPROTO_DCCP ||
	       protocol == IPPROTO_SCTP || protocol == IPPROTO_UDPLITE || protocol == IPPROTO_MPTCP;
}

/* How sockaddr_in and sockaddr_in6 begin. */
struct gh_sockaddr {
	__u16 family;
	__u16 port;	/* network byte order */
	__u32 address4; /* IPv6: flow label */
	__u32 address6[4];
};

static __always_inline void gh_set_ipv4(struct gh_detail *to, __u32 address)
{
	to->family = AF_INET;
	__builtin_memset(to->address, 0, sizeof(to->address));
	__builtin_memcpy(to->address, &address, sizeof(address));
}

/* IPv4 in the clothes of IPv6 is IPv4. */
static __always_inline void gh_set_ipv6(struct gh_detail *to, const __u32 *address)
{
	if (!address[0] && !address[1] && address[2] == bpf_htonl(0xffff)) {
		gh_set_ipv4(to, address[3]);
		return;
	}
	to->family = AF_INET6;
	__builtin_memcpy(to->address, address, sizeof(to->address));
}

/* What a program does with an address. */
enum gh_use {
	GH_USE_CONNECT,
	GH_USE_SEND,
	GH_USE_BIND,
};

enum gh_named {
	GH_NAMED_NOBODY,  /* the call names no address after all */
	GH_NAMED_ADDRESS, /* `to` says which */
	GH_NAMED_STRANGE,
};

/*
 * Reads an address as the protocol will, from the kernel's copy of it. AF_UNSPEC
 * ends a connection, is no address to an IPv6 datagram, and is IPv4 to the rest.
 * What is shorter than any protocol takes is strange.
 */
static __always_inline enum gh_named gh_read_address(struct gh_detail *to, __u16 socket_family,
						     enum gh_use use, const void *address, int len)
{
	struct gh_sockaddr from = {};
	__u16 family;

	if (len < (int)sizeof(from.family) || bpf_probe_read_kernel(&from, sizeof(from), address))
		return GH_NAMED_STRANGE;
	family = from.family;
	if (family == AF_UNSPEC) {
		if (use == GH_USE_CONNECT || (use == GH_USE_SEND && socket_family == AF_INET6))
			return GH_NAMED_NOBODY;
		family = socket_family;
	}
	if (family == AF_INET && len >= 8)
		gh_set_ipv4(to, from.address4);
	else if (family == AF_INET6 && len >= (int)sizeof(from))
		gh_set_ipv6(to, from.address6);
	else
		return GH_NAMED_STRANGE;
	to->port = gh_has_ports(to->protocol) ? bpf_ntohs(from.port) : 0;
	return GH_NAMED_ADDRESS;
}

static __always_inline bool gh_is_any_address(const struct gh_detail *to)
{
	__u32 words[4];

	__builtin_memcpy(words, to->address, sizeof(words));
	return !(words[0] | words[1] | words[2] | words[3]);
}

/* The policies whose list names an address, at its port or at any. */
static __always_inline __u32 gh_named_by(struct gh_endpoint *key, enum gh_endpoint_list list,
					 __u16 port)
{
	__u32 policies = 0, *found;

	key->list = list;
	key->port = 0;
	found = bpf_map_lookup_elem(&gh_endpoints, key);
	if (found)
		policies = *found;
	if (!port)
		return policies;
	key->port = port;
	found = bpf_map_lookup_elem(&gh_endpoints, key);
	if (found)
		policies |= *found;
	return policies;
}

static __always_inline void gh_endpoint_of(struct gh_endpoint *key, const struct gh_rules *rules,
					   const struct gh_detail *to)
{
	key->prefix_len = GH_ENDPOINT_BITS;
	key->set = rules->endpoints;
	key->family = to->family;
	__builtin_memcpy(key->address, to->address, sizeof(key->address));
}

static __always_inline __u32 gh_reachable(const struct gh_rules *rules, const struct gh_detail *to)
{
	struct gh_endpoint key = {};

	gh_endpoint_of(&key, rules, to);
	return gh_named_by(&key, GH_LIST_CONNECT, to->port) &
	       ~gh_named_by(&key, GH_LIST_CONNECT_FORBID, to->port);
}

/* The same for an IPv4 address beside the one that was named. */
static __always_inline __u32 gh_reachable_too(const struct gh_rules *rules,
					      const struct gh_detail *to, __u32 address)
{
	struct gh_detail other = {.port = to->port};

	gh_set_ipv4(&other, address);
	return gh_reachable(rules, &other);
}

/*
 * The policies that let a socket reach an address.
 *
 * Nobody's address is one's own: 127.0.0.1, or the address that an IPv4 socket is
 * bound to or sends from (`own`); of IPv6 it is ::1, or 127.0.0.1 where the socket
 * is bound to an IPv4 address. All that it may be must be allowed. A thread that
 * binds the socket to another address of its own after this look reaches that.
 */
static __noinline __u32 gh_may_reach(const struct gh_rules *rules, struct gh_detail *to, __u32 own)
{
	__u32 policies;

	if (!rules || !to)
		return 0;
	if (!gh_is_any_address(to))
		return gh_reachable(rules, to);
	policies = gh_reachable_too(rules, to, bpf_htonl(0x7f000001));
	if (own)
		policies &= gh_reachable_too(rules, to, own);
	if (to->family == AF_INET6) {
		struct gh_detail loopback = {.family = AF_INET6, .port = to->port};

		loopback.address[15] = 1;
		policies &= gh_reachable(rules, &loopback);
	}
	return policies;
}

static __always_inline __u32 gh_may_take(const struct gh_rules *rules, enum gh_endpoint_list list,
					 const struct gh_detail *at)
{
	struct gh_endpoint key = {};

	gh_endpoint_of(&key, rules, at);
	return gh_named_by(&key, list, at->port);
}

/*
 * The rules to judge a socket by; NULL where none asks, and where they are missing,
 * which denies. `found`: the breach's scope was.
 */
static __always_inline const struct gh_rules *gh_network_rules(struct gh_breach *breach,
							       enum gh_rule rule, bool found)
{
	const struct gh_rules *rules;

	if (!found)
		return NULL;
	rules = gh_rules_of(breach);
	return rules && gh_asks(rules, rule) ? rules : NULL;
}

/* A socket of a kind that no list can judge; `detail` says which. */
static __always_inline void gh_decide_strange(struct gh_breach *breach, bool found)
{
	const struct gh_rules *rules;

	if (!found)
		return;
	rules = gh_rules_of(breach);
	if (!rules)
		return;
	gh_judge(breach, rules, GH_CONNECT, 0);
	/* Others are seen when they are bound; this one is not, by every call that binds it. */
	if (gh_is_sctp(breach->detail.type, breach->detail.protocol))
		gh_judge(breach, rules, GH_BIND, 0);
}

/* Where a socket waits. What is bound to no port yet gets one of the kernel's choice. */
static __always_inline void gh_decide_listen(struct gh_breach *breach, const struct sock *sk)
{
	const struct gh_rules *rules =
		gh_network_rules(breach, GH_LISTEN, gh_find_scope(&breach->scope));
	struct gh_detail *at = &breach->detail;
	struct in6_addr address;
	__u32 policies = 0;

	if (!rules)
		return;
	if (at->family == AF_INET) {
		gh_set_ipv4(at, BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr));
	} else if (at->family == AF_INET6) {
		bpf_core_read(&address, sizeof(address), &sk->__sk_common.skc_v6_rcv_saddr);
		gh_set_ipv6(at, (__u32 *)&address);
	}
	if (at->family == AF_INET || at->family == AF_INET6) {
		at->port = BPF_CORE_READ(sk, __sk_common.skc_num);
		policies = gh_may_take(rules, GH_LIST_LISTEN, at);
	}
	gh_judge(breach, rules, GH_LISTEN, policies);
}

#endif /* GH_NETWORK_H */
