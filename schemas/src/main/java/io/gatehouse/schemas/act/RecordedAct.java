// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.act;

import io.gatehouse.schemas.alert.Alert.ContainerFacts;
import io.gatehouse.schemas.alert.Alert.PodFacts;
import io.gatehouse.schemas.alert.Alert.ProcessFacts;
import io.gatehouse.schemas.policy.PolicyName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// One act, or several that do not differ in what can be asked of them.
///
/// @param first when the first one happened
/// @param last equal to `first` where there was one
/// @param act what was done: `exec`, `open_for_writing`
/// @param rules that this act breaches if they are asked and nothing is allowed, dotted, in the order of the language
/// @param path of the act's object in the container, as the kernel resolved it; empty where there is none
/// @param file absent where the act's object is no file
/// @param by the program that did it; for an exec the name of the process that asked for the program
/// @param process of the first one
/// @param detail what was asked for beyond the object, in words: capabilities, a kind of mount; empty where nothing
/// @param breaches what the kernel found breached at the time
public record RecordedAct(
        Instant first,
        Instant last,
        long count,
        ContainerFacts container,
        Optional<PodFacts> pod,
        String act,
        List<String> rules,
        String path,
        boolean pathComplete,
        Optional<RecordedFile> file,
        Optional<Endpoint> endpoint,
        String by,
        ProcessFacts process,
        String detail,
        String backend,
        List<Breach> breaches) {
    public RecordedAct {
        rules = List.copyOf(rules);
        breaches = List.copyOf(breaches);
        if (count < 1) {
            throw new IllegalArgumentException("an act happened, got a count of " + count);
        }
    }

    /// A file as the kernel knew it.
    ///
    /// @param dev kernel encoding (major << 20 | minor)
    /// @param overlay on an overlay file system
    /// @param upper in the overlay's writable layer
    /// @param root on the container's root file system
    /// @param unlinked no name leads to it
    public record RecordedFile(
            int dev, long ino, int generation, boolean overlay, boolean upper, boolean root, boolean unlinked) {
        /// Of one of the image's read-only layers.
        public boolean ofImage() {
            return root && overlay && !upper && !unlinked;
        }
    }

    /// The other end of a connection, or the own end of what is bound.
    ///
    /// @param protocol `tcp`, `udp` or a number
    /// @param address IPv4 in four parts, IPv6 as RFC 5952 writes it
    public record Endpoint(String protocol, String address, int port) {}

    /// A rule of a policy that the kernel found breached.
    public record Breach(PolicyName policy, String rule) {}

    /// The same act, told again later.
    public RecordedAct repeated(long times, Instant at) {
        return new RecordedAct(
                first,
                at.isAfter(last) ? at : last,
                count + times,
                container,
                pod,
                act,
                rules,
                path,
                pathComplete,
                file,
                endpoint,
                by,
                process,
                detail,
                backend,
                breaches);
    }
}
