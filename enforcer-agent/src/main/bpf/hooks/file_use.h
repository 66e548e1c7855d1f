/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Hooks: a file is used that need not have been opened under the rules in force:
 * it was open before them, or came from another process.
 * Emit GH_ACT_OPEN_WRITE and GH_ACT_OPEN_READ for a breach. May deny: yes, with -EPERM.
 *
 * All but gh_receive are attached only while some container has such files
 * (GH_RULES_OPEN_BEFORE): every read and write of the node would pay.
 */
static __always_inline int gh_judge_use(struct file *file, bool writes, bool reads)
{
	struct gh_breach breach = {.act = writes ? GH_ACT_OPEN_WRITE : GH_ACT_OPEN_READ};
	struct dentry *entry = file->f_path.dentry;
	const struct gh_rules *rules;
	__u32 how = GH_SINCE_BEFORE;

	if (!gh_find_scope(&breach.scope))
		return 0;
	rules = gh_rules_of(&breach);
	if (rules && !(rules->flags & GH_RULES_OPEN_BEFORE))
		return 0;
	if (writes)
		how |= gh_ways_to_write(file->f_inode);
	if (reads)
		how |= GH_READ_OF_IT;
	if (!rules)
		return gh_answer(&breach);
	return gh_decide_files(&breach, file->f_path.mnt, entry, entry, how) ? gh_answer(&breach)
									     : 0;
}

SEC("lsm/file_permission")
int BPF_PROG(gh_use, struct file *file, int mask, int earlier)
{
	if (earlier)
		return gh_refuse(true);
	if (!(mask & (MAY_WRITE | MAY_APPEND | MAY_READ)) || file->f_mode & FMODE_NOACCOUNT)
		return 0;
	return gh_judge_use(file, mask & (MAY_WRITE | MAY_APPEND), mask & MAY_READ);
}

static __always_inline bool gh_is_shared(unsigned long flags)
{
	unsigned long type = flags & MAP_TYPE;

	return type == MAP_SHARED || type == MAP_SHARED_VALIDATE;
}

SEC("lsm/mmap_file")
int BPF_PROG(gh_map_use, struct file *file, unsigned long asked, unsigned long prot,
	     unsigned long flags, int earlier)
{
	if (earlier)
		return gh_refuse(true);
	if (!gh_file_to_map(ctx) || !file)
		return 0;
	return gh_judge_use(file, prot & PROT_WRITE && gh_is_shared(flags), prot & PROT_READ);
}

/*
 * A mapping that could only be read becomes one that writes the file. Of an
 * overlay the mapping has the file of the layer beneath, which lies elsewhere.
 */
SEC("lsm/file_mprotect")
int BPF_PROG(gh_remap_use, struct vm_area_struct *vma, unsigned long asked, unsigned long prot,
	     int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_OPEN_WRITE};
	unsigned long flags = vma->vm_flags;
	struct gh_mapping mapping = {};
	const struct gh_rules *rules;
	struct inode *inode;
	__u32 how = GH_SINCE_BEFORE | GH_OF_IT;

	if (earlier)
		return gh_refuse(true);
	if (!(prot & PROT_WRITE) || flags & VM_WRITE || !(flags & VM_SHARED))
		return 0;
	gh_mapped(vma, &mapping);
	if (!mapping.dentry || !gh_find_scope(&breach.scope))
		return 0;
	rules = gh_rules_of(&breach);
	if (!rules)
		return gh_answer(&breach);
	if (!(rules->flags & GH_RULES_OPEN_BEFORE))
		return 0;
	inode = mapping.inode;
	if ((BPF_CORE_READ(inode, i_mode) & S_IFMT) != S_IFREG)
		how = GH_SINCE_BEFORE | GH_ITSELF(GH_UNWRITABLE) | GH_NOT_A_FILE;
	return gh_decide_found_file(&breach, (void *)mapping.mnt, (void *)mapping.dentry, how)
		       ? gh_answer(&breach)
		       : 0;
}

/* An open file arrives by a socket, or is taken out of another process: whoever has it opened it. */
SEC("lsm/file_receive")
int BPF_PROG(gh_receive, struct file *file, int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_OPEN_READ};
	struct dentry *entry = file->f_path.dentry;
	__u32 mode = file->f_mode;
	__u32 how = 0;

	if (earlier)
		return gh_refuse(true);
	if (mode & FMODE_WRITE) {
		breach.act = GH_ACT_OPEN_WRITE;
		how |= gh_ways_to_write(file->f_inode);
	}
	if (mode & FMODE_READ)
		how |= GH_READ_OF_IT;
	if (!how || mode & FMODE_NOACCOUNT || !gh_find_scope(&breach.scope))
		return 0;
	return gh_decide_files(&breach, file->f_path.mnt, entry, entry, how) ? gh_answer(&breach)
									     : 0;
}
