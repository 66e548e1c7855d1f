// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.review;

import java.util.List;
import java.util.Optional;

/// What becomes of a request. Findings stand in the order of the manifest.
public sealed interface Decision {
    List<Finding> findings();

    /// What would be among the findings but for an exemption.
    List<Exempted> exempted();

    /// @param reason for the audit log
    /// @param notice told to the user: that the object was let through because nobody knows that it carries a pod
    record Allow(String reason, List<Exempted> exempted, Optional<String> notice) implements Decision {
        public Allow {
            exempted = List.copyOf(exempted);
        }

        public Allow(String reason) {
            this(reason, List.of());
        }

        public Allow(String reason, List<Exempted> exempted) {
            this(reason, exempted, Optional.empty());
        }

        @Override
        public List<Finding> findings() {
            return List.of();
        }
    }

    /// Let through, and told to whoever asks.
    record Warn(List<Finding> findings, List<Exempted> exempted) implements Decision {
        public Warn {
            findings = List.copyOf(findings);
            exempted = List.copyOf(exempted);
            if (findings.isEmpty() || findings.stream().anyMatch(Finding::refuses)) {
                throw new IllegalArgumentException("a warning needs findings, and none that refuses: " + findings);
            }
        }
    }

    /// Neither: something will be known a little later, and nothing refuses for now. Not a decision of a policy.
    record Wait(List<Finding> findings, List<Exempted> exempted) implements Decision {
        public Wait {
            findings = List.copyOf(findings);
            exempted = List.copyOf(exempted);
            if (findings.stream().noneMatch(Finding::waits) || findings.stream().anyMatch(Finding::refuses)) {
                throw new IllegalArgumentException(
                        "a wait needs a finding that waits and none that refuses: " + findings);
            }
        }
    }

    /// Refused. At least one finding refuses; the others are told beside it.
    record Deny(List<Finding> findings, List<Exempted> exempted) implements Decision {
        public Deny {
            findings = List.copyOf(findings);
            exempted = List.copyOf(exempted);
            if (findings.stream().noneMatch(Finding::refuses)) {
                throw new IllegalArgumentException("a denial needs a finding that refuses: " + findings);
            }
        }
    }
}
