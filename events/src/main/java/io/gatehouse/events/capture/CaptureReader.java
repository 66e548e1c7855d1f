// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.capture;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.events.Event;
import io.gatehouse.schemas.event.EventTable;
import io.gatehouse.schemas.event.EventType.Trait;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/// Reads one capture from front to back.
///
/// Lengths in the file are believed only as far as bytes follow: memory grows with what was really read, up
/// to [#MAX_BLOCK_BYTES]. For use by one thread.
public final class CaptureReader {
    public static final int MAX_BLOCK_BYTES = 64 << 20;

    private static final int MAGIC = 0x1A2B3C4D;
    private static final int HEAD_BYTES = 8; // type, length
    private static final int FRAME_BYTES = 12; // and the length again behind the body
    private static final int HEADER_V1 = 22;
    private static final int HEADER_V2 = 26;
    private static final int MOST_PARAMS = 64;
    static final int STATE_ONLY = 1;

    /// Recorders that wrote the first version counted three bytes too many for these two.
    private static final int NOTIFICATION = 280;
    private static final int INFRASTRUCTURE = 286;
    private static final int COUNTED_TOO_MUCH = 3;

    /// In which form events are told.
    public enum Form {
        /// As today's recorders write them: the end of a call tells everything.
        TODAY,
        /// As they stand in the file, starts of calls included.
        AS_RECORDED
    }

    /// What was read.
    ///
    /// @param blocks all, whether or not they are known
    /// @param recorded blocks that hold an event, whether or not its code is known
    /// @param events told to [CaptureVisitor#event]
    /// @param stateOnly told to [CaptureVisitor#stateOnly]
    /// @param unknownEvents left out because of a code or a form that nobody is known to have written
    /// @param unknownBlocks skipped
    /// @param forgottenEnters starts of calls given up because too many were open at once
    /// @param bytes of the file, after unpacking
    /// @param fault why the end was not reached; empty also if the visitor had enough
    public record Summary(
            long blocks,
            long recorded,
            long events,
            long stateOnly,
            long unknownEvents,
            long unknownBlocks,
            long forgottenEnters,
            long bytes,
            Optional<CaptureFault> fault) {}

    /// A fault found while reading, on its way to the summary.
    private static final class Damage extends Exception {
        private static final long serialVersionUID = 1;
        private final transient CaptureFault fault;

        Damage(Code code, long offset, String message) {
            super(message, null, false, false);
            this.fault = new CaptureFault(code, offset, message);
        }
    }

    private final Window window;
    private final CaptureVisitor visitor;
    private final Form form;
    private final Converter converter = new Converter();
    private final Body body = new Body();
    private final Event event = new Event();
    private final EventTable table = EventTable.current();
    /// Of the event being read.
    private int flags;

    private long position;
    private long blocks;
    private long recorded;
    private long number;
    private long events;
    private long stateOnly;
    private long unknownEvents;
    private long unknownBlocks;

    private CaptureReader(InputStream in, Form form, CaptureVisitor visitor) {
        this.window = new Window(in);
        this.form = form;
        this.visitor = visitor;
    }

    /// @param in plain, or packed with gzip or zstd
    /// @throws IOException the stream cannot be read, which is no fault of the file's content
    public static Summary read(InputStream in, CaptureVisitor visitor) throws IOException {
        return read(in, Form.TODAY, visitor);
    }

    public static Summary read(InputStream in, Form form, CaptureVisitor visitor) throws IOException {
        try {
            return new CaptureReader(Unpacked.of(in), form, visitor).run();
        } catch (Unpacked.Broken broken) {
            var fault = new CaptureFault(Code.CAPTURE_NOT_UNPACKED, 0, broken.getMessage());
            return new Summary(0, 0, 0, 0, 0, 0, 0, 0, Optional.of(fault));
        }
    }

