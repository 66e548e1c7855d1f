/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * What the arguments of a call point at. User memory is read when the call
 * returns: the kernel has just used it, so its pages are there.
 */
#ifndef GW_CAPTURE_H
#define GW_CAPTURE_H

#define GW_ADDRESS 128 /* struct sockaddr_storage */
#define GW_VECTORS 32  /* more than this many pieces hold no more than is told */
#define GW_WORDS_MOST 256

/* Unread: the section is taken back, and the record says so. */
static __always_inline void gw_unread(struct gw_scratch *s)
{
	s->facts |= GH_WATCH_UNREAD;
	gw_drop(s);
}

static __always_inline bool gw_is_compat(struct gw_scratch *s)
{
	return s->facts & GH_WATCH_COMPAT_TASK;
}

/* How many bytes, or pieces, an argument has; see gh_watch_call.length. */
static __always_inline __u64 gw_length_of(struct gw_scratch *s, __u32 n)
{
	__u8 code = s->call.length[n];
	__u32 len = 0;

	if (code & GH_WATCH_LEN_FIXED)
		return code & ~GH_WATCH_LEN_FIXED;
	if (code == GH_WATCH_LEN_RESULT)
		return s->failed ? 0 : s->head.result;
	n = code & ~GH_WATCH_LEN_POINTER;
	if (n >= GH_WATCH_ARGS)
		return 0;
	if (!(code & GH_WATCH_LEN_POINTER))
		return s->head.args[n];
	if (s->head.args[n] && bpf_probe_read_user(&len, sizeof(len), (void *)s->head.args[n]))
		s->facts |= GH_WATCH_UNREAD;
	return len;
}

/* How much of a buffer is told. */
static __always_inline __u32 gw_snap(struct gw_scratch *s)
{
	__u32 snap = GH_WATCH_SNAP << (s->call.snap_shift & 7);

	return snap > GH_WATCH_TEXT ? GH_WATCH_TEXT : snap;
}

static __always_inline void gw_tell_text(struct gw_scratch *s, __u32 n, __u64 address)
{
	char *to;
	long len;

	if (!gw_open(s, GH_WATCH_ARG + n, GH_WATCH_TEXT))
		return;
	to = gw_room(s, GH_WATCH_TEXT);
	if (!to)
		return;
	if (s->kernel_text_of[0] == 1 + n)
		len = bpf_probe_read_kernel_str(to, GH_WATCH_TEXT, (void *)s->kernel_text[0]);
	else if (s->kernel_text_of[1] == 1 + n)
		len = bpf_probe_read_kernel_str(to, GH_WATCH_TEXT, (void *)s->kernel_text[1]);
	else
		len = bpf_probe_read_user_str(to, GH_WATCH_TEXT, (void *)address);
	if (len <= 0) {
		gw_unread(s);
		return;
	}
	if (len == GH_WATCH_TEXT)
		s->facts |= GH_WATCH_CUT;
	if (*to != '/')
		s->relative = 1;
	s->at += len;
	gw_close(s, 0);
}

/* The text that the sieve has read already: once, so that what is judged is what the key says. */
static __always_inline void gw_tell_key_text(struct gw_scratch *s, __u32 n)
{
	char *to;

	if (!gw_open(s, GH_WATCH_ARG + n, sizeof(s->key.text)))
		return;
	to = gw_room(s, sizeof(s->key.text));
	if (!to)
		return;
	__builtin_memcpy(to, s->key.text, sizeof(s->key.text));
	s->at += s->key.len + 1;
	gw_close(s, 0);
}

static __always_inline void gw_tell_bytes(struct gw_scratch *s, __u32 tag, __u64 address,
					  __u64 whole, __u32 most)
{
	__u32 len = whole > most ? most : whole;
	char *to;

	if (!len || !gw_open(s, tag, GH_WATCH_TEXT))
		return;
	to = gw_room(s, GH_WATCH_TEXT);
	if (!to)
		return;
	barrier_var(len);
	if (len > GH_WATCH_TEXT)
		len = GH_WATCH_TEXT; /* never; for the verifier */
	if (bpf_probe_read_user(to, len, (void *)address)) {
		gw_unread(s);
		return;
	}
	s->at += len;
	gw_close(s, whole > 0xffffffff ? 0xffffffff : whole);
}

struct gw_gather {
	struct gw_scratch *s;
	__u64 vector; /* struct iovec[] of the task's own width */
	__u64 compat;
};

static long gw_next_piece(__u32 step, struct gw_gather *gather)
{
	struct gw_scratch *s = gather->s;
	__u64 piece[2] = {};
	__u32 narrow[2] = {};
	__u32 len = s->left;
	char *to;

	if (gather->compat) {
		if (bpf_probe_read_user(narrow, sizeof(narrow),
					(void *)(gather->vector + sizeof(narrow) * step)))
			goto unread;
		piece[0] = narrow[0];
		piece[1] = narrow[1];
	} else if (bpf_probe_read_user(piece, sizeof(piece),
				       (void *)(gather->vector + sizeof(piece) * step))) {
		goto unread;
	}
	if (len > piece[1])
		len = piece[1];
	to = gw_room(s, GH_WATCH_TEXT);
	if (!to)
		return 1;
	barrier_var(len);
	if (len > GH_WATCH_TEXT)
		return 1; /* never; for the verifier */
	if (bpf_probe_read_user(to, len, (void *)piece[0]))
		goto unread;
	s->at += len;
	s->left -= len;
	return !s->left;
unread:
	s->facts |= GH_WATCH_UNREAD;
	return 1;
}

