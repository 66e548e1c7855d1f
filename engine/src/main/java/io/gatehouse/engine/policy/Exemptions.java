// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.schemas.policy.Exemption;
import java.time.LocalDate;
import java.util.List;

/// Whether a namespace is exempt on a day.
final class Exemptions {
    private Exemptions() {}

    static boolean cover(List<Exemption> exemptions, String namespace, LocalDate today) {
        for (var exemption : exemptions) {
            if (Glob.any(exemption.namespaces(), namespace)
                    && exemption.expires().filter(today::isAfter).isEmpty()) {
                return true;
            }
        }
        return false;
    }
}
