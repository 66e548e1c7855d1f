// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import io.gatehouse.engine.event.Reader;
import io.gatehouse.engine.event.Readers;
import io.gatehouse.events.live.LiveRecord;
import io.gatehouse.events.state.Paths;
import io.gatehouse.events.state.Scene;
import io.gatehouse.schemas.event.EventTable;
import io.gatehouse.schemas.event.EventType.Direction;
import io.gatehouse.schemas.field.FieldCatalogue;
import java.util.Optional;

/// The key by which the kernel would keep back events like this one (`struct gh_watch_sieve_key`), compared with what
/// the event says of itself: a key that says otherwise keeps back nothing. Belongs to the thread of its readers.
final class SieveKey {
    private static final int OUTCOME = 6;
    private static final int TEXT_LENGTH = 7;
    private static final int TEXT = 24;
    private static final int BYTES = 128;

    private static final int FAILED = 8;
    private static final int CONTAINER = 4;
    private static final int WRITING = 2;
    private static final int READING = 1;

    private static final int MODE = 4; // of gh_watch_file
    private static final int FILE_TYPE = 0170000;
    private static final int DIRECTORY = 0040000;

    private static final int AF_UNIX = 1;
    private static final String UNIX_LETTER = "u";

    private final Reader.OfNumber<Scene> failed;
    private final Reader.OfNumber<Scene> opensForReading;
    private final Reader.OfNumber<Scene> opensForWriting;
    private final Reader.OfText<Scene> name;
    private final Reader.OfText<Scene> letter;
    private final int creat;

    SieveKey(Readers<Scene> readers) {
        this.failed = number(readers, "evt.failed");
        this.opensForReading = number(readers, "evt.is_open_read");
        this.opensForWriting = number(readers, "evt.is_open_write");
        this.name = text(readers, "fd.name");
        this.letter = text(readers, "fd.typechar");
        this.creat = EventTable.current().all().stream()
                .filter(type -> type.name().equals("creat") && type.direction() == Direction.EXIT)
                .findFirst()
                .orElseThrow()
                .code();
    }

    /// The group of events that the record's key stands for; nothing if it must not be used.
    Optional<SieveGroup> group(LiveRecord record, Scene scene) {
        int at = record.offset(LiveRecord.SIEVE_KEY);
        if (at < 0 || record.length(LiveRecord.SIEVE_KEY) != BYTES || !isWhole(record) || scene.task() == null) {
            return Optional.empty();
        }
        int outcome = record.bytes()[at + OUTCOME];
        boolean hasFailed = (outcome & FAILED) != 0;
        boolean inContainer = (outcome & CONTAINER) != 0;
        if (failed.read(scene) != (hasFailed ? 1 : 0)
                || scene.containerId() == null
                || scene.containerId().isEmpty() == inContainer) {
            return Optional.empty();
        }
        int kind = scene.event().code();
        if (SieveGroup.opens(kind)) {
            return ofOpen(record, scene, at, outcome, hasFailed);
        }
        boolean isUnix =
                SieveGroup.connects(kind) && record.u16(at + TEXT) == AF_UNIX && UNIX_LETTER.equals(letter.read(scene));
        return Optional.of(isUnix ? SieveGroup.UNIX : SieveGroup.OTHER);
    }

    /// Of a group that nobody has placed yet, another event may be of the other side.
    private static boolean isWhole(LiveRecord record) {
        return !record.is(LiveRecord.FACT_CGROUP_NEW)
                && !record.is(LiveRecord.FACT_UNREAD)
                && !record.is(LiveRecord.FACT_CUT);
    }

    private Optional<SieveGroup> ofOpen(LiveRecord record, Scene scene, int at, int outcome, boolean hasFailed) {
        boolean says = scene.event().code() == creat // which counts among rules as opening for nothing
                || opensForReading.read(scene) == ((outcome & READING) != 0 ? 1 : 0)
                        && opensForWriting.read(scene) == ((outcome & WRITING) != 0 ? 1 : 0);
        int length = record.bytes()[at + TEXT_LENGTH] & 0xff;
        if (!says || length == 0 || length > BYTES - TEXT) {
            return Optional.empty();
        }
        var text = record.text(at + TEXT, length);
        var event = scene.event();
        if (!text.equals(event.text(event.type().paramIndex("name")))) {
            return Optional.empty(); // another task wrote over it between two looks
        }
        boolean absolute = text.charAt(0) == '/';
        if (absolute && !Paths.join("", text).equals(name.read(scene))) {
            return Optional.empty(); // its name is made of more than the text, as where the directory is too long
        }
        return Optional.of(SieveGroup.ofOpen(absolute, !hasFailed, isNoDirectory(record)));
    }

    private static boolean isNoDirectory(LiveRecord record) {
        int file = record.offset(LiveRecord.FILE + LiveRecord.RESULT);
        return file >= 0 && (record.u32(file + MODE) & FILE_TYPE) != DIRECTORY;
    }

    private static Reader.OfNumber<Scene> number(Readers<Scene> readers, String field) {
        if (bind(readers, field) instanceof Reader.OfNumber<Scene> reader) {
            return reader;
        }
        throw new IllegalStateException(field + " is no number");
    }

    static Reader.OfText<Scene> text(Readers<Scene> readers, String field) {
        if (bind(readers, field) instanceof Reader.OfText<Scene> reader) {
            return reader;
        }
        throw new IllegalStateException(field + " is no text");
    }

    private static Reader<Scene> bind(Readers<Scene> readers, String field) {
        return readers.bind(FieldCatalogue.current().byName(field).orElseThrow(), Optional.empty());
    }
}
