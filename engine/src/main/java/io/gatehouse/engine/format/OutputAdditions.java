// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.format;

import io.gatehouse.schemas.field.Field.Source;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What a configuration adds to the outputs of rules (`append_output`).
///
/// Where two additions give a rule the same field, the later one holds.
public record OutputAdditions(List<Addition> additions) {
    public static final OutputAdditions NONE = new OutputAdditions(List.of());

    public OutputAdditions {
        additions = List.copyOf(additions);
    }

    /// @param text appended to the output, behind a blank; empty for nothing
    /// @param fields added to `output_fields`, by key
    public record Addition(Match match, String text, Map<String, ExtraField> fields) {
        public Addition {
            fields = Map.copyOf(fields);
        }
    }

    /// Which rules it is for: all that fit everything that is given.
    ///
    /// @param tags all of which a rule must carry
    public record Match(Optional<String> rule, Optional<Source> source, Set<String> tags) {
        public static final Match EVERY_RULE = new Match(Optional.empty(), Optional.empty(), Set.of());

        public Match {
            tags = Set.copyOf(tags);
        }

        boolean covers(String ruleName, Source ruleSource, Collection<String> ruleTags) {
            return rule.map(ruleName::equals).orElse(true)
                    && source.map(wanted -> wanted == ruleSource).orElse(true)
                    && ruleTags.containsAll(tags);
        }
    }

    public sealed interface ExtraField {
        /// The formatted text.
        record Formatted(String format) implements ExtraField {}

        /// The typed value of the field that the key names.
        record Raw() implements ExtraField {}
    }

    /// What is suggested where nothing else is configured: the container and, where there is one, the pod.
    public static OutputAdditions suggested() {
        var fields = List.of(
                "container.id",
                "container.name",
                "container.image.repository",
                "container.image.tag",
                "k8s.pod.name",
                "k8s.ns.name");
        var text = new StringBuilder();
        for (var field : fields) {
            text.append(text.isEmpty() ? "" : " ")
                    .append(field.replace('.', '_'))
                    .append("=%")
                    .append(field);
        }
        var syscalls = new Match(Optional.empty(), Optional.of(Source.SYSCALL), Set.of());
        return new OutputAdditions(List.of(new Addition(syscalls, text.toString(), Map.of())));
    }

    /// The output of a rule, with what is added.
    public String output(String written, String rule, Source source, Collection<String> tags) {
        var output = new StringBuilder(written);
        for (var addition : additions) {
            if (!addition.text().isEmpty() && addition.match().covers(rule, source, tags)) {
                output.append(' ').append(addition.text());
            }
        }
        return output.toString();
    }

    /// The fields a rule's alerts get besides those of its output.
    public Map<String, ExtraField> fields(String rule, Source source, Collection<String> tags) {
        var fields = new LinkedHashMap<String, ExtraField>();
        for (var addition : additions) {
            if (addition.match().covers(rule, source, tags)) {
                fields.putAll(addition.fields());
            }
        }
        return fields;
    }
}
