// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.outputs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileOutputTest extends OutputContract {
    private static final Entry ONE = new Entry.Raised(Alerts.full());
    private static final Entry TWO = new Entry.Raised(Alerts.bare());
    private static final String LINE_ONE = LineFormat.TEXT.line(ONE) + "\n";
    private static final String LINE_TWO = LineFormat.TEXT.line(TWO) + "\n";

    @TempDir
    Path folder;

    private Path path() {
        return folder.resolve("logs/alerts.log");
    }

    private Path saved() {
        return folder.resolve("saved");
    }

    @Override
    Output open(LineFormat format) {
        return new FileOutput(path(), format);
    }

    @Override
    String arrived() throws IOException {
        return Files.readString(path());
    }

    /// The path becomes the device that is always full.
    @Override
    void breakDown() throws IOException {
        if (Files.exists(path())) {
            Files.move(path(), saved());
        }
        Files.createDirectories(path().getParent());
        Files.createSymbolicLink(path(), Path.of("/dev/full"));
    }

    @Override
    void repair() throws IOException {
        Files.delete(path());
        if (Files.exists(saved())) {
            Files.move(saved(), path());
        }
    }

    @Test
    void it_appends_and_makes_what_is_missing_for_its_owner_only() throws IOException {
        for (var i = 0; i < 2; i++) {
            try (var output = open(LineFormat.TEXT)) {
                output.write(ONE);
            }
        }
        assertEquals(LINE_ONE + LINE_ONE, arrived());
        assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(path())));
    }

    @Test
    void a_renamed_file_is_followed_by_a_new_one() throws IOException {
        try (var output = open(LineFormat.TEXT)) {
            output.write(ONE);
            Files.move(path(), saved());
            output.write(TWO);
        }
        assertEquals(LINE_ONE, Files.readString(saved()));
        assertEquals(LINE_TWO, arrived());
    }

    @Test
    void a_removed_file_is_made_again_and_so_is_its_folder() throws IOException {
        try (var output = open(LineFormat.TEXT)) {
            output.write(ONE);
            Files.delete(path());
            Files.delete(path().getParent());
            output.write(TWO);
        }
        assertEquals(LINE_TWO, arrived());
    }

    @Test
    void a_replaced_file_is_taken_up() throws IOException {
        try (var output = open(LineFormat.TEXT)) {
            output.write(ONE);
            Files.writeString(saved(), "other\n");
            Files.move(saved(), path(), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            output.write(TWO);
        }
        assertEquals("other\n" + LINE_TWO, arrived());
    }

    @Test
    void a_truncated_file_is_written_on_from_its_start() throws IOException {
        try (var output = open(LineFormat.TEXT)) {
            output.write(ONE);
            Files.writeString(path(), "");
            output.write(TWO);
        }
        assertEquals(LINE_TWO, arrived());
    }

    @Test
    void a_directory_in_the_files_place_is_an_error_that_ends_with_it() throws IOException {
        Files.createDirectories(path());
        try (var output = open(LineFormat.TEXT)) {
            assertThrows(IOException.class, () -> output.write(ONE));
            Files.delete(path());
            output.write(ONE);
        }
        assertEquals(LINE_ONE, arrived());
    }

    /// A disk that is really full, so that a line is really written in part.
    @Tag("host")
    @Test
    void a_line_cut_by_a_full_disk_is_finished_when_there_is_room() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "mounting a small tmpfs needs root");
        var disk = Files.createDirectory(folder.resolve("disk"));
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", disk.toString()) == 0, "mount is refused here");
        try (var output = new FileOutput(disk.resolve("alerts.log"), LineFormat.TEXT)) {
            Files.write(disk.resolve("ballast"), new byte[4096]);
            var lines = 0;
            var failed = false;
            while (!failed) {
                try {
                    output.write(ONE);
                    lines++;
                } catch (IOException e) {
                    failed = true;
                    assertTrue(e.getMessage().contains("No space left"), e.getMessage());
                }
            }
            var full = Files.readString(disk.resolve("alerts.log"));
            assertTrue(full.length() > lines * LINE_ONE.length(), "the last line was written in part");
            assertThrows(IOException.class, () -> output.write(ONE));

            Files.delete(disk.resolve("ballast"));
            output.write(ONE);
            output.write(TWO);
            assertEquals(LINE_ONE.repeat(lines + 1) + LINE_TWO, Files.readString(disk.resolve("alerts.log")));
        } finally {
            assertEquals(0, run("umount", disk.toString()));
        }
    }

    /// As above, but the first entry is given up: its part stays, and the next line starts on its own.
    @Tag("host")
    @Test
    void a_line_given_up_half_way_does_not_run_into_the_next() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "mounting a small tmpfs needs root");
        var disk = Files.createDirectory(folder.resolve("disk2"));
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", disk.toString()) == 0, "mount is refused here");
        try (var output = new FileOutput(disk.resolve("alerts.log"), LineFormat.TEXT)) {
            Files.write(disk.resolve("ballast"), new byte[4096]);
            assertThrows(IOException.class, () -> {
                while (true) {
                    output.write(ONE);
                }
            });
            Files.delete(disk.resolve("ballast"));
            output.write(TWO);
            var lines = Files.readAllLines(disk.resolve("alerts.log"));
            assertEquals(LINE_TWO.strip(), lines.getLast());
            assertTrue(LINE_ONE.startsWith(lines.get(lines.size() - 2)));
        } finally {
            assertEquals(0, run("umount", disk.toString()));
        }
    }

    private static int run(String... command) throws Exception {
        return new ProcessBuilder(List.of(command)).inheritIO().start().waitFor();
    }
}
