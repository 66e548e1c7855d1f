/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * What the arguments of a call point at. User memory is read when the call
 * returns: the kernel has just used it, so its pages are there.
 */
#ifndef GW_CAPTURE_H
#define GW_CAPTURE_H

static __always_inline void gw_tell_text(struct gw_scratch *s, __u32 n, __u64 address)
{
	char *to;
	long len;

	if (!gw_open(s, GH_WATCH_ARG + n, GH_WATCH_TEXT))
		return;
	to = gw_room(s, GH_WATCH_TEXT);
	if (!to)
		return;
	len = bpf_probe_read_user_str(to, GH_WATCH_TEXT, (void *)address);
	if (len <= 0) {
		s->facts |= GH_WATCH_UNREAD;
		gw_drop(s);
		return;
	}
	if (len == GH_WATCH_TEXT)
		s->facts |= GH_WATCH_CUT;
	if (*to != '/')
		s->relative = 1;
	s->at += len;
	gw_close(s, 0);
}

/* One argument. Its own function, verified once for all of them. */
__noinline int gw_argument(struct gw_scratch *s, __u32 n)
{
	__u64 address;

	if (!s || n >= GH_WATCH_ARGS)
		return 0;
	address = s->head.args[n];
	if (!address)
		return 0;
	switch (s->call.capture[n]) {
	case GH_WATCH_STRING:
		gw_tell_text(s, n, address);
		break;
	}
	return 0;
}

#endif /* GW_CAPTURE_H */
