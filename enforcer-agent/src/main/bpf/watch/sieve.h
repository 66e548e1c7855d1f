/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The sieve: an event whose like can match no rule is not told. The key holds
 * all that this finding rests on, and the map compares all of it.
 */
#ifndef GW_SIEVE_H
#define GW_SIEVE_H

#define GW_EPHEMERAL 32768 /* ports from here on are anybody's, and left out of a key */

/*
 * What tells an inode from the one that had its number before. Overlayfs lends
 * the number of the file in the upper layer, but not its generation.
 */
static __always_inline __u32 gw_generation(__u64 inode, __u64 magic)
{
	struct ovl_inode *layered;
	struct dentry *upper;

	if (magic != OVERLAYFS_SUPER_MAGIC || !bpf_core_type_exists(struct ovl_inode))
		return GH_LOAD(inode, inode, i_generation);
	layered = (void *)inode - bpf_core_field_offset(struct ovl_inode, vfs_inode);
	upper = BPF_CORE_READ(layered, __upperdentry);
	return upper ? BPF_CORE_READ(upper, d_inode, i_generation) : 0;
}

static __always_inline void gw_key_object(struct gh_watch_sieve_key *key, __u64 inode)
{
	__u64 sb = (__u64)GH_LOAD(inode, inode, i_sb);

	key->dev = GH_LOAD(super_block, sb, s_dev);
	key->inode_generation = gw_generation(inode, GH_LOAD(super_block, sb, s_magic));
	key->ino = GH_LOAD(inode, inode, i_ino);
}

/*
 * The directory that a relative text began at: an open one, where the argument
 * before it is one, else the task's own.
 */
static __always_inline __u64 gw_directory_of(struct gw_scratch *s, __u32 n)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 dir = n - 1;
	__u64 file;

	barrier_var(dir); /* for 6.1's verifier, which takes nothing from what is known of n */
	if (dir < GH_WATCH_ARGS && s->call.files & (1U << dir) &&
	    (__s32)s->head.args[dir] != AT_FDCWD) {
		file = gw_file_of(s, dir);
		return file ? (__u64)GH_LOAD(file, file, f_inode) : 0;
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
		gw_key_object(&s->key, (__u64)GH_LOAD(file, file, f_inode));
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
	__u64 inode = (__u64)GH_LOAD(file, file, f_inode);
	__u64 kernel = (__u64)GH_LOAD(file, file, private_data);
	__u32 len = 0;

	if (!file || (GH_LOAD(inode, inode, i_mode) & S_IFMT) != S_IFSOCK)
		return false;
	__builtin_memset(socket, 0, sizeof(*socket));
	gw_fill_socket(socket, kernel, (__u64)GH_LOAD(socket, kernel, sk));
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

/*
 * A sum of products, which the processor works out at once where the map's hash is one long
 * chain. Of what tells most keys apart: call, file, and the text's first 48 bytes.
 */
static __always_inline __u32 gw_hot_place(const struct gh_watch_sieve_key *key)
{
	const __u64 *words = (const void *)key;
	__u64 sum = 0;
	__u32 i;

#pragma unroll
	for (i = 0; i < 9; i++)
		sum += words[i] * (0x9e3779b97f4a7c15ULL + 0x2545f4914f6cdd1eULL * i);
	return sum >> 48 & (GW_HOT - 1);
}

static __always_inline bool gw_same_key(const struct gh_watch_sieve_key *one,
					const struct gh_watch_sieve_key *other)
{
	const __u64 *a = (const void *)one;
	const __u64 *b = (const void *)other;
	__u64 differ = 0;
	__u32 i;

#pragma unroll
	for (i = 0; i < sizeof(*one) / 8; i++)
		differ |= a[i] ^ b[i];
	return !differ;
}

/* Found here not long ago. Whoever is interrupted while looking sees that the entry changed. */
static __always_inline bool gw_is_hot(struct gw_hot *hot, const struct gh_watch_sieve_key *key)
{
	__u32 changes = *(volatile __u32 *)&hot->changes;

	return !*(volatile __u32 *)&hot->busy && gw_same_key(&hot->key, key) &&
	       bpf_jiffies64() - hot->found < GW_HOT_JIFFIES &&
	       *(volatile __u32 *)&hot->changes == changes;
}

static __always_inline void gw_make_hot(struct gw_hot *hot, const struct gh_watch_sieve_key *key)
{
	if (__sync_lock_test_and_set(&hot->busy, 1))
		return;
	*(volatile __u32 *)&hot->changes += 1;
	hot->key = *key;
	hot->found = bpf_jiffies64();
	barrier();
	*(volatile __u32 *)&hot->busy = 0;
}

/* Is the key in the sieve? */
static __always_inline bool gw_sieve_has(const struct gh_watch_sieve_key *key)
{
	__u32 place = gw_hot_place(key);
	struct gw_hot *hot = bpf_map_lookup_elem(&gw_hot_keys, &place);
	__u64 *written;

	if (hot && gw_is_hot(hot, key))
		return true;
	written = bpf_map_lookup_elem(&gw_sieve, key);
	if (!written || !gw_is_fresh(*written))
		return false;
	if (hot)
		gw_make_hot(hot, key);
	return true;
}

/* Whether the call is of a kind that no rule matches. Leaves its key in the record if it can have one and is not. */
static __always_inline bool gw_is_sieved(struct gw_scratch *s, __u32 generation)
{
	bool known;

	__builtin_memset(&s->key, 0, sizeof(s->key));
	known = s->call.sieve == GH_WATCH_SIEVE_PATH ? gw_key_path(s) : gw_key_socket(s);
	if (!known)
		return false;
	s->key.generation = generation;
	s->key.call = s->head.call;
	s->key.outcome = s->outcome;
	if (gw_sieve_has(&s->key))
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