    private Summary run() throws IOException {
        Optional<CaptureFault> fault = Optional.empty();
        try {
            boolean more = firstBlock();
            while (more) {
                more = nextBlock();
            }
        } catch (Damage damage) {
            fault = Optional.of(damage.fault);
        } catch (Unpacked.Broken broken) {
            fault = Optional.of(new CaptureFault(Code.CAPTURE_NOT_UNPACKED, position, broken.getMessage()));
        }
        return new Summary(
                blocks,
                recorded,
                events,
                stateOnly,
                unknownEvents + converter.unknown(),
                unknownBlocks,
                converter.forgotten(),
                position,
                fault);
    }

    private boolean firstBlock() throws IOException, Damage {
        if (!window.hold(HEAD_BYTES)
                || (int) Body.U32.get(window.bytes(), window.start()) != BlockType.SECTION_HEADER) {
            throw new Damage(Code.NOT_A_CAPTURE, 0, "the file does not begin as a capture does");
        }
        return block();
    }

    /// @return whether there may be another
    private boolean nextBlock() throws IOException, Damage {
        if (window.hold(HEAD_BYTES)) {
            return block();
        }
        if (window.held() == 0) {
            return false;
        }
        throw new Damage(Code.CAPTURE_CUT, position, "the file ends in the middle of a block's head");
    }

    private boolean block() throws IOException, Damage {
        int type = (int) Body.U32.get(window.bytes(), window.start());
        int total = (int) Body.U32.get(window.bytes(), window.start() + 4);
        if (total < FRAME_BYTES || total > MAX_BLOCK_BYTES) {
            throw damage(type, "says it has " + Integer.toUnsignedString(total) + " bytes");
        }
        if (!window.hold(total)) {
            throw new Damage(
                    Code.CAPTURE_CUT,
                    position,
                    "the file ends in the middle of " + BlockType.words(type) + ": " + window.held() + " of " + total
                            + " bytes are there");
        }
        int from = window.start() + HEAD_BYTES;
        int to = window.start() + total - 4;
        if ((int) Body.U32.get(window.bytes(), to) != total) {
            throw damage(type, "has different lengths before and behind it");
        }
        body.begin(window.bytes(), from, to);
        boolean more;
        try {
            more = content(type);
        } catch (Body.Torn e) {
            throw damage(type, "is shorter than what it holds: " + e.getMessage());
        }
        window.advance(total);
        position += total;
        blocks++;
        return more;
    }

    private Damage damage(int type, String what) {
        return new Damage(Code.CAPTURE_DAMAGED, position, BlockType.words(type) + " " + what);
    }

    private boolean content(int type) throws Body.Torn, Damage {
        switch (type) {
            case BlockType.EVENT_V2, BlockType.EVENT_V2_LARGE -> {
                int cpu = body.u16();
                flags = 0;
                return eventV2(cpu);
            }
            case BlockType.EVENT_V2_FLAGS, BlockType.EVENT_V2_LARGE_FLAGS -> {
                int cpu = body.u16();
                flags = body.i32();
                return eventV2(cpu);
            }
            case BlockType.EVENT_V1, BlockType.EVENT_OLD -> {
                int cpu = body.u16();
                flags = 0;
                return eventV1(cpu);
            }
            case BlockType.EVENT_V1_FLAGS -> {
                int cpu = body.u16();
                flags = body.i32();
                return eventV1(cpu);
            }
            default -> {
                tableOrUnknown(type);
                return true;
            }
        }
    }

    private void tableOrUnknown(int type) throws Body.Torn, Damage {
        switch (type) {
            case BlockType.SECTION_HEADER -> section();
            case BlockType.MACHINE, BlockType.MACHINE_OLD -> Tables.machine(body, visitor);
            case BlockType.DESCRIPTORS_V1, BlockType.DESCRIPTORS_OLD -> Tables.descriptors(body, false, visitor);
            case BlockType.DESCRIPTORS_V2 -> Tables.descriptors(body, true, visitor);
            case BlockType.INTERFACES_V1, BlockType.INTERFACES_OLD -> Tables.interfaces(body, false, visitor);
            case BlockType.INTERFACES_V2 -> Tables.interfaces(body, true, visitor);
            case BlockType.ACCOUNTS_V1, BlockType.ACCOUNTS_OLD -> Tables.accounts(body, false, visitor);
            case BlockType.ACCOUNTS_V2 -> Tables.accounts(body, true, visitor);
            default -> {
                int version = BlockType.processesVersion(type);
                if (version > 0) {
                    Tables.processes(body, version, visitor);
                } else {
                    unknownBlocks++;
                }
            }
        }
    }

