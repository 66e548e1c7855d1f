/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Hook: a file is about to be opened, perhaps by an interpreter that will do what it says.
 * Emits GH_ACT_OPEN_READ for a breach. May deny: yes, with -EPERM.
 *
 * A program of its own beside gh_open: it is attached only where a policy asks,
 * because every file that is read comes by here.
 */
SEC("lsm/file_open")
int BPF_PROG(gh_interpret, struct file *file, int earlier)
{
	struct gh_breach breach = {.act = GH_ACT_OPEN_READ};
	__u32 mode;

	if (earlier)
		return gh_refuse(true);
	mode = file->f_mode;
	/* What the kernel opens to run is judged as that; a file made by this very call holds nothing. */
	if (!(mode & FMODE_READ) || mode & (FMODE_NOACCOUNT | FMODE_CREATED) ||
	    file->f_flags & FMODE_EXEC)
		return 0;
	if (!gh_find_scope(&breach.scope))
		return 0;

	gh_decide_read(&breach, file);
	return gh_answer(&breach);
}
