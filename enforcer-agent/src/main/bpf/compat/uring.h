/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * What io_uring remembers of an operation, and the system call that does the same.
 */
#ifndef GH_URING_H
#define GH_URING_H

#define GH_URING_OPS 64

#define REQ_F_FIXED_FILE 0x1 /* the descriptor is a place in the ring's own table */
#define REQ_F_CQE_SKIP 0x40  /* success is not reported to anybody */

enum gh_uring_op {
	GH_OP_READV = 1,
	GH_OP_WRITEV = 2,
	GH_OP_FSYNC = 3,
	GH_OP_READ_FIXED = 4,
	GH_OP_WRITE_FIXED = 5,
	GH_OP_SENDMSG = 9,
	GH_OP_RECVMSG = 10,
	GH_OP_ACCEPT = 13,
	GH_OP_CONNECT = 16,
	GH_OP_FALLOCATE = 17,
	GH_OP_OPENAT = 18,
	GH_OP_CLOSE = 19,
	GH_OP_STATX = 21,
	GH_OP_READ = 22,
	GH_OP_WRITE = 23,
	GH_OP_MADVISE = 25,
	GH_OP_SEND = 26,
	GH_OP_RECV = 27,
	GH_OP_OPENAT2 = 28,
	GH_OP_EPOLL_CTL = 29,
	GH_OP_SPLICE = 30,
	GH_OP_TEE = 33,
	GH_OP_SHUTDOWN = 34,
	GH_OP_RENAMEAT = 35,
	GH_OP_UNLINKAT = 36,
	GH_OP_MKDIRAT = 37,
	GH_OP_SYMLINKAT = 38,
	GH_OP_LINKAT = 39,
	GH_OP_FSETXATTR = 41,
	GH_OP_SETXATTR = 42,
	GH_OP_FGETXATTR = 43,
	GH_OP_GETXATTR = 44,
	GH_OP_SOCKET = 45,
	GH_OP_SEND_ZC = 47,
	GH_OP_SENDMSG_ZC = 48,
	GH_OP_READ_MULTISHOT = 49,
	GH_OP_FTRUNCATE = 55,
	GH_OP_BIND = 56,
	GH_OP_LISTEN = 57,
	GH_OP_RECV_ZC = 58,
	GH_OP_READV_FIXED = 60,
	GH_OP_WRITEV_FIXED = 61,
	GH_OP_PIPE = 62,
};

