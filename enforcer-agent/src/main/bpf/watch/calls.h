/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * The kernel's functions of system calls, by which entries have one: a program of its own for
 * each. Which of them a kernel has, it says itself (BTF); the agent loads no other.
 */
#ifndef GW_CALLS_H
#define GW_CALLS_H

/* A table. */
/* clang-format off */

/* 64 bits, and 32 by the same arguments. */
#define GW_CALLS_PLAIN(X) \
	X(openat2) X(creat) X(close) X(close_range) X(read) X(write) X(pread64) X(pwrite64) \
	X(readv) X(writev) X(llseek) X(splice) X(copy_file_range) X(flock) X(getdents64) \
	X(dup) X(dup2) X(dup3) X(access) X(mkdir) X(mkdirat) X(mknod) X(mknodat) X(rmdir) \
	X(unlink) X(unlinkat) X(rename) X(renameat) X(renameat2) X(link) X(linkat) \
	X(symlink) X(symlinkat) X(chmod) X(fchmod) X(fchmodat) X(chown) X(lchown) X(fchown) \
	X(fchownat) X(getcwd) X(chdir) X(fchdir) X(chroot) X(mount) X(oldumount) X(umount) \
	X(fsconfig) X(quotactl) X(socket) X(socketpair) X(bind) X(connect) X(listen) \
	X(accept) X(accept4) X(shutdown) X(getsockname) X(getpeername) X(send) X(sendto) \
	X(recvmmsg) X(setsockopt) X(getsockopt) X(process_vm_readv) \
	X(process_vm_writev) X(clone) X(fork) X(vfork) X(clone3) X(setsid) X(setpgid) X(kill) \
	X(tkill) X(tgkill) X(prctl) X(seccomp) X(setns) X(unshare) X(prlimit64) X(nanosleep) \
	X(futex) X(setuid) X(setgid) X(setreuid) X(setregid) X(setresuid) X(setresgid) \
	X(getuid) X(geteuid) X(getgid) X(getegid) X(getresuid) X(getresgid) X(capset) X(brk) \
	X(mmap) X(mmap_pgoff) X(munmap) X(mprotect) X(mlock) X(mlock2) X(munlock) \
	X(mlockall) X(munlockall) X(memfd_create) X(userfaultfd) X(pipe) X(pipe2) X(eventfd) \
	X(eventfd2) X(timerfd_create) X(inotify_init) X(inotify_init1) X(epoll_create) \
	X(epoll_create1) X(epoll_wait) X(poll) X(ppoll) X(pidfd_open) X(pidfd_getfd) X(bpf) \
	X(init_module) X(finit_module) X(delete_module) X(io_uring_setup) X(io_uring_enter) \
	X(io_uring_register) X(semget) X(semop) X(_sysctl) X(acct) X(add_key) X(adjtimex) \
	X(alarm) X(arch_prctl) X(cachestat) X(capget) X(clock_adjtime) X(clock_getres) \
	X(clock_gettime) X(clock_nanosleep) X(clock_settime) X(epoll_ctl) X(faccessat) \
	X(faccessat2) X(fadvise64) X(fallocate) X(fanotify_init) X(fchmodat2) X(fdatasync) \
	X(fgetxattr) X(file_getattr) X(file_setattr) X(flistxattr) X(fremovexattr) \
	X(fsetxattr) X(fsmount) X(fsopen) X(fspick) X(fsync) X(futex_requeue) X(futex_wait) \
	X(futex_waitv) X(futex_wake) X(futimesat) X(get_mempolicy) X(get_thread_area) \
	X(getcpu) X(getgroups) X(getpgid) X(getpgrp) X(getpid) X(getppid) X(getpriority) \
	X(getrandom) X(getresgid16) X(getresuid16) X(getsid) X(gettid) X(getxattr) \
	X(getxattrat) X(inotify_add_watch) X(inotify_rm_watch) X(io_cancel) X(io_destroy) \
	X(io_getevents) X(ioperm) X(iopl) X(ioprio_get) X(ioprio_set) X(kcmp) \
	X(kexec_file_load) X(landlock_add_rule) X(landlock_create_ruleset) \
	X(landlock_restrict_self) X(lgetxattr) X(listmount) X(listns) X(listxattr) \
	X(listxattrat) X(llistxattr) X(lookup_dcookie) X(lremovexattr) X(lsetxattr) \
	X(lsm_get_self_attr) X(lsm_list_modules) X(lsm_set_self_attr) X(madvise) \
	X(map_shadow_stack) X(mbind) X(membarrier) X(memfd_secret) X(migrate_pages) \
	X(mincore) X(modify_ldt) X(mount_setattr) X(move_mount) X(move_pages) \
	X(mq_timedreceive) X(mq_timedsend) X(mq_unlink) X(mremap) X(mseal) X(msgget) \
	X(msync) X(name_to_handle_at) X(nfsservctl) X(nice) X(open_tree) X(open_tree_attr) \
	X(pause) X(pciconfig_iobase) X(pciconfig_read) X(pciconfig_write) X(perf_event_open) \
	X(personality) X(pidfd_send_signal) X(pivot_root) X(pkey_alloc) X(pkey_free) \
	X(pkey_mprotect) X(process_madvise) X(process_mrelease) X(pselect6) X(quotactl_fd) \
	X(readahead) X(readlink) X(readlinkat) X(reboot) X(remap_file_pages) X(removexattr) \
	X(removexattrat) X(request_key) X(restart_syscall) X(rseq) X(rseq_slice_yield) \
	X(rt_sigtimedwait) X(sched_get_priority_max) X(sched_get_priority_min) \
	X(sched_getattr) X(sched_getparam) X(sched_getscheduler) X(sched_rr_get_interval) \
	X(sched_setattr) X(sched_setparam) X(sched_setscheduler) X(sched_yield) \
	X(semtimedop) X(set_mempolicy) X(set_mempolicy_home_node) X(set_thread_area) \
	X(set_tid_address) X(setdomainname) X(setfsgid) X(setfsuid) X(setgroups) \
	X(sethostname) X(setpriority) X(setxattr) X(setxattrat) X(sgetmask) X(shmdt) \
	X(shmget) X(signal) X(sigsuspend) X(ssetmask) X(statmount) X(statx) X(stime) \
	X(swapoff) X(swapon) X(sync) X(sync_file_range) X(sync_file_range2) X(syncfs) \
	X(sysfs) X(syslog) X(tee) X(time) X(timer_delete) X(timer_getoverrun) \
	X(timer_gettime) X(timer_settime) X(timerfd_gettime) X(timerfd_settime) X(umask) \
	X(newuname) X(uprobe) X(uretprobe) X(uselib) X(utime) X(utimensat) X(utimes) \
	X(vhangup) X(vm86) X(vm86old) X(vmsplice) X(waitpid)

