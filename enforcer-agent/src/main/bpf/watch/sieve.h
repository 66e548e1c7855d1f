/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The sieve: an event whose like can match no rule is not told. The key holds
 * all that this finding rests on, and the map compares all of it.
 */
#ifndef GW_SIEVE_H
#define GW_SIEVE_H

#define GW_EPHEMERAL 32768 /* ports from here on are anybody's, and left out of a key */

static __always_inline void gw_key_object(struct gh_watch_sieve_key *key, __u64 inode)
{
	__u64 sb = (__u64)GW_LOAD(inode, inode, i_sb);

	key->dev = GW_LOAD(super_block, sb, s_dev);
	key->inode_generation = GW_LOAD(inode, inode, i_generation);
	key->ino = GW_LOAD(inode, inode, i_ino);
}

/* The directory that a relative text began at: an open one, where the argument before it is one, else the task's own. */
static __always_inline __u64 gw_directory_of(struct gw_scratch *s, __u32 n)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 file = 0;

	if (n > 0 && n < GH_WATCH_ARGS && s->call.files & (1U << ((n - 1) & 7)) &&
	    (__s32)s->head.args[n - 1] != AT_FDCWD) {
		file = gw_file_of(s, n - 1);
		return file ? (__u64)GW_LOAD(file, file, f_inode) : 0;
	}
	return (__u64)task->fs->pwd.dentry->d_inode;
}

/* False: no key can be made of it, so it is told. */
static __always_inline bool gw_key_path(struct gw_scratch *s)
{
	__u32 n = s->call.sieve_arg;
	__u64 file;
	long len;

	if (n >= GH_WATCH_ARGS)
		return false;
	len = bpf_probe_read_user_str(s->key.text, sizeof(s->key.text), (void *)s->head.args[n]);
	/* One that just fits cannot be told from one that was cut. */
	if (len <= 0 || len >= (long)sizeof(s->key.text))
		return false;
	s->key.len = len - 1;
	if (s->call.files & (1U << GH_WATCH_RESULT) && !s->failed) {
		file = gw_file_of(s, GH_WATCH_RESULT);
		if (!file)
			return false;
		gw_key_object(&s->key, (__u64)GW_LOAD(file, file, f_inode));
	} else if (s->key.text[0] != '/') {
		gw_key_object(&s->key, gw_directory_of(s, n));
	}
	return true;
}

/* A socket's numbers are made anew for each, so its key is what it is connected to. */
static __always_inline bool gw_key_socket(struct gw_scratch *s)
{
	struct gh_watch_sieve_socket *to = (void *)s->key.text;
	/* The socket is described where the record's next section will be written over it. */
	struct gh_watch_socket *socket = (void *)(s->bytes + sizeof(struct gh_watch_head) + 256);
	char *path = (char *)(socket + 1);
	__u64 file = gw_file_of(s, s->call.sieve_arg);
	__u64 inode = (__u64)GW_LOAD(file, file, f_inode);
	__u64 kernel = (__u64)GW_LOAD(file, file, private_data);
	__u32 len = 0;

	if (!file || (GW_LOAD(inode, inode, i_mode) & S_IFMT) != S_IFSOCK)
		return false;
	__builtin_memset(socket, 0, sizeof(*socket));
	gw_fill_socket(socket, kernel, (__u64)GW_LOAD(socket, kernel, sk));
	if (socket->family == AF_UNIX) {
		len = gw_write_unix_path(path, socket);
		if (len > sizeof(to->path))
			return false;
		bpf_probe_read_kernel(to->path, len, path);
	}
	to->family = socket->family;
	to->type = socket->type;
	to->protocol = socket->protocol;
	to->connected = socket->family == AF_UNIX ? !!socket->peer : !!socket->remote_port;
	to->local_port = socket->local_port < GW_EPHEMERAL ? socket->local_port : 0;
	to->remote_port = socket->remote_port < GW_EPHEMERAL ? socket->remote_port : 0;
	__builtin_memcpy(to->local, socket->local, sizeof(to->local));
	__builtin_memcpy(to->remote, socket->remote, sizeof(to->remote));
	s->key.len = sizeof(*to) - sizeof(to->path) + len;
	return true;
}

/* Young enough, and not of a clock that was ahead of this one. */
static __always_inline bool gw_is_fresh(__u64 written)
{
	__u64 now = bpf_ktime_get_boot_ns();

	return now - written < GH_WATCH_SIEVE_TTL_NS || written - now < GH_WATCH_SIEVE_TTL_NS;
}

/* Whether the call is of a kind that no rule matches. Leaves its key in the record if it can have one and is not. */
static __always_inline bool gw_is_sieved(struct gw_scratch *s, __u32 generation)
{
	__u64 *written;
	bool known;

	__builtin_memset(&s->key, 0, sizeof(s->key));
	known = s->call.sieve == GH_WATCH_SIEVE_PATH ? gw_key_path(s) : gw_key_socket(s);
	if (!known)
		return false;
	s->key.generation = generation;
	s->key.call = s->head.call;
	s->key.outcome = s->outcome;
	written = bpf_map_lookup_elem(&gw_sieve, &s->key);
	if (written && gw_is_fresh(*written))
		return true;
	s->key_section.tag = GH_WATCH_SIEVE_KEY;
	s->key_section.len = sizeof(s->key);
	s->key_section.whole = sizeof(s->key);
	s->at += sizeof(s->key_section) + sizeof(s->key);
	s->keyed = s->call.sieve;
	if (s->keyed == GH_WATCH_SIEVE_PATH && s->key.text[0] != '/')
		s->relative = 1;
	return false;
}

#endif /* GW_SIEVE_H */
