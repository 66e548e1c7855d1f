// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.match;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/// Conditions that the kernel can test and that all must hold before an event of some kind can satisfy a
/// rule. Necessary, not sufficient: whatever satisfies the rule passes, and much else may.
///
/// @param openedFor at least one of these; nothing if that does not matter
/// @param path of the descriptor
/// @param program that did it, as the kernel names a thread
public record KernelNeed(
        Result result, Set<Opening> openedFor, Optional<TextNeed> path, Scope scope, Optional<TextNeed> program) {
    /// What passes everything.
    public static final KernelNeed NONE =
            new KernelNeed(Result.ANY, Set.of(), Optional.empty(), Scope.ANY, Optional.empty());

    public KernelNeed {
        openedFor = Set.copyOf(openedFor);
    }

    public enum Result {
        ANY,
        SUCCEEDED,
        FAILED
    }

    public enum Opening {
        READING,
        WRITING
    }

    public enum Scope {
        ANY,
        HOST,
        CONTAINER
    }

    static KernelNeed of(Result result) {
        return new KernelNeed(result, Set.of(), Optional.empty(), Scope.ANY, Optional.empty());
    }

    static KernelNeed of(Opening opening) {
        return new KernelNeed(Result.ANY, Set.of(opening), Optional.empty(), Scope.ANY, Optional.empty());
    }

    static KernelNeed of(Scope scope) {
        return new KernelNeed(Result.ANY, Set.of(), Optional.empty(), scope, Optional.empty());
    }

    static KernelNeed ofPath(TextNeed path) {
        return new KernelNeed(Result.ANY, Set.of(), Optional.of(path), Scope.ANY, Optional.empty());
    }

    static KernelNeed ofProgram(TextNeed program) {
        return new KernelNeed(Result.ANY, Set.of(), Optional.empty(), Scope.ANY, Optional.of(program));
    }

    public boolean admits(KernelView view) {
        return admitsResult(view)
                && admitsOpening(view)
                && (path.isEmpty() || view.path().filter(path.get()::admits).isPresent())
                && (scope == Scope.ANY || view.onHost() == (scope == Scope.HOST))
                && (program.isEmpty()
                        || view.program().filter(program.get()::admits).isPresent());
    }

    private boolean admitsResult(KernelView view) {
        return result == Result.ANY
                || view.result().isPresent() && view.result().getAsLong() >= 0 == (result == Result.SUCCEEDED);
    }

    private boolean admitsOpening(KernelView view) {
        return openedFor.isEmpty()
                || openedFor.contains(Opening.READING) && view.openedForReading()
                || openedFor.contains(Opening.WRITING) && view.openedForWriting();
    }

    /// What is needed where both are; nothing if no event can satisfy both.
    Optional<KernelNeed> and(KernelNeed other) {
        boolean contradicts = result != Result.ANY && other.result != Result.ANY && result != other.result
                || scope != Scope.ANY && other.scope != Scope.ANY && scope != other.scope;
        var both = new KernelNeed(
                result == Result.ANY ? other.result : result,
                openedFor.isEmpty() || !other.openedFor.isEmpty() && other.openedFor.size() < openedFor.size()
                        ? other.openedFor
                        : openedFor,
                TextNeed.and(path, other.path),
                scope == Scope.ANY ? other.scope : scope,
                TextNeed.and(program, other.program));
        return contradicts || both.asksTheImpossible() ? Optional.empty() : Optional.of(both);
    }

    private boolean asksTheImpossible() {
        return path.filter(TextNeed::isNone).isPresent()
                || program.filter(TextNeed::isNone).isPresent();
    }

    /// One need that passes whatever either passes.
    KernelNeed or(KernelNeed other) {
        var openings = EnumSet.noneOf(Opening.class);
        if (!openedFor.isEmpty() && !other.openedFor.isEmpty()) {
            openings.addAll(openedFor);
            openings.addAll(other.openedFor);
        }
        return new KernelNeed(
                result == other.result ? result : Result.ANY,
                openings,
                TextNeed.or(path, other.path),
                scope == other.scope ? scope : Scope.ANY,
                TextNeed.or(program, other.program));
    }

    /// Whether whatever passes this surely passes the other.
    boolean within(KernelNeed other) {
        return (other.result == Result.ANY || other.result == result)
                && (other.openedFor.isEmpty() || !openedFor.isEmpty() && other.openedFor.containsAll(openedFor))
                && within(path, other.path)
                && (other.scope == Scope.ANY || other.scope == scope)
                && within(program, other.program);
    }

    private static boolean within(Optional<TextNeed> need, Optional<TextNeed> other) {
        return other.isEmpty() || need.isPresent() && need.get().within(other.get());
    }
}