/* 64 bits, and 32 by other arguments or structs. */
#define GW_CALLS_TRANSLATED(X) \
	X(open) X(openat) X(open_by_handle_at) X(preadv) X(pwritev) X(lseek) X(sendfile64) \
	X(ioctl) X(fcntl) X(getdents) X(newstat) X(newlstat) X(newfstat) X(newfstatat) \
	X(sendmsg) X(sendmmsg) X(recv) X(recvfrom) X(recvmsg) \
	X(execve) X(execveat) X(ptrace) \
	X(getrlimit) X(setrlimit) X(keyctl) X(signalfd) X(signalfd4) X(select) X(semctl) \
	X(epoll_pwait) X(epoll_pwait2) X(fanotify_mark) X(fstatfs) X(ftruncate) \
	X(get_robust_list) X(getitimer) X(getrusage) X(gettimeofday) X(io_pgetevents) \
	X(io_setup) X(io_submit) X(ipc) X(kexec_load) X(mq_getsetattr) X(mq_notify) \
	X(mq_open) X(msgctl) X(msgrcv) X(msgsnd) X(preadv2) X(pwritev2) X(rt_sigaction) \
	X(rt_sigpending) X(rt_sigprocmask) X(rt_sigqueueinfo) X(rt_sigsuspend) \
	X(rt_tgsigqueueinfo) X(sched_getaffinity) X(sched_setaffinity) X(set_robust_list) \
	X(setitimer) X(settimeofday) X(shmat) X(shmctl) X(sigaltstack) X(sigpending) \
	X(sigprocmask) X(socketcall) X(statfs) X(sysinfo) X(timer_create) X(times) \
	X(truncate) X(ustat) X(wait4) X(waitid)

/* Without arguments: one function for both entries, also where they are among the plain ones. */
#define GW_CALLS_BARE(X) X(fork) X(vfork) X(setsid) X(getuid) X(geteuid) X(getgid) X(getegid)

/* 32 bits only, by the same arguments but for narrower ids. */
#define GW_CALLS_OLD(X) \
	X(chown16) X(lchown16) X(fchown16) X(setuid16) X(setgid16) X(setreuid16) \
	X(setregid16) X(setresuid16) X(setresgid16) X(getuid16) X(getgid16) X(geteuid16) \
	X(getegid16) X(ia32_pread64) X(ia32_pwrite64) X(sendfile64)

/* 32 bits only, by other arguments or structs. */
#define GW_CALLS_NARROW(X) \
	X(sigaction) X(ia32_clone) X(fcntl64) X(sendfile) X(recvmmsg_time32) \
	X(recvmmsg_time64) X(ia32_stat64) X(ia32_lstat64) X(ia32_fstat64) X(ia32_fstatat64)

/* clang-format on */

#endif /* GW_CALLS_H */
