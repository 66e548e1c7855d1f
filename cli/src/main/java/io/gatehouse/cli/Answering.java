// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.cli.config.AgentSettings.WebSettings;
import io.gatehouse.cli.exit.Refusal;
import io.gatehouse.cli.status.Status;
import io.gatehouse.cli.status.StatusSocket;
import io.gatehouse.cli.status.WebServer;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;

/// Where a running service answers for itself: on its socket, and over HTTP where that is asked for.
final class Answering implements AutoCloseable {
    private final Optional<StatusSocket> socket;
    private final Optional<WebServer> web;

    private Answering(Optional<StatusSocket> socket, Optional<WebServer> web) {
        this.socket = socket;
        this.web = web;
    }

    /// A socket that cannot be had is told: the service does its work without. Pages that were asked for must be
    /// served.
    ///
    /// @throws Refusal the pages cannot be served
    static Answering open(Optional<WebSettings> settings, Supplier<Status> status, Told told) {
        var web = settings.map(wanted -> web(wanted, status));
        web.ifPresent(open -> told.say("served: http://" + settings.get().address() + ":" + open.port()
                + settings.get().healthPath()));
        return new Answering(socket(status, told), web);
    }

    private static WebServer web(WebSettings wanted, Supplier<Status> status) {
        try {
            return WebServer.open(wanted, status);
        } catch (IOException e) {
            throw Refusal.cannot(e.getMessage());
        }
    }

    private static Optional<StatusSocket> socket(Supplier<Status> status, Told told) {
        try {
            return Optional.of(StatusSocket.open(StateFolder.path(), status));
        } catch (IOException e) {
            told.warn("'gatehouse status' will not be answered: " + e.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        web.ifPresent(WebServer::close);
        socket.ifPresent(StatusSocket::close);
    }
}
