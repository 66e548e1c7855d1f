// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import io.gatehouse.engine.format.AlertStyle;
import io.gatehouse.engine.format.EventTime;
import io.gatehouse.engine.format.OutputValue;
import io.gatehouse.schemas.alert.RuleAlert;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Alerts of our own, in the form of those of rules.
final class InternalAlerts {
    private InternalAlerts() {}

    static RuleAlert of(
            String rule, String priority, String message, Map<String, String> fields, AlertStyle style, Instant time) {
        long nanos = time.getEpochSecond() * 1_000_000_000L + time.getNano();
        var when = style.time() == AlertStyle.TimeForm.CLOCK
                ? EventTime.clock(nanos, style.zone(), EventTime.Fraction.NANOSECONDS)
                : EventTime.iso8601(nanos);
        var line = when + ": " + priority + " " + message;
        var json = new StringBuilder("{\"hostname\":").append(quoted(style.hostname()));
        if (style.properties().contains(AlertStyle.Property.MESSAGE)) {
            json.append(",\"message\":").append(quoted(message));
        }
        if (style.properties().contains(AlertStyle.Property.OUTPUT)) {
            json.append(",\"output\":").append(quoted(line));
        }
        if (style.properties().contains(AlertStyle.Property.OUTPUT_FIELDS)) {
            json.append(",\"output_fields\":{");
            var separator = "";
            for (var field : new TreeMap<>(fields).entrySet()) {
                json.append(separator).append(quoted(field.getKey())).append(':');
                json.append(quoted(field.getValue()));
                separator = ",";
            }
            json.append('}');
        }
        json.append(",\"priority\":").append(quoted(priority));
        json.append(",\"rule\":").append(quoted(rule)).append(",\"source\":\"internal\"");
        if (style.properties().contains(AlertStyle.Property.TAGS)) {
            json.append(",\"tags\":[]");
        }
        json.append(",\"time\":").append(quoted(EventTime.zulu(nanos))).append('}');
        return new RuleAlert(
                time, rule, priority, "internal", List.of(), line, json.toString(), "", "", Optional.empty());
    }

    private static String quoted(String text) {
        return new OutputValue.Text(text).json();
    }
}
