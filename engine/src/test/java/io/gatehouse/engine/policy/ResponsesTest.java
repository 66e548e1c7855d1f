// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.schemas.field.Field.Source;
import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.Exemption;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyName;
import io.gatehouse.schemas.policy.RuleResponse;
import io.gatehouse.schemas.policy.RuleResponse.RuleMatch;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ResponsesTest {
    private static final LocalDate TODAY = LocalDate.of(2026, 11, 21);
    private static final String SHELL = "Terminal shell in container";

    @Test
    void a_rule_is_answered_by_name_by_glob_and_by_tag() {
        var responses = new Responses(
                List.of(
                        response("by-name", Mode.ENFORCE, Action.KILL, List.of(SHELL), List.of()),
                        response("by-glob", Mode.ENFORCE, Action.KILL, List.of("Terminal *"), List.of()),
                        response("by-tag", Mode.ENFORCE, Action.KILL, List.of(), List.of("T1059", "other")),
                        response("by-both", Mode.ENFORCE, Action.KILL, List.of("Terminal *"), List.of("other")),
                        response("by-part", Mode.ENFORCE, Action.KILL, List.of("Terminal shell"), List.of())),
                Brakes.NONE);

        assertEquals(
                List.of("by-glob", "by-name", "by-tag"), names(responses.of(SHELL, List.of("T1059"), Source.SYSCALL)));
        assertEquals(List.of(), names(responses.of("Another rule", List.of("maturity"), Source.SYSCALL)));
    }

    @Test
    void the_strongest_in_force_is_done_and_an_enforced_one_before_any_audited() {
        var responses = new Responses(
                List.of(
                        response("a", Mode.AUDIT, Action.KILL, List.of("*"), List.of()),
                        response("b", Mode.ENFORCE, Action.REPORT, List.of("*"), List.of()),
                        response("c", Mode.ENFORCE, Action.KILL, List.of("*"), List.of())),
                Brakes.NONE);

        assertEquals(List.of("c", "b", "a"), names(responses.of("x", List.of(), Source.SYSCALL)));
    }

    @Test
    void an_expired_or_exempt_response_leaves_the_next_one() {
        var ends = withEnd("a-ends", TODAY.minusDays(1));
        var exempts = withExemption("b-exempts", "debug");
        var stays = response("c-stays", Mode.AUDIT, Action.KILL, List.of("*"), List.of());
        var all = new Responses(List.of(ends, exempts, stays), Brakes.NONE).of("x", List.of(), Source.SYSCALL);

        assertEquals("c-stays", strongest(all, Optional.of("debug-1")));
        assertEquals("b-exempts", strongest(all, Optional.of("shop")));
        assertEquals("b-exempts", strongest(all, Optional.empty()), "no namespace, no exemption");
        assertEquals("a-ends", strongest(withEnd("a-ends", TODAY)), "the last day counts");
        assertEquals("nothing", strongest(ends));
    }

    @Test
    void what_cannot_be_kept_is_reported_and_says_why() {
        var deny = response("d", Mode.ENFORCE, Action.DENY, List.of("*"), List.of());
        var kill = response("k", Mode.ENFORCE, Action.KILL, List.of("*"), List.of());

        assertEquals("deny", kept(deny, Source.K8S_AUDIT));
        assertEquals("report: a system call has happened when its rule is judged", kept(deny, Source.SYSCALL));
        assertEquals("report: an event of this source has happened when its rule is judged", kept(deny, Source.JSON));
        assertEquals("kill", kept(kill, Source.SYSCALL));
        assertEquals(
                "report: an event of this source is the act of no process on this node", kept(kill, Source.K8S_AUDIT));
        assertTrue(kept(kill, Source.JSON).startsWith("report: "));
    }

    private static String kept(RuleResponse document, Source source) {
        var response = new Responses(List.of(document), Brakes.NONE)
                .of("x", List.of(), source)
                .getFirst();
        return response.action().text()
                + response.weaker().map(why -> ": " + why).orElse("");
    }

    private static String strongest(RuleResponse document) {
        return strongest(
                new Responses(List.of(document), Brakes.NONE).of("x", List.of(), Source.SYSCALL), Optional.empty());
    }

    private static String strongest(List<Response> responses, Optional<String> namespace) {
        return Responses.strongest(responses, namespace, TODAY)
                .map(response -> response.document().name().name())
                .orElse("nothing");
    }

    private static List<String> names(List<Response> responses) {
        return responses.stream().map(r -> r.document().name().name()).toList();
    }

    private static RuleResponse response(String name, Mode mode, Action action, List<String> rules, List<String> tags) {
        return new RuleResponse(
                PolicyName.cluster(name),
                mode,
                new RuleMatch(rules, tags),
                action,
                "a test",
                Optional.empty(),
                List.of());
    }

    private static RuleResponse withEnd(String name, LocalDate lastDay) {
        return new RuleResponse(
                PolicyName.cluster(name),
                Mode.ENFORCE,
                new RuleMatch(List.of("*"), List.of()),
                Action.KILL,
                "a test",
                Optional.of(lastDay),
                List.of());
    }

    private static RuleResponse withExemption(String name, String namespace) {
        return new RuleResponse(
                PolicyName.cluster(name),
                Mode.ENFORCE,
                new RuleMatch(List.of("*"), List.of()),
                Action.KILL,
                "a test",
                Optional.empty(),
                List.of(new Exemption(List.of(namespace + "*"), "a test", Optional.empty())));
    }
}
