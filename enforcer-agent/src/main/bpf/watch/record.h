/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * A record in the making: taking memory, appending sections, handing it over.
 */
#ifndef GW_RECORD_H
#define GW_RECORD_H

/* One try: whoever set the mark has the memory until it clears it. */
static __always_inline struct gw_scratch *gw_try(__u32 number)
{
	struct gw_scratch *s = bpf_map_lookup_elem(&gw_scratches, &number);

	if (!s || __sync_lock_test_and_set(&s->busy, 1))
		return NULL;
	return s;
}

static __always_inline struct gw_scratch *gw_take(void)
{
	struct gw_scratch *s = gw_try(0);

	if (!s)
		s = gw_try(1);
	if (!s)
		s = gw_try(2);
	if (!s)
		s = gw_try(3);
	if (!s) {
		gw_count(GH_WATCH_STAT_LOST_SCRATCH);
		return NULL;
	}
	s->at = sizeof(struct gh_watch_head);
	s->facts = 0;
	s->relative = 0;
	*(__u32 *)s->kernel_text_of = 0; /* and file_of, keyed */
	s->uring = 0;
	return s;
}

static __always_inline void gw_give_back(struct gw_scratch *s)
{
	*(volatile __u32 *)&s->busy = 0;
}

/*
 * Where `most` bytes may be written, at the end of the record; NULL where they
 * do not fit. The volatile read is for the verifier: what it bounds is what is used.
 */
static __always_inline char *gw_room(struct gw_scratch *s, __u32 most)
{
	__u32 at = *(volatile __u32 *)&s->at;

	if (at > GW_BYTES - most) {
		s->facts |= GH_WATCH_CUT;
		return NULL;
	}
	return s->bytes + at;
}

/* Begins a section, of which at least `most` bytes will fit. */
static __always_inline bool gw_open(struct gw_scratch *s, __u16 tag, __u32 most)
{
	struct gh_watch_section *section = (void *)gw_room(s, sizeof(*section) + most);

	if (!section)
		return false;
	section->tag = tag;
	s->start = s->at;
	s->at += sizeof(*section);
	return true;
}

/* Ends the section that was begun. `whole`: what its length would be uncut, or 0. */
static __always_inline void gw_close(struct gw_scratch *s, __u32 whole)
{
	struct gh_watch_section *section;
	__u32 start = *(volatile __u32 *)&s->start;
	__u32 len = s->at - start - sizeof(*section);

	if (start > GW_BYTES - sizeof(*section))
		return; /* never; for the verifier */
	section = (void *)(s->bytes + start);
	section->len = len;
	section->whole = whole > len ? whole : len;
	s->at = (s->at + 7) & ~7U;
}

/* Takes back the section that was begun. */
static __always_inline void gw_drop(struct gw_scratch *s)
{
	s->at = s->start;
}

/*
 * Whether somebody is to be woken. A record of a call or of a program does so
 * as the ring does by itself: if the reader has read all before it. Others wait
 * until there is much of them, or something that wakes; that the reader's place is then
 * behind them is why they leave a mark.
 */
static __always_inline __u64 gw_wake_flags(struct gw_scratch *s, void *ring)
{
	struct gh_watch_control *control;

	if (s->head.kind == GH_WATCH_CALL || s->head.kind == GH_WATCH_EXEC) {
		if (!*(volatile __u32 *)&gw_unheard)
			return 0;
		gw_unheard = 0;
		return BPF_RB_FORCE_WAKEUP;
	}
	control = gw_controls();
	if (control && bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA) < control->wake_bytes) {
		gw_unheard = 1;
		return BPF_RB_NO_WAKEUP;
	}
	return BPF_RB_FORCE_WAKEUP;
}

/* Hands the record over; `lost` counts it where there is no room. */
static __always_inline void gw_submit(struct gw_scratch *s, __u32 lost)
{
	__u32 zero = 0;
	__u32 size = *(volatile __u32 *)&s->at;
	void *ring = bpf_map_lookup_elem(&gw_ring, &zero);
	__u64 flags;

	if (!ring || size > GW_BYTES) {
		gw_count(lost);
		return;
	}
	if (s->facts & GH_WATCH_UNREAD)
		gw_count(GH_WATCH_STAT_UNREAD);
	if (s->facts & GH_WATCH_CUT)
		gw_count(GH_WATCH_STAT_CUT);
	s->head.size = size;
	s->head.facts = s->facts;
	flags = gw_wake_flags(s, ring);
	if (bpf_ringbuf_output(ring, s->bytes, size, flags)) {
		gw_count(lost);
		return;
	}
	if (flags == BPF_RB_NO_WAKEUP)
		gw_unheard =
			1; /* again: somebody may have been woken before this record was there */
	gw_count(GH_WATCH_STAT_TOLD);
}

#endif /* GW_RECORD_H */
