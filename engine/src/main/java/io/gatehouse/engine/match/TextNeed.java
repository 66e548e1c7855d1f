// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// A text that must be one of some, or begin or end with one of some. Texts are bytes, see `engine.event`.
public record TextNeed(Set<String> names, Set<String> starts, Set<String> ends) {
    public TextNeed {
        names = Set.copyOf(names);
        starts = Set.copyOf(starts);
        ends = Set.copyOf(ends);
    }

    static TextNeed names(Set<String> names) {
        return new TextNeed(names, Set.of(), Set.of());
    }

    static TextNeed start(String start) {
        return new TextNeed(Set.of(), Set.of(start), Set.of());
    }

    static TextNeed end(String end) {
        return new TextNeed(Set.of(), Set.of(), Set.of(end));
    }

    public boolean admits(String text) {
        return names.contains(text)
                || starts.stream().anyMatch(text::startsWith)
                || ends.stream().anyMatch(text::endsWith);
    }

    TextNeed or(TextNeed other) {
        return new TextNeed(union(names, other.names), union(starts, other.starts), union(ends, other.ends));
    }

    /// What is needed where both are: exactly that if one of them only names texts, else the one that names
    /// more.
    TextNeed and(TextNeed other) {
        if (onlyNames()) {
            return admittedBy(other);
        }
        if (other.onlyNames()) {
            return other.admittedBy(this);
        }
        return other.shortest() > shortest() ? other : this;
    }

    private TextNeed admittedBy(TextNeed other) {
        return names(names.stream().filter(other::admits).collect(Collectors.toSet()));
    }

    boolean isNone() {
        return names.isEmpty() && starts.isEmpty() && ends.isEmpty();
    }

    /// Whether every text that this admits is surely admitted by the other.
    boolean within(TextNeed other) {
        return names.stream().allMatch(other::admits)
                && starts.stream().allMatch(start -> other.starts.stream().anyMatch(start::startsWith))
                && ends.stream().allMatch(end -> other.ends.stream().anyMatch(end::endsWith));
    }

    private boolean onlyNames() {
        return starts.isEmpty() && ends.isEmpty();
    }

    private int shortest() {
        return union(starts, ends).stream().mapToInt(String::length).min().orElse(Integer.MAX_VALUE);
    }

    private static Set<String> union(Set<String> one, Set<String> other) {
        var union = new HashSet<>(one);
        union.addAll(other);
        return union;
    }

    static Optional<TextNeed> or(Optional<TextNeed> one, Optional<TextNeed> other) {
        return one.flatMap(need -> other.map(need::or));
    }

    static Optional<TextNeed> and(Optional<TextNeed> one, Optional<TextNeed> other) {
        return one.isEmpty()
                ? other
                : other.isEmpty() ? one : Optional.of(one.get().and(other.get()));
    }
}
