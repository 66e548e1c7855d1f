// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.outputs;

import io.gatehouse.schemas.alert.Alert;
import io.gatehouse.schemas.alert.RuleAlert;
import io.gatehouse.schemas.alert.Verdict;
import io.gatehouse.schemas.policy.Mode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/// An entry as one line for people and grep: when, what was done, by which policy and rule, why, then `key=value`.
///
/// ```
/// 2026-11-01T12:00:00.123Z would deny shop/web processes.allow "sh runs /bin/ls" mode=audit verdict=deny ...
/// ```
///
/// A value stands in quotes where it holds a blank or anything that could be taken for the line's own signs, so nothing
/// in a value can pass for another key.
public final class AlertText {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private AlertText() {}

    public static String line(Entry entry) {
        var line = new StringBuilder(512);
        if (entry instanceof Entry.Matched(var alert)) {
            matched(line, alert);
            return line.toString();
        }
        line.append(time(entry.time())).append(' ');
        switch (entry) {
            case Entry.Matched _ -> throw new IllegalStateException("has a time of its own");
            case Entry.SuppressedMatches suppressed -> suppressed(line, suppressed);
            case Entry.Raised(var alert) -> alert(line, alert);
            case Entry.Suppressed suppressed -> suppressed(line, suppressed);
            case Entry.Lost lost ->
                line.append("lost ")
                        .append(lost.count())
                        .append(lost.count() == 1 ? " alert" : " alerts")
                        .append(" cause=")
                        .append(lost.cause().text());
        }
        return line.toString();
    }

    private static void alert(StringBuilder line, Alert alert) {
        line.append(headline(alert)).append(' ');
        value(line, alert.policy().toString());
        line.append(' ');
        value(line, alert.rule());
        line.append(' ');
        quoted(line, Printable.bounded(alert.message()));
        field(line, "mode", alert.mode().text());
        field(line, "verdict", alert.verdict().text());
        field(line, "guarantee", alert.guarantee().text());
        alert.process().map(Printable::bounded).ifPresent(process -> process(line, process));
        alert.container().ifPresent(container -> container(line, container));
        alert.pod().ifPresent(pod -> pod(line, pod));
    }

    /// As Falco writes it; what a response did stands behind.
    private static void matched(StringBuilder line, RuleAlert alert) {
        line.append(alert.text());
        alert.response().ifPresent(answer -> {
            field(line, "response", answer.name());
            field(line, "verdict", answer.verdict().text());
            field(line, "guarantee", answer.guarantee().text());
            if (!answer.note().isEmpty()) {
                field(line, "note", answer.note());
            }
        });
    }

    private static void suppressed(StringBuilder line, Entry.SuppressedMatches suppressed) {
        line.append("suppressed ").append(suppressed.count()).append(" more of ");
        value(line, suppressed.rule());
        field(line, "since", time(suppressed.since()));
        field(line, "priority", suppressed.priority());
        if (!suppressed.program().isEmpty()) {
            field(line, "program", suppressed.program());
        }
        if (!suppressed.container().isEmpty()) {
            field(line, "container_id", suppressed.container());
        }
    }

    private static void pod(StringBuilder line, Alert.PodFacts pod) {
        field(line, "pod", pod.namespace() + "/" + pod.name());
    }

    /// What became of the act, in words. A verdict that this kernel could not keep is never told as kept.
    static String headline(Alert alert) {
        if (alert.verdict() == Verdict.ALLOW) {
            return "allowed";
        }
        if (alert.verdict() == Verdict.REPORT) {
            return "reported";
        }
        if (alert.mode() == Mode.AUDIT) {
            return "would " + alert.verdict().text();
        }
        return switch (alert.guarantee()) {
            case PREVENTED -> alert.verdict() == Verdict.KILL ? "denied and killed" : "denied";
            case KILLED -> "killed";
            case REPORTED -> "could not " + alert.verdict().text();
        };
    }

    private static void process(StringBuilder line, Alert.ProcessFacts process) {
        field(line, "exe", process.exe());
        line.append(" args=[");
        var separator = "";
        for (var arg : process.args()) {
            line.append(separator);
            value(line, arg);
            separator = " ";
        }
        line.append(process.argsComplete() ? "]" : separator + "...]");
        line.append(" pid=").append(process.pid()).append(" uid=").append(process.uid());
        line.append(" parents=[");
        separator = "";
        for (var parent : process.parents()) {
            line.append(separator);
            value(line, parent.name());
            line.append('(').append(parent.pid()).append(')');
            separator = " ";
        }
        line.append(']');
    }

    private static void container(StringBuilder line, Alert.ContainerFacts container) {
        field(line, "container", container.name());
        field(line, "container_id", container.id());
        field(line, "runtime", container.runtime());
        container.image().ifPresent(image -> field(line, "image", image));
    }

    private static void suppressed(StringBuilder line, Entry.Suppressed suppressed) {
        line.append("suppressed ").append(suppressed.count()).append(" more of ");
        value(line, suppressed.policy().toString());
        line.append(' ');
        value(line, suppressed.rule());
        field(line, "since", time(suppressed.since()));
        field(line, "mode", suppressed.mode().text());
        field(line, "verdict", suppressed.verdict().text());
        suppressed.exe().ifPresent(exe -> field(line, "exe", exe));
        suppressed.container().ifPresent(container -> container(line, container));
        suppressed.pod().ifPresent(pod -> pod(line, pod));
    }

    private static String time(Instant time) {
        return TIME.format(time);
    }

    private static void field(StringBuilder line, String key, String value) {
        line.append(' ').append(key).append('=');
        value(line, value);
    }

    private static void value(StringBuilder line, String value) {
        if (plain(value)) {
            line.append(value);
        } else {
            quoted(line, Printable.bounded(value));
        }
    }

    private static void quoted(StringBuilder line, String value) {
        line.append('"');
        Printable.escape(line, value);
        line.append('"');
    }

    /// What needs no quotes. A closed list: letters of other scripts are quoted, which does no harm.
    private static boolean plain(String value) {
        if (value.isEmpty() || value.length() > Printable.MAX_TEXT || value.equals("...")) {
            return false;
        }
        for (var i = 0; i < value.length(); i++) {
            var c = value.charAt(i);
            var letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (!letter && "/._-+:@,%~".indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }
}
