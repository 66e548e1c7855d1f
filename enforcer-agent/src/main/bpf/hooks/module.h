/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Hooks: code that runs in the kernel, or below it, is about to be loaded:
 * modules by name (the kernel asks for them on behalf of socket(), mount() and
 * others, which then fail as if there were none), modules and firmware from a
 * file, modules and kernels from memory. Removing one asks for CAP_SYS_MODULE: see
 * hooks/capable.h.
 * Emit GH_ACT_MODULE for a breach. May deny: yes, with -EPERM.
 */
SEC("lsm/kernel_module_request")
int BPF_PROG(gh_module_request, char *name, int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_MODULE};

	if (earlier)
		return gh_refuse(true);
	breach.name = (__u64)name;
	return gh_ban(&breach, GH_MODULES);
}

SEC("lsm/kernel_read_file")
int BPF_PROG(gh_kernel_read, struct file *file, int id, bool contents, int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_MODULE};

	if (earlier)
		return gh_refuse(true);
	breach.mnt = (__u64)BPF_CORE_READ(file, f_path.mnt);
	breach.dentry = (__u64)BPF_CORE_READ(file, f_path.dentry);
	breach.detail.number = id;
	return gh_ban(&breach, GH_MODULES);
}

SEC("lsm/kernel_load_data")
int BPF_PROG(gh_kernel_load, int id, bool contents, int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_MODULE};

	if (earlier)
		return gh_refuse(true);
	breach.detail.number = id;
	return gh_ban(&breach, GH_MODULES);
}
