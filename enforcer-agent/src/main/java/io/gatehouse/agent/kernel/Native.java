// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kernel;

import jnr.ffi.LastError;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.annotations.Delegate;
import jnr.ffi.annotations.In;
import jnr.ffi.types.off_t;
import jnr.ffi.types.size_t;
import jnr.ffi.types.ssize_t;
import jnr.ffi.types.u_int32_t;
import jnr.ffi.types.u_int64_t;

/// The raw bindings. Everything that returns a pointer sets errno where it returns NULL (libbpf 1.0 and later).
final class Native {
    static final String LIBBPF_NAME = "libbpf.so.1";

    private Native() {}

    /// libbpf is looked up on first use, so that a machine without it can be told so.
    private static final class BpfHolder {
        static final Libbpf LIBRARY = LibraryLoader.create(Libbpf.class).load(LIBBPF_NAME);
    }

    private static final class CHolder {
        static final Libc LIBRARY = LibraryLoader.create(Libc.class).load("c");
    }

    static Libbpf bpf() {
        return BpfHolder.LIBRARY;
    }

    static Libc c() {
        return CHolder.LIBRARY;
    }

    static Runtime runtime() {
        return Runtime.getRuntime(c());
    }

    static int errno() {
        return LastError.getLastError(runtime());
    }

    /// Memory for a call. Compiled code forgets what it hands over as soon as it has the address, and the collector
    /// would take it from under the call: it stays at least until this thread has asked for [#KEPT] more.
    static Pointer zeroed(int bytes) {
        var memory = jnr.ffi.Memory.allocateDirect(runtime(), bytes, true);
        LATELY.get().keep(memory);
        return memory;
    }

    /// More than any one call is handed.
    static final int KEPT = 16;

    private static final ThreadLocal<Lately> LATELY = ThreadLocal.withInitial(Lately::new);

    private static final class Lately {
        private final Pointer[] memory = new Pointer[KEPT];
        private int next;

        private void keep(Pointer one) {
            memory[next] = one;
            next = (next + 1) % KEPT;
        }
    }

    public interface Print {
        @Delegate
        int print(int level, Pointer format, Pointer arguments);
    }

    public interface Libbpf {
        Pointer bpf_object__open_mem(Pointer bytes, @size_t long size, Pointer options);

        int bpf_object__load(Pointer object);

        void bpf_object__close(Pointer object);

        Pointer bpf_object__next_program(Pointer object, Pointer previous);

        String bpf_program__name(Pointer program);

        String bpf_program__section_name(Pointer program);

        int bpf_program__set_autoload(Pointer program, boolean autoload);

        int bpf_program__fd(Pointer program);

        Pointer bpf_program__attach(Pointer program);

        Pointer bpf_program__attach_cgroup(Pointer program, int cgroup);

        int bpf_link__destroy(Pointer link);

        int bpf_link__pin(Pointer link, @In String path);

        int bpf_link__unpin(Pointer link);

        int bpf_link__fd(Pointer link);

        Pointer bpf_program__attach_iter(Pointer program, Pointer options);

        int bpf_iter_create(int link);

        int bpf_obj_pin(int fd, @In String path);

        int bpf_obj_get(@In String path);

        Pointer bpf_object__find_map_by_name(Pointer object, @In String name);

        Pointer bpf_object__next_map(Pointer object, Pointer previous);

        int bpf_map__set_max_entries(Pointer map, @u_int32_t int entries);

        String bpf_map__name(Pointer map);

        int bpf_map__fd(Pointer map);

        int bpf_map__reuse_fd(Pointer map, int fd);

        int bpf_map_create(
                int type,
                @In String name,
                @u_int32_t int keyBytes,
                @u_int32_t int valueBytes,
                @u_int32_t int entries,
                Pointer options);

        int bpf_obj_get_info_by_fd(int fd, Pointer information, Pointer length);

        Pointer btf__load_vmlinux_btf();

        int btf__find_by_name_kind(Pointer types, @In String name, @u_int32_t int kind);

        void btf__free(Pointer types);

        int bpf_map__set_initial_value(Pointer map, Pointer data, @size_t long size);

        int bpf_map_update_elem(int fd, Pointer key, Pointer value, @u_int64_t long flags);

        int bpf_map_lookup_elem(int fd, Pointer key, Pointer value);

        int bpf_map_delete_elem(int fd, Pointer key);

        int bpf_map_get_next_key(int fd, Pointer key, Pointer next);

        int bpf_prog_load(
                int type,
                @In String name,
                @In String license,
                Pointer instructions,
                @size_t long count,
                Pointer options);

        int bpf_prog_test_run_opts(int fd, Pointer options);

        int libbpf_num_possible_cpus();

        Pointer libbpf_set_print(Print print);

        String libbpf_version_string();
    }

    public interface Libc {
        Pointer mmap(Pointer address, @size_t long length, int protection, int flags, int fd, @off_t long offset);

        int munmap(Pointer address, @size_t long length);

        int close(int fd);

        int flock(int fd, int operation);

        int mount(@In String source, @In String target, @In String type, @u_int64_t long flags, @In String options);

        @ssize_t
        long readlinkat(int directory, @In String path, Pointer buffer, @size_t long length);

        int statx(int directory, @In String path, int flags, int mask, Pointer status);

        int fstatfs(int fd, Pointer status);

        int unshare(int flags);

        int setns(int namespace, int type);

        String strerror(int errno);

        int clock_gettime(int clock, Pointer timespec);

        int epoll_create1(int flags);

        int epoll_ctl(int epoll, int operation, int fd, Pointer event);

        int epoll_wait(int epoll, Pointer events, int capacity, int timeoutMillis);

        int eventfd(@u_int32_t int initial, int flags);

        int dup3(int from, int to, int flags);

        int poll(Pointer polled, long count, int timeoutMillis);

        int fanotify_init(@u_int32_t int flags, @u_int32_t int fileFlags);

        int fanotify_mark(int fd, @u_int32_t int flags, @u_int64_t long mask, int directory, @In String path);

        @ssize_t
        long read(int fd, Pointer buffer, @size_t long length);

        @ssize_t
        long write(int fd, Pointer buffer, @size_t long length);

        long syscall(long number, long a, Pointer b, long c);

        long syscall(long number, long a, Pointer b, Pointer c, long d);

        long syscall(long number, long a, long b, Pointer c, long d);

        long syscall(long number, long a, Pointer b, long c, Pointer d, long e);

        int vsnprintf(Pointer out, @size_t long size, Pointer format, Pointer arguments);
    }
}
