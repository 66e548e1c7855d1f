// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.feed;

import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.Diagnostic.Severity;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.policy.Compilation;
import io.gatehouse.engine.policy.PolicyCompiler;
import io.gatehouse.engine.rule.RulesOptions;
import io.gatehouse.feed.PolicyObjects.Outcome;
import io.gatehouse.feed.PolicyObjects.Settlement;
import io.gatehouse.feed.PolicyObjects.Standing;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Lets an object that is wrong refuse itself alone: in its place stands what it said when it was last right, or
/// nothing. Used under the feed's lock.
final class ObjectSieve {
    /// What is in force of each object, by its name.
    private Map<String, SourceText> inForce = Map.of();
    private String digest = "";

    /// @param before what was in force when somebody last wrote it down
    ObjectSieve(List<SourceText> before) {
        inForce =
                before.stream().collect(Collectors.toUnmodifiableMap(SourceText::name, text -> text, (one, _) -> one));
    }

    /// @param objects as they are
    /// @param kept what the compilation holds of each, where it is not refused with nothing before it
    /// @param refused the first thing that is wrong with each that is
    record Sieved(
            Compilation compilation,
            List<SourceText> objects,
            Map<String, SourceText> kept,
            Map<String, Diagnostic> refused) {}

    Sieved sieve(List<SourceText> rules, List<SourceText> files, List<SourceText> objects, RulesOptions options) {
        var kept = new LinkedHashMap<String, SourceText>();
        objects.forEach(object -> kept.put(object.name(), object));
        var refused = new LinkedHashMap<String, Diagnostic>();
        while (true) { // each round takes back or out at least one object, so it ends
            var sources = new ArrayList<>(files);
            sources.addAll(kept.values());
            var compilation = PolicyCompiler.compile(rules, sources, options);
            var wrong = new LinkedHashMap<String, Diagnostic>();
            for (var diagnostic : compilation.diagnostics()) {
                var source = diagnostic.span().source();
                if (diagnostic.severity() == Severity.ERROR && source.equals(kept.get(source.name()))) {
                    wrong.putIfAbsent(source.name(), diagnostic);
                }
            }
            if (wrong.isEmpty()) {
                return new Sieved(compilation, List.copyOf(objects), kept, refused);
            }
            wrong.forEach((name, diagnostic) -> {
                refused.putIfAbsent(name, diagnostic);
                var before = inForce.get(name);
                if (before == null || before.equals(kept.get(name))) {
                    kept.remove(name);
                } else {
                    kept.put(name, before);
                }
            });
        }
    }

    void taken(Sieved sieved) {
        inForce = Map.copyOf(sieved.kept());
    }

    Settlement settled(Sieved sieved, String inForceDigest) {
        digest = inForceDigest;
        return settlement(sieved.objects(), sieved.refused());
    }

    /// The load as a whole was refused, for the sake of a file.
    Settlement refused(Sieved sieved, List<Diagnostic> diagnostics) {
        var refused = new LinkedHashMap<>(sieved.refused());
        diagnostics.stream()
                .filter(d -> d.severity() == Severity.ERROR)
                .findFirst()
                .ifPresent(first -> sieved.objects().forEach(object -> {
                    if (!object.equals(inForce.get(object.name()))) {
                        refused.putIfAbsent(object.name(), first);
                    }
                }));
        return settlement(sieved.objects(), refused);
    }

    private Settlement settlement(List<SourceText> objects, Map<String, Diagnostic> refused) {
        var outcomes = new ArrayList<Outcome>();
        for (var object : objects) {
            var now = inForce.get(object.name());
            var standing = now == null
                    ? Standing.NOT_IN_FORCE
                    : now.equals(object) ? Standing.IN_FORCE : Standing.OLDER_IN_FORCE;
            outcomes.add(new Outcome(object, standing, Optional.ofNullable(refused.get(object.name()))));
        }
        var present = objects.stream().map(SourceText::name).collect(Collectors.toSet());
        var texts = inForce.values().stream()
                .filter(text -> present.contains(text.name()))
                .sorted(Comparator.comparing(SourceText::name))
                .toList();
        return new Settlement(digest, outcomes, texts);
    }
}
