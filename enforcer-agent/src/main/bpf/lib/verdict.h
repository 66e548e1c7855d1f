/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * From breached policies to a verdict, and from a verdict to what the kernel is told.
 */
#ifndef GH_VERDICT_H
#define GH_VERDICT_H

/*
 * -EPERM or 0. Written in assembly because the 6.12 verifier loses the range of
 * a value that the compiler turned into a select ("R0 has smax=4294967295").
 */
static __always_inline int gh_refuse(bool deny)
{
	long r;
	long d = deny;

	asm volatile("%[r] = 0\n if %[d] == 0 goto +1\n %[r] = -1\n" : [r] "=&r"(r) : [d] "r"(d));
	return r;
}

/* Whether any policy asks a rule. */
static __always_inline bool gh_asks(const struct gh_rules *rules, enum gh_rule rule)
{
	const struct gh_masks *masks = &rules->rule[rule];

	return masks->report | masks->deny | masks->kill;
}

/* Notes a breach for the record. The verdict does not need the room: a fifth rule is judged and not named. */
static __always_inline void gh_note(struct gh_breach *breach, enum gh_rule rule, __u32 policies)
{
	__u32 place = breach->violation_count;

	if (place >= GH_VIOLATIONS)
		return;
	breach->violations[place].rule = rule;
	breach->violations[place].policies = policies;
	breach->violation_count = place + 1;
}

/*
 * Adds the policies that a rule's masks name and `satisfied` does not. Global, so
 * that the verifier looks at it once for a program, and forgets on the way back
 * which of many ways a breach was judged in.
 */
__noinline int gh_judge(struct gh_breach *breach, const struct gh_rules *rules, __u32 rule,
			__u32 satisfied)
{
	const struct gh_masks *masks;
	__u32 report, deny, kill;

	if (!breach || !rules || rule >= GH_RULE_COUNT)
		return 0;
	masks = &rules->rule[rule];
	report = masks->report & ~satisfied;
	deny = masks->deny & ~satisfied;
	kill = masks->kill & ~satisfied;
	if (report | deny | kill)
		gh_note(breach, rule, report | deny | kill);
	if (report && breach->verdict < GH_REPORT)
		breach->verdict = GH_REPORT;
	if (deny && breach->verdict < GH_DENY)
		breach->verdict = GH_DENY;
	if (kill)
		breach->verdict = GH_KILL;
	return 0;
}

/* In a protected container what is not known is refused, and counted. */
static __always_inline void gh_fail_closed(struct gh_breach *breach, __u32 stat)
{
	gh_count(stat);
	breach->verdict = GH_DENY;
}

static __always_inline void gh_kill(void)
{
	if (bpf_send_signal(9))
		gh_count(GH_STAT_SIGNAL_FAILED);
}

/* Whether there is a verdict to keep: none where nothing was breached, nor where this instance no longer decides. */
static __always_inline bool gh_has_verdict(const struct gh_breach *breach)
{
	return breach->verdict != GH_ALLOW && !gh_is_retired();
}

/* Under the brake nothing is stopped, and everything is told. To be asked of every verdict before it is kept. */
static __always_inline void gh_heed_brake(struct gh_breach *breach, bool kills)
{
	if (breach->verdict < GH_DENY)
		return;
	if (gh_is_braked()) {
		breach->verdict = GH_REPORT;
		breach->file.facts |= GH_FACT_BRAKED;
		gh_count(GH_STAT_BRAKED);
		return;
	}
	gh_count(kills ? GH_STAT_KILLED : GH_STAT_REFUSED);
}

/* Tells, kills if asked, and says whether to refuse. */
__noinline int gh_conclude(struct gh_breach *breach)
{
	if (!breach || !gh_has_verdict(breach))
		return 0;
	breach->backend = GH_BACKEND_LSM;
	gh_heed_brake(breach, breach->verdict == GH_KILL);
	gh_tell(breach);
	if (breach->verdict == GH_KILL)
		gh_kill();
	return breach->verdict >= GH_DENY;
}

/* LSM: the answer for the kernel. */
static __always_inline int gh_answer(struct gh_breach *breach)
{
	return gh_refuse(gh_conclude(breach));
}

/* No LSM: the act has passed the kernel's checks; what is left is to end the process. */
__noinline int gh_end(struct gh_breach *breach)
{
	if (!breach || !gh_has_verdict(breach))
		return 0;
	breach->backend = GH_BACKEND_TRACEPOINT;
	gh_heed_brake(breach, true);
	if (breach->verdict >= GH_DENY)
		gh_kill();
	gh_tell(breach);
	return 0;
}

#endif /* GH_VERDICT_H */
