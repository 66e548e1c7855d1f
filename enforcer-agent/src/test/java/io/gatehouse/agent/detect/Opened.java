// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import io.gatehouse.engine.rule.Rule;
import io.gatehouse.events.Event;
import io.gatehouse.events.live.LiveRecord;
import io.gatehouse.events.live.LiveState;
import io.gatehouse.events.state.Container;
import io.gatehouse.events.state.Limits;
import io.gatehouse.events.state.Scene;
import io.gatehouse.events.state.State;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/// A record of `openat`, written by hand, and what makes a scene of it.
final class Opened {
    static final int KIND = 307;
    private static final long BOOTED = 1_700_000_000_000_000_000L;
    private static final int REGULAR = 0100644;
    private static final int DIRECTORY = 0040755;
    private static final int DEVICE = 8 << 20 | 1;

    private final String text;
    private String resolved;
    private long result = 3;
    private int flags = 1; // for reading, as captures number it
    private int mode = REGULAR;
    private int pid = 4242;
    private long startNanos = 1_000_000_000L;
    private long cgroup = 7;
    private int facts;
    private int outcome = 1;
    private String keyText;
    private boolean withKey = true;
    private int generation = 1;

    private Opened(String text) {
        this.text = text;
        this.keyText = text;
        this.resolved = text;
    }

    static Opened reading(String text) {
        return new Opened(text);
    }

    static Opened writing(String text) {
        var opened = new Opened(text);
        opened.flags = 2;
        opened.outcome = 2;
        return opened;
    }

    /// The path that the kernel knows the file by.
    Opened led(String to) {
        resolved = to;
        return this;
    }

    Opened failed() {
        result = -2;
        outcome |= 8;
        return this;
    }

    Opened directory() {
        mode = DIRECTORY;
        return this;
    }

    Opened by(int process, long itsStartNanos) {
        pid = process;
        startNanos = itsStartNanos;
        return this;
    }

    Opened in(long group) {
        cgroup = group;
        return this;
    }

    Opened fact(int fact) {
        facts |= fact;
        return this;
    }

    Opened outcome(int bits) {
        outcome = bits;
        return this;
    }

    Opened keyText(String other) {
        keyText = other;
        return this;
    }

    /// Of the rules that the kernel knew of.
    Opened generation(int number) {
        generation = number;
        return this;
    }

    Opened withoutKey() {
        withKey = false;
        return this;
    }

    byte[] record() {
        var sections = new ByteArrayOutputStream();
        section(sections, LiveRecord.ARG + 1, (text + "\0").getBytes(StandardCharsets.ISO_8859_1));
        if (result >= 0) {
            section(sections, LiveRecord.FILE + LiveRecord.RESULT, file());
        }
        if (withKey) {
            section(sections, LiveRecord.SIEVE_KEY, key());
        }
        int size = LiveRecord.HEAD_BYTES + sections.size();
        var bytes = ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
        bytes.putInt(size).putShort((short) LiveRecord.CALL).putShort((short) facts);
        bytes.putLong(50_000_000_000L).putLong(cgroup);
        bytes.putLong(startNanos).putLong(startNanos).putLong(5_000_000L);
        bytes.putInt(pid).putInt(pid).putInt(1).putInt(pid).putInt(pid);
        bytes.position(136).putLong(result);
        bytes.putLong(-100).putLong(0).putLong(flags);
        bytes.position(192).putInt(257);
        bytes.position(200).put("cat".getBytes(StandardCharsets.ISO_8859_1));
        bytes.position(LiveRecord.HEAD_BYTES).put(sections.toByteArray());
        return bytes.array();
    }

    byte[] key() {
        var key = ByteBuffer.allocate(128).order(ByteOrder.nativeOrder());
        key.putInt(generation).putShort((short) 257).put((byte) outcome).put((byte) keyText.length());
        key.putInt(DEVICE).putInt(1).putLong(99);
        key.put(keyText.getBytes(StandardCharsets.ISO_8859_1));
        return key.array();
    }

    private byte[] file() {
        var names = new ArrayList<>(List.of(resolved.split("/")));
        names.removeIf(String::isEmpty);
        Collections.reverse(names);
        var path = names.isEmpty() ? "" : String.join("\0", names) + "\0";
        var file = ByteBuffer.allocate(48 + path.length()).order(ByteOrder.nativeOrder());
        file.putInt((int) result).putInt(mode).putInt(DEVICE).putInt(flags).putLong(99);
        file.position(48).put(path.getBytes(StandardCharsets.ISO_8859_1));
        return file.array();
    }

    private static void section(ByteArrayOutputStream out, int tag, byte[] content) {
        var head = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder());
        head.putShort((short) tag).putShort((short) content.length).putInt(content.length);
        out.writeBytes(head.array());
        out.writeBytes(content);
        while (out.size() % 8 != 0) {
            out.write(0);
        }
    }

    /// Makes scenes of such records, with the state that follows the running kernel.
    static final class Scenes implements io.gatehouse.agent.detect.Scenes {
        private final LiveState state = new LiveState(new State(Limits.DEFAULT));
        private final Event event = new Event();
        private long number;

        /// Whose container a group is.
        Scenes(Map<Long, Container> groups) {
            groups.forEach(state::container);
        }

        @Override
        public Scene of(LiveRecord record) {
            var text = record.text(
                    record.offset(LiveRecord.ARG + 1), record.length(LiveRecord.ARG + 1)); // without its NUL
            if (text.equals("BREAK")) {
                throw new IllegalStateException("a broken event");
            }
            var bytes = ByteBuffer.allocate(64 + text.length()).order(ByteOrder.LITTLE_ENDIAN);
            event.begin(KIND, ++number, BOOTED + record.timeNanos(), record.tid(), 0, bytes.array());
            put(bytes, record.result());
            put(bytes, -100L);
            event.param(bytes.position(), text.length() + 1);
            bytes.put(text.getBytes(StandardCharsets.ISO_8859_1)).put((byte) 0);
            put(bytes, (int) record.argument(2));
            put(bytes, 0);
            put(bytes, 8 << 8 | 1);
            put(bytes, 99L);
            return state.apply(record, event);
        }

        private void put(ByteBuffer bytes, long value) {
            event.param(bytes.position(), 8);
            bytes.putLong(value);
        }

        private void put(ByteBuffer bytes, int value) {
            event.param(bytes.position(), 4);
            bytes.putInt(value);
        }

        @Override
        public void begin() {}

        @Override
        public boolean isPlaced(long cgroup) {
            return cgroup != 0;
        }

        @Override
        public void judgedBy(List<Rule> rules) {
            // no names here
        }

        @Override
        public void podsChanged() {
            // no pods here
        }

        @Override
        public void close() {
            // holds nothing
        }

        @Override
        public void chores() {}

        @Override
        public DetectCounts.StateSizes sizes() {
            return DetectCounts.StateSizes.NONE;
        }
    }
}
