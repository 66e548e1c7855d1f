/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * What is said to all programs at once.
 */
#ifndef GH_CONTROL_H
#define GH_CONTROL_H

static __always_inline struct gh_control *gh_controls(void)
{
	__u32 only = 0;

	return bpf_map_lookup_elem(&gh_control, &only);
}

/* One word takes every program of this instance out of force at once; its links may go in their own time. */
static __always_inline bool gh_is_retired(void)
{
	struct gh_control *control = gh_controls();

	return control && *(volatile __u32 *)&control->retired;
}

/* Asked only where something was breached, so that the brake costs nothing until it is needed. */
static __always_inline bool gh_is_braked(void)
{
	struct gh_control *control = gh_controls();
	__u64 until;

	if (!control)
		return false;
	until = *(volatile __u64 *)&control->braked_until_ns;
	return until && bpf_ktime_get_boot_ns() < until;
}

/* Whether an agent lives that would hear of what it is told. */
static __always_inline bool gh_agent_lives(const struct gh_control *control)
{
	return control && *(volatile __u32 *)&control->agent;
}

#endif /* GH_CONTROL_H */
