/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Hook: a new program is in place and has not run an instruction.
 * Two programs: the stand-in for bprm_check_security, and the announcement of
 * cgroups that the agent does not know. May deny: no; may kill: yes.
 */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(gh_executed, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	struct gh_breach breach = {.act = GH_ACT_EXEC, .running = 1};

	if (!gh_find_scope(&breach.scope))
		return 0;

	gh_decide_program(&breach, BPF_CORE_READ(bprm, file));
	if (breach.verdict == GH_ALLOW) {
		breach.act = GH_ACT_EXEC_MEMORY;
		gh_decide_stack(&breach);
	}
	gh_end(&breach);
	return 0;
}

/* Whether the container's root is a file system of its own; that of a service with private mounts is the host's. */
static __always_inline bool gh_has_own_root(struct task_struct *task, struct gh_control *control)
{
	__u32 dev = BPF_CORE_READ(task, fs, root.dentry, d_inode, i_sb, s_dev);

	return dev && dev != control->host_root_dev;
}

/*
 * Stops the program before its first instruction; the agent judges it by the
 * container's rules and lets it go on. Its entry comes first: whoever is stopped
 * is in the map, where the agent looks too.
 */
static __always_inline bool gh_hold(struct gh_breach *breach, struct task_struct *task)
{
	struct gh_hold hold = {};
	__u32 tgid = task->tgid;

	hold.start_ns = BPF_CORE_READ(task, group_leader, start_boottime);
	hold.since_ns = bpf_ktime_get_boot_ns();
	hold.scope = breach->scope.key;
	hold.ino = breach->file.ino;
	hold.dev = breach->file.dev;
	hold.generation = breach->file.generation;
	hold.facts = breach->file.facts;
	if (bpf_map_update_elem(&gh_held, &tgid, &hold, BPF_ANY)) {
		gh_count(GH_STAT_HOLD_FULL);
		return false;
	}
	if (bpf_send_signal(SIGSTOP)) {
		bpf_map_delete_elem(&gh_held, &tgid);
		gh_count(GH_STAT_SIGNAL_FAILED);
		return false;
	}
	gh_count(GH_STAT_HELD);
	return true;
}

/* All of an administrator's rights, not in a user namespace, and every process of the node in sight. */
static __always_inline bool gh_is_as_good_as_host(struct task_struct *task)
{
	const struct cred *cred = BPF_CORE_READ(task, cred);
	__u64 rights = 0;

	/* As a whole: before kernel 6.3 it had two halves (f122a08b197d076ccf136c73fae0146875812a88). */
	bpf_core_read(&rights, sizeof(rights), &cred->cap_effective);
	return rights & 1ULL << CAP_SYS_ADMIN && !BPF_CORE_READ(cred, user_ns, level) &&
	       !BPF_CORE_READ(task, thread_pid, level);
}

/*
 * A container started while no agent lives: it gets the rules that need nobody
 * to look anything up. One that may do on the host whatever it likes gets none,
 * since that is what an agent's own container looks like.
 */
static __always_inline bool gh_bind_default(struct task_struct *task, __u64 key,
					    struct gh_control *control)
{
	struct super_block *root = BPF_CORE_READ(task, fs, root.dentry, d_inode, i_sb);
	struct gh_slot *slot;
	__u32 number;

	if (gh_is_as_good_as_host(task))
		return false;
	/* Where no layers are, a file of the image cannot be told, and nothing would run. */
	if (BPF_CORE_READ(root, s_magic) != OVERLAYFS_SUPER_MAGIC) {
		gh_count(GH_STAT_DEFAULT_FAILED);
		return false;
	}
	if (bpf_map_pop_elem(&gh_reserve, &number)) {
		gh_count(GH_STAT_DEFAULT_FAILED);
		return false;
	}
	slot = bpf_map_lookup_elem(&gh_slots, &number);
	if (!slot || bpf_map_update_elem(&gh_scopes, &key, &number, BPF_ANY)) {
		gh_count(GH_STAT_DEFAULT_FAILED);
		return false;
	}
	*(volatile __u64 *)slot = (__u64)BPF_CORE_READ(task, fs, root.dentry, d_inode, i_sb, s_dev)
					  << 32 |
				  control->default_rules;
	gh_take_in(task, number);
	gh_count(GH_STAT_DEFAULTED);
	return true;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(gh_stranger, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	struct gh_breach breach = {.act = GH_ACT_STRANGER, .running = 1};
	struct gh_task *noted = bpf_task_storage_get(&gh_tasks, task, NULL, 0);
	struct gh_control *control = gh_controls();
	struct file *file = BPF_CORE_READ(bprm, file);
	/* The program before this one counted one less. */
	bool was_setting_up = noted && noted->setting_up == task->self_exec_id;
	__u32 *slot;
	__u64 key;

	if (gh_slot_by_lineage(noted))
		return 0;
	key = gh_key_of(task);
	if (key == 1)
		return 0;
	if (gh_mount_namespace(task) == gh_config.host_mnt_ns) {
		/* It may have started inside the container's cgroup, as clone3 with CLONE_INTO_CGROUP does. */
		gh_mark(task);
		return 0;
	}
	slot = bpf_map_lookup_elem(&gh_scopes, &key);
	if (slot && *slot) {
		gh_take_in(task, *slot);
		/*
		 * The cgroup may have become known only after bprm_check_security; the
		 * stand-in comes after us and knows what we know.
		 */
		if (!was_setting_up || !gh_config.lsm)
			return 0;
		breach.act = GH_ACT_EXEC;
		goto judge;
	}
	if (!control || control->retired)
		return 0;

	breach.scope.key = key;
	if (!gh_agent_lives(control)) {
		if (!control->default_rules || !was_setting_up || !gh_has_own_root(task, control) ||
		    !gh_bind_default(task, key, control))
			return 0;
		breach.act = GH_ACT_EXEC;
		goto judge;
	}

	gh_read_inode(BPF_CORE_READ(file, f_inode), 0, &breach.file);
	breach.mnt = (__u64)BPF_CORE_READ(file, f_path.mnt);
	breach.dentry = (__u64)BPF_CORE_READ(file, f_path.dentry);
	/* Without a note it may be a runtime that found no memory for its mark. */
	if (!slot && control->holds && (!noted || was_setting_up) &&
	    gh_has_own_root(task, control) && gh_hold(&breach, task))
		breach.file.facts |= GH_FACT_HELD;
	gh_tell(&breach);
	return 0;

judge:
	if (gh_find_scope(&breach.scope)) {
		gh_decide_program(&breach, file);
		gh_end(&breach);
	}
	return 0;
}
