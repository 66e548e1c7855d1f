// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.config;

import io.gatehouse.cli.config.AgentSettings.DropAction;
import io.gatehouse.engine.format.OutputAdditions.Addition;
import io.gatehouse.engine.format.OutputAdditions.ExtraField;
import io.gatehouse.engine.rule.Selection;
import io.gatehouse.engine.rule.Selection.Change;
import io.gatehouse.engine.rule.Selection.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// Settings for people, one a line, as they were understood.
public final class SettingsText {
    private final StringBuilder out = new StringBuilder();

    private SettingsText() {}

    public static String of(AgentSettings settings) {
        var text = new SettingsText();
        text.rules(settings);
        text.alerts(settings.alerts());
        text.rest(settings);
        return text.out.toString();
    }

    private void line(String what, Object value) {
        out.append("  %-18s %s%n".formatted(what, value).replace("\r\n", "\n"));
    }

    private void rules(AgentSettings settings) {
        settings.rulesFiles().forEach(file -> line("rules from", file));
        line("priority", word(settings.rules().least()) + " and more");
        line("matching", word(settings.rules().matching()));
        settings.rules().selections().forEach(selection -> line("selection", words(selection)));
        line("changes of files", settings.following() ? "followed" : "taken on SIGHUP only");
    }

    private static String words(Selection selection) {
        var target = switch (selection.target()) {
            case Target.Name(var pattern) -> "rule " + pattern;
            case Target.Tag(var tag) -> "tag " + tag;
        };
        return (selection.change() == Change.ENABLE ? "enable " : "disable ") + target;
    }

    private void alerts(AgentSettings.AlertSettings alerts) {
        var properties =
                alerts.properties().stream().sorted().map(SettingsText::word).collect(Collectors.joining(", "));
        line(
                "alerts as",
                switch (alerts.form()) {
                    case TEXT -> "text";
                    case JSON -> "JSON with " + (properties.isEmpty() ? "no optional property" : properties);
                });
        line(
                "time as",
                switch (alerts.time()) {
                    case CLOCK -> "the local clock";
                    case ISO_8601 -> "ISO 8601";
                });
        line("buffers as", word(alerts.buffers()));
        var places = new ArrayList<String>();
        if (alerts.stdout()) {
            places.add("standard output");
        }
        alerts.file().ifPresent(file -> places.add("file " + file));
        line("alerts to", places.isEmpty() ? "nowhere" : String.join(", ", places));
        alerts.additions().additions().forEach(addition -> line("added", words(addition)));
    }

    private static String words(Addition addition) {
        var words = new ArrayList<String>();
        if (!addition.text().isEmpty()) {
            words.add("'" + addition.text() + "'");
        }
        addition.fields().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(field -> words.add(field.getKey()
                        + switch (field.getValue()) {
                            case ExtraField.Raw() -> "";
                            case ExtraField.Formatted(var format) -> "='" + format + "'";
                        }));
        var match = addition.match();
        match.rule().ifPresent(rule -> words.add("to rule " + rule));
        match.source().ifPresent(source -> words.add("to source " + word(source)));
        match.tags().stream().sorted().forEach(tag -> words.add("to tag " + tag));
        return String.join(", ", words);
    }

    private void rest(AgentSettings settings) {
        var drops = settings.drops();
        line(
                "on lost events",
                drops.actions().isEmpty()
                        ? "nothing"
                        : words(drops.actions().stream().sorted().toList())
                                + " from %s %% of a second's on, %s a second, %s at once"
                                        .formatted(
                                                number(100 * drops.threshold()),
                                                number(drops.perSecond()),
                                                number(drops.burst())));
        line("buffer", (settings.ringBytes() >> 20) + " MB");
        line(
                "served",
                settings.web()
                        .map(web -> "http://"
                                + (web.address().contains(":") ? "[" + web.address() + "]" : web.address()) + ":"
                                + web.port() + ", " + web.healthPath() + (web.metrics() ? ", /metrics" : ""))
                        .orElse("nothing"));
        line("says", word(settings.saying()));
    }

    private static String words(List<DropAction> actions) {
        return actions.stream().map(DropAction::word).collect(Collectors.joining(", "));
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
