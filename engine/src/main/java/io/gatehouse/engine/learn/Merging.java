// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.learn;

import static io.gatehouse.engine.act.ActJudge.BIND;
import static io.gatehouse.engine.act.ActJudge.CONNECT;
import static io.gatehouse.engine.act.ActJudge.LISTEN;
import static io.gatehouse.engine.act.ActJudge.MEMORY;
import static io.gatehouse.engine.act.ActJudge.PROCESS_ALLOW;
import static io.gatehouse.engine.act.ActJudge.PROCESS_FORBID;
import static io.gatehouse.engine.act.ActJudge.WRITE_ROOT;

import io.gatehouse.engine.act.ActJudge;
import io.gatehouse.engine.act.Peers;
import io.gatehouse.engine.act.Peers.Width;
import io.gatehouse.engine.act.Recording;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.document.Node;
import io.gatehouse.engine.document.YamlReader;
import io.gatehouse.engine.learn.Learning.Siblings;
import io.gatehouse.schemas.policy.Endpoint;
import io.gatehouse.schemas.policy.RuntimeSection;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/// Adds to a policy what it does not allow yet, and leaves every other character of its text as it is. Entries are
/// added to lists; a rule that would have to go is for its author to take out, and is told.
public final class Merging {
    private final List<String> lines;
    private final String name;

    /// @param text of the policy with the new entries; the old one where there is nothing to add
    /// @param added entries
    /// @param stillDenied what no entry would allow, one phrase each
    public record Merged(String text, int added, List<String> stillDenied) {
        public Merged {
            stillDenied = List.copyOf(stillDenied);
        }
    }

    private Merging(SourceText old) {
        this.name = old.name();
        this.lines = new ArrayList<>(List.of(old.text().split("\n", -1)));
    }

    /// @param old a text that holds this one policy and nothing else
    /// @param section of that policy
    public static Merged merge(
            SourceText old, RuntimeSection section, Recording recording, Width width, Siblings siblings) {
        var denied = recording.acts().stream()
                .filter(act ->
                        !ActJudge.judge(section, act, recording.names(act)).isEmpty())
                .toList();
        // A program that the policy forbids by name or kind is not made to run by being listed too.
        var forbidden = denied.stream()
                .filter(act -> ActJudge.judge(section, act, recording.names(act)).stream()
                        .anyMatch(found -> found.rule().equals(PROCESS_FORBID)))
                .toList();
        var mendable = denied.stream().filter(act -> !forbidden.contains(act)).toList();
        var fresh = new Recording(recording.begun(), recording.containers(), mendable, recording.lost());
        var learned = Learning.learn(fresh, width, siblings);
        var merging = new Merging(old);
        int added = 0;
        added += merging.add(learned, PROCESS_ALLOW, programs(learned, section), "processes", "allow");
        added += merging.add(learned, MEMORY, jit(learned, section), "memory", "jit");
        added += merging.add(learned, WRITE_ROOT, writable(learned, section), "writes", "allow");
        added += merging.add(learned, CONNECT, peers(learned, section, CONNECT), "network", "connect", "allow");
        added += merging.add(learned, BIND, peers(learned, section, BIND), "network", "bind", "allow");
        added += merging.add(learned, LISTEN, peers(learned, section, LISTEN), "network", "listen", "allow");
        var still = new LinkedHashSet<String>();
        forbidden.forEach(act -> still.add(PROCESS_FORBID + ": " + Learning.words(act)));
        still.addAll(stillDenied(learned, section));
        return new Merged(String.join("\n", merging.lines), added, List.copyOf(still));
    }

    // ---- what is new, where the policy asks the rule at all

    private static List<String> programs(Learned learned, RuntimeSection section) {
        boolean asked = section.processes().filter(p -> !p.allow().isEmpty()).isPresent();
        return asked ? learned.section().processes().map(p -> p.allow()).orElse(List.of()) : List.of();
    }

    private static List<String> jit(Learned learned, RuntimeSection section) {
        boolean asked = section.memory().filter(m -> m.denyExecutable()).isPresent();
        return asked ? learned.section().memory().map(m -> m.jit()).orElse(List.of()) : List.of();
    }

    private static List<String> writable(Learned learned, RuntimeSection section) {
        boolean asked = section.writes().filter(w -> w.denyRootFilesystem()).isPresent();
        return asked ? learned.section().writes().map(w -> w.allow()).orElse(List.of()) : List.of();
    }

    private static List<String> peers(Learned learned, RuntimeSection section, String rule) {
        return list(section, rule).isEmpty()
                ? List.of()
                : list(learned.section(), rule).orElse(List.of()).stream()
                        .map(Peers::text)
                        .toList();
    }

