// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.learn;

import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.engine.act.Recording;
import io.gatehouse.engine.act.RecordingText;
import io.gatehouse.schemas.act.RecordedLine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/// Recordings of acts that a command line names.
public final class RecordingFiles {
    private RecordingFiles() {}

    /// @param warnings hears of what is in a file and is not understood: the end of one that was cut off
    /// @throws Refusal a file cannot be read, or is no recording
    public static Recording read(List<Path> files, Consumer<String> warnings) {
        var gathering = new Recording.Gathering();
        for (var file : files) {
            try {
                if (CaptureActs.isCapture(file)) {
                    CaptureActs.read(file, gathering::add, warnings);
                } else {
                    readLines(file, gathering::add, warnings);
                }
            } catch (NoSuchFileException _) {
                throw Refusal.badInput("there is no recording " + file);
            } catch (IOException e) {
                throw Refusal.badInput("the recording " + file + " cannot be read: " + e);
            }
        }
        return gathering.recording();
    }

    private static void readLines(Path file, Consumer<RecordedLine> lines, Consumer<String> warnings)
            throws IOException {
        // Bytes that are no UTF-8 make a line wrong, not the file.
        try (var in = new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
            long number = 0;
            long wrong = 0;
            var first = "";
            for (var text = in.readLine(); text != null; text = in.readLine()) {
                number++;
                if (text.isBlank()) {
                    continue;
                }
                switch (RecordingText.read(text)) {
                    case RecordingText.Read.Line(var line) -> lines.accept(line);
                    case RecordingText.Read.Fault(var reason) -> {
                        if (wrong++ == 0) {
                            first = "line " + number + ": " + reason;
                        }
                        if (number == 1) {
                            throw Refusal.badInput(file + " is no recording of acts: " + first);
                        }
                    }
                }
            }
            if (wrong > 0) {
                warnings.accept(file + ": " + wrong + " lines were passed over, the first: " + first);
            }
        }
    }
}
