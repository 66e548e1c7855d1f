// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.admission.server.AdmissionOptions;
import io.gatehouse.admission.server.AdmissionServer;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.schemas.alert.Alert;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/// Where `up` opens the admission webhook. The command `admission` has more to set.
final class GateOptions {
    @Option(
            names = "--host",
            defaultValue = "127.0.0.1",
            paramLabel = "ADDRESS",
            description = "Address of the admission webhook (default: ${DEFAULT-VALUE}).")
    private String host;

    @Option(
            names = "--port",
            defaultValue = "8443",
            paramLabel = "PORT",
            description = "Port of the admission webhook; 0 takes a free one (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(names = "--no-admission", description = "Do not open the admission webhook.")
    private boolean off;

    boolean isOn() {
        return !off;
    }

    String host() {
        return host;
    }

    AdmissionServer open(Supplier<Snapshot> snapshots, Consumer<Alert> alerts) {
        var certificate = new AdmissionOptions.Certificate.SelfSigned(
                StateFolder.path().resolve("webhook"), List.of(host, "localhost"));
        try {
            return AdmissionServer.start(AdmissionOptions.of(host, port, certificate), snapshots, alerts);
        } catch (IOException e) {
            throw Refusal.cannot("the webhook cannot listen on " + host + ":" + port + ": " + e.getMessage()
                    + "; choose another --port, or --no-admission");
        }
    }
}
