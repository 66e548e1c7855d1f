/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Hooks: memory is about to be mapped executable, or mapped memory to become so.
 * Emits GH_ACT_MAP_EXEC or GH_ACT_EXEC_MEMORY for a breach. May deny: yes, with -EPERM.
 */

/*
 * Memory of its own has no file, yet the verifier of 6.12 takes this argument for
 * one that is there, drops what asks for it and lets a plain load of it end the
 * kernel. Read as a number it is asked; newer verifiers want the argument asked too.
 */
static __always_inline struct file *gh_file_to_map(const void *arguments)
{
	struct file *file = NULL;

	bpf_probe_read_kernel(&file, sizeof(file), arguments);
	return file;
}

SEC("lsm/mmap_file")
int BPF_PROG(gh_map, struct file *known, unsigned long asked, unsigned long prot,
	     unsigned long flags, int earlier)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct file *file;
	struct gh_breach breach = {};
	struct gh_mapping mapping = {.code = true, .changed = prot & PROT_WRITE};

	if (earlier)
		return gh_refuse(true);
	if (!(prot & PROT_EXEC))
		return 0;
	if (!gh_find_scope(&breach.scope))
		return 0;

	file = gh_file_to_map(ctx);
	if (file) {
		struct file *program = GH_LOAD(mm_struct, task->mm, exe_file);

		mapping.inode = GH_LOAD(file, file, f_inode);
		mapping.mnt = (__u64)GH_LOAD(file, file, f_path.mnt);
		mapping.dentry = (__u64)GH_LOAD(file, file, f_path.dentry);
		/* What runs was judged when it was started. */
		mapping.code = mapping.inode != GH_LOAD(file, program, f_inode);
	}
	gh_decide_mapping(&breach, &mapping);
	return gh_answer(&breach);
}

SEC("lsm/file_mprotect")
int BPF_PROG(gh_remap, struct vm_area_struct *vma, unsigned long asked, unsigned long prot,
	     int earlier)
{
	struct gh_breach breach = {};
	struct gh_mapping mapping = {};
	unsigned long flags;

	if (earlier)
		return gh_refuse(true);
	if (!(prot & PROT_EXEC))
		return 0;
	flags = BPF_CORE_READ(vma, vm_flags);
	if (flags & VM_EXEC && (flags & VM_WRITE || !(prot & PROT_WRITE)))
		return 0; /* nothing new */
	if (!gh_find_scope(&breach.scope))
		return 0;

	gh_mapped(vma, &mapping);
	mapping.code = !(flags & VM_EXEC);
	/* A private page that was written is the process's own; so is the record of it. */
	mapping.changed = prot & PROT_WRITE || BPF_CORE_READ(vma, anon_vma);
	gh_decide_mapping(&breach, &mapping);
	return gh_answer(&breach);
}
