/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Acts on the network that no program of a small image can do, for NetworkTest.
 *
 *   net serve tcp|udp ADDRESS PORT ...   prints "listening", then a line for every word it is sent
 *   net ACT ARGUMENT...                  one act, or several sends; prints "ok" or the name of the error for each
 *   net tcp-and-stay ADDRESS PORT [WORD] as tcp, and stays, to be killed late
 *   net bench ADDRESS PORT COUNT         nanoseconds of one connect of a datagram socket
 *
 * Addresses are numeric; an IPv6 one, mapped IPv4 included, makes an IPv6 socket.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/io_uring.h>
#include <linux/vm_sockets.h>
#include <netinet/ip.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SERVERS 32

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static union address at(const char *text, const char *port, socklen_t *length)
{
	union address a = {};

	if (inet_pton(AF_INET, text, &a.v4.sin_addr) == 1) {
		a.v4.sin_family = AF_INET;
		a.v4.sin_port = htons(atoi(port));
		*length = sizeof(a.v4);
	} else if (inet_pton(AF_INET6, text, &a.v6.sin6_addr) == 1) {
		a.v6.sin6_family = AF_INET6;
		a.v6.sin6_port = htons(atoi(port));
		*length = sizeof(a.v6);
	} else {
		fprintf(stderr, "no address: %s\n", text);
		exit(2);
	}
	return a;
}

/* Prints how a call ended and hands its result on. */
static long say(long result)
{
	int error = errno;

	puts(result < 0 ? strerrorname_np(error) : "ok");
	fflush(stdout);
	return result;
}

/* What an act needs and is not judged by. */
static int need(const char *what, long result)
{
	if (result < 0) {
		printf("%s: %s\n", what, strerrorname_np(errno));
		exit(3);
	}
	return result;
}

static int opened(int family, int type, int protocol)
{
	return need("socket", socket(family, type, protocol));
}

static _Noreturn void serve(char **arg)
{
	static const int on = 1;
	struct pollfd polled[SERVERS];
	const char *names[SERVERS];
	int count = 0;

	for (; arg[0] && count < SERVERS; arg += 3, count++) {
		socklen_t length;
		union address a = at(arg[1], arg[2], &length);
		bool tcp = !strcmp(arg[0], "tcp");
		int fd = opened(a.any.sa_family, tcp ? SOCK_STREAM : SOCK_DGRAM, 0);
		char *name;

		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
		need("bind", bind(fd, &a.any, length));
		if (tcp)
			need("listen", listen(fd, 128));
		need("asprintf", asprintf(&name, "%s %s %s", arg[0], arg[1], arg[2]));
		names[count] = name;
		polled[count] = (struct pollfd){.fd = fd, .events = POLLIN};
	}
	puts("listening");
	fflush(stdout);
	for (;;) {
		need("poll", poll(polled, count, -1));
		for (int i = 0; i < count; i++) {
			char word[64] = "";
			int from = polled[i].fd;

			if (!(polled[i].revents & POLLIN))
				continue;
			if (names[i][0] == 't')
				from = accept(polled[i].fd, NULL, NULL);
			if (read(from, word, sizeof(word) - 1) < 0)
				strcpy(word, "nothing");
			printf("%s: %s\n", names[i], word);
			fflush(stdout);
			if (from != polled[i].fd)
				close(from);
		}
	}
}

static void connect_by(int type, int protocol, char **arg)
{
	socklen_t length;
	union address a = at(arg[0], arg[1], &length);
	int fd = opened(a.any.sa_family, type, protocol);

	if (say(connect(fd, &a.any, length)) == 0 && arg[2])
		need("write", write(fd, arg[2], strlen(arg[2])));
}

/* One socket, several receivers. */
static void send_each(int fd, char **arg)
{
	for (; arg[0]; arg += 3) {
		socklen_t length;
		union address a = at(arg[0], arg[1], &length);

		say(sendto(fd, arg[2], strlen(arg[2]), 0, &a.any, length));
	}
}

