/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Hooks: io_uring takes an operation, and has done it.
 * Tells GH_WATCH_CALL of the system call that does the same, where that is
 * wanted. It passes no system call, so nothing else here would see it. What the
 * kernel has copied is read when the operation is taken; afterwards it is gone.
 * May deny: no.
 */
#ifndef GW_URING_H
#define GW_URING_H

/* The file goes into the ring's own table, or nobody is told how it went. */
static __always_inline void gw_uring_no_result(struct gw_scratch *s)
{
	s->uring |= GW_URING_NO_RESULT;
	s->facts |= GH_WATCH_UNREAD;
}

/* The arguments as the call would have had them; leaves addresses of texts in the scratch. */
static __always_inline void gw_uring_open(struct gw_scratch *s, __u64 req, bool by_struct)
{
	__u64 *args = s->head.args;

	args[0] = (__s32)GH_URING_FIELD(req, io_open, dfd);
	args[2] = GH_URING_FIELD(req, io_open, how.flags);
	args[3] = GH_URING_FIELD(req, io_open, how.mode);
	s->kernel_text[0] = GH_URING_TEXT(req, io_open, filename);
	s->kernel_text_of[0] = 2;
	if (by_struct) {
		args[4] = GH_URING_FIELD(req, io_open, how.resolve);
		s->uring |= GW_URING_OPEN_HOW;
	}
	if (GH_URING_FIELD(req, io_open, file_slot))
		gw_uring_no_result(s);
}

static __always_inline void gw_uring_two_names(struct gw_scratch *s, __u64 req, __u8 opcode)
{
	__u64 *args = s->head.args;

	if (opcode == GH_OP_RENAMEAT) {
		args[0] = (__s32)GH_URING_FIELD(req, io_rename, old_dfd);
		args[2] = (__s32)GH_URING_FIELD(req, io_rename, new_dfd);
		args[4] = GH_URING_FIELD(req, io_rename, flags);
		s->kernel_text[0] = GH_URING_TEXT(req, io_rename, oldpath);
		s->kernel_text[1] = GH_URING_TEXT(req, io_rename, newpath);
	} else {
		args[0] = (__s32)GH_URING_FIELD(req, io_link, old_dfd);
		args[2] = (__s32)GH_URING_FIELD(req, io_link, new_dfd);
		args[4] = GH_URING_FIELD(req, io_link, flags);
		s->kernel_text[0] = GH_URING_TEXT(req, io_link, oldpath);
		s->kernel_text[1] = GH_URING_TEXT(req, io_link, newpath);
	}
	s->kernel_text_of[0] = 2;
	s->kernel_text_of[1] = 4;
	if (opcode == GH_OP_SYMLINKAT) { /* target, directory, name */
		s->kernel_text_of[0] = 1;
		s->kernel_text_of[1] = 3;
		args[1] = args[2];
		args[0] = args[2] = args[4] = 0;
	}
}

/* Of an operation on a file that the ring was told of; the number may be of its own table. */
static __always_inline void gw_uring_on_file(struct gw_scratch *s, __u64 req)
{
	struct io_kiocb *kiocb = (void *)req;

	s->head.args[0] = -1;
	if (!(gh_uring_flags(req) & REQ_F_FIXED_FILE))
		s->head.args[0] = BPF_CORE_READ(kiocb, cqe.fd);
	s->file_of = 1;
}

