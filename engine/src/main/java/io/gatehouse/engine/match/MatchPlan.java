// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import io.gatehouse.engine.event.Readers;
import io.gatehouse.engine.rule.Rule;
import io.gatehouse.engine.rule.RuleMatching;
import io.gatehouse.schemas.field.Field.Source;
import java.util.List;

/// Rules of one source, compiled. Immutable; any thread may share it, as far as its readers may be shared.
///
/// ```java
/// var plan = MatchPlan.compile(rules, Source.SYSCALL, readers);
/// var matcher = plan.matcher(RuleMatching.FIRST); // one for each thread
/// matcher.match(event, event.code(), (rule, match) -> alerts.raise(rule, match));
/// ```
public final class MatchPlan<E> {
    private final KindPlan<E>[] byKind;
    private final Slots slots;
    private final List<Rule> rules;
    private final List<PassReport> passes;

    private MatchPlan(KindPlan<E>[] byKind, Slots slots, List<Rule> rules, List<PassReport> passes) {
        this.byKind = byKind;
        this.slots = slots;
        this.rules = rules;
        this.passes = passes;
    }

    /// @param rules of any source; those of others, and disabled ones, are passed over
    public static <E> MatchPlan<E> compile(List<Rule> rules, Source source, Readers<E> readers) {
        return compile(rules, source, readers, Passes.ALL);
    }

    static <E> MatchPlan<E> compile(List<Rule> rules, Source source, Readers<E> readers, List<Pass> passes) {
        var draft = new Draft<>(List.copyOf(rules), source, new BoundReaders<>(readers));
        var reports = Passes.run(passes, draft);
        return new MatchPlan<>(byKind(draft), draft.slots, draft.rules, reports);
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // arrays have no type parameters
    private static <E> KindPlan<E>[] byKind(Draft<E> draft) {
        var byKind = new KindPlan[draft.planOfKind.length];
        for (int kind = 0; kind < byKind.length; kind++) {
            int plan = draft.planOfKind[kind];
            byKind[kind] = plan < 0 ? null : draft.bound.get(plan);
        }
        return byKind;
    }

    /// A matcher for the thread that asks.
    public Matcher<E> matcher(RuleMatching matching) {
        int words = 0;
        for (var plan : byKind) {
            words = plan == null ? words : Math.max(words, plan.words());
        }
        return new Matcher<>(byKind, matching, new Scratch(slots, words));
    }

    /// The rules that take part, in order of position.
    public List<Rule> rules() {
        return rules;
    }

    /// Whether any rule can match events of this kind; a source need not even build others.
    public boolean concerns(int kind) {
        return byKind[kind] != null;
    }

    /// What is done with events of this kind, line by line, for people.
    public List<String> outline(int kind) {
        return byKind[kind] == null ? List.of() : byKind[kind].outline();
    }

    /// What each pass of the compiler did.
    public List<PassReport> passes() {
        return passes;
    }
}
