// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// A program that has run.
///
/// @param out standard output
/// @param err standard error, empty where both were wanted as one
public record Ended(int status, String out, String err) {
    /// How the two streams are wanted.
    enum Streams {
        APART,
        AS_ONE
    }

    static Ended run(List<String> line, Map<String, String> environment, String input, Streams streams)
            throws IOException, InterruptedException {
        var builder = new ProcessBuilder(line).redirectErrorStream(streams == Streams.AS_ONE);
        builder.environment().putAll(environment);
        var process = builder.start();
        var err = new StringBuilder();
        // a virtual thread that waits for a pipe keeps its carrier, and there are as few as processors
        var listening = Thread.ofPlatform()
                .daemon()
                .start(() -> process.errorReader(StandardCharsets.UTF_8)
                        .lines()
                        .forEach(text -> err.append(text).append('\n')));
        var speaking = Thread.ofPlatform().daemon().start(() -> say(process, input));
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        listening.join();
        speaking.join();
        return new Ended(status, out, err.toString());
    }

    private static void say(Process process, String input) {
        try (var stream = process.outputWriter(StandardCharsets.UTF_8)) {
            stream.write(input);
        } catch (IOException _) {
            // it did not want to hear all of it
        }
    }

    /// As a person sees it.
    public String text() {
        return out + err;
    }
}
