// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.admission.kubernetes.CertificateKeeper;
import io.gatehouse.admission.kubernetes.ClusterOptions;
import io.gatehouse.admission.kubernetes.ClusterSide;
import io.gatehouse.admission.server.WebhookConfiguration;
import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.feed.kubernetes.ApiServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/// What the gate does in a cluster besides answering.
final class ClusterFlags {
    @Option(
            names = "--cluster",
            description = "Follow policies that are kept in the cluster as custom resources, write their status, tell"
                    + " denials as Events, scan what runs and report it. In a pod by its service account.")
    private boolean cluster;

    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description = "With --cluster: the cluster it names (default in no pod: KUBECONFIG, or ~/.kube/config).")
    private Path kubeconfig;

    @Option(
            names = "--scan-every",
            paramLabel = "MINUTES",
            defaultValue = "10",
            description = "With --cluster: how long from one scan of what runs to the next; 0 scans never (default:"
                    + " ${DEFAULT-VALUE}).")
    private int scanMinutes = 10;

    @Option(
            names = "--certificate-secret",
            paramLabel = "NAME",
            description =
                    "With --cluster: make an authority and a certificate for all replicas, keep them in this Secret"
                            + " of the own namespace, renew them, and have the registration trust them.")
    private String secret;

    @Option(
            names = "--service",
            paramLabel = "NAME",
            defaultValue = "gatehouse-admission",
            description = "With --certificate-secret: the Service that the certificate is for (default:"
                    + " ${DEFAULT-VALUE}).")
    private String service = "gatehouse-admission";

    @Option(
            names = "--registration",
            paramLabel = "NAME",
            defaultValue = "gatehouse",
            description = "With --certificate-secret: the ValidatingWebhookConfiguration that is to trust it (default:"
                    + " ${DEFAULT-VALUE}).")
    private String registration = "gatehouse";

    boolean asked() {
        return cluster;
    }

    /// Starts to follow. Absent where it is not asked for.
    Optional<Duties.Citizen> citizen() {
        if (!cluster) {
            if (secret != null) {
                throw Refusal.badInput("--certificate-secret needs --cluster");
            }
            return Optional.empty();
        }
        if (scanMinutes < 0) {
            throw Refusal.badInput("--scan-every takes minutes, got " + scanMinutes);
        }
        return Optional.of(this::start);
    }

    private ClusterSide start(Consumer<String> notices) {
        var options = ClusterOptions.of(identity(), Set.copyOf(WebhookConfiguration.EXCLUDED))
                .scanning(Duration.ofMinutes(scanMinutes));
        ApiServer server;
        try {
            server = ApiServer.connect(Optional.ofNullable(kubeconfig));
        } catch (IOException e) {
            throw Refusal.badInput("--kubeconfig cannot be read: " + e);
        }
        if (secret != null) {
            var host = service + "." + server.namespace() + ".svc";
            options = options.keeping(new CertificateKeeper.Options(secret, registration, List.of(host)));
        }
        try {
            return ClusterSide.start(server, options, notices);
        } catch (IOException e) {
            server.close();
            throw Refusal.cannot("the cluster cannot be followed: " + e.getMessage());
        }
    }

    /// The pod's name, which no other replica has.
    private static String identity() {
        var host = System.getenv("HOSTNAME");
        return host == null || host.isBlank() ? UUID.randomUUID().toString() : host;
    }
}
