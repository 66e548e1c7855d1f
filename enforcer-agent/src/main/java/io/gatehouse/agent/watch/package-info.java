// SPDX-License-Identifier: Apache-2.0
/// Java's side of the watching programs (`watch.bpf.c`): which of them are attached, what they are to
/// tell, and the ring they tell it by.
///
/// [WatchPlan] turns what the rules ask into what the kernel is told of each system call; [KernelWatch] puts it in
/// force and hands out records. One thread reads ("gatehouse-watch"); every other method may be called from any thread.
/// A second one ("gatehouse-calls", [OwnPrograms]) brings system calls to programs of their own. Lock order:
/// [KernelWatch], [OwnPrograms], [CallEntries].
/// Nothing here decides: the guard (`agent.enforce`) does that, in its own object, whatever becomes of this one.
package io.gatehouse.agent.watch;
