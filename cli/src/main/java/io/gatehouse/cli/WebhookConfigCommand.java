// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.admission.server.CertificateState;
import io.gatehouse.admission.server.WebhookConfiguration;
import io.gatehouse.admission.server.WebhookConfiguration.Target;
import io.gatehouse.cli.exit.Exit;
import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.schemas.policy.AdmissionSection.WorkloadKind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// The webhook's registration, with the authority it is to trust.
@Command(
        name = "webhook-config",
        mixinStandardHelpOptions = true,
        description = {
            "Prints the ValidatingWebhookConfiguration for kubectl apply.",
            "Makes an authority and a certificate in the state folder, or takes those that are there."
        })
final class WebhookConfigCommand implements Callable<Integer> {
    static final class Where {
        @Option(names = "--service", paramLabel = "NAME", description = "The webhook's Service in the cluster.")
        private String service;

        @Option(names = "--url", paramLabel = "URL", description = "https://host:port of a webhook outside of it.")
        private String url;
    }

    @ArgGroup(multiplicity = "1")
    private Where where;

    @Option(
            names = "--service-namespace",
            defaultValue = "gatehouse-system",
            description = "Of the Service; default ${DEFAULT-VALUE}.")
    private String serviceNamespace;

    @Option(
            names = "--state",
            paramLabel = "FOLDER",
            description = "Where authority and certificate are kept; without it no authority is printed.")
    private Path state;

    @Option(names = "--only-in", paramLabel = "NAMESPACE", description = "Judge this one namespace, to try it out.")
    private String onlyIn;

    @Option(names = "--name", defaultValue = "gatehouse", description = "Of the object; default ${DEFAULT-VALUE}.")
    private String name;

    @Option(
            names = {"-p", "--policies"},
            paramLabel = "PATH",
            description = "Policy files and folders, for the kinds beside the built-in ones that they say carry pods.")
    private List<Path> policies = List.of();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        var out = spec.commandLine().getOut();
        out.print(WebhookConfiguration.render(name, target(), bundle(), Optional.ofNullable(onlyIn), workloads()));
        out.flush();
        return Exit.OK.code();
    }

    private List<WorkloadKind> workloads() {
        return policies.isEmpty()
                ? List.of()
                : PolicyFiles.compile(
                                PolicyFiles.orShipped(policies),
                                spec.commandLine().getErr())
                        .workloads();
    }

    private Target target() {
        if (where.service != null) {
            return new Target.Service(serviceNamespace, where.service, 443);
        }
        if (!where.url.matches("https://[^/?#\\s]+")) {
            throw Refusal.badInput("--url is https://host:port without a path, got " + where.url);
        }
        return new Target.Url(where.url);
    }

    private Optional<String> bundle() {
        if (state == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new CertificateState(state, names()).current(Instant.now()).bundle());
        } catch (IOException e) {
            throw Refusal.cannot("the state folder " + state + " cannot be used: " + e.getMessage());
        }
    }

    private List<String> names() {
        var names = new ArrayList<String>();
        if (where.service != null) {
            names.add(where.service + "." + serviceNamespace + ".svc");
        } else {
            var host = where.url.substring("https://".length()).replaceFirst(":[0-9]+$", "");
            names.add(host.startsWith("[") ? host.substring(1, host.length() - 1) : host);
        }
        return names;
    }
}
