// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.condition.ConditionParser;
import io.gatehouse.engine.condition.Lists;
import io.gatehouse.engine.condition.Script;
import io.gatehouse.engine.condition.Typer;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.document.JsonReader.Limits;
import io.gatehouse.engine.rule.Priority;
import io.gatehouse.engine.rule.Rule;
import io.gatehouse.schemas.field.Field.Source;
import io.gatehouse.schemas.field.FieldCatalogue;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnseenRequestsTest {
    private static final Span LOG = new Span(new SourceText("audit.log", ""), 1, 1, 1);

    @Test
    void an_event_without_its_request_is_told_with_a_rule_that_asks_for_it() {
        var unseen = new UnseenRequests(List.of(
                rule("Verbs", "ka.verb = create"),
                rule("Privileged", "ka.verb = create and not ka.req.pod.containers.privileged in (false)")));
        see(unseen, "create", "Metadata", "");
        see(unseen, "patch", "RequestResponse", ",'requestObject':{}");
        see(unseen, "get", "Metadata", "");

        assertEquals(1, unseen.count());
        assertEquals(
                "1 of 2 events that create or change something lack their request, and rule 'Privileged' cannot fire"
                        + " on them",
                unseen.notice(LOG).orElseThrow().message());
    }

    @Test
    void the_request_may_be_asked_for_in_several_ways() {
        var unseen = new UnseenRequests(List.of(
                rule("Pointer", "jevt.value[/requestObject/spec/x] = y"),
                rule("Transformed", "len(ka.req.pod.containers.name) > 3"),
                rule("Compared", "ka.verb = val(ka.req.service.type)")));
        see(unseen, "update", "Metadata", "");

        assertEquals(
                "1 of 1 events that create or change something lack their request, and 3 rules such as 'Pointer' cannot"
                        + " fire on them",
                unseen.notice(LOG).orElseThrow().message());
    }

    @Test
    void where_no_rule_asks_or_nothing_is_missing_nothing_is_told() {
        var nobodyAsks = new UnseenRequests(List.of(rule("Name", "ka.req.configmap.name = x")));
        see(nobodyAsks, "create", "Metadata", "");
        var nothingMissing = new UnseenRequests(List.of(rule("Privileged", "ka.req.pod.host_pid = true")));
        see(nothingMissing, "create", "Request", "");

        assertTrue(nobodyAsks.notice(LOG).isEmpty());
        assertTrue(nothingMissing.notice(LOG).isEmpty());
    }

    private static void see(UnseenRequests unseen, String verb, String level, String more) {
        var text = "{'kind':'Event','stageTimestamp':'2026-01-01T00:00:00Z','verb':'%s','level':'%s'%s}"
                .formatted(verb, level, more)
                .replace('\'', '"');
        var batch = new AuditLog("test", Limits.DEFAULT).line(1, text.getBytes(StandardCharsets.UTF_8));
        unseen.see(batch.events().getFirst());
    }

    private static Rule rule(String name, String condition) {
        var parsed = ConditionParser.parse(Script.of(new SourceText(name, condition)), Lists.NONE);
        var typed = new Typer(FieldCatalogue.current(), Source.K8S_AUDIT)
                .type(parsed.expression().orElseThrow());
        return new Rule(
                name,
                0,
                Source.K8S_AUDIT,
                "",
                typed.condition().orElseThrow(),
                new BitSet(),
                "",
                Priority.NOTICE,
                List.of(),
                true,
                LOG);
    }
}
