// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.policy;

import java.time.LocalDate;
import java.util.Optional;

/// While it holds, every policy and every response counts as audit: one `EmergencyBrake` document.
///
/// @param owner who answers for it
/// @param expires the last day (UTC) on which it holds; absent: until the document is removed
public record EmergencyBrake(PolicyName name, String reason, Optional<String> owner, Optional<LocalDate> expires) {
    public boolean holds(LocalDate today) {
        return expires.filter(today::isAfter).isEmpty();
    }

    /// `checkout-down: checkout is down (jane, until 2027-01-31)`
    public String told() {
        var until = expires.map(day -> "until " + day);
        var more =
                owner.map(who -> until.map(day -> who + ", " + day).orElse(who)).or(() -> until);
        return name + ": " + reason.strip()
                + more.map(text -> " (" + text + ")").orElse("");
    }
}
