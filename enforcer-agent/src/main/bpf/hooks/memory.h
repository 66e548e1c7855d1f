/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Hooks: what makes memory executable without asking mmap_file or file_mprotect.
 * Emit GH_ACT_EXEC_MEMORY for a breach.
 */

static long gh_look_at(struct task_struct *task, struct vm_area_struct *vma, void *executable)
{
	*(bool *)executable = BPF_CORE_READ(vma, vm_flags) & VM_EXEC;
	return 0;
}

/*
 * A program file may ask for an executable stack, or be so old that all it can
 * read is executable. That is memory like any other, and the kernel asks nobody.
 */
static __always_inline void gh_decide_stack(struct gh_breach *breach)
{
	struct task_struct *task = bpf_get_current_task_btf();
	const struct gh_rules *rules = gh_rules_of(breach);
	bool executable = true; /* where it cannot be looked at */

	if (!rules || !gh_asks(rules, GH_MEMORY))
		return;
	if (!(task->personality & READ_IMPLIES_EXEC))
		bpf_find_vma(task, task->mm->start_stack, gh_look_at, &executable, 0);
	if (executable)
		gh_decide_memory(breach, rules);
}

/* A new program is in place and has not run an instruction. May deny: no; may kill: yes. */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(gh_loaded, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	struct gh_breach breach = {.act = GH_ACT_EXEC_MEMORY, .running = 1};

	if (!gh_find_scope(&breach.scope))
		return 0;

	gh_decide_stack(&breach);
	gh_end(&breach);
	return 0;
}

/* After this call whatever the heap grows by is executable, and no hook asked. May deny: yes, with -EPERM. */
static __always_inline int gh_persona(__u32 persona, int earlier)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct gh_breach breach = {.act = GH_ACT_EXEC_MEMORY};
	const struct gh_rules *rules;

	if (earlier)
		return earlier;
	if (persona == 0xffffffff || !(persona & READ_IMPLIES_EXEC) ||
	    task->personality & READ_IMPLIES_EXEC)
		return 0;
	if (!gh_find_scope(&breach.scope))
		return 0;

	rules = gh_rules_of(&breach);
	if (rules)
		gh_decide_memory(&breach, rules);
	return gh_answer(&breach);
}

#if defined(__TARGET_ARCH_x86)
SEC("fmod_ret/__x64_sys_personality")
int BPF_PROG(gh_personality, const struct pt_regs *regs, int earlier)
{
	return gh_persona(regs->di, earlier);
}

SEC("fmod_ret/__ia32_sys_personality")
int BPF_PROG(gh_personality_narrow, const struct pt_regs *regs, int earlier)
{
	return gh_persona(regs->bx, earlier);
}
#else
SEC("fmod_ret/__arm64_sys_personality")
int BPF_PROG(gh_personality, const struct pt_regs *regs, int earlier)
{
	return gh_persona(regs->regs[0], earlier);
}
#endif

/*
 * Where the call above cannot be refused: its caller's memory grows, and by brk no
 * other hook hears of it. What this hook answers decides nothing, so its caller is
 * ended before it comes back to run what it got. May deny: no; may kill: yes.
 */
SEC("lsm/vm_enough_memory")
int BPF_PROG(gh_heap, struct mm_struct *mm, long pages, int earlier)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct gh_breach breach = {.act = GH_ACT_EXEC_MEMORY};
	const struct gh_rules *rules;

	if (!(task->personality & READ_IMPLIES_EXEC) || !gh_find_scope(&breach.scope))
		return 0;

	rules = gh_rules_of(&breach);
	if (rules)
		gh_decide_memory(&breach, rules);
	gh_end(&breach);
	return 0;
}
