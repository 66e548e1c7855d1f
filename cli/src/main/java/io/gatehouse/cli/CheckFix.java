// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.admission.fix.ManifestFixer;
import io.gatehouse.admission.fix.Patch;
import io.gatehouse.admission.offline.OfflineCheck.Manifest;
import io.gatehouse.admission.offline.OfflineCheck.Report;
import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.engine.policy.Workload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine;

/// `gatehouse check --fix`: the patch on standard output, what became of each finding beside it.
final class CheckFix {
    private final Snapshot snapshot;
    private final Function<List<Manifest>, Report> check;
    private final CommandLine line;

    /// @param check judges manifests by the snapshot
    CheckFix(Snapshot snapshot, Function<List<Manifest>, Report> check, CommandLine line) {
        this.snapshot = snapshot;
        this.check = check;
        this.line = line;
    }

    private enum Where {
        PRINTED,
        WRITTEN
    }

    /// @return the manifests as they are once the patch is applied
    List<Manifest> fix(List<Manifest> manifests, boolean write) {
        var where = write ? Where.WRITTEN : Where.PRINTED;
        var namespaces = manifests.stream().filter(CheckFix::tellsOfNamespaces).toList();
        var after = new ArrayList<Manifest>();
        for (var manifest : manifests) {
            after.add(fix(manifest, namespaces, where));
        }
        line.getOut().flush();
        line.getErr().flush();
        return after;
    }

    private Manifest fix(Manifest manifest, List<Manifest> namespaces, Where where) {
        var before = new String(manifest.bytes(), StandardCharsets.UTF_8);
        var fixed = ManifestFixer.fix(manifest, snapshot, one -> alone(one, namespaces));
        line.getOut().print(Patch.between(relative(manifest.name()), before, fixed.text()));
        var err = line.getErr();
        for (var finding : fixed.fixed()) {
            err.println(manifest.name() + ": fixed " + finding.breach().field() + ": "
                    + finding.breach().fact() + " [" + finding.id() + "]");
        }
        for (var left : fixed.left()) {
            var breach = left.finding().breach();
            err.println(manifest.name() + ":" + breach.span().line() + ": not fixed " + breach.field() + ": "
                    + breach.fact() + " [" + left.finding().id() + "]: " + left.why());
        }
        if (where == Where.WRITTEN && !fixed.fixed().isEmpty()) {
            replace(Path.of(manifest.name()), fixed.text());
        }
        return new Manifest(manifest.name(), fixed.text().getBytes(StandardCharsets.UTF_8));
    }

    /// What is said of one manifest, with the labels of namespaces that stand in others.
    private Report alone(Manifest manifest, List<Manifest> namespaces) {
        var all = new ArrayList<Manifest>();
        all.add(manifest);
        namespaces.stream()
                .filter(other -> !other.name().equals(manifest.name()))
                .forEach(all::add);
        var report = check.apply(all);
        return new Report(
                report.judged().stream()
                        .filter(judged -> judged.file().equals(manifest.name()))
                        .toList(),
                0,
                report.problems().stream()
                        .filter(problem -> problem.span().source().name().equals(manifest.name()))
                        .toList());
    }

    private static boolean tellsOfNamespaces(Manifest manifest) {
        return new String(manifest.bytes(), StandardCharsets.UTF_8).contains(Workload.MODE_LABEL);
    }

    /// As `patch -p1` wants it: below the folder it is applied in.
    private static String relative(String name) {
        var path = Path.of(name).normalize();
        return path.isAbsolute() ? path.toString().substring(1) : path.toString();
    }

    /// Whole or not at all, with the rights it had.
    private static void replace(Path file, String text) {
        if (!Files.isRegularFile(file)) {
            throw Refusal.badInput("there is no file " + file + " to write: --write takes files");
        }
        try {
            var real = file.toRealPath(); // what a link leads to is written, not the link
            var beside = Files.createTempFile(real.toAbsolutePath().getParent(), ".gatehouse-", ".tmp");
            try {
                Files.copy(real, beside, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
                Files.writeString(beside, text);
                Files.move(beside, real, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(beside);
            }
        } catch (IOException e) {
            throw Refusal.badInput("the manifest " + file + " cannot be written: " + e);
        }
    }
}
