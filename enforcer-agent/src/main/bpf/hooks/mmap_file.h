/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Hooks: a file is about to be mapped executable, or a mapping of one to become so.
 * Emits GH_ACT_MAP_EXEC for a breach. May deny: yes, with -EPERM.
 */
SEC("lsm/mmap_file")
int BPF_PROG(gh_map, struct file *file, unsigned long asked, unsigned long prot,
	     unsigned long flags, int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_MAP_EXEC};

	if (earlier)
		return gh_refuse(true);
	/* `file` may be NULL: anonymous memory is another rule's. */
	if (!file || !(prot & PROT_EXEC))
		return 0;
	if (!gh_find_scope(&breach.scope))
		return 0;

	gh_decide_code(&breach, file);
	return gh_answer(&breach);
}

SEC("lsm/file_mprotect")
int BPF_PROG(gh_remap, struct vm_area_struct *vma, unsigned long asked, unsigned long prot,
	     int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_MAP_EXEC};
	struct file *file;

	if (earlier)
		return gh_refuse(true);
	if (!(prot & PROT_EXEC) || BPF_CORE_READ(vma, vm_flags) & VM_EXEC)
		return 0;
	file = BPF_CORE_READ(vma, vm_file);
	if (!file)
		return 0;
	if (!gh_find_scope(&breach.scope))
		return 0;

	gh_decide_code(&breach, file);
	return gh_answer(&breach);
}
