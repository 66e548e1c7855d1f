/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Hook: a device is opened, or its node made: the stand-in for file_open and
 * path_mknod where the kernel loads no LSM program. Attached as those of
 * cgroup_network.h are; it is told numbers and no file.
 * Emits GH_ACT_DEVICE for a breach. May deny: yes, with -EPERM.
 */
SEC("cgroup/dev")
int gh_device(struct bpf_cgroup_dev_ctx *ctx)
{
	struct gh_breach breach = {.act = GH_ACT_DEVICE};
	bool block = (ctx->access_type & 0xffff) == BPF_DEVCG_DEV_BLOCK;
	bool made = ctx->access_type >> 16 & BPF_DEVCG_ACC_MKNOD;

	if (!block && !made)
		return 1;
	if (!gh_find_scope(&breach.scope))
		return 1;
	gh_decide_device(&breach, ctx->major << 20 | (ctx->minor & 0xfffff));
	return gh_answer_cgroup(&breach);
}
