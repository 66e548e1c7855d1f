// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.policy.Compilation;
import io.gatehouse.engine.policy.PolicyCompiler;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.policies.ShippedPolicies;
import io.gatehouse.schemas.policy.PolicySchema;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/// Policies named on a command line: files, and folders with every `.yaml` and `.yml` below them but tests.
final class PolicyFiles {
    private PolicyFiles() {}

    /// @throws Refusal a path cannot be read, or none holds a policy
    static List<SourceText> read(List<Path> paths) {
        var sources = new ArrayList<SourceText>();
        for (var path : paths) {
            try {
                if (Files.isDirectory(path)) {
                    try (var below = Files.walk(path)) {
                        for (var file :
                                below.filter(PolicyFiles::isPolicy).sorted().toList()) {
                            sources.add(new SourceText(file.toString(), Files.readString(file)));
                        }
                    }
                } else {
                    sources.add(new SourceText(path.toString(), Files.readString(path)));
                }
            } catch (NoSuchFileException _) {
                throw Refusal.badInput("there is no policy file or folder " + path);
            } catch (MalformedInputException _) {
                throw Refusal.badInput("the policy " + path + " is not UTF-8");
            } catch (IOException e) {
                throw Refusal.badInput("the policy " + path + " cannot be read: " + e);
            }
        }
        if (sources.isEmpty()) {
            throw Refusal.badInput("no .yaml or .yml file below " + paths);
        }
        return sources;
    }

    /// Those that are shipped, where none is named.
    static List<SourceText> orShipped(List<Path> paths) {
        return paths.isEmpty()
                ? ShippedPolicies.texts().stream()
                        .map(policy -> new SourceText(policy.file(), policy.text()))
                        .toList()
                : read(paths);
    }

    private static boolean isPolicy(Path path) {
        var name = path.getFileName().toString();
        return Files.isRegularFile(path)
                && (name.endsWith(".yaml") || name.endsWith(".yml"))
                && !name.endsWith(PolicySchema.TEST_SUFFIX);
    }

    /// Prints what is to be said of the documents today: exemptions that have expired, policies that are
    /// promoted.
    static void printNotices(Snapshot snapshot, PrintWriter err) {
        var notices = snapshot.notices(LocalDate.now(ZoneOffset.UTC));
        if (!notices.isEmpty()) {
            err.print(DiagnosticPrinter.print(notices));
            err.flush();
        }
    }

    /// Prints what is wrong.
    ///
    /// @throws Refusal there are errors
    static Snapshot compile(List<SourceText> sources, PrintWriter err) {
        Compilation compilation = PolicyCompiler.compile(sources);
        if (!compilation.diagnostics().isEmpty()) {
            err.print(DiagnosticPrinter.print(compilation.diagnostics()));
            err.flush();
        }
        return compilation.snapshot().orElseThrow(() -> Refusal.badInput("the policies are not in order"));
    }
}
