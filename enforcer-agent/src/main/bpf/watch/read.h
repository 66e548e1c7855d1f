/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * What the programs that watch share: counters, what is said to all of them.
 */
#ifndef GW_READ_H
#define GW_READ_H

/* A pointer that lies at an address. */
static __always_inline __u64 gw_load_pointer(__u64 address)
{
	return (__u64)GH_LOAD(hlist_head, address, first);
}

static __always_inline void gw_count(__u32 stat)
{
	__u64 *n = bpf_map_lookup_elem(&gw_stats, &stat);

	if (n)
		*n += 1;
}

static __always_inline struct gh_watch_control *gw_controls(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&gw_control, &zero);
}

#endif /* GW_READ_H */
