// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kernel;

import java.util.Optional;
import jnr.ffi.Pointer;

/// The type information of the running kernel. Holds some megabytes until it is closed.
public final class KernelTypes implements AutoCloseable {
    private static final int KIND_FUNCTION = 12; // BTF_KIND_FUNC

    private static final int KIND_TYPEDEF = 8; // BTF_KIND_TYPEDEF
    private static final int PROGRAM_TRACING = 26; // BPF_PROG_TYPE_TRACING
    private static final int ATTACH_FEXIT = 25; // BPF_TRACE_FEXIT
    private static final long RETURN_ZERO = 0xb7L; // r0 = 0
    private static final long EXIT = 0x95L;

    private final Pointer types;

    private KernelTypes(Pointer types) {
        this.types = types;
    }

    public static KernelTypes read() {
        var types = Native.bpf().btf__load_vmlinux_btf();
        if (types == null) {
            throw new KernelException("btf__load_vmlinux_btf", "vmlinux", Native.errno());
        }
        return new KernelTypes(types);
    }

    /// Whether the kernel itself, not a module, has a function that programs may hook.
    public boolean hasFunction(String name) {
        return Native.bpf().btf__find_by_name_kind(types, name, KIND_FUNCTION) > 0;
    }

    /// Whether it has a tracepoint of this name that programs may hook.
    public boolean hasTracepoint(String name) {
        return Native.bpf().btf__find_by_name_kind(types, "btf_trace_" + name, KIND_TYPEDEF) > 0;
    }

    /// Tries the smallest program there is at the return of a function.
    ///
    /// @return why the kernel does not take such programs; nothing if it does
    public Optional<String> whyNoProgramAtReturnOf(String function) {
        int id = Native.bpf().btf__find_by_name_kind(types, function, KIND_FUNCTION);
        var instructions = Native.zeroed(16);
        instructions.putLong(0, RETURN_ZERO);
        instructions.putLong(8, EXIT);
        var options = Native.zeroed(40); // struct bpf_prog_load_opts up to attach_prog_fd
        options.putLong(0, 40); // sz
        options.putInt(12, ATTACH_FEXIT); // expected_attach_type
        options.putInt(32, id); // attach_btf_id
        int fd = Native.bpf().bpf_prog_load(PROGRAM_TRACING, "gh_probe", "GPL", instructions, 2, options);
        if (fd < 0) {
            return Optional.of(new KernelException("BPF_PROG_LOAD", "fexit/" + function, Native.errno()).getMessage());
        }
        Native.c().close(fd);
        return Optional.empty();
    }

    @Override
    public void close() {
        Native.bpf().btf__free(types);
    }
}
