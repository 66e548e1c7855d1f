// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.audit;

import io.gatehouse.schemas.alert.Alert;
import io.gatehouse.schemas.alert.RuleAlert;

/// Is told what the gate found. Called by one thread at a time, never by one that answers the API server.
public interface GateListener {
    /// A finding of a policy.
    void alert(Alert alert);

    /// An audit event that a rule matched.
    void alert(RuleAlert alert);

    /// One sentence for the operator.
    void notice(String text);
}
