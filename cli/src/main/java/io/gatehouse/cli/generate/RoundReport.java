// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.generate;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import io.gatehouse.cli.generate.Action.Enabled;
import io.gatehouse.cli.generate.Action.Place;
import io.gatehouse.cli.generate.Round.Result;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Prints actions and what came of them.
final class RoundReport {
    private RoundReport() {}

    /// One line: outcome, rule, where it happened, and what is to say of it.
    static String line(Result result) {
        var action = result.action();
        var tail = switch (result.outcome()) {
            case Outcome.Seen seen -> millis(seen.latency());
            case Outcome.Shadowed shadowed -> millis(shadowed.latency()) + ", told by '" + shadowed.by() + "'";
            case Outcome.Missed _ -> missed(result);
            case Outcome.Off _ -> "its file switches the rule off";
            case Outcome.Unwatched _ -> action.says();
            case Outcome.NotDone notDone -> notDone.reason();
            case Outcome.Broken broken -> broken.reason();
        };
        return "%-8s  %-10s  %-10s  %s  %s"
                .formatted(result.outcome().word(), lower(action.from()), where(action), name(action), tail);
    }

    private static String missed(Result result) {
        return result.also().isEmpty() ? "no alert at all" : "only: " + String.join(", ", result.also());
    }

    /// `93 actions: 90 seen, 3 not done` and the latencies.
    static List<String> summary(List<Result> results) {
        var counts = new TreeMap<String, Integer>();
        results.forEach(result -> counts.merge(result.outcome().word(), 1, Integer::sum));
        var lines = new ArrayList<String>();
        lines.add(results.size() + " actions: "
                + counts.entrySet().stream()
                        .map(count -> count.getValue() + " " + count.getKey())
                        .collect(Collectors.joining(", ")));
        var latencies = latencies(results);
        if (!latencies.isEmpty()) {
            lines.add("act to line: p50 %s, p99 %s, most %s, of %d"
                    .formatted(
                            millis(percentile(latencies, 50)),
                            millis(percentile(latencies, 99)),
                            millis(latencies.getLast()),
                            latencies.size()));
        }
        return lines;
    }

    /// Smallest first.
    static List<Duration> latencies(List<Result> results) {
        return results.stream()
                .flatMap(result -> result.outcome() instanceof Outcome.Seen seen
                        ? Optional.of(seen.latency()).stream()
                        : Optional.<Duration>empty().stream())
                .sorted()
                .toList();
    }

    /// The smallest value that so many in a hundred do not exceed.
    static Duration percentile(List<Duration> sorted, int percent) {
        int rank = (sorted.size() * percent + 99) / 100;
        return sorted.get(Math.max(rank, 1) - 1);
    }

    /// What would be done, without doing it.
    static String listLine(Action action) {
        return "%-10s  %-10s  %s%s%n            %s"
                .formatted(
                        lower(action.from()),
                        where(action),
                        name(action),
                        action.enabled() == Enabled.NO ? " (off by default)" : "",
                        action.says());
    }

    /// A table for documents. Without results the last column is empty.
    static String markdown(List<Action> actions, List<Result> results) {
        var text = new StringBuilder("""
                | rule | file | triggered | alerted | what is done, or why not |
                | --- | --- | --- | --- | --- |
                """);
        for (int i = 0; i < actions.size(); i++) {
            var action = actions.get(i);
            var alerted = results.isEmpty() ? "" : alerted(results.get(i));
            var says = action.says();
            if (!action.shadowedBy().isEmpty()) {
                says += "; where the first rule alone tells, that is '" + String.join("' or '", action.shadowedBy())
                        + "'";
            }
            if (!results.isEmpty() && results.get(i).outcome() instanceof Outcome.NotDone notDone) {
                says = notDone.reason();
            }
            text.append("| %s | %s | %s | %s | %s |%n"
                    .formatted(
                            cell(name(action)),
                            lower(action.from()) + (action.enabled() == Enabled.NO ? ", off" : ""),
                            where(action),
                            cell(alerted),
                            cell(says)));
        }
        return text.toString();
    }

    private static String alerted(Result result) {
        return switch (result.outcome()) {
            case Outcome.Seen seen -> "yes, " + millis(seen.latency());
            case Outcome.Shadowed shadowed -> "by '" + shadowed.by() + "'";
            case Outcome.Missed _ -> "no";
            case Outcome.Off _ -> "no, off";
            case Outcome.Unwatched _ -> "";
            case Outcome.NotDone _ -> "-";
            case Outcome.Broken broken -> "not done as meant: " + broken.reason();
        };
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace('\n', ' ');
    }

    static String json(List<Action> actions, List<Result> results) throws IOException {
        var text = new StringWriter();
        try (var json = new JsonFactory().createGenerator(text)) {
            json.setPrettyPrinter(new DefaultPrettyPrinter());
            json.writeStartObject();
            json.writeArrayFieldStart("actions");
            for (int i = 0; i < actions.size(); i++) {
                json.writeStartObject();
                action(json, actions.get(i));
                if (!results.isEmpty()) {
                    result(json, results.get(i));
                }
                json.writeEndObject();
            }
            json.writeEndArray();
            var latencies = latencies(results);
            if (!latencies.isEmpty()) {
                json.writeObjectFieldStart("latencyNanos");
                json.writeNumberField("p50", percentile(latencies, 50).toNanos());
                json.writeNumberField("p99", percentile(latencies, 99).toNanos());
                json.writeNumberField("max", latencies.getLast().toNanos());
                json.writeNumberField("count", latencies.size());
                json.writeEndObject();
            }
            json.writeEndObject();
        }
        return text.append('\n').toString();
    }

    private static void action(JsonGenerator json, Action action) throws IOException {
        json.writeStringField("rule", action.rule());
        json.writeStringField("from", lower(action.from()));
        json.writeBooleanField("enabledByDefault", action.enabled() == Enabled.YES);
        json.writeStringField("where", where(action));
        json.writeStringField("says", action.says());
        json.writeArrayFieldStart("tags");
        for (var tag : action.tags()) {
            json.writeString(tag);
        }
        json.writeEndArray();
    }

    private static void result(JsonGenerator json, Result result) throws IOException {
        json.writeStringField("outcome", result.outcome().word().toLowerCase(Locale.ROOT));
        switch (result.outcome()) {
            case Outcome.Seen seen ->
                json.writeNumberField("latencyNanos", seen.latency().toNanos());
            case Outcome.Shadowed shadowed -> {
                json.writeNumberField("latencyNanos", shadowed.latency().toNanos());
                json.writeStringField("by", shadowed.by());
            }
            case Outcome.NotDone notDone -> json.writeStringField("reason", notDone.reason());
            case Outcome.Broken broken -> json.writeStringField("reason", broken.reason());
            case Outcome.Missed _, Outcome.Off _, Outcome.Unwatched _ -> {}
        }
        json.writeArrayFieldStart("also");
        for (var rule : result.also()) {
            json.writeString(rule);
        }
        json.writeEndArray();
    }

    private static String name(Action action) {
        return action.rule() + (action.way() == Action.Way.AGAIN ? " (another way)" : "");
    }

    private static String where(Action action) {
        return action.place().map(RoundReport::place).orElse("no");
    }

    private static String place(Place place) {
        return switch (place) {
            case CONTAINER -> "container";
            case PRIVILEGED -> "privileged";
            case NEW -> "new";
            case HOST -> "host";
        };
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static String millis(Duration duration) {
        return String.format(Locale.ROOT, "%.1f ms", duration.toNanos() / 1e6);
    }
}
