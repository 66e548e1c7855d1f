// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.schemas.policy.Exemption;
import io.gatehouse.schemas.policy.Match;
import java.util.List;
import java.util.Optional;

/// What is done in Java so that the kernel can decide, and what follows its decisions.
public record JavaPlan(List<Task> tasks) {
    public JavaPlan {
        tasks = List.copyOf(tasks);
    }

    public sealed interface Task {
        /// Chooses the containers that get the kernel's rules, whenever one starts or the snapshot changes.
        ///
        /// @param namespace the only one the policy is about; absent for a policy of all namespaces
        record Choose(Optional<String> namespace, Match match, List<Exemption> exempt) implements Task {
            public Choose {
                exempt = List.copyOf(exempt);
            }
        }

        /// Looks paths up in the container's own root and hands the kernel what they lead to.
        record Resolve(List<String> paths) implements Task {
            public Resolve {
                paths = List.copyOf(paths);
            }
        }

        /// Judges what the kernel could only tell: what ran before the container had its rules and, where the kernel
        /// refuses nothing, a change of names.
        record JudgeLate(List<String> rules) implements Task {
            public JudgeLate {
                rules = List.copyOf(rules);
            }
        }

        /// Tells what the kernel decided by these rules.
        record Tell(List<String> rules) implements Task {
            public Tell {
                rules = List.copyOf(rules);
            }
        }
    }
}
