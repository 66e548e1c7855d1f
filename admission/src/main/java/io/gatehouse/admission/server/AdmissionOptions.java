// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.server;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// How the webhook is served.
///
/// @param port 0 takes a free one
/// @param clientCa where given, `/validate` answers only who shows a certificate of it; the probes stay open to the
///     kubelet
/// @param reviewers threads that judge
/// @param queue reviews that may wait for one of them
/// @param memoryBytes that all requests together may cost, tree and all; the room is reserved before a body is read
/// @param longest an answer may take where the request names no time-out
public record AdmissionOptions(
        String host,
        int port,
        Certificate certificate,
        Optional<Path> clientCa,
        int reviewers,
        int queue,
        long memoryBytes,
        Duration longest) {
    public sealed interface Certificate {
        /// Files in PEM, read again when they change.
        record Given(Path chain, Path key) implements Certificate {}

        /// Kept by somebody else, for several replicas.
        record Kept(Keeper keeper) implements Certificate {}

        /// Made here and kept in a directory that only its owner reads.
        ///
        /// @param names host names and addresses the API server may call
        record SelfSigned(Path stateDirectory, List<String> names) implements Certificate {
            public SelfSigned {
                names = List.copyOf(names);
                if (names.isEmpty()) {
                    throw new IllegalArgumentException("a certificate needs a name");
                }
            }
        }
    }

    /// Says what is to be served with. Asked from time to time, by one thread, and may wait.
    public interface Keeper {
        /// @throws IOException it cannot be told now; what was served goes on being served
        CertificateState.Serving current(Instant now) throws IOException;
    }

    public static AdmissionOptions of(String host, int port, Certificate certificate) {
        return new AdmissionOptions(
                host,
                port,
                certificate,
                Optional.empty(),
                Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4),
                1000,
                64L * 1024 * 1024,
                Duration.ofSeconds(10));
    }

    public AdmissionOptions withClientCa(Path clientCa) {
        return new AdmissionOptions(
                host, port, certificate, Optional.of(clientCa), reviewers, queue, memoryBytes, longest);
    }

    public AdmissionOptions keptBy(Keeper keeper) {
        return new AdmissionOptions(
                host, port, new Certificate.Kept(keeper), clientCa, reviewers, queue, memoryBytes, longest);
    }
}
