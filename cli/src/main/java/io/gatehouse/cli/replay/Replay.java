// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.replay;

import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.SourceText;
import io.gatehouse.engine.diagnostic.Span;
import io.gatehouse.engine.event.Readers;
import io.gatehouse.engine.format.AlertPrinter;
import io.gatehouse.engine.format.AlertStyle;
import io.gatehouse.engine.format.OutputAdditions;
import io.gatehouse.engine.json.AuditLog;
import io.gatehouse.engine.json.Batch;
import io.gatehouse.engine.json.JsonEvent;
import io.gatehouse.engine.json.JsonLog;
import io.gatehouse.engine.json.JsonReaders;
import io.gatehouse.engine.json.UnseenRequests;
import io.gatehouse.engine.match.Explainer;
import io.gatehouse.engine.match.ExplanationPrinter;
import io.gatehouse.engine.match.MatchPlan;
import io.gatehouse.engine.match.Matcher;
import io.gatehouse.engine.rule.Rule;
import io.gatehouse.engine.rule.RulePrinter;
import io.gatehouse.engine.rule.RuleSet;
import io.gatehouse.events.fields.SyscallFields;
import io.gatehouse.events.replay.CaptureScenes;
import io.gatehouse.events.replay.CaptureScenes.Replayed;
import io.gatehouse.events.state.Limits;
import io.gatehouse.events.state.Scene;
import io.gatehouse.schemas.field.Field.Source;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/// Puts recorded events to rules. Used once; belongs to one thread.
public final class Replay {
    /// Is told of each match while the event still holds its values.
    @FunctionalInterface
    public interface Listener {
        void alert(Rule rule, Alert alert);
    }

    /// Asks why a rule held for an event, or why not.
    ///
    /// @param rule its name
    /// @param event its number; absent for every event of a kind that can satisfy the rule
    /// @param told is given each answer, in lines
    public record Question(String rule, OptionalLong event, Consumer<String> told) {}

    /// One match, printed when asked.
    public interface Alert {
        String text();

        String json();
    }

    /// How much of a recording is put to the rules.
    ///
    /// @param events at most so many
    public record Extent(long events) {
        public static final Extent ALL = new Extent(Long.MAX_VALUE);
    }

    /// What was done.
    ///
    /// @param events put to the rules
    /// @param alerts by rule, in the order of their first match
    /// @param problems lines that are no event, and what rules could not see
    /// @param capture how a capture was read, and what could not be kept of it
    public record Result(long events, Map<String, Long> alerts, List<Diagnostic> problems, Optional<Replayed> capture) {
        /// Why a capture ends early.
        public Optional<String> fault() {
            return capture.flatMap(replayed -> replayed.summary().fault()).map(Object::toString);
        }
    }

    private static final int WHOLE_DOCUMENT_BYTES = 64 << 20;

    private final RuleSet rules;
    private final AlertStyle style;
    private final Extent extent;
    private final Listener listener;
    private final Optional<Question> question;
    private final OutputAdditions additions;
    private final Map<String, Long> alerts = new LinkedHashMap<>();
    private final List<Diagnostic> problems = new ArrayList<>();
    private long events;

    public Replay(RuleSet rules, AlertStyle style, Extent extent, Listener listener) {
        this(rules, style, extent, listener, Optional.empty(), OutputAdditions.NONE);
    }

    /// @param additions to the outputs of rules, known to be in order
    public Replay(
            RuleSet rules,
            AlertStyle style,
            Extent extent,
            Listener listener,
            Optional<Question> question,
            OutputAdditions additions) {
        this.rules = rules;
        this.style = style;
        this.extent = extent;
        this.listener = listener;
        this.question = question;
        this.additions = additions;
    }

    /// @throws IOException the file cannot be read
    public Result run(Recording recording) throws IOException {
        return switch (recording.source()) {
            case SYSCALL -> capture(recording);
            case K8S_AUDIT -> audit(recording);
            case JSON -> json(recording);
        };
    }

    private Result capture(Recording recording) throws IOException {
        var judge = new Judge<Scene>(Source.SYSCALL, new SyscallFields(style.zone()));
        try (InputStream in = Files.newInputStream(recording.file())) {
            var replayed = CaptureScenes.read(in, Limits.DEFAULT, scene -> {
                judge.judge(scene, scene.event().code(), scene.event().number());
                return events < extent.events();
            });
            return result(Optional.of(replayed));
        }
    }

