// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.events.Event;
import io.gatehouse.events.capture.CaptureReader;
import io.gatehouse.events.capture.CaptureReader.Form;
import io.gatehouse.events.capture.CaptureVisitor;
import io.gatehouse.events.capture.CaptureWriter;
import io.gatehouse.events.capture.CaptureWriter.Packing;
import io.gatehouse.schemas.event.Call;
import io.gatehouse.schemas.event.CallTable;
import io.gatehouse.schemas.event.Capture;
import io.gatehouse.schemas.event.ParamType;
import io.gatehouse.schemas.event.Source;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Whatever a record holds, its event has parameters of the right form, and can be written and followed.
class HostileRecordsTest {
    private static final int ROUNDS = 40;
    private static final int[] ODD_LENGTHS = {0, 1, 2, 3, 7, 8, 15, 16, 24, 47, 48, 71, 72, 73, 95, 96, 110, 300, 5000};

    private final long seed = Long.getLong("gatehouse.seed", 1);
    private final Random random = new Random(seed);

    @Test
    void no_record_makes_an_event_with_a_parameter_of_another_form() {
        System.out.println("gatehouse.seed=" + seed);
        var shown = new Shown();
        int made = 0;
        for (int round = 0; round < ROUNDS; round++) {
            for (var records : oneOfEach()) {
                var event = shown.event(records);
                if (event != null) {
                    made++;
                    check(event);
                    var scene = shown.state.apply(event);
                    shown.field(scene, "evt.args");
                    shown.field(scene, "fd.name");
                }
            }
        }
        assertTrue(made > ROUNDS * 700, "made only " + made);
    }

    @Test
    void every_event_is_written_and_read_back_as_it_was() throws IOException {
        System.out.println("gatehouse.seed=" + seed);
        var shown = new Shown();
        var told = new ArrayList<String>();
        var file = new ByteArrayOutputStream();
        try (var writer = CaptureWriter.to(file, Packing.NONE)) {
            writer.section();
            for (var records : oneOfEach()) {
                var event = shown.event(records);
                if (event != null) {
                    told.add(line(event));
                    writer.event(event);
                }
            }
        }
        var read = new ArrayList<String>();
        CaptureReader.read(new ByteArrayInputStream(file.toByteArray()), Form.AS_RECORDED, new CaptureVisitor() {
            @Override
            public boolean event(Event event) {
                return read.add(line(event));
            }
        });
        assertEquals(told, read);
    }

    /// All but the number, which a reader gives anew.
    private static String line(Event event) {
        var line = new StringBuilder();
        line.append(event.code())
                .append(' ')
                .append(event.timeNanos())
                .append(' ')
                .append(event.tid());
        for (int i = 0; i < event.paramCount(); i++) {
            int offset = event.offset(i);
            line.append(' ')
                    .append(Arrays.hashCode(Arrays.copyOfRange(event.bytes(), offset, offset + event.length(i))));
        }
        return line.toString();
    }

    @Test
    void a_record_without_any_section_tells_no_text() {
        var shown = new Shown();
        for (var call : CallTable.current().all()) {
            for (int index : CallTable.indexes(call)) {
                var event = shown.event(Records.call(index).result(-1));
                check(event);
                for (int i = 0; i < event.paramCount(); i++) {
                    var from = call.params().get(i).from();
                    if (from.form() == Source.Form.TEXT && from != Source.From.TASK_COMM) {
                        assertEquals(0, event.length(i), call + " " + from);
                    }
                }
            }
        }
    }

    @Test
    void a_record_that_contradicts_itself_is_refused() {
        var whole = Records.call("open").text(0, "/etc/passwd").bytes();
        var record = new LiveRecord();
        assertTrue(record.begin(whole, whole.length));
        for (int length = 0; length < whole.length; length++) {
            assertFalse(record.begin(whole, length));
        }
        whole[LiveRecord.HEAD_BYTES + 2] = (byte) 0xff;
        assertFalse(record.begin(whole, whole.length));
    }

    // Records of chance

    private List<Records> oneOfEach() {
        var records = new ArrayList<Records>();
        for (var call : CallTable.current().all()) {
            for (int index : CallTable.indexes(call)) {
                records.add(filled(Records.call(index), call));
            }
        }
        records.add(program());
        records.add(noise(Records.fork(random.nextLong())));
        records.add(noise(Records.exit(random.nextInt())));
        return records;
    }

