// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Upstream's rule about the cluster's API server compares with its name alone; it was always missed.
class RuleNamesTest {
    private static final String API = "kubernetes.default.svc.cluster.local";

    private final Map<String, byte[]> answers = new ConcurrentHashMap<>();
    private final BlockingQueue<String> questions = new LinkedBlockingQueue<>();

    private InetAddress[] resolve(String name) throws UnknownHostException {
        questions.add(name);
        var address = answers.get(name);
        if (address == null) {
            throw new UnknownHostException(name);
        }
        return new InetAddress[] {InetAddress.getByAddress(address)};
    }

    private static String text(byte... address) {
        return new String(address, StandardCharsets.ISO_8859_1);
    }

    private static void follow(RuleNames names, String... conditions) {
        var files = new StringBuilder();
        for (int i = 0; i < conditions.length; i++) {
            files.append(Rules.rule("r" + i, conditions[i]));
        }
        names.follow(Rules.of(files.toString()).rules().rules());
    }

    private void await(RuleNames names, String address, String name) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!name.equals(names.of(address))) {
            assertTrue(System.nanoTime() < until, () -> "asked " + questions);
            Thread.onSpinWait();
        }
    }

    @Test
    void what_rules_compare_with_is_found_wherever_it_stands() {
        var rules = Rules.of(
                Rules.rule("a", "evt.type = connect and not (fd.sip.name = one or fd.rip.name in (two, three))"),
                Rules.rule("b", "evt.type = connect and fd.sip.name exists and proc.name = four"));
        assertEquals(
                Set.of("one", "two", "three"), RuleNames.names(rules.rules().rules()));
    }

    @Test
    void an_address_has_the_name_that_resolves_to_it_and_no_other_is_asked_for() throws InterruptedException {
        answers.put(API, new byte[] {10, 96, 0, 1});
        try (var names = new RuleNames(this::resolve)) {
            follow(names, "evt.type = connect and fd.sip.name = \"" + API + "\"");
            await(names, text((byte) 10, (byte) 96, (byte) 0, (byte) 1), API);
            assertNull(names.of(text((byte) 10, (byte) 96, (byte) 0, (byte) 2)));
            assertEquals(Set.of(API), Set.copyOf(questions));
        }
    }

    @Test
    void a_name_that_does_not_resolve_keeps_no_other_waiting() throws InterruptedException {
        answers.put("there", new byte[] {10, 0, 0, 9});
        try (var names = new RuleNames(this::resolve)) {
            follow(names, "evt.type = connect and fd.sip.name in (gone, there)");
            await(names, text((byte) 10, (byte) 0, (byte) 0, (byte) 9), "there");
        }
    }

    @Test
    void names_of_rules_that_went_are_forgotten() throws InterruptedException {
        answers.put("there", new byte[] {10, 0, 0, 9});
        try (var names = new RuleNames(this::resolve)) {
            follow(names, "evt.type = connect and fd.sip.name = there");
            await(names, text((byte) 10, (byte) 0, (byte) 0, (byte) 9), "there");
            follow(names, "evt.type = connect");
            assertNull(names.of(text((byte) 10, (byte) 0, (byte) 0, (byte) 9)));
        }
    }

    @Test
    void without_names_nobody_is_asked() {
        try (var names = new RuleNames(this::resolve)) {
            follow(names, "evt.type = connect and fd.sip = 10.0.0.9");
            assertEquals(0, questions.size());
        }
    }
}
