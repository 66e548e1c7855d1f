// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.cli.config.AgentSettings;
import io.gatehouse.engine.format.AlertStyle;
import io.gatehouse.engine.format.OutputAdditions;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.ZoneId;
import java.util.Optional;

/// How the alerts of rules are written, on the node and at the gate alike.
///
/// @param additions to the outputs of rules, known to be in order
record RuleAlerts(AlertStyle style, OutputAdditions additions) {
    /// @param settings absent: what is usual
    static RuleAlerts of(Optional<AgentSettings> settings) {
        return settings.map(asked -> new RuleAlerts(
                        asked.alerts().style(ZoneId.systemDefault(), hostname()),
                        asked.alerts().additions()))
                .orElseGet(() -> new RuleAlerts(
                        AlertStyle.standard(ZoneId.systemDefault(), hostname()), OutputAdditions.suggested()));
    }

    /// As Falco finds it.
    private static String hostname() {
        var given = System.getenv("FALCO_HOSTNAME");
        if (given != null && !given.isEmpty()) {
            return given;
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException _) {
            return "";
        }
    }
}