    private void section() throws Body.Torn, Damage {
        int magic = body.i32();
        int major = body.u16();
        if (magic != MAGIC) {
            throw new Damage(Code.NOT_A_CAPTURE, position, "the file was written on a machine of another byte order");
        }
        if (major != 1) {
            throw new Damage(Code.NOT_A_CAPTURE, position, "the file is of version " + major + ", only 1 is known");
        }
        converter.reset();
        visitor.section();
    }

    private boolean eventV2(int cpu) throws Body.Torn {
        int start = body.position();
        long time = body.u64();
        long tid = body.u64();
        int length = body.i32();
        int code = body.u16();
        int count = body.i32();
        recorded++;
        if (code >= table.size()) {
            unknownEvents++;
            return true;
        }
        int width = table.byCode(code).is(Trait.LARGE_PAYLOAD) ? 4 : 2;
        int end = endOf(start, length, HEADER_V2);
        params(code, time, tid, cpu, count, width, end);
        return tell();
    }

    private boolean eventV1(int cpu) throws Body.Torn {
        int start = body.position();
        long time = body.u64();
        long tid = body.u64();
        int length = body.i32();
        int code = body.u16();
        recorded++;
        if (code >= table.size()) {
            unknownEvents++;
            return true;
        }
        if (code == NOTIFICATION || code == INFRASTRUCTURE) {
            length -= COUNTED_TOO_MUCH;
        }
        int end = endOf(start, length, HEADER_V1);
        int count = countV1(table.byCode(code).params().size(), end);
        params(code, time, tid, cpu, count, 2, end);
        return tell();
    }

    private int endOf(int start, int length, int header) throws Body.Torn {
        if (length < header || length - header > body.remaining()) {
            throw new Body.Torn("event " + recorded + " says it has " + Integer.toUnsignedString(length) + " bytes");
        }
        return start + length;
    }

    /// The first version does not say how many parameters follow. It is the largest number, up to today's,
    /// whose lengths and bytes fill the event exactly.
    private int countV1(int most, int end) throws Body.Torn {
        var bytes = body.bytes();
        int from = body.position();
        for (int count = most; count >= 0; count--) {
            long total = from + 2L * count;
            for (int i = 0; i < count && total <= end; i++) {
                total += (short) Body.U16.get(bytes, from + 2 * i) & 0xffff;
            }
            if (total == end) {
                return count;
            }
        }
        throw new Body.Torn("no number of parameters fits the length of event " + recorded);
    }

    /// Parameters that today's table does not know are left out: a newer recorder appended them.
    private void params(int code, long time, long tid, int cpu, int count, int width, int end) throws Body.Torn {
        int values = body.position();
        if (count < 0 || count > MOST_PARAMS || end - values < count * width) {
            throw new Body.Torn(
                    "event " + recorded + " says it has " + Integer.toUnsignedString(count) + " parameters");
        }
        event.begin(code, number + 1, time, tid, cpu, body.bytes());
        int known = Math.min(count, table.byCode(code).params().size());
        int offset = values + count * width;
        for (int i = 0; i < known; i++) {
            int size = width == 2 ? body.u16() : body.i32();
            if (size < 0 || size > end - offset) {
                throw new Body.Torn("parameter " + i + " of event " + recorded + " is longer than the event");
            }
            event.param(offset, size);
            offset += size;
        }
    }

    /// @return whether the visitor wants another
    private boolean tell() {
        var outcome = form == Form.TODAY ? converter.convert(event) : Converter.Outcome.EVENT;
        if (outcome == Converter.Outcome.NOTHING) {
            return true;
        }
        number++;
        if (outcome == Converter.Outcome.ENTER || (flags & STATE_ONLY) != 0) {
            stateOnly++;
            visitor.stateOnly(event);
            return true;
        }
        events++;
        return visitor.event(event);
    }
}
