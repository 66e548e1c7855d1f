// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.config;

import io.gatehouse.engine.format.AlertStyle;
import io.gatehouse.engine.format.AlertStyle.Property;
import io.gatehouse.engine.format.AlertStyle.TimeForm;
import io.gatehouse.engine.format.Buffers;
import io.gatehouse.engine.format.OutputAdditions;
import io.gatehouse.engine.rule.RulesOptions;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// What an agent that detects is told to do, wherever it was written.
///
/// @param rulesFiles files and folders, in the order in which later ones change what earlier ones define
/// @param ringBytes of the buffer between kernel and agent
/// @param following whether a changed rules file is taken without being told
/// @param web absent: nothing is served
public record AgentSettings(
        List<Path> rulesFiles,
        RulesOptions rules,
        AlertSettings alerts,
        DropSettings drops,
        long ringBytes,
        boolean following,
        Optional<WebSettings> web,
        Saying saying) {
    public AgentSettings {
        rulesFiles = List.copyOf(rulesFiles);
    }

    /// Alerts of rules: their form and where they go.
    ///
    /// @param file absent: to no file
    /// @param properties that a line of JSON has
    public record AlertSettings(
            Form form,
            TimeForm time,
            Buffers buffers,
            Set<Property> properties,
            boolean stdout,
            Optional<Path> file,
            OutputAdditions additions) {
        public AlertSettings {
            properties = Set.copyOf(properties);
        }

        public enum Form {
            TEXT,
            JSON
        }

        public AlertStyle style(ZoneId zone, String hostname) {
            return new AlertStyle(zone, time, hostname, buffers, properties);
        }

        public AlertSettings withForm(Form other) {
            return new AlertSettings(other, time, buffers, properties, stdout, file, additions);
        }

        public AlertSettings withFile(Path other) {
            return new AlertSettings(form, time, buffers, properties, stdout, Optional.of(other), additions);
        }

        public AlertSettings withAdditions(OutputAdditions others) {
            return new AlertSettings(form, time, buffers, properties, stdout, file, others);
        }
    }

    /// What is done about events that the kernel could not hand over.
    ///
    /// @param threshold share of a second's events from which on something is done, 0 to 1
    /// @param perSecond how often on average at most
    /// @param burst how often at once at most
    public record DropSettings(double threshold, Set<DropAction> actions, double perSecond, double burst) {
        public DropSettings {
            actions = Set.copyOf(actions);
        }
    }

    public enum DropAction {
        LOG,
        ALERT,
        EXIT;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// @param metrics whether `/metrics` is served too
    /// @param healthPath where the agent says that it lives
    public record WebSettings(String address, int port, boolean metrics, String healthPath) {
        public static final String LOOPBACK = "127.0.0.1";
        public static final int PORT = 8765;

        /// Everything, for this machine only.
        public static WebSettings local(int port) {
            return new WebSettings(LOOPBACK, port, true, "/healthz");
        }
    }

    /// What the agent says of itself on standard error.
    public enum Saying {
        NOTHING,
        /// What went wrong.
        ERRORS,
        /// And what looks wrong.
        WARNINGS,
        /// And what happens.
        EVERYTHING
    }

    public AgentSettings withRules(List<Path> others) {
        return new AgentSettings(others, rules, alerts, drops, ringBytes, following, web, saying);
    }

    public AgentSettings withOptions(RulesOptions others) {
        return new AgentSettings(rulesFiles, others, alerts, drops, ringBytes, following, web, saying);
    }

    public AgentSettings withAlerts(AlertSettings others) {
        return new AgentSettings(rulesFiles, rules, others, drops, ringBytes, following, web, saying);
    }

    public AgentSettings withWeb(WebSettings other) {
        return new AgentSettings(rulesFiles, rules, alerts, drops, ringBytes, following, Optional.of(other), saying);
    }
}
