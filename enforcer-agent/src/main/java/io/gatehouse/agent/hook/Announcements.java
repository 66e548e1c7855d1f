// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.hook;

import io.gatehouse.agent.containers.Announcement;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Function;

/// Containers that are announced and not answered yet. Any thread announces, the ring thread answers.
public final class Announcements {
    /// A node does not start more at once.
    private static final int CAPACITY = 256;

    private final ArrayBlockingQueue<Waiting> waiting = new ArrayBlockingQueue<>(CAPACITY);
    private final Runnable bell;

    private record Waiting(Announcement said, CompletableFuture<Answer> answer) {}

    /// What a hook is told.
    public sealed interface Answer {
        /// Rules are in force for it, or will be before its first program runs.
        record Governed(String text) implements Answer {}

        /// No policy is about it.
        record Free() implements Answer {}

        /// It is not protected as policies ask.
        record Refused(String why) implements Answer {}

        /// As the hook reads it: its first word says which.
        default String line() {
            return switch (this) {
                case Governed(var text) -> "governed: " + text;
                case Free() -> "free: no policy is about it";
                case Refused(var why) -> "not governed: " + why;
            };
        }
    }

    /// @param bell wakes whoever answers
    public Announcements(Runnable bell) {
        this.bell = bell;
    }

    /// Who gives up waiting cancels it.
    public Future<Answer> add(Announcement said) {
        var one = new Waiting(said, new CompletableFuture<>());
        if (waiting.offer(one)) {
            bell.run();
        } else {
            one.answer().complete(new Answer.Refused("too many containers are being made at once"));
        }
        return one.answer();
    }

    /// Answers all that wait.
    public void answer(Function<Announcement, Answer> how) {
        for (var next = waiting.poll(); next != null; next = waiting.poll()) {
            if (next.answer().isDone()) {
                continue; // nobody waits any more
            }
            try {
                next.answer().complete(how.apply(next.said()));
            } catch (RuntimeException e) {
                next.answer().complete(new Answer.Refused(String.valueOf(e.getMessage())));
                throw e;
            }
        }
    }
}
