/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* May a device be used? */
#ifndef GH_DEVICE_H
#define GH_DEVICE_H

/* `device` as the kernel has it: twelve bits of major number, twenty of minor. */
static __always_inline void gh_decide_device(struct gh_breach *breach, __u32 device)
{
	const struct gh_rules *rules = gh_rules_of(breach);

	if (!rules || !gh_asks(rules, GH_DEVICES) || gh_is_setting_up())
		return;
	breach->detail.number = device;
	gh_judge(breach, rules, GH_DEVICES, 0);
}

#endif /* GH_DEVICE_H */
