// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import static io.gatehouse.agent.enforce.RuntimeRule.BIND;
import static io.gatehouse.agent.enforce.RuntimeRule.BPF;
import static io.gatehouse.agent.enforce.RuntimeRule.CAPABILITIES;
import static io.gatehouse.agent.enforce.RuntimeRule.CONNECT;
import static io.gatehouse.agent.enforce.RuntimeRule.DEVICES;
import static io.gatehouse.agent.enforce.RuntimeRule.INTERPRETERS;
import static io.gatehouse.agent.enforce.RuntimeRule.IO_URING;
import static io.gatehouse.agent.enforce.RuntimeRule.LISTEN;
import static io.gatehouse.agent.enforce.RuntimeRule.MEMORY;
import static io.gatehouse.agent.enforce.RuntimeRule.MODULES;
import static io.gatehouse.agent.enforce.RuntimeRule.MOUNTS;
import static io.gatehouse.agent.enforce.RuntimeRule.NAMESPACES;
import static io.gatehouse.agent.enforce.RuntimeRule.PROCESS_ALLOW;
import static io.gatehouse.agent.enforce.RuntimeRule.PROCESS_FORBID;
import static io.gatehouse.agent.enforce.RuntimeRule.PROCESS_FROM_IMAGE;
import static io.gatehouse.agent.enforce.RuntimeRule.PTRACE;
import static io.gatehouse.agent.enforce.RuntimeRule.READ_FORBID;
import static io.gatehouse.agent.enforce.RuntimeRule.SELF;
import static io.gatehouse.agent.enforce.RuntimeRule.WRITE_FORBID;
import static io.gatehouse.agent.enforce.RuntimeRule.WRITE_ROOT;
import static io.gatehouse.agent.enforce.RuntimeRule.WRITE_VOLUMES;

