// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kernel;

import jnr.ffi.Pointer;

/// The type information of the running kernel. Holds some megabytes until it is closed.
public final class KernelTypes implements AutoCloseable {
    private static final int KIND_FUNCTION = 12; // BTF_KIND_FUNC

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

    @Override
    public void close() {
        Native.bpf().btf__free(types);
    }
}