__noinline int gw_uring_read(struct gw_scratch *s)
{
	struct io_kiocb *kiocb;
	__u64 *args;
	__u64 req;
	__u8 opcode;

	if (!s)
		return 0;
	req = s->file; /* for want of a typed argument */
	kiocb = (void *)req;
	args = s->head.args;
	opcode = BPF_CORE_READ(kiocb, opcode);
	__builtin_memset(args, 0, sizeof(s->head.args));
	switch (opcode) {
	case GH_OP_OPENAT:
	case GH_OP_OPENAT2:
		gw_uring_open(s, req, opcode == GH_OP_OPENAT2);
		return 0;
	case GH_OP_UNLINKAT:
		args[0] = (__s32)GH_URING_FIELD(req, io_unlink, dfd);
		args[2] = GH_URING_FIELD(req, io_unlink, flags);
		s->kernel_text[0] = GH_URING_TEXT(req, io_unlink, filename);
		s->kernel_text_of[0] = 2;
		return 0;
	case GH_OP_MKDIRAT:
		args[0] = (__s32)GH_URING_FIELD(req, io_mkdir, dfd);
		args[2] = GH_URING_FIELD(req, io_mkdir, mode);
		s->kernel_text[0] = GH_URING_TEXT(req, io_mkdir, filename);
		s->kernel_text_of[0] = 2;
		return 0;
	case GH_OP_RENAMEAT:
	case GH_OP_LINKAT:
	case GH_OP_SYMLINKAT:
		gw_uring_two_names(s, req, opcode);
		return 0;
	case GH_OP_SOCKET:
		args[0] = GH_URING_FIELD(req, io_socket, domain);
		args[1] = GH_URING_FIELD(req, io_socket, type) |
			  GH_URING_FIELD(req, io_socket, flags);
		args[2] = GH_URING_FIELD(req, io_socket, protocol);
		if (GH_URING_FIELD(req, io_socket, file_slot))
			gw_uring_no_result(s);
		return 0;
	case GH_OP_CLOSE:
		args[0] = GH_URING_FIELD(req, io_close, fd);
		if (GH_URING_FIELD(req, io_close, file_slot))
			gw_uring_no_result(s);
		return 0;
	}
	gw_uring_on_file(s, req);
	switch (opcode) {
	case GH_OP_CONNECT:
		args[1] = (__u64)GH_URING_FIELD(req, io_connect, addr);
		args[2] = GH_URING_FIELD(req, io_connect, addr_len);
		return 0;
	case GH_OP_ACCEPT:
		args[1] = (__u64)GH_URING_FIELD(req, io_accept, addr);
		args[2] = (__u64)GH_URING_FIELD(req, io_accept, addr_len);
		args[3] = GH_URING_FIELD(req, io_accept, flags);
		if (GH_URING_FIELD(req, io_accept, file_slot))
			gw_uring_no_result(s);
		return 0;
	case GH_OP_SENDMSG:
	case GH_OP_SENDMSG_ZC:
	case GH_OP_RECVMSG:
		args[1] = (__u64)GH_URING_FIELD(req, io_sr_msg, umsg);
		args[2] = GH_URING_FIELD(req, io_sr_msg, msg_flags);
		return 0;
	case GH_OP_SEND:
	case GH_OP_SEND_ZC:
	case GH_OP_RECV:
		args[1] = (__u64)GH_URING_FIELD(req, io_sr_msg, umsg);
		args[2] = (__u32)GH_URING_FIELD(req, io_sr_msg, len);
		args[3] = GH_URING_FIELD(req, io_sr_msg, msg_flags);
		return 0;
	case GH_OP_READ:
	case GH_OP_WRITE:
	case GH_OP_READV:
	case GH_OP_WRITEV:
	case GH_OP_READ_FIXED:
	case GH_OP_WRITE_FIXED:
		args[1] = GH_URING_FIELD(req, io_rw, addr);
		args[2] = GH_URING_FIELD(req, io_rw, len);
		return 0;
	case GH_OP_LISTEN:
		args[1] = GH_URING_FIELD(req, io_listen, backlog);
		return 0;
	case GH_OP_SHUTDOWN:
		args[1] = GH_URING_FIELD(req, io_shutdown, how);
		return 0;
	case GH_OP_FTRUNCATE:
		args[1] = GH_URING_FIELD(req, io_ftrunc, len);
		return 0;
	case GH_OP_BIND: /* the address is the kernel's by now; the socket says what it is bound to */
	default:
		s->facts |= GH_WATCH_UNREAD;
		return 0;
	}
}

/* Keeps a text until the operation is done. The key is the request and which of its texts. */
static __always_inline void gw_uring_keep_text(struct gw_scratch *s, __u64 req, __u32 which)
{
	__u64 key = req | which;
	__u64 from = s->kernel_text[which];
	long len;

	if (!s->kernel_text_of[which])
		return;
	len = from ? bpf_probe_read_kernel_str(s->text, sizeof(s->text), (void *)from) : -1;
	if (len > 0 && !bpf_map_update_elem(&gw_uring_texts, &key, s->text, BPF_ANY))
		return;
	s->facts |= GH_WATCH_UNREAD;
}

/* What is told once the request is done. A worker that the kernel made for it is not who asked: the process is. */
static __always_inline void gw_uring_tell(struct gw_scratch *s, __u32 index, long result)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 cgroup = gh_key_of(task);

	s->head.call = index;
	s->head.result = result;
	s->failed = (__u64)result > -4096ULL;
	s->facts |= GH_WATCH_URING;
	if (!gw_wanted(s, cgroup)) {
		gw_count(GH_WATCH_STAT_UNWANTED);
		return;
	}
	gw_fill_head(s, task->flags & PF_IO_WORKER ? task->group_leader : task, GH_WATCH_CALL,
		     cgroup);
	gw_tell_arguments(s);
	gw_submit(s, gw_loss_of(s));
}

static __always_inline struct gh_watch_call *gw_uring_call(__u8 opcode, __u32 *index)
{
	struct gh_watch_call *call;

	if (opcode >= GH_URING_OPS || !gh_uring_calls[opcode])
		return NULL;
	*index = gh_uring_calls[opcode] - 1;
	call = bpf_map_lookup_elem(&gw_calls, index);
	return call && call->wanted ? call : NULL;
}

