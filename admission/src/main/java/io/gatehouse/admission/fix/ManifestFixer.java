// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.fix;

import io.gatehouse.admission.fix.Change.How;
import io.gatehouse.admission.fix.Change.Value;
import io.gatehouse.admission.offline.OfflineCheck;
import io.gatehouse.admission.offline.OfflineCheck.Judged;
import io.gatehouse.admission.offline.OfflineCheck.Manifest;
import io.gatehouse.admission.offline.OfflineCheck.Report;
import io.gatehouse.admission.pod.Fields;
import io.gatehouse.admission.review.Finding;
import io.gatehouse.admission.review.ReviewReader;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.policy.Snapshot;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Ends the findings of one manifest, one after the other, where that is safe.
public final class ManifestFixer {
    /// What became of a manifest.
    ///
    /// @param text as it is now; the same where nothing could be done
    /// @param fixed findings that are there no more
    /// @param left findings that are, with the reason
    public record Fixed(String text, List<Finding> fixed, List<Left> left) {
        public Fixed {
            fixed = List.copyOf(fixed);
            left = List.copyOf(left);
        }
    }

    /// A finding that is not fixed, and why.
    public record Left(Judged judged, Finding finding, String why) {}

    /// No manifest has so many findings; each costs a judgement.
    private static final int MAX_ROUNDS = 10_000;

    private static final String NOT_SEEN =
            "its layout (an anchor, a merge key or the like) does not show where it could be written; write it by hand";

    private final String name;
    private final Snapshot snapshot;
    private final Function<Manifest, Report> check;
    private final Map<String, String> given = new HashMap<>();
    private final List<Finding> fixed = new ArrayList<>();

    private ManifestFixer(String name, Snapshot snapshot, Function<Manifest, Report> check) {
        this.name = name;
        this.snapshot = snapshot;
        this.check = check;
    }

    /// @param snapshot by which the check judges
    /// @param check judges one manifest
    public static Fixed fix(Manifest manifest, Snapshot snapshot, Function<Manifest, Report> check) {
        return new ManifestFixer(manifest.name(), snapshot, check)
                .fix(new String(manifest.bytes(), StandardCharsets.UTF_8));
    }

    private Fixed fix(String original) {
        var text = original;
        var report = judge(text);
        for (int round = 0; round < MAX_ROUNDS; round++) {
            var next = next(report);
            if (next.isEmpty()) {
                break;
            }
            var better = better(text, report, next.get());
            if (better.isPresent()) {
                fixed.add(next.get());
                text = better.get();
                report = judge(text);
            }
        }
        var left = new ArrayList<Left>();
        for (var judged : report.judged()) {
            for (var finding : judged.decision().findings()) {
                left.add(new Left(judged, finding, given.getOrDefault(finding.id(), NOT_SEEN)));
            }
        }
        return new Fixed(text, fixed, left);
    }

    private Report judge(String text) {
        return check.apply(new Manifest(name, text.getBytes(StandardCharsets.UTF_8)));
    }

    private Optional<Finding> next(Report report) {
        return report.judged().stream()
                .flatMap(judged -> judged.decision().findings().stream())
                .filter(finding -> !given.containsKey(finding.id()))
                .findFirst();
    }

    /// The text without the finding, or the reason why not, which is noted.
    private Optional<String> better(String text, Report report, Finding finding) {
        var documents = documents(text);
        var document = documentOf(documents, finding.breach().span());
        if (document.isEmpty() || ReviewReader.isReview(document.get())) {
            given.put(finding.id(), "it is about a recorded review, which is no manifest");
            return Optional.empty();
        }
        switch (Fixes.of(finding, document.get(), snapshot)) {
            case Fixes.Outcome.None(var why) -> given.put(finding.id(), why);
            case Fixes.Outcome.Remedies(var remedies) -> {
                for (var remedy : remedies) {
                    var after = apply(text, documents.indexOf(document.get()), remedy);
                    if (after.isPresent() && ends(finding, report, judge(after.get()))) {
                        return after;
                    }
                }
                given.put(finding.id(), NOT_SEEN);
            }
        }
        return Optional.empty();
    }

    /// All changes, each read back: the document says what it said and the change, and the others what they said.
    private Optional<String> apply(String text, int place, List<Change> changes) {
        var now = text;
        for (var change : changes) {
            var before = documents(now);
            var edited = ManifestEditor.edit(now, before.get(place), change);
            if (edited.isEmpty()) {
                return Optional.empty();
            }
            var after = documents(edited.get());
            if (after.size() != before.size()) {
                return Optional.empty();
            }
            for (int i = 0; i < after.size(); i++) {
                boolean asMeant = i == place
                        ? says(after.get(i), before.get(i), change) || says(after.get(i), before.get(i), change.first())
                        : Fields.same(before.get(i), after.get(i));
                if (!asMeant) {
                    return Optional.empty();
                }
            }
            now = edited.get();
        }
        return Optional.of(now);
    }

