/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * Rules of one word: whoever in a container does such a thing breaches them,
 * whatever it is done to. The runtime that sets the container up does not.
 */
#ifndef GH_BAN_H
#define GH_BAN_H

static __always_inline void gh_decide_ban(struct gh_breach *breach, enum gh_rule rule)
{
	const struct gh_rules *rules = gh_rules_of(breach);

	if (!rules || !gh_asks(rules, rule) || gh_is_setting_up())
		return;
	breach->syscall = gh_running_call();
	gh_judge(breach, rules, rule, 0);
}

static __always_inline int gh_ban(struct gh_breach *breach, enum gh_rule rule)
{
	if (!gh_find_scope(&breach->scope))
		return 0;
	gh_decide_ban(breach, rule);
	return gh_answer(breach);
}

#endif /* GH_BAN_H */
