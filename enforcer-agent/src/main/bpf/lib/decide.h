/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The decisions, each asked by an LSM hook and by its tracepoint stand-in alike.
 */
#ifndef GH_DECIDE_H
#define GH_DECIDE_H

static __always_inline const struct gh_rules *gh_rules_of(struct gh_breach *breach)
{
	const struct gh_rules *rules = bpf_map_lookup_elem(&gh_rulesets, &breach->scope.rules);

	if (!rules)
		gh_fail_closed(breach, GH_STAT_RULES_MISSING);
	return rules;
}

/* May this file run as a program, or be mapped as one? */
static __always_inline void gh_decide_code(struct gh_breach *breach, struct file *file)
{
	const struct gh_rules *rules = gh_rules_of(breach);
	struct inode *inode = BPF_CORE_READ(file, f_inode);

	if (!rules)
		return;
	breach->mnt = (__u64)BPF_CORE_READ(file, f_path.mnt);
	breach->dentry = (__u64)BPF_CORE_READ(file, f_path.dentry);
	/* What cannot be read is of no image and on no list. */
	if (!gh_read_inode(inode, breach->scope.root_dev, &breach->file))
		gh_count(GH_STAT_OBJECT_UNREADABLE);
	if (!gh_from_image(&breach->file))
		gh_judge(breach, rules, GH_PROCESS_FROM_IMAGE, 0);
	if (breach->act == GH_ACT_EXEC)
		gh_judge(breach, rules, GH_PROCESS_ALLOW,
			 gh_allowed_by(breach->scope.rules, &breach->file,
				       breach->file.facts & GH_FACT_UPPER ? GH_OBJECT_UPPER_FILE
									  : GH_OBJECT_FILE));
}

#endif /* GH_DECIDE_H */