import io.gatehouse.events.Backend;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// The programs of `gatehouse.bpf.c`: where each hooks in, which rules need it, and what is lost without it.
public enum GuardProgram {
    EXEC("gh_exec", Backend.LSM, "bprm_check_security", Set.of(PROCESS_ALLOW, PROCESS_FROM_IMAGE, PROCESS_FORBID)),
    /// For AT_EXECVE_CHECK, which kernels before 6.14 do not know.
    EXEC_CHECK(
            "gh_exec_check",
            Backend.LSM,
            "bprm_creds_for_exec",
            Set.of(PROCESS_ALLOW, PROCESS_FROM_IMAGE, PROCESS_FORBID)),
    MAP("gh_map", Backend.LSM, "mmap_file", Set.of(PROCESS_FROM_IMAGE, PROCESS_FORBID, MEMORY)),
    REMAP("gh_remap", Backend.LSM, "file_mprotect", Set.of(PROCESS_FROM_IMAGE, PROCESS_FORBID, MEMORY)),
    OPEN("gh_open", Backend.LSM, "file_open", Rules.OPENED_TO_WRITE),
    OPEN_READ("gh_open_read", Backend.LSM, "file_open", Rules.OPENED_TO_READ),
    OPEN_DEVICE("gh_open_device", Backend.LSM, "file_open", Set.of(DEVICES)),
    MKNOD("gh_path_mknod", Backend.LSM, "path_mknod", Rules.WRITES),
    MAKE_DEVICE("gh_make_device", Backend.LSM, "path_mknod", Set.of(DEVICES)),
    MKDIR("gh_path_mkdir", Backend.LSM, "path_mkdir", Rules.WRITES),
    UNLINK("gh_path_unlink", Backend.LSM, "path_unlink", Rules.WRITES),
    RMDIR("gh_path_rmdir", Backend.LSM, "path_rmdir", Rules.WRITES),
    SYMLINK("gh_path_symlink", Backend.LSM, "path_symlink", Rules.WRITES),
    LINK("gh_path_link", Backend.LSM, "path_link", Rules.WRITES),
    LINK_OF("gh_path_link_of", Backend.LSM, "path_link", Rules.FILES),
    RENAME("gh_path_rename", Backend.LSM, "path_rename", Rules.FILES),
    RENAME_TO("gh_path_rename_to", Backend.LSM, "path_rename", Rules.WRITES),
    CHMOD("gh_path_chmod", Backend.LSM, "path_chmod", Rules.WRITES),
    CHOWN("gh_path_chown", Backend.LSM, "path_chown", Rules.WRITES),
    TRUNCATE("gh_path_truncate", Backend.LSM, "path_truncate", Rules.WRITES),
    /// Kernels before 6.2 ask path_truncate instead and have no such hook.
    FILE_TRUNCATE("gh_file_truncate", Backend.LSM, "file_truncate", Rules.WRITES),
    SETXATTR("gh_setxattr", Backend.LSM, "inode_setxattr", Rules.WRITES),
    REMOVEXATTR("gh_removexattr", Backend.LSM, "inode_removexattr", Rules.WRITES),
    /// Kernels before 6.2 ask inode_setxattr and inode_removexattr instead and have no such hooks.
    SET_ACL("gh_set_acl", Backend.LSM, "inode_set_acl", Rules.WRITES),
    REMOVE_ACL("gh_remove_acl", Backend.LSM, "inode_remove_acl", Rules.WRITES),
    SETATTR("gh_setattr", Backend.LSM, "inode_setattr", Rules.WRITES),
    IOCTL("gh_ioctl", Backend.LSM, "file_ioctl", Rules.WRITES),
    IOCTL_COMPAT("gh_ioctl_compat", Backend.LSM, "file_ioctl_compat", Rules.WRITES),
    /// Kernels before 6.17 ask file_ioctl and have no such hook.
    FILE_SETATTR("gh_file_setattr", Backend.LSM, "inode_file_setattr", Rules.WRITES),
    RECEIVE("gh_receive", Backend.LSM, "file_receive", Rules.FILES),
    UNIX_CONNECT("gh_unix_connect", Backend.LSM, "unix_stream_connect", Rules.READS),
    UNIX_SEND("gh_unix_send", Backend.LSM, "unix_may_send", Rules.READS),
    USE("gh_use", Backend.LSM, "file_permission", Rules.FILES),
    MAP_USE("gh_map_use", Backend.LSM, "mmap_file", Rules.FILES),
    REMAP_USE("gh_remap_use", Backend.LSM, "file_mprotect", Rules.FILES),

    /// Ends a program before its first instruction; no hook that could refuse it knows of its stack.
    LOADED("gh_loaded", Backend.LSM, "sched_process_exec", Set.of(MEMORY)),
    PERSONALITY("gh_personality", Backend.LSM, "personality", Set.of(MEMORY)),
    PERSONALITY_NARROW("gh_personality_narrow", Backend.LSM, "personality, 32 bit", Set.of(MEMORY)),
    /// Attached only where [#PERSONALITY] is not loaded: kernels without error injection let nobody answer for a call.
    PERSONALITY_ENDED("gh_persona_end", Backend.LSM, "personality", Set.of(MEMORY)),
    PERSONALITY_ENDED_NARROW("gh_persona_end_narrow", Backend.LSM, "personality, 32 bit", Set.of(MEMORY)),
    TRACE("gh_trace", Backend.LSM, "ptrace_access_check", Set.of(PTRACE)),
    TRACE_ME("gh_trace_me", Backend.LSM, "ptrace_traceme", Set.of(PTRACE)),
    GAIN("gh_gain", Backend.LSM, "bprm_creds_from_file", Set.of(CAPABILITIES)),
    NEW_USERS("gh_new_users", Backend.LSM, "userns_create", Set.of(CAPABILITIES)),
    SET_USER("gh_set_user", Backend.LSM, "task_fix_setuid", Set.of(CAPABILITIES)),