    private static Optional<List<Endpoint>> list(RuntimeSection section, String rule) {
        return section.network().flatMap(network -> switch (rule) {
            case CONNECT -> network.connect();
            case BIND -> network.bind();
            default -> network.listen();
        });
    }

    /// Breaches that an entry of a list would not have mended.
    private static List<String> stillDenied(Learned learned, RuntimeSection section) {
        var asked = new LinkedHashSet<String>();
        for (var act : learned.from().acts()) {
            ActJudge.judge(section, act, learned.from().names(act)).forEach(found -> asked.add(found.rule()));
        }
        return learned.leftOut().stream()
                .filter(rule -> rule.evidence().isPresent())
                .filter(rule -> asked.stream()
                        .anyMatch(
                                each -> rule.rule().equals(each) || rule.rule().startsWith(each + ".")))
                .map(rule -> PolicyText.words(rule).replaceFirst("^not asked: ", ""))
                .toList();
    }

    // ---- the text

    private int add(Learned learned, String rule, List<String> entries, String... path) {
        if (entries.isEmpty()) {
            return 0;
        }
        // Read anew each time: lines have moved.
        var documents =
                YamlReader.read(new SourceText(name, String.join("\n", lines))).documents();
        var at = mapping(mapping(mapping(documents.getFirst(), "spec"), "runtime"), path[0]);
        for (int i = 1; i < path.length - 1; i++) {
            at = mapping(at, path[i]);
        }
        var key = path[path.length - 1];
        switch (at.get(key).orElse(null)) {
            case Node.Sequence list when isFlow(list) -> addInBrackets(list, entries);
            case Node.Sequence list -> addLines(learned, rule, list, entries);
            case null -> addKey(learned, rule, at, key, entries);
            default -> throw new IllegalArgumentException("'" + key + "' is no list");
        }
        return entries.size();
    }

    private static Node.Mapping mapping(Node of, String key) {
        if (of instanceof Node.Mapping mapping && mapping.get(key).orElse(null) instanceof Node.Mapping inner) {
            return inner;
        }
        throw new IllegalArgumentException("the policy's text has no '" + key + "' where the policy has it");
    }

    private boolean isFlow(Node node) {
        char first = node instanceof Node.Mapping ? '{' : '[';
        var line = lines.get(node.span().line() - 1);
        int offset = offset(line, node.span().column());
        return offset < line.length() && line.charAt(offset) == first;
    }

    private static int offset(String line, int column) {
        return line.offsetByCodePoints(0, Math.min(column - 1, line.codePointCount(0, line.length())));
    }

    /// Behind the last item, as far in as that one.
    private void addLines(Learned learned, String rule, Node.Sequence list, List<String> entries) {
        int last = list.items().getLast().span().line() - 1;
        var line = lines.get(last);
        var indent = line.substring(0, Math.max(0, line.indexOf('-')));
        for (int i = 0; i < entries.size(); i++) {
            lines.add(last + 1 + i, indent + PolicyText.item(learned, rule, entries.get(i)));
        }
    }

    private void addInBrackets(Node.Sequence list, List<String> entries) {
        boolean empty = list.items().isEmpty();
        var span = empty ? list.span() : list.items().getLast().span();
        var line = lines.get(span.line() - 1);
        int at = offset(line, span.column()) + (empty ? 1 : 0);
        if (!empty) {
            at = offset(line, span.column() + span.length());
        }
        var more = String.join(", ", entries.stream().map(Merging::quoted).toList());
        lines.set(span.line() - 1, line.substring(0, at) + (empty ? "" : ", ") + more + line.substring(at));
    }

    private void addKey(Learned learned, String rule, Node.Mapping in, String key, List<String> entries) {
        if (isFlow(in)) {
            var line = lines.get(in.span().line() - 1);
            int at = offset(line, in.span().column()) + 1;
            var list = key + ": ["
                    + String.join(", ", entries.stream().map(Merging::quoted).toList()) + "]";
            lines.set(
                    in.span().line() - 1,
                    line.substring(0, at) + list + (in.entries().isEmpty() ? "" : ", ") + line.substring(at));
            return;
        }
        var first = in.entries().getFirst().keySpan();
        int at = first.line() - 1;
        var indent = " ".repeat(first.column() - 1);
        var fresh = new ArrayList<String>();
        fresh.add(indent + key + ":");
        entries.forEach(entry -> fresh.add(indent + "  " + PolicyText.item(learned, rule, entry)));
        lines.addAll(at, fresh);
    }

    /// In brackets a plain path may hold a comma.
    private static String quoted(String entry) {
        var quoted = PolicyText.quoted(entry);
        return quoted.startsWith("\"") ? quoted : "\"" + quoted + "\"";
    }
}
