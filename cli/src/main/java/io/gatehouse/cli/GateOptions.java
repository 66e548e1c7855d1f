// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.admission.image.InspectionOptions;
import io.gatehouse.admission.image.Inspections;
import io.gatehouse.admission.server.AdmissionOptions;
import io.gatehouse.admission.server.AdmissionOptions.Certificate;
import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.cli.image.ImageOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// How the admission webhook is served. Without a certificate it makes one and keeps it in the state folder.
final class GateOptions {
    static final class Given {
        @Option(
                names = "--certificate",
                required = true,
                paramLabel = "FILE",
                description = "The webhook's certificate chain in PEM.")
        private Path certificate;

        @Option(names = "--key", required = true, paramLabel = "FILE", description = "Its private key in PEM.")
        private Path key;
    }

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:8443",
            description = "Where the webhook listens; port 0 takes a free one (default: ${DEFAULT-VALUE}).")
    private String listen;

    @ArgGroup(exclusive = false)
    private Given given;

    @Option(
            names = "--state",
            paramLabel = "FOLDER",
            description =
                    "Where a certificate that is made here is kept (default: the folder webhook in the state folder).")
    private Path state;

    @Option(
            names = "--host-name",
            paramLabel = "NAME",
            description = "Names and addresses in a certificate that is made here (default: localhost and 127.0.0.1).")
    private List<String> names = List.of("localhost", "127.0.0.1");

    @Option(
            names = "--client-ca",
            paramLabel = "FILE",
            description = "Answer only callers with a certificate of this authority.")
    private Path clientCa;

    @Option(
            names = "--image-cache",
            paramLabel = "FOLDER",
            description = "Where verdicts on images are kept (default: the folder images in the state folder).")
    private Path imageCache;

    @Option(
            names = "--audit-events",
            description = "Take audit events too, at /k8s-audit, and put them to the rules over them. With --client-ca"
                    + " only the API server may send them; without, whoever reaches the port.")
    private boolean auditEvents;

    @Mixin
    private ImageOptions images;

    /// Begins to look into images that the gate asks about. Nothing is asked of any registry before.
    private Inspections inspections() {
        var kept = imageCache == null ? StateFolder.path().resolve("images") : imageCache;
        try {
            return Inspections.start(images.registry(), images.inspector(), InspectionOptions.of(Optional.of(kept)));
        } catch (IOException e) {
            if (imageCache != null) {
                throw Refusal.cannot("verdicts on images cannot be kept in " + kept + ": " + e);
            }
        }
        try {
            return Inspections.start(images.registry(), images.inspector(), InspectionOptions.of(Optional.empty()));
        } catch (IOException e) {
            throw Refusal.cannot("images cannot be looked into: " + e);
        }
    }

    Duties.Gate gate() {
        return new Duties.Gate(options(), this::inspections, auditEvents);
    }

    private AdmissionOptions options() {
        Certificate certificate = given == null
                ? new Certificate.SelfSigned(state == null ? StateFolder.path().resolve("webhook") : state, names)
                : new Certificate.Given(given.certificate, given.key);
        var options = AdmissionOptions.of(host(), port(), certificate);
        return clientCa == null ? options : options.withClientCa(clientCa);
    }

    private String host() {
        int colon = listen.lastIndexOf(':');
        if (colon < 1) {
            throw Refusal.badInput("--listen is HOST:PORT, got " + listen);
        }
        return listen.substring(0, colon);
    }

    private int port() {
        var port = listen.substring(listen.lastIndexOf(':') + 1);
        if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65535) {
            throw Refusal.badInput("--listen needs a port from 0 to 65535, got " + port);
        }
        return Integer.parseInt(port);
    }
}
