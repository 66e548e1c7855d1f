// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.gatehouse.engine.event.Reader;
import io.gatehouse.events.state.Scene;
import io.gatehouse.events.state.Watched;
import io.gatehouse.schemas.field.Field.Argument;
import io.gatehouse.schemas.field.Field.Source;
import io.gatehouse.schemas.field.FieldCatalogue;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What is known already is handed out as it is; what has to be put together may cost memory.
class ReadingAllocatesNothingTest {
    private static final int READS = 5_000;

    /// Made anew whenever they are asked for.
    private static final Set<String> PUT_TOGETHER = Set.of(
            "evt.args",
            "evt.info",
            "evt.buffer",
            "evt.time",
            "evt.time.s",
            "evt.time.iso8601",
            "evt.outputtime",
            "evt.datetime",
            "evt.datetime.s",
            "fs.path.name",
            "fs.path.nameraw",
            "fd.types",
            "fd.uid",
            "fd.containername",
            "fd.containerdirectory",
            "fd.cproto",
            "fd.sproto",
            "fd.lproto",
            "fd.rproto",
            "proc.aargs");

    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Watched machine =
            new Watched().withProcess(1, 0, "init").withProcess(5, 1, "bash").withProcess(7, 5, "cat");

    private long sum;

    @Test
    void reading_what_is_known_allocates_nothing() {
        var costly = new ArrayList<String>();
        costly.addAll(costly(machine.exit("openat", 7, 3, -100, "/etc/passwd", 1, 0, 0, 0)));
        costly.addAll(costly(machine.exit("read", 7, 2, "ab", 3, 2)));
        machine.exit("socket", 7, 4, 2, 1, 0);
        var tuple = new byte[] {2, 10, 0, 0, 1, 1, 2, 10, 0, 0, 2, 80, 0};
        costly.addAll(costly(machine.exit("connect", 7, 0, tuple, 4, null)));
        assertEquals(List.of(), costly);
    }

    @Test
    void reading_the_names_of_flags_allocates_nothing() {
        var scene = machine.exit("openat", 7, 3, -100, "/etc/passwd", 1, 0, 0, 0);
        long bytes = bytesOf("evt.arg[flags]", scene);
        assertEquals(0, bytes / READS, "bytes for each reading");
    }

    private List<String> costly(Scene scene) {
        var costly = new ArrayList<String>();
        for (var field : FieldCatalogue.current().all()) {
            if (!field.sources().contains(Source.SYSCALL)
                    || field.argument() != Argument.NONE && field.argument() != Argument.OPTIONAL
                    || PUT_TOGETHER.contains(field.name())) {
                continue;
            }
            long bytes = bytesOf(field.name(), scene);
            if (bytes >= READS) {
                costly.add(field.name() + " of " + scene.event().type().name() + ": " + bytes / READS + " bytes");
            }
        }
        return costly;
    }

    private long bytesOf(String field, Scene scene) {
        var reader = Asked.reader(field);
        read(reader, scene);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        read(reader, scene);
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    private void read(Reader<Scene> reader, Scene scene) {
        for (int i = 0; i < READS; i++) {
            sum += switch (reader) {
                case Reader.OfText<Scene> text -> text.read(scene) == null ? 0 : 1;
                case Reader.OfNumber<Scene> number -> number.read(scene);
                case Reader.OfTexts<Scene> texts -> texts.read(scene) == null ? 0 : 1;
                case Reader.OfNumbers<Scene> numbers -> numbers.read(scene) == null ? 0 : 1;
            };
        }
    }
}
