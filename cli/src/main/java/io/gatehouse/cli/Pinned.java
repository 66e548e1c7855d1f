// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.cli;

import io.gatehouse.agent.enforce.Instance;
import io.gatehouse.agent.enforce.KernelCounter;
import io.gatehouse.agent.enforce.Life;
import io.gatehouse.agent.kernel.KernelException;
import io.gatehouse.agent.kernel.Machine;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What is in force in this kernel, whether or not an agent lives, in lines.
final class Pinned {
    private Pinned() {}

    /// Empty where nothing is, or where it may not be looked at.
    static List<String> lines(Path root) {
        if (!Machine.lacks().isEmpty()) {
            return List.of();
        }
        var lines = new ArrayList<String>();
        try {
            for (var instance : Instance.all(root)) {
                instance.lives().forEach(life -> lines.add(line(instance, life)));
                if (instance.readOnlyRoots() > 0) {
                    lines.add("  containers whose root is mounted read-only: " + instance.readOnlyRoots());
                }
                instance.brake().ifPresent(brake -> lines.add("  " + brake.text()));
            }
        } catch (KernelException | UncheckedIOException e) {
            lines.add("what is in force in the kernel cannot be read: " + e.getMessage());
        }
        return lines;
    }

    static String line(Instance instance, Life life) {
        return "in force in the kernel: %s (%s), %d programs on their hooks%s; %d acts refused, %d answered by a kill"
                .formatted(
                        life.folder(),
                        instance.isTaken() ? "an agent lives" : "no agent lives",
                        life.programs().size(),
                        life.scopes()
                                .map(count -> ", " + count + " cgroups under rules")
                                .orElse(", of another version"),
                        life.count(KernelCounter.REFUSED),
                        life.count(KernelCounter.KILLED));
    }
}