static void send_many(char **arg)
{
	struct mmsghdr messages[8] = {};
	struct iovec words[8];
	union address to[8];
	int count = 0, fd;

	for (; arg[0] && count < 8; arg += 3, count++) {
		socklen_t length;

		to[count] = at(arg[0], arg[1], &length);
		words[count] = (struct iovec){.iov_base = arg[2], .iov_len = strlen(arg[2])};
		messages[count].msg_hdr = (struct msghdr){.msg_name = &to[count],
							  .msg_namelen = length,
							  .msg_iov = &words[count],
							  .msg_iovlen = 1};
	}
	fd = opened(to[0].any.sa_family, SOCK_DGRAM, 0);
	printf("%d\n", (int)sendmmsg(fd, messages, count, 0));
}

/* An address whose family is left out: IPv4 takes it for its own. */
static void send_unspecified(char **arg)
{
	socklen_t length;
	union address a = at(arg[0], arg[1], &length);
	int fd = opened(a.any.sa_family, SOCK_DGRAM, 0);

	a.any.sa_family = AF_UNSPEC;
	say(sendto(fd, arg[2], strlen(arg[2]), 0, &a.any, length));
}

/* Nobody's address, sent from one of our own: it goes there. */
static void send_from(char **arg)
{
	struct in_pktinfo source = {};
	char control[CMSG_SPACE(sizeof(source))] = {};
	struct iovec word = {.iov_base = arg[2], .iov_len = strlen(arg[2])};
	union address to = {.v4 = {.sin_family = AF_INET, .sin_port = htons(atoi(arg[1]))}};
	struct msghdr message = {.msg_name = &to,
				 .msg_namelen = sizeof(to.v4),
				 .msg_iov = &word,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	inet_pton(AF_INET, arg[0], &source.ipi_spec_dst);
	head->cmsg_level = IPPROTO_IP;
	head->cmsg_type = IP_PKTINFO;
	head->cmsg_len = CMSG_LEN(sizeof(source));
	memcpy(CMSG_DATA(head), &source, sizeof(source));
	say(sendmsg(opened(AF_INET, SOCK_DGRAM, 0), &message, 0));
}

static void fast_open(char **arg)
{
	socklen_t length;
	union address a = at(arg[0], arg[1], &length);

	say(sendto(opened(a.any.sa_family, SOCK_STREAM, 0), arg[2], strlen(arg[2]), MSG_FASTOPEN,
		   &a.any, length));
}

/* Ends a connection by the family of no address, and makes another. */
static void reconnect(char **arg)
{
	struct sockaddr nobody = {.sa_family = AF_UNSPEC};
	socklen_t length;
	union address a = at(arg[0], arg[1], &length);
	int fd = opened(a.any.sa_family, SOCK_DGRAM, 0);

	say(connect(fd, &a.any, length));
	say(connect(fd, &nobody, sizeof(nobody)));
	a = at(arg[2], arg[3], &length);
	say(connect(fd, &a.any, length));
}

static void bound(int type, bool listens, char **arg)
{
	static const int on = 1;
	socklen_t length;
	union address a = at(arg[0], arg[1], &length);
	int fd = opened(a.any.sa_family, type, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (say(bind(fd, &a.any, length)) == 0 && listens)
		say(listen(fd, 1));
}

/* A connect that is no system call of its own. */
static void connect_by_ring(char **arg)
{
	struct io_uring_params params = {};
	socklen_t length;
	union address a = at(arg[0], arg[1], &length);
	int fd = opened(a.any.sa_family, SOCK_STREAM, 0);
	int ring = need("io_uring_setup", syscall(SYS_io_uring_setup, 4, &params));
	char *submitted = mmap(NULL, params.sq_off.array + params.sq_entries * 4,
			       PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQ_RING);
	struct io_uring_sqe *entry =
		mmap(NULL, params.sq_entries * sizeof(*entry), PROT_READ | PROT_WRITE, MAP_SHARED,
		     ring, IORING_OFF_SQES);
	char *done =
		mmap(NULL, params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe),
		     PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_CQ_RING);
	struct io_uring_cqe *end;

	if (submitted == MAP_FAILED || entry == MAP_FAILED || done == MAP_FAILED)
		need("mmap", -1);
	*entry = (struct io_uring_sqe){
		.opcode = IORING_OP_CONNECT, .fd = fd, .addr = (uintptr_t)&a, .off = length};
	((uint32_t *)(submitted + params.sq_off.array))[0] = 0;
	__atomic_store_n((uint32_t *)(submitted + params.sq_off.tail), 1, __ATOMIC_RELEASE);
	need("io_uring_enter",
	     syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0));
	end = (struct io_uring_cqe *)(done + params.cq_off.cqes);
	errno = -end->res;
	say(end->res < 0 ? -1 : 0);
}