    SOCKET_CONNECT("gh_socket_connect", Backend.LSM, "socket_connect", Set.of(CONNECT)),
    SOCKET_SENDMSG("gh_socket_sendmsg", Backend.LSM, "socket_sendmsg", Set.of(CONNECT)),
    SOCKET_CREATE("gh_socket_create", Backend.LSM, "socket_create", Set.of(CONNECT, BIND)),
    SOCKET_BIND("gh_socket_bind", Backend.LSM, "socket_bind", Set.of(BIND)),
    SOCKET_LISTEN("gh_socket_listen", Backend.LSM, "socket_listen", Set.of(LISTEN)),

    CONNECT4("gh_connect4", Backend.CGROUP, "cgroup/connect4", Set.of(CONNECT)),
    CONNECT6("gh_connect6", Backend.CGROUP, "cgroup/connect6", Set.of(CONNECT)),
    SENDMSG4("gh_sendmsg4", Backend.CGROUP, "cgroup/sendmsg4", Set.of(CONNECT)),
    SENDMSG6("gh_sendmsg6", Backend.CGROUP, "cgroup/sendmsg6", Set.of(CONNECT)),
    SOCK_CREATE("gh_sock_create", Backend.CGROUP, "cgroup/sock_create", Set.of(CONNECT, BIND)),
    BIND4("gh_bind4", Backend.CGROUP, "cgroup/bind4", Set.of(BIND)),
    BIND6("gh_bind6", Backend.CGROUP, "cgroup/bind6", Set.of(BIND)),
    DEVICE("gh_device", Backend.CGROUP, "cgroup/dev", Set.of(DEVICES)),

    MOUNT("gh_mount", Backend.LSM, "sb_mount", Set.of(MOUNTS)),
    MOVE_MOUNT("gh_move_mount", Backend.LSM, "move_mount", Set.of(MOUNTS)),
    UNMOUNT("gh_unmount", Backend.LSM, "sb_umount", Set.of(MOUNTS)),
    PIVOT_ROOT("gh_pivot_root", Backend.LSM, "sb_pivotroot", Set.of(MOUNTS)),
    CHROOT("gh_chroot", Backend.LSM, "path_chroot", Set.of(MOUNTS)),
    CAPABLE("gh_capable", Backend.LSM, "capable", Set.of(MOUNTS, NAMESPACES, MODULES)),
    USER_NAMESPACE("gh_user_namespace", Backend.LSM, "userns_create", Set.of(NAMESPACES)),
    CLONED("gh_cloned", Backend.LSM, "task_alloc", Set.of(NAMESPACES)),
    MODULE_REQUEST("gh_module_request", Backend.LSM, "kernel_module_request", Set.of(MODULES)),
    KERNEL_READ("gh_kernel_read", Backend.LSM, "kernel_read_file", Set.of(MODULES)),
    KERNEL_LOAD("gh_kernel_load", Backend.LSM, "kernel_load_data", Set.of(MODULES)),
    BPF_CALL("gh_bpf", Backend.LSM, "bpf", Set.of(BPF)),
    PERF_EVENT("gh_perf_event", Backend.LSM, "perf_event_open", Set.of(BPF)),
    /// Kernels before 6.15 have no such hook; there the ring's file is looked at.
    URING("gh_uring", Backend.LSM, "uring_allowed", Set.of(IO_URING)),
    /// Attached only where [#URING] is not loaded: a ring is told once.
    URING_FILE("gh_uring_file", Backend.LSM, "inode_init_security_anon", Set.of(IO_URING)),
    URING_CREDS("gh_uring_creds", Backend.LSM, "uring_override_creds", Set.of(IO_URING)),
    URING_POLLER("gh_uring_poller", Backend.LSM, "uring_sqpoll", Set.of(IO_URING)),
    URING_COMMAND("gh_uring_command", Backend.LSM, "uring_cmd", Set.of(IO_URING)),

