// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.cli.config.AgentSettings.AlertSettings;
import io.gatehouse.outputs.AlertRouter;
import io.gatehouse.outputs.FileOutput;
import io.gatehouse.outputs.LineFormat;
import io.gatehouse.outputs.Output;
import io.gatehouse.outputs.StdoutOutput;
import java.nio.file.Path;
import java.util.ArrayList;
import picocli.CommandLine.Option;

/// Where alerts go.
final class AlertOptions {
    @Option(
            names = {"-o", "--output"},
            defaultValue = "text",
            paramLabel = "FORMAT",
            description = "Alerts on standard output: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private LineFormat format;

    @Option(
            names = "--alerts-file",
            paramLabel = "FILE",
            description = "Also append alerts to this file, as JSON lines.")
    private Path file;

    /// As settings of the agent say. Alerts of policies have the form that alerts of rules have.
    static AlertRouter open(AlertSettings settings) {
        var format = settings.form() == AlertSettings.Form.JSON ? LineFormat.JSON : LineFormat.TEXT;
        var outputs = new ArrayList<Output>();
        if (settings.stdout()) {
            outputs.add(StdoutOutput.of(format));
        }
        settings.file().ifPresent(file -> outputs.add(new FileOutput(file, format)));
        return AlertRouter.to(outputs);
    }

    AlertRouter open() {
        var outputs = new ArrayList<Output>();
        outputs.add(StdoutOutput.of(format));
        if (file != null) {
            outputs.add(new FileOutput(file, LineFormat.JSON));
        }
        return AlertRouter.to(outputs);
    }
}
