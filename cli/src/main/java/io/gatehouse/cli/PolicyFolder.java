// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.policies.ShippedPolicies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/// The folder whose policies are in force. Without the option it is one of our own, which the first start
/// fills with the shipped policies and no start ever changes again.
final class PolicyFolder {
    @Option(
            names = {"-p", "--policies"},
            paramLabel = "FOLDER",
            description = "Policies in force; changes are followed. Without it: the shipped ones, copied once to"
                    + " /var/lib/gatehouse/policies to be edited there.")
    private Path folder;

    /// Only the one that is named: whoever names rules does not ask for the shipped policies too.
    Optional<Path> named() {
        return folder == null ? Optional.empty() : Optional.of(path());
    }

    Path path() {
        if (folder == null) {
            return seeded(StateFolder.path().resolve("policies"));
        }
        if (!Files.isDirectory(folder)) {
            throw Refusal.badInput("there is no folder " + folder);
        }
        return folder;
    }

    private static Path seeded(Path folder) {
        if (Files.isDirectory(folder)) {
            return folder;
        }
        try {
            // Whole or not at all: a start that was cut off must not leave half of the policies behind.
            Files.createDirectories(folder.getParent());
            var fresh = Files.createTempDirectory(folder.getParent(), "policies");
            for (var policy : ShippedPolicies.texts()) {
                Files.writeString(fresh.resolve(policy.name() + ".yaml"), policy.text());
            }
            Files.move(fresh, folder);
            return folder;
        } catch (IOException e) {
            throw Refusal.cannot(
                    "cannot write the shipped policies to " + folder + " (" + e + "); name a folder with --policies");
        }
    }
}