    private Result audit(Recording recording) throws IOException {
        var log = new AuditLog(recording.file().toString(), AuditLog.OF_A_BATCH);
        var unseen = new UnseenRequests(rules.rules());
        var judge = new Judge<JsonEvent>(Source.K8S_AUDIT, new JsonReaders(style.zone(), style.hostname()));
        each(recording, log::all, log::line, event -> {
            unseen.see(event);
            judge.judge(event, 0, event.number());
        });
        unseen.notice(start(recording)).ifPresent(problems::add);
        return result(Optional.empty());
    }

    private Result json(Recording recording) throws IOException {
        var log = new JsonLog(recording.file().toString(), AuditLog.OF_A_BATCH);
        long time = Files.getLastModifiedTime(recording.file()).toMillis() * 1_000_000;
        var judge = new Judge<JsonEvent>(Source.JSON, new JsonReaders(style.zone(), style.hostname()));
        each(
                recording,
                bytes -> log.all(bytes, time),
                (line, bytes) -> log.line(line, bytes, time),
                event -> judge.judge(event, 0, event.number()));
        return result(Optional.empty());
    }

    private Result result(Optional<Replayed> capture) {
        return new Result(events, Map.copyOf(alerts), List.copyOf(problems), capture);
    }

    private static Span start(Recording recording) {
        return new Span(new SourceText(recording.file().toString(), ""), 1, 1, 1);
    }

    @FunctionalInterface
    private interface OfAll {
        Batch read(byte[] bytes);
    }

    @FunctionalInterface
    private interface OfLine {
        Batch read(int line, byte[] bytes);
    }

    @FunctionalInterface
    private interface Use {
        void event(JsonEvent event);
    }

    /// A small file may be one document over many lines; a large one is read line by line.
    private void each(Recording recording, OfAll all, OfLine line, Use use) throws IOException {
        if (Files.size(recording.file()) <= WHOLE_DOCUMENT_BYTES) {
            take(all.read(Files.readAllBytes(recording.file())), use);
            return;
        }
        try (var in = new BufferedInputStream(Files.newInputStream(recording.file()))) {
            int number = 1;
            for (var bytes = line(in); bytes != null && events < extent.events(); bytes = line(in)) {
                take(line.read(number++, bytes), use);
            }
        }
    }

    private void take(Batch batch, Use use) {
        problems.addAll(batch.diagnostics());
        for (var event : batch.events()) {
            if (events < extent.events()) {
                use.event(event);
            }
        }
    }

    /// Null at the end. A line longer than a document may be is cut there, and its reader says so.
    private static byte[] line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        int next = in.read();
        if (next < 0) {
            return null;
        }
        for (; next >= 0 && next != '\n'; next = in.read()) {
            if (line.size() <= WHOLE_DOCUMENT_BYTES) {
                line.write(next);
            }
        }
        return line.toByteArray();
    }

    /// The rules of one source, bound to its events.
    private final class Judge<E> {
        private final Matcher<E> matcher;
        private final Readers<E> readers;
        private final Map<String, AlertPrinter<E>> printers = new HashMap<>();
        private final Optional<Answers<E>> answers;

        Judge(Source source, Readers<E> readers) {
            this.readers = readers;
            this.answers = question.flatMap(asked -> rules.rule(asked.rule())
                    .filter(rule -> rule.source() == source)
                    .map(rule -> new Answers<>(asked, rule, new Explainer<>(readers))));
            this.matcher = MatchPlan.compile(rules.rules(), source, readers).matcher(rules.matching());
        }

        /// @param number of the event
        void judge(E event, int kind, long number) {
            events++;
            answers.ifPresent(answer -> answer.about(event, kind, number));
            matcher.match(event, kind, this::matched);
        }

        private void matched(Rule rule, E event) {
            alerts.merge(rule.name(), 1L, Long::sum);
            var printer =
                    printers.computeIfAbsent(rule.name(), _ -> RulePrinter.of(rule, rules, additions, readers, style));
            listener.alert(rule, new Alert() {
                @Override
                public String text() {
                    return printer.text(event);
                }

                @Override
                public String json() {
                    return printer.json(event);
                }
            });
        }
    }

    /// What is answered to a question.
    private record Answers<E>(Question question, Rule rule, Explainer<E> explainer) {
        void about(E event, int kind, long number) {
            boolean asked = question.event().isPresent()
                    ? question.event().getAsLong() == number
                    : rule.source() != Source.SYSCALL || rule.kinds().get(kind);
            if (asked) {
                question.told()
                        .accept("event " + number + ", rule '" + rule.name() + "'\n"
                                + ExplanationPrinter.print(explainer.explain(rule.condition(), event)));
            }
        }
    }
}