    /// One finding of that id fewer, and of no other more.
    private static boolean ends(Finding finding, Report before, Report after) {
        if (!after.problems().equals(before.problems()) && !after.problems().isEmpty()) {
            return false;
        }
        var was = count(before);
        var is = count(after);
        return is.getOrDefault(finding.id(), 0) < was.get(finding.id())
                && is.entrySet().stream().allMatch(one -> one.getValue() <= was.getOrDefault(one.getKey(), 0));
    }

    private static Map<String, Integer> count(Report report) {
        var counts = new HashMap<String, Integer>();
        for (var judged : report.judged()) {
            for (var finding : judged.decision().findings()) {
                counts.merge(finding.id(), 1, Integer::sum);
            }
        }
        return counts;
    }

    private List<Node.Mapping> documents(String text) {
        return OfflineCheck.documents(new Manifest(name, text.getBytes(StandardCharsets.UTF_8))).documents().stream()
                .filter(Node.Mapping.class::isInstance)
                .map(Node.Mapping.class::cast)
                .toList();
    }

    /// The last that begins at or before the place.
    private static Optional<Node.Mapping> documentOf(List<Node.Mapping> documents, Span place) {
        Node.Mapping found = null;
        for (var document : documents) {
            var span = document.span();
            if (span.line() < place.line() || span.line() == place.line() && span.column() <= place.column()) {
                found = document;
            }
        }
        return Optional.ofNullable(found);
    }

    // ---- what is meant

    private static boolean says(Node after, Node before, Change change) {
        return Fields.same(with(before, change.path(), change), after);
    }

    private static Node with(Node node, List<Object> path, Change change) {
        if (path.isEmpty()) {
            return changed(Optional.of(node), change);
        }
        var rest = path.subList(1, path.size());
        return switch (node) {
            case Node.Sequence(var items, var span) -> {
                var all = new ArrayList<>(items);
                int place = (Integer) path.getFirst();
                all.set(place, with(all.get(place), rest, change));
                yield new Node.Sequence(all, span);
            }
            case Node.Mapping(var entries, var span) -> {
                var all = new ArrayList<>(entries);
                var key = (String) path.getFirst();
                int at = 0;
                while (at < all.size() && !all.get(at).key().equals(key)) {
                    at++;
                }
                if (at == all.size()) {
                    all.add(new Node.Entry(key, span, missing(rest, change, span)));
                } else if (all.get(at).value() instanceof Node.Null) {
                    all.set(at, new Node.Entry(key, span, missing(rest, change, span)));
                } else {
                    all.set(at, new Node.Entry(key, span, with(all.get(at).value(), rest, change)));
                }
                yield new Node.Mapping(all, span);
            }
            default -> node;
        };
    }

    private static Node missing(List<Object> rest, Change change, Span span) {
        var value = node(change.value(), span);
        Node nested = change.how() == How.SET ? value : new Node.Sequence(List.of(value), span);
        for (int i = rest.size() - 1; i >= 0; i--) {
            nested = new Node.Mapping(List.of(new Node.Entry((String) rest.get(i), span, nested)), span);
        }
        return nested;
    }

    private static Node changed(Optional<Node> old, Change change) {
        var span = old.orElseThrow().span();
        if (change.how() == How.SET) {
            return node(change.value(), span);
        }
        if (!(old.get() instanceof Node.Sequence(var items, var _))) {
            return old.get();
        }
        var all = new ArrayList<>(items);
        all.add(change.how() == How.ADD_FIRST ? 0 : all.size(), node(change.value(), span));
        return new Node.Sequence(all, span);
    }

    private static Node node(Value value, Span span) {
        return switch (value) {
            case Value.Word(var text) -> new Node.Text(text, span);
            case Value.Flag(var flag) -> new Node.Bool(flag, span);
            case Value.Fields(var fields) ->
                new Node.Mapping(
                        fields.stream()
                                .map(field -> new Node.Entry(field.name(), span, node(field.value(), span)))
                                .toList(),
                        span);
            case Value.Items(var items) ->
                new Node.Sequence(items.stream().map(item -> node(item, span)).toList(), span);
        };
    }
}