/* The first bytes of what a vector of buffers holds. `most`: there is no more data than this. */
static __always_inline void gw_tell_vector(struct gw_scratch *s, __u32 n, __u64 vector, __u64 count,
					   __u64 most)
{
	struct gw_gather gather = {.s = s, .vector = vector, .compat = gw_is_compat(s)};

	s->left = gw_snap(s);
	if (s->left > most)
		s->left = most;
	if (!s->left || !vector || !gw_open(s, GH_WATCH_ARG + n, 0))
		return;
	bpf_loop(count > GW_VECTORS ? GW_VECTORS : count, gw_next_piece, &gather, 0);
	gw_close(s, most > 0xffffffff ? 0 : most);
}

/* struct msghdr of user space, 64 bits and 32. */
struct gw_message {
	__u64 name;
	__u32 name_len;
	__u32 _pad;
	__u64 vector;
	__u64 count;
};
struct gw_message_compat {
	__u32 name;
	__u32 name_len;
	__u32 vector;
	__u32 count;
};

static __always_inline void gw_tell_message(struct gw_scratch *s, __u32 n, __u64 address)
{
	struct gw_message message = {};
	struct gw_message_compat narrow = {};
	__u64 most = ~0ULL;
	long err;

	if (gw_is_compat(s)) {
		err = bpf_probe_read_user(&narrow, sizeof(narrow), (void *)address);
		message.name = narrow.name;
		message.name_len = narrow.name_len;
		message.vector = narrow.vector;
		message.count = narrow.count;
	} else {
		err = bpf_probe_read_user(&message, sizeof(message), (void *)address);
	}
	if (err) {
		s->facts |= GH_WATCH_UNREAD;
		return;
	}
	if (s->call.length[n] == GH_WATCH_LEN_RESULT && !s->failed)
		most = s->head.result;
	gw_tell_vector(s, n, message.vector, message.count, most);
	if (message.name)
		gw_tell_bytes(s, GH_WATCH_MORE + n, message.name, message.name_len, GW_ADDRESS);
}

struct gw_words {
	struct gw_scratch *s;
	__u64 words; /* char *[] of the task's own width */
	__u64 compat;
	__u64 done;
};

static long gw_next_word(__u32 step, struct gw_words *words)
{
	struct gw_scratch *s = words->s;
	__u64 word = 0;
	__u32 width = words->compat ? 4 : 8;
	char *to;
	long len;

	if (bpf_probe_read_user(&word, width, (void *)(words->words + width * step)))
		goto unread;
	if (!word) {
		words->done = 1;
		return 1;
	}
	to = gw_room(s, GH_WATCH_TEXT);
	if (!to || s->at - s->start > GH_WATCH_TEXT)
		return 1;
	len = bpf_probe_read_user_str(to, GH_WATCH_TEXT, (void *)word);
	if (len <= 0)
		goto unread;
	s->at += len;
	return 0;
unread:
	s->facts |= GH_WATCH_UNREAD;
	words->done = 1;
	return 1;
}

static __always_inline void gw_tell_words(struct gw_scratch *s, __u32 n, __u64 address)
{
	struct gw_words words = {.s = s, .words = address, .compat = gw_is_compat(s)};

	if (!gw_open(s, GH_WATCH_ARG + n, 0))
		return;
	bpf_loop(GW_WORDS_MOST, gw_next_word, &words, 0);
	if (!words.done)
		s->facts |= GH_WATCH_CUT;
	gw_close(s, 0);
}

/* struct open_how, from the arguments that io_uring left it in. */
static __always_inline void gw_tell_open_how(struct gw_scratch *s, __u32 n)
{
	__u64 *to;

	if (!gw_open(s, GH_WATCH_ARG + n, 3 * sizeof(*to)))
		return;
	to = (void *)gw_room(s, 3 * sizeof(*to));
	if (!to)
		return;
	to[0] = s->head.args[2];
	to[1] = s->head.args[3];
	to[2] = s->head.args[4];
	s->at += 3 * sizeof(*to);
	gw_close(s, 0);
}

/* One argument. Its own function, verified once for all of them. */
__noinline int gw_argument(struct gw_scratch *s, __u32 n)
{
	__u64 address, most;

	if (!s || n >= GH_WATCH_ARGS)
		return 0;
	address = s->head.args[n];
	if (s->uring & GW_URING_OPEN_HOW && s->call.capture[n] == GH_WATCH_FIXED) {
		gw_tell_open_how(s, n);
		return 0;
	}
	if (!address && s->kernel_text_of[0] != 1 + n && s->kernel_text_of[1] != 1 + n)
		return 0;
	switch (s->call.capture[n]) {
	case GH_WATCH_STRING:
		gw_tell_text(s, n, address);
		break;
	case GH_WATCH_BYTES:
		gw_tell_bytes(s, GH_WATCH_ARG + n, address, gw_length_of(s, n), gw_snap(s));
		break;
	case GH_WATCH_ADDRESS:
		gw_tell_bytes(s, GH_WATCH_ARG + n, address, (__u32)gw_length_of(s, n), GW_ADDRESS);
		break;
	case GH_WATCH_FIXED:
		gw_tell_bytes(s, GH_WATCH_ARG + n, address, gw_length_of(s, n), GH_WATCH_TEXT);
		break;
	case GH_WATCH_MESSAGE:
		gw_tell_message(s, n, address);
		break;
	case GH_WATCH_VECTOR:
		most = s->failed ? ~0ULL : s->head.result;
		gw_tell_vector(s, n, address, gw_length_of(s, n), most);
		break;
	case GH_WATCH_ARGV:
		gw_tell_words(s, n, address);
		break;
	}
	return 0;
}

#endif /* GW_CAPTURE_H */