static void bench(char **arg)
{
	socklen_t length;
	union address a = at(arg[0], arg[1], &length);
	int fd = opened(a.any.sa_family, SOCK_DGRAM, 0);
	long count = atol(arg[2]);
	struct timespec from, to;

	clock_gettime(CLOCK_MONOTONIC, &from);
	for (long i = 0; i < count; i++)
		need("connect", connect(fd, &a.any, length));
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("%ld\n",
	       ((to.tv_sec - from.tv_sec) * 1000000000L + to.tv_nsec - from.tv_nsec) / count);
}

int main(int count, char **arg)
{
	const char *act = count > 1 ? arg[1] : "";

	arg += 2;
	if (!strcmp(act, "serve"))
		serve(arg);
	else if (!strcmp(act, "tcp"))
		connect_by(SOCK_STREAM, 0, arg);
	else if (!strcmp(act, "tcp-and-stay"))
		connect_by(SOCK_STREAM, 0, arg), sleep(60);
	else if (!strcmp(act, "udp"))
		connect_by(SOCK_DGRAM, 0, arg);
	else if (!strcmp(act, "mptcp"))
		connect_by(SOCK_STREAM, 262, arg);
	else if (!strcmp(act, "ping"))
		connect_by(SOCK_DGRAM, IPPROTO_ICMP, arg);
	else if (!strcmp(act, "send"))
		send_each(opened(strchr(arg[0], ':') ? AF_INET6 : AF_INET, SOCK_DGRAM, 0), arg);
	else if (!strcmp(act, "send-by-v6"))
		send_each(opened(AF_INET6, SOCK_DGRAM, 0), arg);
	else if (!strcmp(act, "send-many"))
		send_many(arg);
	else if (!strcmp(act, "send-unspecified"))
		send_unspecified(arg);
	else if (!strcmp(act, "send-from"))
		send_from(arg);
	else if (!strcmp(act, "fast-open"))
		fast_open(arg);
	else if (!strcmp(act, "reconnect"))
		reconnect(arg);
	else if (!strcmp(act, "uring"))
		connect_by_ring(arg);
	else if (!strcmp(act, "bind-tcp"))
		bound(SOCK_STREAM, false, arg);
	else if (!strcmp(act, "bind-udp"))
		bound(SOCK_DGRAM, false, arg);
	else if (!strcmp(act, "listen"))
		bound(SOCK_STREAM, true, arg);
	else if (!strcmp(act, "listen-anywhere"))
		say(listen(opened(AF_INET, SOCK_STREAM, 0), 1));
	else if (!strcmp(act, "raw"))
		say(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
	else if (!strcmp(act, "raw6"))
		say(socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6));
	else if (!strcmp(act, "packet"))
		say(socket(AF_PACKET, SOCK_RAW, 0));
	else if (!strcmp(act, "vsock"))
		say(socket(AF_VSOCK, SOCK_STREAM, 0));
	else if (!strcmp(act, "netlink"))
		say(socket(AF_NETLINK, SOCK_RAW, 0));
	else if (!strcmp(act, "unix"))
		say(socket(AF_UNIX, SOCK_STREAM, 0));
	else if (!strcmp(act, "bench"))
		bench(arg);
	else
		return 2;
	return 0;
}
