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

/* After this call whatever the heap grows by is executable, and no hook asked. */
static __always_inline bool gh_decide_persona(struct gh_breach *breach, __u32 persona)
{
	struct task_struct *task = bpf_get_current_task_btf();
	const struct gh_rules *rules;

	if (persona == 0xffffffff || !(persona & READ_IMPLIES_EXEC) ||
	    task->personality & READ_IMPLIES_EXEC)
		return false;
	if (!gh_find_scope(&breach->scope))
		return false;

	rules = gh_rules_of(breach);
	if (rules)
		gh_decide_memory(breach, rules);
	return true;
}

/* May deny: yes, with -EPERM, which is the call's answer in all its 64 bits: from an int the caller would read success. */
static __always_inline long gh_persona(__u32 persona, long earlier)
{
	struct gh_breach breach = {.act = GH_ACT_EXEC_MEMORY};

	if (earlier)
		return earlier;
	if (!gh_decide_persona(&breach, persona) || !gh_conclude(&breach))
		return 0;
	return -1;
}

/* Where nobody may answer for the call: its caller is ended before it comes back. May deny: no; may kill: yes. */
static __always_inline int gh_end_persona(__u32 persona)
{
	struct gh_breach breach = {.act = GH_ACT_EXEC_MEMORY};

	return gh_decide_persona(&breach, persona) ? gh_end(&breach) : 0;
}

#if defined(__TARGET_ARCH_x86)
SEC("fmod_ret/__x64_sys_personality")
long BPF_PROG(gh_personality, const struct pt_regs *regs, long earlier)
{
	return gh_persona(regs->di, earlier);
}

SEC("fmod_ret/__ia32_sys_personality")
long BPF_PROG(gh_personality_narrow, const struct pt_regs *regs, long earlier)
{
	return gh_persona(regs->bx, earlier);
}

SEC("fentry/__x64_sys_personality")
int BPF_PROG(gh_persona_end, const struct pt_regs *regs)
{
	return gh_end_persona(regs->di);
}

SEC("fentry/__ia32_sys_personality")
int BPF_PROG(gh_persona_end_narrow, const struct pt_regs *regs)
{
	return gh_end_persona(regs->bx);
}
#else
SEC("fmod_ret/__arm64_sys_personality")
long BPF_PROG(gh_personality, const struct pt_regs *regs, long earlier)
{
	return gh_persona(regs->regs[0], earlier);
}

SEC("fentry/__arm64_sys_personality")
int BPF_PROG(gh_persona_end, const struct pt_regs *regs)
{
	return gh_end_persona(regs->regs[0]);
}
#endif
