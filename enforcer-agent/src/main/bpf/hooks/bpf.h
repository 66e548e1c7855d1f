/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Hooks: bpf() and perf_event_open().
 * Emit GH_ACT_BPF for a breach. May deny: yes, with -EPERM.
 *
 * No `earlier` here: where it stands among the arguments changed in 6.15
 * (082f1db02c80), and a kernel asks no further once one program said no.
 */
SEC("lsm/bpf")
int BPF_PROG(gh_bpf, int command)
{
	struct gh_breach breach = {.act = GH_ACT_BPF};

	breach.detail.number = command;
	return gh_ban(&breach, GH_BPF);
}

SEC("lsm/perf_event_open")
int gh_perf_event(void *ctx)
{
	struct gh_breach breach = {.act = GH_ACT_BPF};

	return gh_ban(&breach, GH_BPF);
}
