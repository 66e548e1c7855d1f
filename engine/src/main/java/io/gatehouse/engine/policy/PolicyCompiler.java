// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.diagnostic.Code;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Diagnostic.Severity;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.document.YamlReader;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// From policy text to a snapshot, or to everything that is wrong with the text.
///
/// Stateless; may be called from any thread.
public final class PolicyCompiler {
    private static final Comparator<WorkloadPolicy> BY_NAME = Comparator.comparing(
                    (WorkloadPolicy policy) -> policy.name().namespace().orElse(""))
            .thenComparing(policy -> policy.name().name());

    private PolicyCompiler() {}

    /// Every step finds what it can in what the steps before left standing. No source: a snapshot without policies.
    public static Compilation compile(List<SourceText> sources) {
        var problems = new ArrayList<Diagnostic>();
        var documents = read(sources, problems);
        var policies = sound(documents, PolicyHeading::check, problems);
        problems.addAll(PolicyNames.check(policies));
        var shaped = sound(policies, PolicyShape::check, problems);
        var drafts = shaped.stream().map(Draft::of).toList();
        drafts.forEach(draft -> problems.addAll(CrossChecks.check(draft)));
        return conclude(drafts, inSourceOrder(problems, sources));
    }

    private static List<Node> read(List<SourceText> sources, List<Diagnostic> problems) {
        var documents = new ArrayList<Node>();
        for (var source : sources) {
            var reading = YamlReader.read(source);
            problems.addAll(reading.diagnostics());
            documents.addAll(reading.documents());
            if (reading.documents().isEmpty() && reading.diagnostics().isEmpty()) {
                problems.add(Code.EMPTY_FILE.at(new Span(source, 1, 1, 1), "the file holds no policy"));
            }
        }
        return documents;
    }

    /// The documents that a step finds nothing wrong with.
    private static <T extends Node> List<Node.Mapping> sound(
            List<T> documents, Function<T, List<Diagnostic>> step, List<Diagnostic> problems) {
        var sound = new ArrayList<Node.Mapping>();
        for (var document : documents) {
            var found = step.apply(document);
            problems.addAll(found);
            if (found.isEmpty() && document instanceof Node.Mapping mapping) {
                sound.add(mapping);
            }
        }
        return sound;
    }

    private static List<Diagnostic> inSourceOrder(List<Diagnostic> problems, List<SourceText> sources) {
        var order = new IdentityHashMap<SourceText, Integer>();
        sources.forEach(source -> order.putIfAbsent(source, order.size()));
        return problems.stream()
                .sorted(Comparator.comparingInt(
                                (Diagnostic d) -> order.get(d.span().source()))
                        .thenComparingInt(d -> d.span().line())
                        .thenComparingInt(d -> d.span().column()))
                .toList();
    }

    private static Compilation conclude(List<Draft> drafts, List<Diagnostic> problems) {
        if (problems.stream().anyMatch(problem -> problem.severity() == Severity.ERROR)) {
            return new Compilation(Optional.empty(), problems);
        }
        var policies = drafts.stream().map(Draft::policy).sorted(BY_NAME).toList();
        return new Compilation(Optional.of(new Snapshot(Digest.of(policies), policies)), problems);
    }
}
