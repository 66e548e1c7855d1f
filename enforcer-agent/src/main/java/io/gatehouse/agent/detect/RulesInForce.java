// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import io.gatehouse.engine.event.Reader;
import io.gatehouse.engine.format.AlertPrinter;
import io.gatehouse.engine.match.KernelFilter;
import io.gatehouse.engine.match.MatchPlan;
import io.gatehouse.engine.match.MatchSink;
import io.gatehouse.engine.match.Matcher;
import io.gatehouse.engine.match.Sieve;
import io.gatehouse.engine.policy.Response;
import io.gatehouse.engine.policy.Responses;
import io.gatehouse.engine.rule.Rule;
import io.gatehouse.engine.rule.RuleMatching;
import io.gatehouse.engine.rule.RulePrinter;
import io.gatehouse.engine.rule.RuleSet;
import io.gatehouse.events.fields.SyscallFields;
import io.gatehouse.events.live.LiveRecord;
import io.gatehouse.events.state.Scene;
import io.gatehouse.schemas.field.Field.Source;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// One set of rules over system calls, compiled for the node: how they are matched, printed and answered, and what the
/// kernel may keep to itself. Made by any thread; then belongs to the detector's.
final class RulesInForce {
    private final RuleSet set;
    private final SyscallFields readers;
    private final MatchPlan<Scene> plan;
    private final Matcher<Scene> matcher;
    private final KernelFilter filter;
    private final Map<Rule, Told> told = new HashMap<>();
    /// Made when first asked: each compiles the rules once more, and some are never asked on a node.
    private final Map<SieveGroup, Sieve<Scene>> sieves = new EnumMap<>(SieveGroup.class);
    private final SieveKey key;
    private final Reader.OfText<Scene> program;
    private final Reader.OfText<Scene> namespace;

    /// How a match is told and what is done then.
    ///
    /// @param responses strongest first
    record Told(AlertPrinter<Scene> printer, List<Response> responses) {}

    RulesInForce(RuleSet set, Responses responses, DetectOptions options) {
        this.set = set;
        this.readers = new SyscallFields(options.style().zone());
        this.plan = MatchPlan.compile(set.rules(), Source.SYSCALL, readers);
        this.matcher = plan.matcher(set.matching());
        this.filter = KernelFilter.of(plan.rules());
        for (var rule : plan.rules()) {
            told.put(
                    rule,
                    new Told(
                            RulePrinter.of(rule, set, options.additions(), readers, options.style()),
                            responses.of(rule)));
        }
        this.key = new SieveKey(readers);
        this.program = SieveKey.text(readers, "proc.exepath");
        this.namespace = SieveKey.text(readers, "k8s.ns.name");
    }

    String digest() {
        return set.digest();
    }

    /// Those over system calls that are switched on.
    List<Rule> rules() {
        return plan.rules();
    }

    RuleMatching matching() {
        return set.matching();
    }

    /// What the kernel need not tell.
    KernelFilter filter() {
        return filter;
    }

    boolean concerns(int kind) {
        return plan.concerns(kind);
    }

    int match(Scene scene, MatchSink<Scene> sink) {
        return matcher.match(scene, scene.event().code(), sink);
    }

    Told told(Rule rule) {
        return told.get(rule);
    }

    /// Whether no event of the record's key can match, by the name it was given and by the kernel's own. A no for one
    /// event is a no for all of the key.
    ///
    /// @param scene of the record, with its name as asked
    boolean cannotMatter(LiveRecord record, Scene scene) {
        var group = key.group(record, scene);
        if (group.isEmpty()) {
            return false;
        }
        var sieve = sieves.computeIfAbsent(group.get(), this::sieve);
        int kind = scene.event().code();
        if (sieve.canMatch(scene, kind)) {
            return false;
        }
        boolean resolvedCan = scene.useResolvedName(true) && sieve.canMatch(scene, kind);
        scene.useResolvedName(false);
        return !resolvedCan;
    }

    private Sieve<Scene> sieve(SieveGroup group) {
        return Sieve.of(plan.rules(), Source.SYSCALL, readers, group.kinds(), group);
    }

    /// Empty where it is not known.
    String program(Scene scene) {
        return orEmpty(program.read(scene));
    }

    /// Of the pod; empty where there is none.
    String namespace(Scene scene) {
        return orEmpty(namespace.read(scene));
    }

    private static String orEmpty(String text) {
        return text == null || text.equals("<NA>") ? "" : text;
    }
}
