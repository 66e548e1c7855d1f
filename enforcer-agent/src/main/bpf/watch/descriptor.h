/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * What a descriptor leads to: the open file or the socket itself, so that nobody
 * has to have followed how the descriptor came about.
 */
#ifndef GW_DESCRIPTOR_H
#define GW_DESCRIPTOR_H

#define GW_UNIX_PATH 108

/* The open file of a number in the running task's table; 0 where there is none. */
static __always_inline __u64 gw_file_at(struct task_struct *task, __u32 fd)
{
	struct fdtable *table = task->files->fdt;

	if (fd >= table->max_fds)
		return 0;
	return gw_load_pointer((__u64)table->fd + sizeof(__u64) * fd);
}

/* The overlay module's types are not the kernel's own, so these are helper calls. */
static __always_inline __u8 gw_layer_of(__u64 inode, __u64 magic)
{
	struct ovl_inode *layered;

	if (magic != OVERLAYFS_SUPER_MAGIC || !bpf_core_type_exists(struct ovl_inode))
		return GH_WATCH_NO_OVERLAY;
	layered = (void *)inode - bpf_core_field_offset(struct ovl_inode, vfs_inode);
	return BPF_CORE_READ(layered, __upperdentry) ? GH_WATCH_UPPER : GH_WATCH_LOWER;
}

/* The name of what no path leads to. Of a pipe, a namespace, a pidfd it is made up when somebody asks: "" or "/". */
static __always_inline void gw_write_anon(struct gh_watch_file *told, __u64 dentry)
{
	__u32 len = GH_LOAD(dentry, dentry, d_name.len);

	if (len > sizeof(told->anon) - 1)
		len = sizeof(told->anon) - 1;
	if (len > 1)
		bpf_probe_read_kernel(told->anon, len, GH_LOAD(dentry, dentry, d_name.name));
	else if (told->fs_magic == PIPEFS_MAGIC)
		__builtin_memcpy(told->anon, "pipe", 4);
	else if (told->fs_magic == NSFS_MAGIC)
		__builtin_memcpy(told->anon, "ns", 2);
	else if (told->fs_magic == PIDFS_MAGIC)
		__builtin_memcpy(told->anon, "[pidfd]", 7);
}

static __always_inline bool gw_is_pseudo(__u64 mnt, __u64 dentry)
{
	return (__u64)GH_LOAD(dentry, dentry, d_parent) == dentry &&
	       (__u64)GH_LOAD(vfsmount, mnt, mnt_root) != dentry;
}

static __always_inline void gw_tell_file(struct gw_scratch *s, __u32 n, __s32 fd, __u64 file,
					 __u64 inode)
{
	struct gh_watch_file *told;
	__u64 sb = (__u64)GH_LOAD(inode, inode, i_sb);
	__u64 mnt = (__u64)GH_LOAD(file, file, f_path.mnt);
	__u64 dentry = (__u64)GH_LOAD(file, file, f_path.dentry);

	if (!gw_open(s, GH_WATCH_FILE + n, sizeof(*told)))
		return;
	told = (void *)gw_room(s, sizeof(*told));
	if (!told)
		return;
	__builtin_memset(told, 0, sizeof(*told));
	told->fd = fd;
	told->mode = GH_LOAD(inode, inode, i_mode);
	told->dev = GH_LOAD(super_block, sb, s_dev);
	told->flags = GH_LOAD(file, file, f_flags);
	told->ino = GH_LOAD(inode, inode, i_ino);
	told->fs_magic = GH_LOAD(super_block, sb, s_magic);
	told->layer = gw_layer_of(inode, told->fs_magic);
	told->unlinked = !GH_LOAD(inode, inode, i_nlink);
	s->at += sizeof(*told);
	if (gw_is_pseudo(mnt, dentry))
		gw_write_anon(told, dentry);
	else
		told->names_cut = !gw_write_names(s, mnt, dentry);
	gw_close(s, 0);
}

