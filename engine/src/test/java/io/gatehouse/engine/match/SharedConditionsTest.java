// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.condition.PlainEvaluator;
import io.gatehouse.engine.event.Reader;
import io.gatehouse.engine.event.Readers;
import io.gatehouse.engine.match.SharedConditions.Shared;
import io.gatehouse.engine.rule.Rule;
import io.gatehouse.schemas.field.Field;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SharedConditionsTest {
    private static final int SETS = 60;
    private static final int EVENTS = 40;

    private final FakeEvent.Fields fields = new FakeEvent.Fields();

    @Test
    void any_of_them_asked_in_any_order_says_what_the_plain_evaluator_says() {
        long seed = Long.getLong("gatehouse.seed", 1);
        int held = 0;
        for (int set = 0; set < SETS; set++) {
            held += agree(seed + set);
        }
        assertTrue(held > SETS * EVENTS / 10, "conditions and events hardly met: " + held + ", seed " + seed);
    }

    private int agree(long seed) {
        var generated = new Generated(seed);
        var rules = generated.rules(1 + (int) Math.floorMod(seed * 7919, 80L));
        var shared = shared(rules, fields);
        var chance = new Random(seed);
        int held = 0;
        for (int i = 0; i < EVENTS; i++) {
            var event = generated.event();
            var asked = new AskedEvent<>(event);
            for (int question = 0; question < rules.size(); question++) {
                int one = chance.nextInt(rules.size()); // some twice, some never
                var wanted = PlainEvaluator.holds(rules.get(one).condition(), event, fields);
                assertEquals(
                        wanted,
                        shared.get(one).holds(asked),
                        () -> "seed " + seed + ", " + rules.get(one) + ", event " + event);
                held += wanted ? 1 : 0;
            }
        }
        return held;
    }

    @Test
    void what_several_ask_is_read_once_an_event() {
        var reads = new AtomicInteger();
        var generated = new Generated(1);
        var rule = generated.rules(1);
        var conditions = new SharedConditions<>(counting(reads));
        var first = conditions.add(rule.getFirst().condition());
        var second = conditions.add(rule.getFirst().condition());
        var asked = new AskedEvent<>(generated.event());

        var answer = first.holds(asked);
        int once = reads.get();

        assertTrue(once > 0, "the condition reads nothing: " + rule);
        assertEquals(answer, second.holds(asked));
        assertEquals(once, reads.get());
    }

    private static List<Shared<FakeEvent>> shared(List<Rule> rules, Readers<FakeEvent> readers) {
        var conditions = new SharedConditions<>(readers);
        return rules.stream().map(rule -> conditions.add(rule.condition())).toList();
    }

    private Readers<FakeEvent> counting(AtomicInteger reads) {
        return new Readers<>() {
            @Override
            public Reader<FakeEvent> bind(Field field, Optional<String> argument) {
                return switch (fields.bind(field, argument)) {
                    case Reader.OfText<FakeEvent> text ->
                        (Reader.OfText<FakeEvent>) event -> {
                            reads.incrementAndGet();
                            return text.read(event);
                        };
                    case Reader.OfNumber<FakeEvent> number ->
                        (Reader.OfNumber<FakeEvent>) event -> {
                            reads.incrementAndGet();
                            return number.read(event);
                        };
                    case Reader.OfTexts<FakeEvent> texts ->
                        (Reader.OfTexts<FakeEvent>) event -> {
                            reads.incrementAndGet();
                            return texts.read(event);
                        };
                    case Reader.OfNumbers<FakeEvent> numbers ->
                        (Reader.OfNumbers<FakeEvent>) event -> {
                            reads.incrementAndGet();
                            return numbers.read(event);
                        };
                };
            }
        };
    }
}
