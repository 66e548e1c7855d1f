/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Not a hook: the agent calls it to learn what the kernel calls a file that the
 * agent has open, so that both sides name it alike whatever the file system
 * answers to stat.
 */
SEC("syscall")
int gh_identify(struct gh_identity *identity)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	const struct gh_rules *rules;
	struct gh_file_facts facts;
	struct gh_climb climb = {};
	__u32 number = identity->rules;
	struct file *file = gh_file_of(task, identity->fd);

	identity->error = -9; /* EBADF */
	if (!file || !gh_read_inode(BPF_CORE_READ(file, f_inode), 0, &facts))
		return 0;
	identity->ino = facts.ino;
	identity->dev = facts.dev;
	identity->generation = facts.generation;
	identity->overlay = !!(facts.facts & GH_FACT_OVERLAY);
	identity->upper = !!(facts.facts & GH_FACT_UPPER);
	identity->apart = gh_is_apart(BPF_CORE_READ(file, f_inode, i_sb, s_flags),
				      BPF_CORE_READ(file, f_inode, i_sb, s_magic));
	identity->mode = facts.mode;
	identity->links = BPF_CORE_READ(file, f_inode, i_nlink);
	identity->below = 0;
	identity->volume = 0;
	identity->write_forbidden = 0;
	identity->read_forbidden = 0;
	identity->error = 0;
	rules = bpf_map_lookup_elem(&gh_rulesets, &number);
	if (!number || !rules)
		return 0;
	climb.rules = number;
	climb.mount = gh_mount_of(BPF_CORE_READ(file, f_path.mnt));
	gh_look_for(&climb, rules, GH_WRITABLE | GH_DECLARED | GH_UNWRITABLE | GH_UNREADABLE);
	gh_climb_from_unknown(&climb, BPF_CORE_READ(file, f_path.dentry));
	identity->below = climb.policies[0];
	identity->volume = climb.policies[1];
	identity->write_forbidden = climb.arrived ? climb.policies[2] : -1;
	identity->read_forbidden = climb.arrived ? climb.policies[3] : -1;
	return 0;
}
