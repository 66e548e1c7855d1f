// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kernel;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jnr.ffi.Pointer;

/// A map in the kernel. About a microsecond a call: for control, not for events.
public final class BpfMap implements AutoCloseable {
    private final String name;
    private final int fd;
    private final boolean ownsFd;
    private final Pointer key;
    private final Pointer value;
    private final int keyBytes;
    private final int valueBytes;

    /// A map of an object, which keeps it: closing this closes nothing.
    BpfMap(String name, int fd, int keyBytes, int valueBytes) {
        this(name, fd, false, keyBytes, valueBytes);
    }

    private BpfMap(String name, int fd, boolean ownsFd, int keyBytes, int valueBytes) {
        this.name = name;
        this.fd = fd;
        this.ownsFd = ownsFd;
        this.keyBytes = keyBytes;
        this.valueBytes = valueBytes;
        this.key = Native.zeroed(keyBytes);
        this.value = Native.zeroed(valueBytes);
    }

    /// A map that has a name in the bpf file system, open until it is closed.
    ///
    /// @throws KernelException with ENOENT where it is not there
    public static BpfMap pinned(Path pin, int keyBytes, int valueBytes) {
        return new BpfMap(pin.getFileName().toString(), BpfFiles.open(pin), true, keyBytes, valueBytes);
    }

    /// Sets a value, whether or not the key is there.
    ///
    /// @throws KernelException with E2BIG where the map is full
    public synchronized void put(ByteBuffer key, ByteBuffer value) {
        copyIn(key, this.key, keyBytes);
        copyIn(value, this.value, valueBytes);
        if (Native.bpf().bpf_map_update_elem(fd, this.key, this.value, 0) != 0) {
            throw new KernelException("bpf_map_update_elem", name, Native.errno());
        }
    }

    /// Sets a value of eight bytes, taking the key from where it lies: for what is written at the rate of events.
    public synchronized void put(byte[] key, int offset, long value) {
        if (valueBytes != 8) {
            throw new IllegalArgumentException(name + " holds " + valueBytes + " bytes a value, not 8");
        }
        this.key.put(0, key, offset, keyBytes);
        this.value.putLong(0, value);
        if (Native.bpf().bpf_map_update_elem(fd, this.key, this.value, 0) != 0) {
            throw new KernelException("bpf_map_update_elem", name, Native.errno());
        }
    }

    /// Reads a value into the buffer; false where the key is not there.
    public synchronized boolean get(ByteBuffer key, ByteBuffer into) {
        copyIn(key, this.key, keyBytes);
        if (Native.bpf().bpf_map_lookup_elem(fd, this.key, value) != 0) {
            if (Native.errno() == Errno.ENOENT) {
                return false;
            }
            throw new KernelException("bpf_map_lookup_elem", name, Native.errno());
        }
        var bytes = new byte[valueBytes];
        value.get(0, bytes, 0, valueBytes);
        into.put(0, bytes);
        return true;
    }

    /// Removes a key; false where it is not there.
    public synchronized boolean remove(ByteBuffer key) {
        copyIn(key, this.key, keyBytes);
        if (Native.bpf().bpf_map_delete_elem(fd, this.key) != 0) {
            if (Native.errno() == Errno.ENOENT) {
                return false;
            }
            throw new KernelException("bpf_map_delete_elem", name, Native.errno());
        }
        return true;
    }

    /// Puts a value into a queue.
    ///
    /// @throws KernelException with E2BIG where it is full
    public synchronized void push(ByteBuffer value) {
        copyIn(value, this.value, valueBytes);
        if (Native.bpf().bpf_map_update_elem(fd, null, this.value, 0) != 0) {
            throw new KernelException("bpf_map_update_elem", name, Native.errno());
        }
    }

    /// Every key there is. Keys that come and go meanwhile may be missing.
    public synchronized List<ByteBuffer> keys() {
        var keys = new ArrayList<ByteBuffer>();
        var next = Native.zeroed(keyBytes);
        Pointer previous = null;
        while (Native.bpf().bpf_map_get_next_key(fd, previous, next) == 0) {
            var bytes = new byte[keyBytes];
            next.get(0, bytes, 0, keyBytes);
            keys.add(BpfObject.buffer(keyBytes).put(0, bytes));
            this.key.put(0, bytes, 0, keyBytes);
            previous = this.key;
        }
        return keys;
    }

    /// The sum over all processors of one counter of a per-processor array of u64.
    public synchronized long sum(int index) {
        int processors = Native.bpf().libbpf_num_possible_cpus();
        var values = Native.zeroed(8 * processors);
        var at = Native.zeroed(4);
        at.putInt(0, index);
        if (Native.bpf().bpf_map_lookup_elem(fd, at, values) != 0) {
            throw new KernelException("bpf_map_lookup_elem", name, Native.errno());
        }
        long sum = 0;
        for (int i = 0; i < processors; i++) {
            sum += values.getLong(8L * i);
        }
        return sum;
    }

    @Override
    public void close() {
        if (ownsFd) {
            Native.c().close(fd);
        }
    }

    private static void copyIn(ByteBuffer from, Pointer to, int bytes) {
        if (from.capacity() != bytes) {
            throw new IllegalArgumentException("expected " + bytes + " bytes, got " + from.capacity());
        }
        for (int i = 0; i < bytes; i++) {
            to.putByte(i, from.get(i));
        }
    }
}
