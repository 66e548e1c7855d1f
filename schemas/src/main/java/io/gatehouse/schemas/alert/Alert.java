// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.alert;

import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// One breach of one rule of one policy, on a node or at the gate.
///
/// @param rule dotted as in the policy document: `processes.allow`, `admission.privilege`
/// @param verdict in audit mode the verdict that would have been
/// @param guarantee what the verdict is worth here; in audit mode what it would be worth once enforced
/// @param message one sentence: who did what to which object
/// @param process absent at the gate
/// @param container absent where the act is not a container's
/// @param pod absent where the container belongs to none
public record Alert(
        Instant time,
        PolicyName policy,
        String rule,
        Mode mode,
        Verdict verdict,
        Guarantee guarantee,
        String message,
        Optional<ProcessFacts> process,
        Optional<ContainerFacts> container,
        Optional<PodFacts> pod) {

    /// A process as the kernel knew it at the act.
    ///
    /// @param exe the program that runs; for an exec the program that was asked for
    /// @param args argument vector, empty if it could not be read
    /// @param argsComplete false where the record was cut or a page could not be read
    /// @param pid in the host's pid namespace
    /// @param parents nearest first
    public record ProcessFacts(
            String exe, List<String> args, boolean argsComplete, long pid, long uid, List<Ancestor> parents) {
        public ProcessFacts {
            args = List.copyOf(args);
            parents = List.copyOf(parents);
        }
    }

    /// @param name the kernel's 15-character command name
    public record Ancestor(String name, long pid) {}

    /// @param id the runtime's id, in full
    /// @param image reference as the runtime knows it; absent where none is recorded, as for bare `runc`
    public record ContainerFacts(String id, String name, Optional<String> image, String runtime) {}

    public record PodFacts(String namespace, String name) {}
}