static __always_inline void gw_fill_socket(struct gh_watch_socket *told, __u64 socket, __u64 sk)
{
	struct sock *sock = (void *)sk;
	__u32 address;

	told->family = GH_LOAD(sock, sk, __sk_common.skc_family);
	told->type = GH_LOAD(socket, socket, type);
	told->protocol = GH_LOAD(sock, sk, sk_protocol);
	told->state = GH_LOAD(sock, sk, __sk_common.skc_state);
	if (told->family == AF_UNIX) {
		told->self = sk;
		told->peer = (__u64)GH_LOAD(unix_sock, sk, peer);
		return;
	}
	if (told->family != AF_INET && told->family != AF_INET6)
		return;
	told->local_port = GH_LOAD(sock, sk, __sk_common.skc_num);
	told->remote_port = __builtin_bswap16(GH_LOAD(sock, sk, __sk_common.skc_dport));
	if (told->family == AF_INET) {
		address = GH_LOAD(sock, sk, __sk_common.skc_rcv_saddr);
		__builtin_memcpy(told->local, &address, sizeof(address));
		address = GH_LOAD(sock, sk, __sk_common.skc_daddr);
		__builtin_memcpy(told->remote, &address, sizeof(address));
	} else if (bpf_core_field_exists(struct sock_common, skc_v6_daddr)) {
		bpf_core_read(told->local, 16, &sock->__sk_common.skc_v6_rcv_saddr);
		bpf_core_read(told->remote, 16, &sock->__sk_common.skc_v6_daddr);
	}
}

/* The path of a unix socket: the one it is connected to, else its own. Its length, 0 without. */
static __always_inline __u32 gw_write_unix_path(char *to, const struct gh_watch_socket *socket)
{
	__u64 address = 0;
	__u32 len;

	if (socket->peer)
		address = (__u64)GH_LOAD(unix_sock, socket->peer, addr);
	if (!address)
		address = (__u64)GH_LOAD(unix_sock, socket->self, addr);
	if (!address)
		return 0;
	len = GH_LOAD(unix_address, address, len) - sizeof(__u16);
	if (len > GW_UNIX_PATH)
		return 0;
	address += bpf_core_field_offset(struct unix_address, name) + sizeof(__u16);
	return bpf_probe_read_kernel(to, len, (void *)address) ? 0 : len;
}

static __always_inline void gw_tell_socket(struct gw_scratch *s, __u32 n, __s32 fd, __u64 file,
					   __u64 inode)
{
	struct gh_watch_socket *told;
	__u64 socket = (__u64)GH_LOAD(file, file, private_data);

	if (!gw_open(s, GH_WATCH_SOCKET + n, sizeof(*told) + GW_UNIX_PATH))
		return;
	told = (void *)gw_room(s, sizeof(*told) + GW_UNIX_PATH);
	if (!told)
		return;
	__builtin_memset(told, 0, sizeof(*told));
	told->fd = fd;
	told->ino = GH_LOAD(inode, inode, i_ino);
	gw_fill_socket(told, socket, (__u64)GH_LOAD(socket, socket, sk));
	s->at += sizeof(*told);
	if (told->family == AF_UNIX)
		s->at += gw_write_unix_path((char *)(told + 1), told);
	gw_close(s, 0);
}

/* The file that an argument names, or the result (GH_WATCH_RESULT); 0 where it names none. */
static __always_inline __u64 gw_file_of(struct gw_scratch *s, __u32 n)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__s32 fd = n < GH_WATCH_ARGS ? s->head.args[n] : s->head.result;

	if (s->file_of == 1 + n)
		return s->file; /* io_uring: not by its number */
	return fd < 0 ? 0 : gw_file_at(task, fd);
}

__noinline int gw_descriptor(struct gw_scratch *s, __u32 n)
{
	__u64 file, inode;
	__s32 fd;

	if (!s || n > GH_WATCH_RESULT)
		return 0;
	file = gw_file_of(s, n);
	if (!file)
		return 0;
	fd = n < GH_WATCH_ARGS ? s->head.args[n] : s->head.result;
	inode = (__u64)GH_LOAD(file, file, f_inode);
	if ((GH_LOAD(inode, inode, i_mode) & S_IFMT) == S_IFSOCK)
		gw_tell_socket(s, n, fd, file, inode);
	else
		gw_tell_file(s, n, fd, file, inode);
	return 0;
}

#endif /* GW_DESCRIPTOR_H */