    SELF_KILL("gh_self_kill", Backend.LSM, "task_kill", Set.of(SELF)),
    SELF_SIGIO("gh_self_sigio", Backend.LSM, "file_send_sigiotask", Set.of(SELF)),
    SELF_TRACE("gh_self_trace", Backend.LSM, "ptrace_access_check", Set.of(SELF)),
    SELF_LIMIT("gh_self_task_setrlimit", Backend.LSM, "task_setrlimit", Set.of(SELF)),
    SELF_SCHEDULER("gh_self_task_setscheduler", Backend.LSM, "task_setscheduler", Set.of(SELF)),
    SELF_NICE("gh_self_task_setnice", Backend.LSM, "task_setnice", Set.of(SELF)),
    SELF_MAP("gh_self_map", Backend.LSM, "bpf_map", Set.of(SELF)),
    SELF_PROGRAM("gh_self_program", Backend.LSM, "bpf_prog", Set.of(SELF)),
    SELF_LINK("gh_self_link", Backend.LSM, "bpf", Set.of(SELF)),
    SELF_OPEN("gh_self_open", Backend.LSM, "file_open", Set.of(SELF)),
    SELF_MKNOD("gh_self_path_mknod", Backend.LSM, "path_mknod", Set.of(SELF)),
    SELF_MKDIR("gh_self_path_mkdir", Backend.LSM, "path_mkdir", Set.of(SELF)),
    SELF_UNLINK("gh_self_path_unlink", Backend.LSM, "path_unlink", Set.of(SELF)),
    SELF_RMDIR("gh_self_path_rmdir", Backend.LSM, "path_rmdir", Set.of(SELF)),
    SELF_SYMLINK("gh_self_path_symlink", Backend.LSM, "path_symlink", Set.of(SELF)),
    SELF_CHMOD("gh_self_path_chmod", Backend.LSM, "path_chmod", Set.of(SELF)),
    SELF_CHOWN("gh_self_path_chown", Backend.LSM, "path_chown", Set.of(SELF)),
    SELF_TRUNCATE("gh_self_path_truncate", Backend.LSM, "path_truncate", Set.of(SELF)),
    SELF_FILE_TRUNCATE("gh_self_file_truncate", Backend.LSM, "file_truncate", Set.of(SELF)),
    SELF_LINK_TO("gh_self_link_to", Backend.LSM, "path_link", Set.of(SELF)),
    SELF_LINK_OF("gh_self_link_of", Backend.LSM, "path_link", Set.of(SELF)),
    SELF_RENAME("gh_self_rename", Backend.LSM, "path_rename", Set.of(SELF)),
    SELF_RENAME_TO("gh_self_rename_to", Backend.LSM, "path_rename", Set.of(SELF)),
    SELF_MOUNT("gh_self_mount", Backend.LSM, "sb_mount", Set.of(SELF)),
    SELF_MOVE_MOUNT("gh_self_move_mount", Backend.LSM, "move_mount", Set.of(SELF)),
    SELF_UNMOUNT("gh_self_unmount", Backend.LSM, "sb_umount", Set.of(SELF)),

    EXECUTED(
            "gh_executed",
            Backend.TRACEPOINT,
            "sched_process_exec",
            Set.of(PROCESS_ALLOW, PROCESS_FROM_IMAGE, PROCESS_FORBID, MEMORY)),
    /// 6.10 and later.
    GAINING("gh_gaining", Backend.TRACEPOINT, "sched_prepare_exec", Set.of(CAPABILITIES)),
    FORKED_APART("gh_forked_apart", Backend.TRACEPOINT, "sched_process_fork", Set.of(NAMESPACES)),
    SYSCALL_DONE("gh_syscall_done", Backend.TRACEPOINT, "sys_exit", Rules.CALLS),
    SOCK_LISTENS("gh_sock_listens", Backend.TRACEPOINT, "inet_sock_set_state", Set.of(LISTEN));

