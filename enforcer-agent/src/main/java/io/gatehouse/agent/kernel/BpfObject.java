// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import jnr.ffi.Pointer;

/// A compiled object with its programs and maps in the kernel. Owns both; closing detaches and unloads.
public final class BpfObject implements AutoCloseable {
    private static final Pattern REFUSED =
            Pattern.compile("prog '([^']+)': (?:failed to load|failed to find|BPF program load failed)");

    private final Pointer object;
    private final Map<String, Pointer> programs = new LinkedHashMap<>();
    private final Map<String, Pointer> links = new LinkedHashMap<>();
    private final Map<String, String> refused;
    private final Set<String> loaded;

    private BpfObject(Pointer object, Set<String> loaded, Map<String, String> refused) {
        this.object = object;
        this.loaded = Set.copyOf(loaded);
        this.refused = Map.copyOf(refused);
        for (var program : programsOf(object)) {
            programs.put(Native.bpf().bpf_program__name(program), program);
        }
    }

    /// Loads the wanted programs. One that this kernel refuses is left out and listed by [#refused]: a kernel that
    /// lacks one hook must not cost the others.
    ///
    /// @param config what `gh_config` is to hold
    public static BpfObject load(byte[] elf, Set<String> wanted, int hostMountNamespace) {
        var refused = new LinkedHashMap<String, String>();
        var wantedNow = new HashSet<>(wanted);
        while (true) {
            var log = LibbpfLog.start();
            var object = open(elf);
            for (var program : programsOf(object)) {
                var name = Native.bpf().bpf_program__name(program);
                Native.bpf().bpf_program__set_autoload(program, wantedNow.contains(name));
            }
            configure(object, hostMountNamespace);
            if (Native.bpf().bpf_object__load(object) == 0) {
                return new BpfObject(object, wantedNow, refused);
            }
            int errno = Native.errno();
            Native.bpf().bpf_object__close(object);
            var culprit = culprit(log.text());
            if (culprit.isEmpty() || !wantedNow.remove(culprit)) {
                throw new KernelException("bpf_object__load", "gatehouse.bpf.o", errno, log.tail());
            }
            refused.put(culprit, new KernelException("BPF_PROG_LOAD", culprit, errno).getMessage());
        }
    }

    private static String culprit(String log) {
        var matcher = REFUSED.matcher(log);
        return matcher.find() ? matcher.group(1) : "";
    }

    private static Pointer open(byte[] elf) {
        var bytes = Native.zeroed(elf.length);
        bytes.put(0, elf, 0, elf.length);
        var object = Native.bpf().bpf_object__open_mem(bytes, elf.length, null);
        if (object == null) {
            throw new KernelException("bpf_object__open_mem", "gatehouse.bpf.o", Native.errno());
        }
        return object;
    }

    private static void configure(Pointer object, int hostMountNamespace) {
        var map = Native.bpf().bpf_object__find_map_by_name(object, ".rodata.config");
        var value = Native.zeroed(4);
        value.putInt(0, hostMountNamespace);
        if (map == null || Native.bpf().bpf_map__set_initial_value(map, value, 4) != 0) {
            throw new KernelException("bpf_map__set_initial_value", "gh_config", Native.errno());
        }
    }

    private static List<Pointer> programsOf(Pointer object) {
        var programs = new ArrayList<Pointer>();
        Pointer program = null;
        while ((program = Native.bpf().bpf_object__next_program(object, program)) != null) {
            programs.add(program);
        }
        return programs;
    }

    /// Programs that are in the kernel.
    public Set<String> loaded() {
        return loaded;
    }

    /// Programs that this kernel would not take, and what it said.
    public Map<String, String> refused() {
        return refused;
    }

    /// Attaches a loaded program to its hook; nothing happens if it is attached.
    public void attach(String name) {
        if (links.containsKey(name)) {
            return;
        }
        var link = Native.bpf().bpf_program__attach(program(name));
        if (link == null) {
            throw new KernelException("bpf_program__attach", name, Native.errno());
        }
        links.put(name, link);
    }

    /// Takes a program off its hook; nothing happens if it is not attached.
    public void detach(String name) {
        var link = links.remove(name);
        if (link != null) {
            Native.bpf().bpf_link__destroy(link);
        }
    }

    public Set<String> attached() {
        return Set.copyOf(links.keySet());
    }

    public BpfMap map(String name, int keyBytes, int valueBytes) {
        return new BpfMap(name, mapFd(name), keyBytes, valueBytes);
    }

    public RingBuffer ring(String name, int bytes) {
        return RingBuffer.map(mapFd(name), bytes);
    }

    private int mapFd(String name) {
        var map = Native.bpf().bpf_object__find_map_by_name(object, name);
        if (map == null) {
            throw new KernelException("bpf_object__find_map_by_name", name, Native.errno());
        }
        return Native.bpf().bpf_map__fd(map);
    }

    /// Runs a program of type `syscall` in the calling thread. `context` is read and written.
    public void run(String name, ByteBuffer context) {
        var memory = Native.zeroed(context.capacity());
        var bytes = new byte[context.capacity()];
        context.get(0, bytes);
        memory.put(0, bytes, 0, bytes.length);
        var options = Native.zeroed(80); // struct bpf_test_run_opts
        options.putLong(0, 80); // sz
        options.putAddress(32, memory.address()); // ctx_in, written back to by the kernel
        options.putInt(48, context.capacity()); // ctx_size_in
        int fd = Native.bpf().bpf_program__fd(program(name));
        if (Native.bpf().bpf_prog_test_run_opts(fd, options) != 0) {
            throw new KernelException("BPF_PROG_TEST_RUN", name, Native.errno());
        }
        memory.get(0, bytes, 0, bytes.length);
        context.put(0, bytes);
    }

    private Pointer program(String name) {
        var program = programs.get(name);
        if (program == null || !loaded.contains(name)) {
            throw new IllegalStateException("program " + name + " is not loaded");
        }
        return program;
    }

    /// A buffer for a map key, a map value or a context.
    public static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
    }

    /// Detaches every program, then unloads them. bpf_object__close alone would leave the links in force.
    @Override
    public void close() {
        for (var name : List.copyOf(links.keySet())) {
            detach(name);
        }
        Native.bpf().bpf_object__close(object);
    }
}