/* 1 + the number of the call; 0: none does the same, nothing outside the ring is touched, or it is a poll or a timer. */
static const __u16 gh_uring_calls[GH_URING_OPS] = {
	[GH_OP_READV] = 1 + GH_NR_READV,	 [GH_OP_WRITEV] = 1 + GH_NR_WRITEV,
	[GH_OP_FSYNC] = 1 + GH_NR_FSYNC,	 [GH_OP_READ_FIXED] = 1 + GH_NR_READ,
	[GH_OP_WRITE_FIXED] = 1 + GH_NR_WRITE,	 [GH_OP_SENDMSG] = 1 + GH_NR_SENDMSG,
	[GH_OP_RECVMSG] = 1 + GH_NR_RECVMSG,	 [GH_OP_ACCEPT] = 1 + GH_NR_ACCEPT4,
	[GH_OP_CONNECT] = 1 + GH_NR_CONNECT,	 [GH_OP_FALLOCATE] = 1 + GH_NR_FALLOCATE,
	[GH_OP_OPENAT] = 1 + GH_NR_OPENAT,	 [GH_OP_CLOSE] = 1 + GH_NR_CLOSE,
	[GH_OP_STATX] = 1 + GH_NR_STATX,	 [GH_OP_READ] = 1 + GH_NR_READ,
	[GH_OP_WRITE] = 1 + GH_NR_WRITE,	 [GH_OP_MADVISE] = 1 + GH_NR_MADVISE,
	[GH_OP_SEND] = 1 + GH_NR_SENDTO,	 [GH_OP_RECV] = 1 + GH_NR_RECVFROM,
	[GH_OP_OPENAT2] = 1 + GH_NR_OPENAT2,	 [GH_OP_EPOLL_CTL] = 1 + GH_NR_EPOLL_CTL,
	[GH_OP_SPLICE] = 1 + GH_NR_SPLICE,	 [GH_OP_TEE] = 1 + GH_NR_TEE,
	[GH_OP_SHUTDOWN] = 1 + GH_NR_SHUTDOWN,	 [GH_OP_RENAMEAT] = 1 + GH_NR_RENAMEAT2,
	[GH_OP_UNLINKAT] = 1 + GH_NR_UNLINKAT,	 [GH_OP_MKDIRAT] = 1 + GH_NR_MKDIRAT,
	[GH_OP_SYMLINKAT] = 1 + GH_NR_SYMLINKAT, [GH_OP_LINKAT] = 1 + GH_NR_LINKAT,
	[GH_OP_FSETXATTR] = 1 + GH_NR_FSETXATTR, [GH_OP_SETXATTR] = 1 + GH_NR_SETXATTR,
	[GH_OP_FGETXATTR] = 1 + GH_NR_FGETXATTR, [GH_OP_GETXATTR] = 1 + GH_NR_GETXATTR,
	[GH_OP_SOCKET] = 1 + GH_NR_SOCKET,	 [GH_OP_SEND_ZC] = 1 + GH_NR_SENDTO,
	[GH_OP_SENDMSG_ZC] = 1 + GH_NR_SENDMSG,	 [GH_OP_READ_MULTISHOT] = 1 + GH_NR_READ,
	[GH_OP_FTRUNCATE] = 1 + GH_NR_FTRUNCATE, [GH_OP_BIND] = 1 + GH_NR_BIND,
	[GH_OP_LISTEN] = 1 + GH_NR_LISTEN,	 [GH_OP_RECV_ZC] = 1 + GH_NR_RECVFROM,
	[GH_OP_READV_FIXED] = 1 + GH_NR_READV,	 [GH_OP_WRITEV_FIXED] = 1 + GH_NR_WRITEV,
	[GH_OP_PIPE] = 1 + GH_NR_PIPE2,
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct filename {
	const char *name;
};

struct io_cqe {
	__s32 res;
	int fd;
};

/* The first member is the file; what an operation keeps for itself lies over it. */
struct io_kiocb {
	struct file *file;
	__u8 opcode;
	struct io_cqe cqe;
};

/* io_req_flags_t is 32 bits before 6.8 and 64 since: the low bits are the same. */
struct io_kiocb___narrow {
	__u32 flags;
};

struct io_kiocb___wide {
	__u64 flags;
};

struct open_how {
	__u64 flags;
	__u64 mode;
	__u64 resolve;
};

struct io_open {
	int dfd;
	__u32 file_slot;
	struct filename *filename;
	struct open_how how;
};

struct io_unlink {
	int dfd;
	int flags;
	struct filename *filename;
};

struct io_rename {
	int old_dfd;
	int new_dfd;
	struct filename *oldpath;
	struct filename *newpath;
	int flags;
};

struct io_mkdir {
	int dfd;
	unsigned short mode;
	struct filename *filename;
};

struct io_link {
	int old_dfd;
	int new_dfd;
	struct filename *oldpath;
	struct filename *newpath;
	int flags;
};

/* 7.0: the kernel's copy of a text is behind a struct of one pointer. */
struct delayed_filename {
	struct filename *__incomplete_filename;
};

struct io_open___delayed {
	struct delayed_filename filename;
};

struct io_unlink___delayed {
	struct delayed_filename filename;
};

struct io_rename___delayed {
	struct delayed_filename oldpath;
	struct delayed_filename newpath;
};

struct io_mkdir___delayed {
	struct delayed_filename filename;
};

struct io_link___delayed {
	struct delayed_filename oldpath;
	struct delayed_filename newpath;
};

struct io_connect {
	void *addr;
	int addr_len;
};

struct io_accept {
	void *addr;
	int *addr_len;
	int flags;
	__u32 file_slot;
};

struct io_sr_msg {
	void *umsg;
	int len;
	unsigned int msg_flags;
};

struct io_rw {
	__u64 addr;
	__u32 len;
};

struct io_socket {
	int domain;
	int type;
	int protocol;
	int flags;
	__u32 file_slot;
};

struct io_bind {
	int addr_len;
};

struct io_listen {
	int backlog;
};

struct io_close {
	int fd;
	__u32 file_slot;
};

struct io_shutdown {
	int how;
};

struct io_ftrunc {
	__s64 len;
};

#pragma clang attribute pop

/* The kernel's copy of a text, whichever way this kernel keeps it; 0 where it keeps it in no way that is known here. */
#define GH_URING_TEXT(req, type, field)                                                   \
	({                                                                                \
		struct type *gh_plain = (void *)(req);                                    \
		struct type##___delayed *gh_delayed = (void *)(req);                      \
		struct filename *gh_name = NULL;                                          \
		if (bpf_core_field_exists(gh_plain->field))                               \
			gh_name = BPF_CORE_READ(gh_plain, field);                         \
		else if (bpf_core_field_exists(gh_delayed->field))                        \
			gh_name = BPF_CORE_READ(gh_delayed, field.__incomplete_filename); \
		gh_name ? (__u64)BPF_CORE_READ(gh_name, name) : 0;                        \
	})

/* A field of what an operation keeps; 0 where this kernel does not have it. */
#define GH_URING_FIELD(req, type, field) \
	(bpf_core_field_exists(struct type, field) ? BPF_CORE_READ((struct type *)(req), field) : 0)

static __always_inline __u64 gh_uring_flags(__u64 req)
{
	struct io_kiocb___wide *wide = (void *)req;
	struct io_kiocb___narrow *narrow = (void *)req;

	if (bpf_core_field_size(wide->flags) == sizeof(wide->flags))
		return BPF_CORE_READ(wide, flags);
	return BPF_CORE_READ(narrow, flags);
}

#endif /* GH_URING_H */
