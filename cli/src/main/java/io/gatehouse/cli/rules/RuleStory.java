// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.rules;

import io.gatehouse.engine.condition.ConditionPrinter;
import io.gatehouse.engine.condition.EventKinds;
import io.gatehouse.engine.event.ByteText;
import io.gatehouse.engine.event.Readers;
import io.gatehouse.engine.json.JsonReaders;
import io.gatehouse.engine.match.KernelFilter;
import io.gatehouse.engine.match.KernelNeed;
import io.gatehouse.engine.match.MatchPlan;
import io.gatehouse.engine.match.PassReport;
import io.gatehouse.engine.match.TextNeed;
import io.gatehouse.engine.rule.Rule;
import io.gatehouse.engine.rule.RuleSet;
import io.gatehouse.events.fields.SyscallFields;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/// What becomes of one rule on its way from the file to the matcher.
final class RuleStory {
    private final StringBuilder out = new StringBuilder();

    private RuleStory() {}

    static String tell(Rule rule, RuleSet set) {
        return new RuleStory().all(rule, set);
    }

    private String all(Rule rule, RuleSet set) {
        var details = set.details().get(rule.name());
        part("as written", details.written().strip().replaceAll("\\s+", " "));
        list("macros it names", details.macros());
        list("lists it names", details.lists());
        list("exceptions", details.exceptions());
        part("with lists, macros and exceptions put in", ConditionPrinter.print(details.expression()));
        switch (rule.source()) {
            case SYSCALL -> {
                list("events that can satisfy it", EventKinds.names(rule.kinds()));
                passes(rule, new SyscallFields(ZoneOffset.UTC));
                kernel(rule);
            }
            case K8S_AUDIT, JSON -> passes(rule, new JsonReaders(ZoneOffset.UTC, ""));
        }
        return out.toString();
    }

    private <E> void passes(Rule rule, Readers<E> readers) {
        var plan = MatchPlan.compile(List.of(rule), rule.source(), readers);
        out.append("what the compiler of the matcher did").append('\n');
        for (PassReport pass : plan.passes()) {
            out.append("  ")
                    .append(pass.name())
                    .append(": ")
                    .append(pass.what())
                    .append('\n');
            pass.did().lines().forEach(line -> out.append("    ").append(line).append('\n'));
        }
    }

    private void list(String heading, List<String> items) {
        if (!items.isEmpty()) {
            part(heading, String.join(", ", items));
        }
    }

    private void part(String heading, String text) {
        out.append(heading).append('\n').append("  ").append(text).append('\n');
    }

    /// Events of kinds that ask the same stand together.
    private void kernel(Rule rule) {
        var kinds = new LinkedHashMap<List<KernelNeed>, BitSet>();
        KernelFilter.of(List.of(rule))
                .needs()
                .forEach((kind, needs) ->
                        kinds.computeIfAbsent(needs, _ -> new BitSet()).set(kind));
        out.append("what the kernel could test before it tells of an event").append('\n');
        kinds.forEach((needs, codes) -> {
            out.append("  ").append(String.join(", ", EventKinds.names(codes))).append(": ");
            out.append(needs.stream().map(RuleStory::words).collect(Collectors.joining(", or ")))
                    .append('\n');
        });
    }

    private static String words(KernelNeed need) {
        var words = new ArrayList<String>();
        switch (need.result()) {
            case SUCCEEDED -> words.add("it succeeded");
            case FAILED -> words.add("it failed");
            case ANY -> {}
        }
        switch (need.scope()) {
            case HOST -> words.add("on the host");
            case CONTAINER -> words.add("in a container");
            case ANY -> {}
        }
        if (!need.openedFor().isEmpty()) {
            words.add("opened for "
                    + need.openedFor().stream()
                            .map(opening -> opening.name().toLowerCase(Locale.ROOT))
                            .sorted()
                            .collect(Collectors.joining(" or ")));
        }
        need.path().ifPresent(text -> words.add("path " + words(text)));
        need.program().ifPresent(text -> words.add("program " + words(text)));
        return words.isEmpty() ? "nothing" : String.join(" and ", words);
    }

    private static String words(TextNeed text) {
        var words = new ArrayList<String>();
        add("is", text.names(), words);
        add("starts with", text.starts(), words);
        add("ends with", text.ends(), words);
        return String.join(" or ", words);
    }

    private static void add(String how, Set<String> texts, List<String> words) {
        if (!texts.isEmpty()) {
            words.add(
                    how + " " + texts.stream().map(ByteText::readable).sorted().collect(Collectors.joining(" or ")));
        }
    }
}
