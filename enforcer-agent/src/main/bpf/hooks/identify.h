/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Not a hook: the agent calls it to learn what the kernel calls a file that the
 * agent has open, so that both sides name it alike whatever the file system
 * answers to stat.
 */
SEC("syscall")
int gh_identify(struct gh_identity *identity)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct gh_file_facts facts;
	struct file *file = gh_file_of(task, identity->fd);

	identity->error = -9; /* EBADF */
	if (!file || !gh_read_inode(BPF_CORE_READ(file, f_inode), 0, &facts))
		return 0;
	identity->ino = facts.ino;
	identity->dev = facts.dev;
	identity->generation = facts.generation;
	identity->overlay = !!(facts.facts & GH_FACT_OVERLAY);
	identity->upper = !!(facts.facts & GH_FACT_UPPER);
	identity->below = 0;
	if (identity->rules)
		identity->below =
			gh_allowed_below(identity->rules, BPF_CORE_READ(file, f_path.dentry));
	identity->error = 0;
	return 0;
}
