// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.schemas.field.Field.Source;
import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.RuleResponse;
import java.time.LocalDate;
import java.util.Optional;

/// What one document says to one rule.
///
/// @param action what can be kept of what it asks
/// @param weaker why that is less than it asks; alerts say so
/// @param brakes that hold for it too
public record Response(RuleResponse document, Action action, Optional<String> weaker, Brakes brakes) {
    /// A system call has happened when its rule is judged, so it can be answered and not refused. An audit event has no
    /// process on this node; the request it tells of can be refused, while it is asked for.
    static Response of(RuleResponse document, Source source, Brakes brakes) {
        var asked = document.action();
        var weaker = switch (asked) {
            case REPORT -> Optional.<String>empty();
            case DENY ->
                switch (source) {
                    case K8S_AUDIT -> Optional.<String>empty();
                    case SYSCALL -> Optional.of("a system call has happened when its rule is judged");
                    case JSON -> Optional.of("an event of this source has happened when its rule is judged");
                };
            case KILL ->
                source == Source.SYSCALL
                        ? Optional.<String>empty()
                        : Optional.of("an event of this source is the act of no process on this node");
        };
        return new Response(document, weaker.isPresent() ? Action.REPORT : asked, weaker, brakes);
    }

    public Mode mode() {
        return document.mode();
    }

    /// As it counts on a day (UTC).
    Response on(LocalDate today) {
        var counts = brakes.counts(mode(), today);
        return counts == mode() ? this : new Response(document.inMode(counts), action, weaker, brakes);
    }

    boolean holds(Optional<String> namespace, LocalDate today) {
        return document.expires().filter(today::isAfter).isEmpty()
                && namespace
                        .filter(name -> Exemptions.cover(document.exempt(), name, today))
                        .isEmpty();
    }
}
