// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.generate;

import io.gatehouse.engine.document.JsonReader;
import io.gatehouse.engine.document.Node;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/// One line of a detector, as Falco writes alerts in JSON.
///
/// @param time when it happened, as the line says
/// @param arrived when the line was read here
/// @param container the shown form of the id, `host` outside containers; empty where the line does not say
record Alert(String rule, Instant time, Instant arrived, Optional<String> container) {
    /// Digits of a container's id that are shown.
    static final int SHOWN_ID = 12;

    /// Empty if the line is no alert.
    static Optional<Alert> read(String line, Instant arrived) {
        var documents = JsonReader.read("alerts", line.getBytes(StandardCharsets.UTF_8), JsonReader.Limits.DEFAULT)
                .documents();
        if (documents.isEmpty() || !(documents.getFirst() instanceof Node.Mapping alert)) {
            return Optional.empty();
        }
        var rule = text(alert, "rule");
        var time = text(alert, "time").flatMap(Alert::instant);
        if (rule.isEmpty() || time.isEmpty()) {
            return Optional.empty();
        }
        var container = alert.get("output_fields")
                .flatMap(fields ->
                        fields instanceof Node.Mapping mapping ? text(mapping, "container.id") : Optional.empty())
                .map(id -> id.length() > SHOWN_ID ? id.substring(0, SHOWN_ID) : id);
        return Optional.of(new Alert(rule.get(), time.get(), arrived, container));
    }

    private static Optional<String> text(Node.Mapping mapping, String key) {
        return mapping.get(key)
                .flatMap(node -> node instanceof Node.Text text ? Optional.of(text.value()) : Optional.empty());
    }

    private static Optional<Instant> instant(String text) {
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /// From the act, as the detector dates it, to the line.
    Duration latency() {
        return Duration.between(time, arrived);
    }
}