    /// Sets of rules that one program serves.
    private static final class Rules {
        private static final Set<RuntimeRule> WRITES = Set.of(WRITE_ROOT, WRITE_VOLUMES, WRITE_FORBID);
        private static final Set<RuntimeRule> READS = Set.of(READ_FORBID);
        private static final Set<RuntimeRule> FILES = Set.of(WRITE_ROOT, WRITE_VOLUMES, WRITE_FORBID, READ_FORBID);
        /// `/proc/PID/mem` is written by whoever may open it so.
        private static final Set<RuntimeRule> OPENED_TO_WRITE =
                Set.of(WRITE_ROOT, WRITE_VOLUMES, WRITE_FORBID, PTRACE, MEMORY);
        private static final Set<RuntimeRule> OPENED_TO_READ = Set.of(READ_FORBID, INTERPRETERS);
        private static final Set<RuntimeRule> CALLS = Set.of(
                WRITE_ROOT,
                WRITE_VOLUMES,
                WRITE_FORBID,
                READ_FORBID,
                PROCESS_FROM_IMAGE,
                PROCESS_FORBID,
                INTERPRETERS,
                MEMORY,
                PTRACE,
                MOUNTS,
                NAMESPACES,
                MODULES,
                BPF,
                IO_URING);
    }

    /// Tell of containers that come and go; attached as long as the agent runs.
    static final List<String> WATCH =
            List.of("gh_cgroup_born", "gh_cgroup_joined", "gh_cgroup_gone", "gh_stranger", "gh_forked", "gh_exited");

    /// Called by the agent, attached nowhere.
    static final String IDENTIFY = "gh_identify";

    static final String TAKE_OFFICE = "gh_take_office";
    static final String CENSUS = "gh_census";
    /// Called by the agent to say that it is the agent.
    static final String KEEP = "gh_keep";

    private final String program;
    private final Backend backend;
    private final String hook;
    private final Set<RuntimeRule> rules;

    GuardProgram(String program, Backend backend, String hook, Set<RuntimeRule> rules) {
        this.program = program;
        this.backend = backend;
        this.hook = hook;
        this.rules = rules;
    }

    public String program() {
        return program;
    }

    public String hook() {
        return hook;
    }

    public Set<RuntimeRule> rules() {
        return rules;
    }

    public Backend backend() {
        return backend;
    }

    /// Whether a program is one of these, by the name it has in the object.
    static boolean isOne(String program) {
        return Arrays.stream(values()).anyMatch(each -> each.program.equals(program));
    }

    /// The program that makes this one needless where it is loaded.
    Optional<GuardProgram> standsInFor() {
        return switch (this) {
            case URING_FILE -> Optional.of(URING);
            case PERSONALITY_ENDED -> Optional.of(PERSONALITY);
            case PERSONALITY_ENDED_NARROW -> Optional.of(PERSONALITY_NARROW);
            default -> Optional.empty();
        };
    }

    /// Needed only where files may be open since before the rules in force: each costs every read and write, or every
    /// mapping, of the node.
    boolean onlyForOpenBefore() {
        return this == USE || this == MAP_USE || this == REMAP_USE;
    }

    static Set<GuardProgram> of(Backend backend) {
        return Arrays.stream(values()).filter(p -> p.backend == backend).collect(Collectors.toUnmodifiableSet());
    }

    /// What a container can do unseen where this program is not in the kernel; empty where another hook covers it.
    Optional<String> withoutIt() {
        return switch (this) {
            case FILE_TRUNCATE, SET_ACL, REMOVE_ACL, IOCTL_COMPAT, FILE_SETATTR, URING, SELF_FILE_TRUNCATE ->
                Optional.empty();
            case EXEC, EXECUTED -> Optional.of("programs start unchecked");
            case MAP, REMAP -> Optional.of("memory can be made executable, and code be mapped, unchecked");
            case EXEC_CHECK -> Optional.of("whoever asks whether a file may run is not told (AT_EXECVE_CHECK)");
            case LOADED -> Optional.of("a program file that asks for an executable stack is given one");
            case PERSONALITY_NARROW -> Optional.empty(); // of x86 alone, and where one is not there the other is not
            case PERSONALITY ->
                Optional.of("personality(READ_IMPLIES_EXEC) is not refused; who asks for it is killed in the call");
            case PERSONALITY_ENDED ->
                Optional.of("after personality(READ_IMPLIES_EXEC) the heap grows executable, unchecked");
            case PERSONALITY_ENDED_NARROW -> Optional.empty();
            default -> Optional.of(hook + " is not checked");
        };
    }
}
