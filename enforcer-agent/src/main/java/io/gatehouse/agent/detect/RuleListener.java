// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import io.gatehouse.schemas.alert.RuleAlert;
import java.util.List;

/// Hears from the detector, on its thread: must not block.
public interface RuleListener {
    void alert(RuleAlert alert);

    /// Rules are in force: the next event is judged by them.
    ///
    /// @param digest of the rules
    /// @param rules that take part
    /// @param gaps what the rules ask and this kernel cannot tell, and why
    void rulesInForce(String digest, int rules, List<String> gaps);

    /// Something an operator should know that no rule asked for: a loss, a response that was held back.
    void notice(String text);

    /// Events were lost, and the options ask to end the process then.
    void endAsked(String why);
}
