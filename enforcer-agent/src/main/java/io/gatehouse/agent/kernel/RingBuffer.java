// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kernel;

import com.kenai.jffi.MemoryIO;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import jnr.ffi.Pointer;

/// Reads a BPF ring buffer through our own mapping, without a call per event.
///
/// Layout (kernel/bpf/ringbuf.c): page 0 holds the consumer position and is ours to write; page 1 the
/// producer position; then the data, mapped twice in a row so that a record never wraps. A record is a
/// word of length and two flag bits, a word of page offset, and the bytes. One thread reads; positions
/// are exchanged with acquire and release.
public final class RingBuffer implements AutoCloseable {
    /// Gets one record: `data` from `offset`, `length` bytes, valid only during the call.
    @FunctionalInterface
    public interface Reader {
        void read(ByteBuffer data, int offset, int length);
    }

    private static final int PAGE = 4096;
    private static final int HEADER = 8;
    private static final int BUSY = 1 << 31;
    private static final int DISCARDED = 1 << 30;
    private static final int PROT_READ = 1;
    private static final int PROT_WRITE = 2;
    private static final int MAP_SHARED = 1;

    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

    private static final int TYPE_RINGBUF = 27; // BPF_MAP_TYPE_RINGBUF

    private final int fd;
    private final boolean ownsFd;
    private final int mask;
    private final Pointer consumerMemory;
    private final Pointer producerMemory;
    private final ByteBuffer consumer;
    private final ByteBuffer producer;
    private final ByteBuffer data;
    private long position;

    private RingBuffer(int fd, boolean ownsFd, int bytes, Pointer consumerMemory, Pointer producerMemory) {
        this.fd = fd;
        this.ownsFd = ownsFd;
        this.mask = bytes - 1;
        this.consumerMemory = consumerMemory;
        this.producerMemory = producerMemory;
        this.consumer = view(consumerMemory.address(), PAGE);
        this.producer = view(producerMemory.address(), PAGE);
        this.data = view(producerMemory.address() + PAGE, 2 * bytes);
        this.position = (long) LONG.getAcquire(consumer, 0);
    }

    /// The ring of an object, which keeps it.
    static RingBuffer map(int fd, int bytes) {
        return map(fd, false, bytes);
    }

    /// A new ring that belongs to no object; the kernel frees it once it is closed and in no map of maps.
    ///
    /// @param bytes a power of two, of whole pages
    /// @throws KernelException with ENOMEM or EPERM where there is no memory for it
    public static RingBuffer create(String name, int bytes) {
        int fd = Native.bpf().bpf_map_create(TYPE_RINGBUF, name, 0, 0, bytes, null);
        if (fd < 0) {
            throw new KernelException("BPF_MAP_CREATE", name, Native.errno());
        }
        try {
            return map(fd, true, bytes);
        } catch (KernelException e) {
            Native.c().close(fd);
            throw e;
        }
    }

    /// A ring that has a name in the bpf file system, left behind by another process.
    public static RingBuffer pinned(Path pin, int bytes) {
        int fd = BpfFiles.open(pin);
        try {
            return map(fd, true, bytes);
        } catch (KernelException e) {
            Native.c().close(fd);
            throw e;
        }
    }

    private static RingBuffer map(int fd, boolean ownsFd, int bytes) {
        var consumer = mapping(PAGE, PROT_READ | PROT_WRITE, fd, 0);
        try {
            var producer = mapping(PAGE + 2L * bytes, PROT_READ, fd, PAGE);
            return new RingBuffer(fd, ownsFd, bytes, consumer, producer);
        } catch (KernelException e) {
            Native.c().munmap(consumer, PAGE);
            throw e;
        }
    }

    private static Pointer mapping(long length, int protection, int fd, long offset) {
        var memory = Native.c().mmap(null, length, protection, MAP_SHARED, fd, offset);
        if (memory == null || memory.address() == -1) {
            throw new KernelException("mmap", "ring buffer", Native.errno());
        }
        return memory;
    }

    private static ByteBuffer view(long address, int length) {
        return MemoryIO.getInstance().newDirectByteBuffer(address, length).order(ByteOrder.nativeOrder());
    }

    /// Hands every finished record that is there now to the reader and gives its space back, also where the reader
    /// throws. Returns how many there were.
    public int drain(Reader reader) {
        int count = 0;
        // The kernel wakes only a reader that has caught up: it must see how far we are before we look for more.
        VarHandle.fullFence();
        long produced = (long) LONG.getAcquire(producer, 0);
        while (position < produced) {
            int at = (int) (position & mask);
            int header = (int) INT.getAcquire(data, at);
            if ((header & BUSY) != 0) {
                break; // reserved and not submitted yet; its turn comes
            }
            int length = header & ~(BUSY | DISCARDED);
            position += (length + HEADER + 7) & ~7;
            try {
                if ((header & DISCARDED) == 0) {
                    count++;
                    reader.read(data, at + HEADER, length);
                }
            } finally {
                LONG.setRelease(consumer, 0, position);
            }
        }
        return count;
    }

    /// Bytes that wait to be read.
    public long waiting() {
        return (long) LONG.getAcquire(producer, 0) - position;
    }

    public int bytes() {
        return mask + 1;
    }

    /// What it takes of the kernel's memory.
    public long memoryBytes() {
        return Machine.lockedBytes(fd);
    }

    int fd() {
        return fd;
    }

    @Override
    public void close() {
        Native.c().munmap(consumerMemory, PAGE);
        Native.c().munmap(producerMemory, PAGE + 2L * (mask + 1));
        if (ownsFd) {
            Native.c().close(fd);
        }
    }
}
