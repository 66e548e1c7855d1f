/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
#ifndef GH_STATS_H
#define GH_STATS_H

static __always_inline void gh_count(__u32 stat)
{
	__u64 *n = bpf_map_lookup_elem(&gh_stats, &stat);

	if (n)
		*n += 1;
}

#endif /* GH_STATS_H */
