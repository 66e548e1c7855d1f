/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Hooks: a ring of io_uring is about to be made, or one from before the rules to
 * do what needs more than its user's own rights. What a ring opens, writes or
 * connects comes by the hooks of those acts, whose tasks are threads of the ring's
 * user and in its cgroup.
 * Emit GH_ACT_IO_URING for a breach. May deny: yes, with -EPERM.
 */
SEC("lsm/uring_allowed")
int BPF_PROG(gh_uring, int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_IO_URING};

	if (earlier)
		return gh_refuse(true);
	return gh_ban(&breach, GH_IO_URING);
}

/* Before 6.15 (c6ad9fdbd44b): the file behind a ring, by the name that the kernel gives it. */
SEC("lsm/inode_init_security_anon")
int BPF_PROG(gh_uring_file, struct inode *inode, struct qstr *name, struct inode *context,
	     int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_IO_URING};
	char text[12] = {};

	if (earlier)
		return gh_refuse(true);
	bpf_probe_read_kernel_str(text, sizeof(text), BPF_CORE_READ(name, name));
	if (__builtin_memcmp(text, "[io_uring]", 11))
		return 0;
	return gh_ban(&breach, GH_IO_URING);
}

SEC("lsm/uring_override_creds")
int BPF_PROG(gh_uring_creds, void *cred, int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_IO_URING};

	if (earlier)
		return gh_refuse(true);
	return gh_ban(&breach, GH_IO_URING);
}

SEC("lsm/uring_sqpoll")
int BPF_PROG(gh_uring_poller, int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_IO_URING};

	if (earlier)
		return gh_refuse(true);
	return gh_ban(&breach, GH_IO_URING);
}

SEC("lsm/uring_cmd")
int BPF_PROG(gh_uring_command, void *command, int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_IO_URING};

	if (earlier)
		return gh_refuse(true);
	return gh_ban(&breach, GH_IO_URING);
}
