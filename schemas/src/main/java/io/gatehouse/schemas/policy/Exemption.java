// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.policy;

import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/// Workloads to which a policy does not apply, why, and until when.
///
/// @param namespaces globs, at least one
/// @param expires the last day (UTC) on which the exemption holds; absent: for ever
public record Exemption(List<String> namespaces, String reason, Optional<LocalDate> expires) {
    public Exemption {
        namespaces = List.copyOf(namespaces);
    }
}
