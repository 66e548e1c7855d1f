// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli.agent;

import io.gatehouse.cli.config.AgentSettings;
import io.gatehouse.cli.config.AgentSettings.AlertSettings.Form;
import io.gatehouse.cli.config.AgentSettings.WebSettings;
import io.gatehouse.cli.config.ConfigFiles;
import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.cli.replay.AdditionOptions;
import io.gatehouse.cli.rules.RuleOptions;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.format.OutputAdditions;
import io.gatehouse.engine.format.OutputAdditions.Addition;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Which rules, how, and what is done with their alerts: the command line over Falco's configuration. May be asked
/// again, to take a changed configuration.
public final class DetectionOptions {
    @Option(
            names = {"-r", "--rules"},
            paramLabel = "PATH",
            description = {
                "Rules file, or folder of .yml and .yaml files, by name; may be given several times, later ones change",
                "earlier ones. In place of those the configuration names. Changes are followed."
            })
    private List<Path> rules = List.of();

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "Falco's configuration file. What is not kept of it is said at the start.")
    private Path config;

    @Option(
            names = {"-o", "--option"},
            paramLabel = "KEY=VALUE",
            description = {
                "Sets a key of the configuration whatever its files say: json_output=true, a.b[0].c=1,",
                "rules[].disable.tag=network; a value in braces is YAML. May be given several times."
            })
    private List<String> overrides = List.of();

    @Option(names = "--json", description = "Alerts as JSON lines, as -o json_output=true.")
    private boolean json;

    @Option(names = "--output", paramLabel = "FORMAT", description = "Alerts as ${COMPLETION-CANDIDATES}.")
    private Form form;

    @Option(names = "--alerts-file", paramLabel = "FILE", description = "Also append alerts to this file.")
    private Path alertsFile;

    @Option(
            names = "--metrics-port",
            paramLabel = "PORT",
            description = "Serves /metrics, /healthz and /versions on this port of the loopback address.")
    private Integer metricsPort;

    @Mixin
    private RuleOptions selection;

    @Mixin
    private AdditionOptions additions;

    /// Whether anything names rules.
    public boolean namesRules() {
        return !rules.isEmpty() || config != null || !overrides.isEmpty();
    }

    /// What is asked for now.
    ///
    /// @param notKept of the configuration, `key: why`
    public record Asked(AgentSettings settings, List<String> notKept) {
        public Asked {
            notKept = List.copyOf(notKept);
        }
    }

    /// Reads the configuration, prints what is wrong and looks wrong with it.
    ///
    /// @throws Refusal it is not in order
    public Asked ask(PrintWriter err) {
        var loaded = ConfigFiles.load(
                Optional.ofNullable(config), overrides, name -> Optional.ofNullable(System.getenv(name)));
        if (!loaded.diagnostics().isEmpty()) {
            err.print(DiagnosticPrinter.print(loaded.diagnostics()));
            err.flush();
        }
        var settings = loaded.settings().orElseThrow(() -> Refusal.badInput("the configuration is not in order"));
        return new Asked(over(settings, err), loaded.notKept());
    }

    private AgentSettings over(AgentSettings configured, PrintWriter err) {
        var alerts = configured.alerts();
        if (json || form != null) {
            alerts = alerts.withForm(json ? Form.JSON : form);
        }
        if (alertsFile != null) {
            alerts = alerts.withFile(alertsFile);
        }
        var more = new ArrayList<Addition>(alerts.additions().additions());
        for (var addition : additions.ofSystemCalls(err).additions()) {
            if (!more.contains(addition)) { // as what is suggested without being asked for
                more.add(addition);
            }
        }
        var settings = configured
                .withOptions(selection.over(configured.rules()))
                .withAlerts(alerts.withAdditions(new OutputAdditions(more)));
        if (!rules.isEmpty()) {
            settings = settings.withRules(rules);
        }
        return metricsPort == null ? settings : settings.withWeb(WebSettings.local(metricsPort));
    }
}