static __always_inline int gw_uring_take(struct io_kiocb *kiocb)
{
	struct gw_asked asked = {};
	struct gh_watch_control *control = gw_controls();
	struct task_struct *task = bpf_get_current_task_btf();
	struct gh_watch_call *call;
	struct gw_scratch *s;
	__u32 index;
	__u64 req;

	call = gw_uring_call(kiocb->opcode, &index);
	if (!call || !control || control->agent_pid == (__u32)task->tgid)
		return 0;
	s = gw_take();
	if (!s)
		return 0;
	s->call = *call;
	s->file = (__u64)kiocb;
	req = *(volatile __u64 *)&s
		       ->file; /* through memory it is a number, and can be reckoned with */
	gw_uring_read(s);
	if (gh_uring_flags(req) & REQ_F_CQE_SKIP) {
		/* Nobody is told of its success, so neither are we: that it was asked is all there is. */
		gw_uring_no_result(s);
		s->file_of = 0;
		gw_uring_tell(s, index, 0);
		gw_give_back(s);
		return 0;
	}
	gw_uring_keep_text(s, req, 0);
	gw_uring_keep_text(s, req, 1);
	asked.call = index;
	asked.pid = task->tgid;
	asked.facts = s->facts;
	asked.text_of[0] = s->kernel_text_of[0];
	asked.text_of[1] = s->kernel_text_of[1];
	asked.file_of = s->file_of;
	asked.uring = s->uring;
	__builtin_memcpy(asked.args, s->head.args, sizeof(asked.args));
	if (bpf_map_update_elem(&gw_uring_asked_for, &req, &asked, BPF_ANY))
		gw_count(GH_WATCH_STAT_URING_UNPAIRED);
	gw_give_back(s);
	return 0;
}

SEC("?tp_btf/io_uring_submit_req")
int BPF_PROG(gw_uring_asked, struct io_kiocb *req)
{
	return gw_uring_take(req);
}

/* Before 6.3 (2ad57931db64) the same by another name. */
SEC("?tp_btf/io_uring_submit_sqe")
int BPF_PROG(gw_uring_asked_before, struct io_kiocb *req)
{
	return gw_uring_take(req);
}

static __always_inline void gw_uring_text_of(struct gw_scratch *s, __u64 req, __u32 which, __u8 of)
{
	__u64 key = req | which;

	s->kernel_text_of[which] = of;
	if (of)
		s->kernel_text[which] = (__u64)bpf_map_lookup_elem(&gw_uring_texts, &key);
}

static __always_inline void gw_uring_forget(__u64 req, const struct gw_asked *asked)
{
	__u64 second = req | 1;

	if (asked->text_of[0])
		bpf_map_delete_elem(&gw_uring_texts, &req);
	if (asked->text_of[1])
		bpf_map_delete_elem(&gw_uring_texts, &second);
	bpf_map_delete_elem(&gw_uring_asked_for, &req);
}

/*
 * The result is in the request, whatever else this hook is given: that changed
 * with 6.15 (7bb3ed0a5d54). Further results of one request come without it.
 */
SEC("?tp_btf/io_uring_complete")
int BPF_PROG(gw_uring_done, void *ring, void *request)
{
	struct io_kiocb *kiocb = request;
	__u64 req = (__u64)request;
	struct gh_watch_call *call;
	struct gw_asked *asked;
	struct gw_scratch *s;
	__u32 index;

	if (!req) {
		gw_count(GH_WATCH_STAT_URING_UNPAIRED);
		return 0;
	}
	call = gw_uring_call(BPF_CORE_READ(kiocb, opcode), &index);
	if (!call)
		return 0;
	asked = bpf_map_lookup_elem(&gw_uring_asked_for, &req);
	if (!asked) {
		gw_count(GH_WATCH_STAT_URING_UNPAIRED);
		return 0;
	}
	s = gw_take();
	if (!s)
		return 0;
	s->call = *call;
	s->facts = asked->facts;
	if (asked->pid != bpf_get_current_pid_tgid() >> 32)
		s->facts |=
			GH_WATCH_UNREAD; /* done by another process: its head is not the asker's */
	__builtin_memcpy(s->head.args, asked->args, sizeof(asked->args));
	s->file = (__u64)BPF_CORE_READ(kiocb, file);
	s->file_of = asked->file_of;
	s->uring = asked->uring;
	gw_uring_text_of(s, req, 0, asked->text_of[0]);
	gw_uring_text_of(s, req, 1, asked->text_of[1]);
	gw_uring_tell(s, index, BPF_CORE_READ(kiocb, cqe.res));
	gw_uring_forget(req, asked);
	gw_give_back(s);
	return 0;
}

#endif /* GW_URING_H */
