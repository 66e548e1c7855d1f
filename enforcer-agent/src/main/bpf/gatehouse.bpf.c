/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The node's programs, one file a hook below hooks/. Two families: guard
 * decides (LSM, and its stand-ins where none loads), watch tells (cgroups).
 * Which of them load is the agent's choice, from what this kernel can do and
 * what the policies in force ask.
 */
#include "kernel.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "gatehouse.h"

#include "maps.h"

#include "compat/syscall.h"

#include "compat/host.h"

#include "lib/stats.h"

#include "lib/control.h"

#include "lib/cgroup.h"

#include "lib/load.h"

#include "lib/scope.h"

#include "lib/object.h"

#include "lib/emit.h"

#include "lib/verdict.h"

#include "lib/decide.h"

#include "lib/network.h"
#include "lib/ban.h"

#include "lib/self.h"
#include "lib/device.h"

#include "lib/files.h"
#include "compat/mapped.h"

#include "hooks/runtime.h"

#include "hooks/census.h"

#include "hooks/bpf.h"
#include "hooks/bprm_check_security.h"
#include "hooks/capable.h"
#include "hooks/capability.h"
#include "hooks/cgroup.h"
#include "hooks/cgroup_network.h"
#include "hooks/cgroup_device.h"
#include "hooks/file_open.h"
#include "hooks/inet_sock_set_state.h"
#include "hooks/io_uring.h"
#include "hooks/memory.h"
#include "hooks/mmap_file.h"
#include "hooks/module.h"
#include "hooks/mount.h"
#include "hooks/namespace.h"
#include "hooks/path_change.h"
#include "hooks/file_ioctl.h"
#include "hooks/file_use.h"
#include "hooks/unix_socket.h"
#include "hooks/ptrace.h"
#include "hooks/sched_process_exec.h"
#include "hooks/socket.h"
#include "hooks/sys_exit.h"

#include "hooks/self.h"

#include "hooks/identify.h"

char LICENSE[] SEC("license") = "GPL";
