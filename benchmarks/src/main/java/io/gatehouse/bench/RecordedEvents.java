// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.bench;

import io.gatehouse.engine.event.Reader;
import io.gatehouse.engine.event.Readers;
import io.gatehouse.events.fields.SyscallFields;
import io.gatehouse.events.replay.CaptureScenes;
import io.gatehouse.events.state.Limits;
import io.gatehouse.events.state.Scene;
import io.gatehouse.schemas.field.Field;
import io.gatehouse.schemas.field.Field.Shape;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/// Events of captures with the values of some fields written down, so that matching can be measured apart from
/// following the machine.
final class RecordedEvents implements Readers<RecordedEvents.Recorded> {
    private static final Path FOLDER =
            Path.of(System.getProperty("gatehouse.root", "."), "..", "shared", "falco", "scap");

    /// @param texts by the place that a field was given, as the other two
    record Recorded(int kind, String[] texts, long[] numbers, Object[] several) {}

    private record Use(Field field, Optional<String> argument) {}

    private final Map<Use, Integer> places = new LinkedHashMap<>();

    static boolean installed() {
        return Files.isDirectory(FOLDER);
    }

    /// Whole captures, unpacked: programs that serve files and pages, start, stop and build.
    static List<byte[]> captures() throws IOException {
        var captures = new ArrayList<byte[]>();
        try (var files = Files.list(FOLDER)) {
            for (var file : files.sorted().toList()) {
                try (var in = Files.newInputStream(file)) {
                    captures.add(unpacked(in.readAllBytes()));
                }
            }
        }
        return captures;
    }

    private static byte[] unpacked(byte[] file) throws IOException {
        boolean packed = file.length > 2 && (file[0] & 0xff) == 0x1f && (file[1] & 0xff) == 0x8b;
        if (!packed) {
            return file;
        }
        try (var in = new GZIPInputStream(new ByteArrayInputStream(file))) {
            return in.readAllBytes();
        }
    }

    /// To be asked for every field of all rules before [#record].
    @Override
    public Reader<Recorded> bind(Field field, Optional<String> argument) {
        int place = places.computeIfAbsent(new Use(field, argument), _ -> places.size());
        boolean one = field.shape() == Shape.ONE || field.shape() == Shape.ANY && argument.isPresent();
        if (field.type().isText()) {
            return one
                    ? (Reader.OfText<Recorded>) event -> event.texts[place]
                    : (Reader.OfTexts<Recorded>) event -> (String[]) event.several[place];
        }
        return one
                ? (Reader.OfNumber<Recorded>) event -> event.numbers[place]
                : (Reader.OfNumbers<Recorded>) event -> (long[]) event.several[place];
    }

    /// Every n-th event, so that all captures are heard.
    List<Recorded> record(List<byte[]> captures, int every) throws IOException {
        var fields = new SyscallFields(ZoneOffset.UTC);
        var readers = new ArrayList<Reader<Scene>>();
        places.keySet().forEach(use -> readers.add(fields.bind(use.field, use.argument)));
        var events = new ArrayList<Recorded>();
        var seen = new int[1];
        for (var capture : captures) {
            CaptureScenes.read(new ByteArrayInputStream(capture), Limits.DEFAULT, scene -> {
                if (seen[0]++ % every == 0) {
                    events.add(recorded(scene, readers));
                }
                return true;
            });
        }
        return events;
    }

    private static Recorded recorded(Scene scene, List<Reader<Scene>> readers) {
        int fields = readers.size();
        var event = new Recorded(scene.event().code(), new String[fields], new long[fields], new Object[fields]);
        for (int i = 0; i < fields; i++) {
            switch (readers.get(i)) {
                case Reader.OfText<Scene> reader -> event.texts[i] = reader.read(scene);
                case Reader.OfNumber<Scene> reader -> event.numbers[i] = reader.read(scene);
                case Reader.OfTexts<Scene> reader -> event.several[i] = reader.read(scene);
                case Reader.OfNumbers<Scene> reader -> event.several[i] = reader.read(scene);
            }
        }
        return event;
    }
}