    private Records filled(Records records, Call call) {
        records.result(random.nextInt(3) == 0 ? -random.nextInt(200) : random.nextInt(100));
        for (int i = 0; i < Call.ARGUMENTS; i++) {
            records.arg(i, number());
            if (call.captures().get(i) != Capture.NOTHING && random.nextInt(5) > 0) {
                records.section(LiveRecord.ARG + i, bytes(), random.nextInt(100_000));
            }
            if (call.captures().get(i) == Capture.MESSAGE && random.nextBoolean()) {
                records.section(LiveRecord.MORE + i, bytes());
            }
        }
        for (int place = 0; place <= Source.RESULT; place++) {
            if ((call.files() & 1 << place) != 0) {
                records.section((random.nextBoolean() ? LiveRecord.FILE : LiveRecord.SOCKET) + place, socketOrFile());
            }
        }
        if (random.nextInt(4) == 0) {
            records.fact(LiveRecord.FACT_COMPAT);
        }
        return random.nextInt(6) == 0 ? noise(records) : records;
    }

    private Records program() {
        return Records.exec()
                .section(LiveRecord.EXE, bytes())
                .section(LiveRecord.WORDS, bytes())
                .section(LiveRecord.ENV, bytes())
                .section(LiveRecord.ASKED, bytes());
    }

    /// Sections that have nothing to do with it.
    private Records noise(Records records) {
        for (int i = random.nextInt(4); i > 0; i--) {
            records.section(random.nextInt(64), bytes(), random.nextInt());
        }
        return records;
    }

    private long number() {
        return switch (random.nextInt(5)) {
            case 0 -> random.nextLong();
            case 1 -> random.nextInt();
            case 2 -> 0;
            default -> random.nextInt(64);
        };
    }

    private byte[] bytes() {
        var bytes = new byte[ODD_LENGTHS[random.nextInt(ODD_LENGTHS.length)]];
        random.nextBytes(bytes);
        if (bytes.length > 2 && random.nextBoolean()) {
            bytes[0] = (byte) (random.nextBoolean() ? 2 : random.nextBoolean() ? 10 : 1); // a family
            bytes[1] = 0;
        }
        return bytes;
    }

    private byte[] socketOrFile() {
        var bytes = bytes();
        if (bytes.length > 5) {
            bytes[4] = (byte) (random.nextBoolean() ? 2 : random.nextBoolean() ? 10 : 1);
            bytes[5] = 0;
        }
        return bytes;
    }

    // Parameters of the right form

    private static void check(Event event) {
        var params = event.type().params();
        assertEquals(params.size(), event.paramCount(), event.type().name());
        for (int i = 0; i < params.size(); i++) {
            int length = event.length(i);
            var type = params.get(i).type();
            var what = event.type().name() + " " + params.get(i).name() + " of " + length;
            assertTrue(length == 0 || fits(event, i, type), what);
            assertTrue(length < 1 << 16, what);
        }
    }

    private static boolean fits(Event event, int param, ParamType type) {
        int length = event.length(param);
        int first = event.bytes()[event.offset(param)];
        return switch (type) {
            case CHARBUF, FSPATH, FSRELPATH -> endsOnce(event, param);
            case BYTEBUF -> true;
            case SOCKADDR ->
                switch (first) {
                    case 1 -> endsIn(event, param);
                    case 2 -> length == 7;
                    default -> first == 10 && length == 19;
                };
            case SOCKTUPLE ->
                switch (first) {
                    case 1 -> length >= 18 && endsIn(event, param);
                    case 2 -> length == 13;
                    default -> first == 10 && length == 37;
                };
            case FDLIST -> length == 2 + 10 * (first & 0xff | event.bytes()[event.offset(param) + 1] << 8);
            case DYN -> variantFits(event.type().name(), first, length - 1);
            default -> length == type.bytes();
        };
    }

    /// The length that follows the number of the form; see `Variants`.
    private static boolean variantFits(String call, int form, int length) {
        return switch (call) {
            case "ptrace" -> length == (form == 0 ? 8 : 1);
            case "keyctl" -> form == 1 || length == 8;
            default -> form == 0 || length == (form == 2 ? 4 : 8);
        };
    }

    private static boolean endsOnce(Event event, int param) {
        int end = event.offset(param) + event.length(param) - 1;
        for (int i = event.offset(param); i < end; i++) {
            if (event.bytes()[i] == 0) {
                return false;
            }
        }
        return event.bytes()[end] == 0;
    }

    private static boolean endsIn(Event event, int param) {
        return event.bytes()[event.offset(param) + event.length(param) - 1] == 0;
    }
}
