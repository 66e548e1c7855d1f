// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import io.gatehouse.engine.condition.Condition;
import io.gatehouse.engine.condition.Condition.Operand;
import io.gatehouse.engine.condition.Condition.Subject;
import io.gatehouse.engine.rule.Rule;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Resolves the host names that rules compare ends of connections with (`fd.sip.name` and its like), beside the events,
/// so that no event waits for the network. A name that does not resolve any more keeps its addresses.
///
/// One virtual thread asks; any thread may look up.
final class RuleNames implements AutoCloseable {
    private static final Duration ROUND = Duration.ofMinutes(1);
    private static final int MOST_NAMES = 256;
    private static final Set<String> FIELDS = Set.of("fd.cip.name", "fd.sip.name", "fd.lip.name", "fd.rip.name");

    /// Asks the network.
    @FunctionalInterface
    interface Resolver {
        InetAddress[] addresses(String name) throws UnknownHostException;
    }

    private final Resolver resolver;
    // Written by the asking thread, read by any.
    private volatile Map<String, String> byAddress = Map.of();
    // Guarded by this: whose answers still count, and who asks for them.
    private Set<String> asked = Set.of();
    private Thread asking;

    RuleNames(Resolver resolver) {
        this.resolver = resolver;
    }

    RuleNames() {
        this(InetAddress::getAllByName);
    }

    /// The name of an address (its bytes as text), null if none of the names resolves to it.
    String of(String address) {
        return byAddress.get(address);
    }

    /// From now on the names of these rules are resolved; those of others are forgotten.
    synchronized void follow(List<Rule> rules) {
        var names = names(rules);
        if (names.equals(asked)) {
            return;
        }
        end();
        asked = names;
        byAddress = Map.of();
        if (!names.isEmpty()) {
            asking = Thread.ofPlatform().daemon().name("gatehouse-names").start(() -> ask(names));
        }
    }

    /// In alphabetical order; beyond the limit they are left out.
    static Set<String> names(List<Rule> rules) {
        var names = new TreeSet<String>();
        rules.stream().filter(Rule::enabled).forEach(rule -> collect(rule.condition(), names));
        while (names.size() > MOST_NAMES) {
            names.removeLast();
        }
        return names;
    }

    private static void collect(Condition condition, Set<String> names) {
        switch (condition) {
            case Condition.And(var terms) -> terms.forEach(term -> collect(term, names));
            case Condition.Or(var terms) -> terms.forEach(term -> collect(term, names));
            case Condition.Not(var term) -> collect(term, names);
            case Condition.Check(var subject, var operator, var operand, var span) -> {
                if (subject instanceof Subject.Read read
                        && FIELDS.contains(read.field().name())) {
                    switch (operand) {
                        case Operand.Text(var text) -> names.add(text);
                        case Operand.Texts(var texts) -> names.addAll(texts);
                        default -> {
                            // compares with no name
                        }
                    }
                }
            }
        }
    }

    private void ask(Set<String> names) {
        var known = new HashMap<String, List<String>>();
        try {
            while (!Thread.interrupted()) {
                for (var name : names) {
                    resolve(name, known);
                    publish(names, known);
                }
                Thread.sleep(ROUND);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // asked to end
        }
    }

    private void resolve(String name, Map<String, List<String>> known) {
        try {
            known.put(
                    name,
                    Arrays.stream(resolver.addresses(name))
                            .map(address -> new String(address.getAddress(), StandardCharsets.ISO_8859_1))
                            .toList());
        } catch (UnknownHostException _) {
            known.putIfAbsent(name, List.of()); // what was known of it stays
        }
    }

    /// An address of several names has the first of them.
    private synchronized void publish(Set<String> names, Map<String, List<String>> known) {
        var next = new HashMap<String, String>();
        for (var name : names) {
            known.getOrDefault(name, List.of()).forEach(address -> next.putIfAbsent(address, name));
        }
        if (asked == names) { // another question was put meanwhile
            byAddress = Map.copyOf(next);
        }
    }

    /// Waits for nobody: who follows rules judges events too, and a question to the network may take
    /// seconds. Its answer counts no more.
    private void end() {
        asked = Set.of();
        if (asking != null) {
            asking.interrupt();
            asking = null;
        }
    }

    @Override
    public synchronized void close() {
        end();
    }
}
