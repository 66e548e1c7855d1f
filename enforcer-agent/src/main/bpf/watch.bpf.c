/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * What tells of everything that happens, and decides nothing: its own object, so
 * that the guard stands whether these programs load or not. watch/ reads from
 * the bottom up: maps, reading the kernel, the record, its sections, the hooks.
 */
#include "kernel.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "gatehouse.h"
#include "watch.h"

#include "compat/syscall.h"

#include "compat/layouts.h"
#include "compat/uring.h"

#include "lib/cgroup.h"

#include "lib/load.h"

#include "watch/maps.h"

#include "watch/read.h"

#include "watch/record.h"

#include "watch/task.h"

#include "watch/names.h"

#include "watch/descriptor.h"

#include "watch/capture.h"

#include "watch/sieve.h"

#include "watch/program.h"

#include "watch/call.h"

#include "watch/process.h"
#include "watch/uring.h"

#include "watch/calls.h"
#include "watch/fexit.h"

char LICENSE[] SEC("license") = "GPL";
