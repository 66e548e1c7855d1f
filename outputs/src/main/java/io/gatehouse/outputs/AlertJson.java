// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.outputs;

import io.gatehouse.schemas.alert.Alert;
import io.gatehouse.schemas.alert.RuleAlert;
import io.gatehouse.schemas.policy.PolicyName;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;

/// An entry as one JSON object on one line, after the schema `Alert.v1alpha1.json`. What is absent has no key.
///
/// Beside what JSON demands, everything that is not plainly visible is escaped, so that the file may be shown on a
/// terminal.
public final class AlertJson {
    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(9).toFormatter();

    private AlertJson() {}

    public static String line(Entry entry) {
        if (entry instanceof Entry.Matched(var alert)) {
            return matched(alert);
        }
        var line = new StringBuilder(768).append("{\"version\":\"v1alpha1\",\"type\":\"");
        switch (entry) {
            case Entry.Matched _ -> throw new IllegalStateException("has a form of its own");
            case Entry.SuppressedMatches suppressed -> suppressed(line.append("suppressed_matches\""), suppressed);
            case Entry.Raised(var alert) -> alert(line.append("alert\""), alert);
            case Entry.Suppressed suppressed -> suppressed(line.append("suppressed\""), suppressed);
            case Entry.Lost lost -> lost(line.append("lost\""), lost);
        }
        return line.append('}').toString();
    }

    private static void alert(StringBuilder line, Alert alert) {
        time(line, "time", alert.time());
        policy(line, alert.policy());
        field(line, "rule", alert.rule());
        field(line, "mode", alert.mode().text());
        field(line, "verdict", alert.verdict().text());
        field(line, "guarantee", alert.guarantee().text());
        field(line, "message", alert.message());
        alert.process().map(Printable::bounded).ifPresent(process -> process(line, process));
        alert.container().ifPresent(container -> container(line, container));
        alert.pod().ifPresent(pod -> pod(line, pod));
    }

    /// As Falco writes it; what a response did is one key more, behind all others.
    private static String matched(RuleAlert alert) {
        if (alert.response().isEmpty()) {
            return alert.json();
        }
        var answer = alert.response().get();
        var line = new StringBuilder(alert.json());
        line.setLength(line.length() - 1); // the brace that ends it
        line.append(",\"response\":{");
        field(line, "name", answer.name());
        field(line, "verdict", answer.verdict().text());
        field(line, "guarantee", answer.guarantee().text());
        if (!answer.note().isEmpty()) {
            field(line, "note", answer.note());
        }
        return line.append("}}").toString();
    }

    private static void suppressed(StringBuilder line, Entry.SuppressedMatches suppressed) {
        time(line, "time", suppressed.time());
        time(line, "since", suppressed.since());
        line.append(",\"count\":").append(suppressed.count());
        field(line, "rule", suppressed.rule());
        field(line, "priority", suppressed.priority());
        if (!suppressed.program().isEmpty()) {
            field(line, "program", suppressed.program());
        }
        if (!suppressed.container().isEmpty()) {
            field(line, "container", suppressed.container());
        }
    }

    private static void pod(StringBuilder line, Alert.PodFacts pod) {
        line.append(",\"pod\":{");
        field(line, "namespace", pod.namespace());
        field(line, "name", pod.name());
        line.append('}');
    }

    private static void process(StringBuilder line, Alert.ProcessFacts process) {
        line.append(",\"process\":{");
        field(line, "exe", process.exe());
        line.append(",\"args\":[");
        var separator = "";
        for (var arg : process.args()) {
            line.append(separator);
            string(line, arg);
            separator = ",";
        }
        line.append("],\"args_complete\":").append(process.argsComplete());
        line.append(",\"pid\":").append(process.pid()).append(",\"uid\":").append(process.uid());
        line.append(",\"parents\":[");
        separator = "";
        for (var parent : process.parents()) {
            line.append(separator).append('{');
            field(line, "name", parent.name());
            line.append(",\"pid\":").append(parent.pid()).append('}');
            separator = ",";
        }
        line.append("]}");
    }

    private static void container(StringBuilder line, Alert.ContainerFacts container) {
        line.append(",\"container\":{");
        field(line, "id", container.id());
        field(line, "name", container.name());
        field(line, "runtime", container.runtime());
        container.image().ifPresent(image -> field(line, "image", image));
        line.append('}');
    }

    private static void suppressed(StringBuilder line, Entry.Suppressed suppressed) {
        time(line, "time", suppressed.time());
        time(line, "since", suppressed.since());
        line.append(",\"count\":").append(suppressed.count());
        policy(line, suppressed.policy());
        field(line, "rule", suppressed.rule());
        field(line, "mode", suppressed.mode().text());
        field(line, "verdict", suppressed.verdict().text());
        suppressed.exe().ifPresent(exe -> field(line, "exe", exe));
        suppressed.container().ifPresent(container -> container(line, container));
        suppressed.pod().ifPresent(pod -> pod(line, pod));
    }

    private static void lost(StringBuilder line, Entry.Lost lost) {
        time(line, "time", lost.time());
        line.append(",\"count\":").append(lost.count());
        field(line, "cause", lost.cause().text());
    }

    private static void policy(StringBuilder line, PolicyName policy) {
        line.append(",\"policy\":{");
        policy.namespace().ifPresent(namespace -> field(line, "namespace", namespace));
        field(line, "name", policy.name());
        line.append('}');
    }

    private static void time(StringBuilder line, String key, Instant time) {
        line.append(",\"").append(key).append("\":\"");
        TIME.formatTo(time, line);
        line.append('"');
    }

    /// A comma comes first unless the object has just begun.
    private static void field(StringBuilder line, String key, String value) {
        if (line.charAt(line.length() - 1) != '{') {
            line.append(',');
        }
        line.append('"').append(key).append("\":");
        string(line, value);
    }

    private static void string(StringBuilder line, String value) {
        line.append('"');
        Printable.escape(line, Printable.bounded(value));
        line.append('"');
    }
}
