// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.admission.server.AdmissionOptions;
import io.gatehouse.admission.server.AdmissionOptions.Certificate;
import io.gatehouse.admission.server.AdmissionServer;
import io.gatehouse.engine.diagnostic.Diagnostic;
import io.gatehouse.engine.diagnostic.DiagnosticPrinter;
import io.gatehouse.engine.policy.Snapshot;
import io.gatehouse.feed.Opening;
import io.gatehouse.feed.PolicyFeed;
import io.gatehouse.feed.PolicyListener;
import io.gatehouse.schemas.alert.Alert;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// The webhook alone, until it is told to stop.
@Command(
        name = "admission",
        mixinStandardHelpOptions = true,
        description = {
            "Runs the admission webhook and follows its policies.",
            "Without a certificate it makes one and keeps it in the state folder."
        })
final class AdmissionCommand implements Callable<Integer> {
    static final class Given {
        @Option(
                names = "--certificate",
                required = true,
                paramLabel = "FILE",
                description = "Certificate chain in PEM.")
        private Path certificate;

        @Option(names = "--key", required = true, paramLabel = "FILE", description = "Its private key in PEM.")
        private Path key;
    }

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:8443",
            description = "Where to listen; default ${DEFAULT-VALUE}.")
    private String listen;

    @Option(names = "--policy", required = true, paramLabel = "FOLDER", description = "Policies to keep and follow.")
    private Path policies;

    @ArgGroup(exclusive = false)
    private Given given;

    @Option(
            names = "--state",
            paramLabel = "FOLDER",
            defaultValue = "/var/lib/gatehouse/admission",
            description = "Where a certificate that is made here is kept; default ${DEFAULT-VALUE}.")
    private Path state;

    @Option(
            names = "--host-name",
            paramLabel = "NAME",
            description = "Names and addresses in a certificate that is made here; default localhost and 127.0.0.1.")
    private List<String> names = List.of("localhost", "127.0.0.1");

    @Option(
            names = "--client-ca",
            paramLabel = "FILE",
            description = "Answer only callers with a certificate of this authority.")
    private Path clientCa;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        var line = spec.commandLine();
        var options = options();
        try (var feed = follow(line.getErr());
                var server = AdmissionServer.start(options, feed::current, alert -> print(alert, line.getOut()))) {
            line.getErr().println("the webhook listens on https://" + host() + ":" + server.port() + "/validate");
            line.getErr().flush();
            awaitStop(server);
            return Exit.OK.code();
        } catch (IOException e) {
            throw Refusal.cannot(e.getMessage());
        }
    }

    private AdmissionOptions options() {
        var certificate = given == null
                ? new Certificate.SelfSigned(state, names)
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

    private PolicyFeed follow(PrintWriter err) {
        return switch (PolicyFeed.open(policies, new Told(err))) {
            case Opening.Opened(var feed) -> feed;
            case Opening.Refused(var diagnostics) -> {
                err.print(DiagnosticPrinter.print(diagnostics));
                err.flush();
                throw Refusal.badInput("the policies are not in order");
            }
        };
    }

    /// Tells what becomes of the policies. Called by one thread at a time.
    private record Told(PrintWriter err) implements PolicyListener {
        @Override
        public void inForce(Snapshot snapshot) {
            err.println(snapshot.policies().size() + " policies are in force, " + snapshot.digest());
            err.flush();
        }

        @Override
        public void refused(List<Diagnostic> diagnostics) {
            err.print(DiagnosticPrinter.print(diagnostics));
            err.println("the policies that were in force stay in force");
            err.flush();
        }

        @Override
        public void warned(List<Diagnostic> diagnostics) {
            err.print(DiagnosticPrinter.print(diagnostics));
            err.flush();
        }
    }

    private static void print(Alert alert, PrintWriter out) {
        out.println(alert.time() + " " + alert.mode().text() + " "
                + alert.verdict().text() + " " + alert.policy() + " " + alert.rule() + ": " + alert.message());
        out.flush();
    }

    /// Until SIGTERM or SIGINT; the virtual machine waits for the hook, and so for the last answers.
    private static void awaitStop(AdmissionServer server) throws InterruptedException {
        var stop = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(Thread.ofPlatform().name("gatehouse-stop").unstarted(() -> {
                    server.close();
                    stop.countDown();
                }));
        stop.await();
    }
}
