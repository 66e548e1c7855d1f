// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.kernel;

import com.kenai.jffi.MemoryIO;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import jnr.ffi.Pointer;

/// The first value of an array that is mapped into this process: a word written here is read by the next program that
/// runs, without a call. Any thread may use it until it is closed.
public final class MappedMap implements AutoCloseable {
    private static final int PAGE = 4096;
    private static final int PROT_READ = 1;
    private static final int PROT_WRITE = 2;
    private static final int MAP_SHARED = 1;

    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

    private final Pointer memory;
    private final ByteBuffer words;
    private boolean closed; // guarded by this: what is not mapped any more must not be touched

    private MappedMap(Pointer memory) {
        this.memory = memory;
        this.words = MemoryIO.getInstance()
                .newDirectByteBuffer(memory.address(), PAGE)
                .order(ByteOrder.nativeOrder());
    }

    static MappedMap of(int fd, String name) {
        var memory = Native.c().mmap(null, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (memory == null || memory.address() == -1) {
            throw new KernelException("mmap", name, Native.errno());
        }
        return new MappedMap(memory);
    }

    public static MappedMap pinned(Path pin) {
        int fd = BpfFiles.open(pin);
        try {
            return of(fd, pin.toString());
        } finally {
            Native.c().close(fd);
        }
    }

    public synchronized long word(int offset) {
        check();
        return (long) LONG.getVolatile(words, offset);
    }

    public synchronized void word(int offset, long value) {
        check();
        LONG.setVolatile(words, offset, value);
    }

    public synchronized int half(int offset) {
        check();
        return (int) INT.getVolatile(words, offset);
    }

    public synchronized void half(int offset, int value) {
        check();
        INT.setVolatile(words, offset, value);
    }

    /// A text that ends with a NUL.
    public synchronized String text(int offset, int capacity) {
        check();
        var bytes = new byte[capacity];
        words.get(offset, bytes);
        int end = 0;
        while (end < capacity && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    /// Cut where it is too long.
    public synchronized void text(int offset, int capacity, String text) {
        check();
        var bytes = new byte[capacity];
        var whole = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(whole, 0, bytes, 0, Math.min(whole.length, capacity - 1));
        words.put(offset, bytes);
    }

    private void check() {
        if (closed) {
            throw new IllegalStateException("the map is closed");
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            Native.c().munmap(memory, PAGE);
        }
    }
}
