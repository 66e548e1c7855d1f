// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/// What was built, and from which commit where the build saw a git tree.
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        var commit = text("commit.txt").strip();
        return new String[] {
            "gatehouse " + properties().getProperty("version") + (commit.isEmpty() ? "" : " (commit " + commit + ")"),
            "java " + Runtime.version()
        };
    }

    /// The version alone, `0.1.0`.
    static String text() {
        return properties().getProperty("version");
    }

    private static Properties properties() {
        var properties = new Properties();
        try (var in = Version.class.getResourceAsStream("version.properties")) {
            properties.load(in);
            return properties;
        } catch (IOException e) {
            throw new UncheckedIOException("reading version.properties from the class path", e);
        }
    }

    private static String text(String resource) {
        try (var in = Version.class.getResourceAsStream(resource)) {
            return in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + resource + " from the class path", e);
        }
    }
}
