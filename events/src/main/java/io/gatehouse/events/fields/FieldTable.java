// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

import io.gatehouse.engine.event.Reader;
import io.gatehouse.events.state.Scene;
import io.gatehouse.events.state.Task;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/// Who answers which field: filled by the groups, one line a field.
final class FieldTable {
    private final Map<String, Function<Optional<String>, Reader<Scene>>> answers = new LinkedHashMap<>();

    @FunctionalInterface
    interface TextOfTask {
        String of(Task task);
    }

    @FunctionalInterface
    interface NumberOfTask {
        long of(Task task);
    }

    @FunctionalInterface
    interface TruthOfTask {
        boolean of(Task task);
    }

    FieldTable text(String name, Reader.OfText<Scene> reader) {
        return put(name, _ -> reader);
    }

    FieldTable number(String name, Reader.OfNumber<Scene> reader) {
        return put(name, _ -> reader);
    }

    FieldTable texts(String name, Reader.OfTexts<Scene> reader) {
        return put(name, _ -> reader);
    }

    /// Missing without a task.
    FieldTable taskText(String name, TextOfTask answer) {
        return text(name, scene -> scene.task() == null ? null : answer.of(scene.task()));
    }

    /// Missing without a task.
    FieldTable taskNumber(String name, NumberOfTask answer) {
        return number(name, scene -> scene.task() == null ? Reader.MISSING : answer.of(scene.task()));
    }

    /// Missing without a task.
    FieldTable taskTruth(String name, TruthOfTask answer) {
        return number(name, scene -> scene.task() == null ? Reader.MISSING : answer.of(scene.task()) ? 1 : 0);
    }

    /// A field whose argument has to be there.
    FieldTable asked(String name, Function<String, Reader<Scene>> answer) {
        return put(name, argument -> answer.apply(argument.orElse("")));
    }

    /// A field that may have an argument.
    FieldTable asked(String name, Reader<Scene> without, Function<String, Reader<Scene>> with) {
        return put(name, argument -> argument.map(with).orElse(without));
    }

    /// A field whose reader remembers something from event to event, or keeps room for its answer.
    FieldTable own(String name, Supplier<Reader<Scene>> fresh) {
        return put(name, _ -> fresh.get());
    }

    /// As [#own(String, Supplier)], of a field that may have an argument.
    FieldTable own(String name, Supplier<Reader<Scene>> without, Function<String, Reader<Scene>> with) {
        return put(name, argument -> argument.map(with).orElseGet(without));
    }

    /// A text that no event here has.
    FieldTable never(String... names) {
        for (var name : names) {
            text(name, _ -> null);
        }
        return this;
    }

    private FieldTable put(String name, Function<Optional<String>, Reader<Scene>> answer) {
        if (answers.put(name, answer) != null) {
            throw new IllegalStateException(name + " is answered twice");
        }
        return this;
    }

    Set<String> names() {
        return answers.keySet();
    }

    Reader<Scene> bind(String name, Optional<String> argument) {
        var answer = answers.get(name);
        if (answer == null) {
            throw new IllegalArgumentException("no system call event answers " + name);
        }
        return answer.apply(argument);
    }
}
