// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.bypass;

import io.gatehouse.agent.enforce.RuntimeRule;
import java.util.Optional;

/// One way round a policy.
///
/// @param story   number of the weakness it belongs to, as `docs/guide/attacks.md` counts them
/// @param name    short and unlike all others: the process that does it is called so, 15 characters at most
/// @param what    who does what, for a reader
/// @param scene   where it is tried
/// @param act     of `attack.c`, with its arguments after commas
/// @param rule    that it breaches; absent for what is allowed and must be left alone
/// @param lsm     what must hold where LSM decides
/// @param without what must hold where it does not
/// @param note    why it is no more than that, or what to think of; may be empty
record Attack(
        int story,
        String name,
        String what,
        Scene scene,
        String act,
        Optional<RuntimeRule> rule,
        Worth lsm,
        Worth without,
        String note) {
    Attack {
        if (name.length() > 15 || name.contains("=") || name.contains(" ")) {
            throw new IllegalArgumentException("no name for a process: " + name);
        }
    }

    /// By a descriptor that was opened before there was a policy.
    boolean held() {
        return act.startsWith("held-");
    }

    /// As the first thing that the container does.
    boolean first() {
        return name.startsWith("first-");
    }

    /// Makes more alerts than anybody reads, and hides others'.
    boolean noisy() {
        return act.startsWith("race-") || act.startsWith("flood");
    }

    /// The same as part of another story.
    Attack on(int other) {
        return new Attack(other, name, what, scene, act, rule, lsm, without, note);
    }

    /// What must hold without LSM.
    Attack without(Worth worth) {
        return new Attack(story, name, what, scene, act, rule, lsm, worth, note);
    }

    /// What must hold without LSM, and why no more.
    Attack without(Worth worth, String why) {
        return new Attack(story, name, what, scene, act, rule, lsm, worth, why);
    }

    /// What must hold where LSM decides, and why no more.
    Attack withLsm(Worth worth, String why) {
        return new Attack(story, name, what, scene, act, rule, worth, without, why);
    }

    /// What must hold anywhere, and why no more.
    Attack atMost(Worth worth, String why) {
        return new Attack(story, name, what, scene, act, rule, worth, worth, why);
    }
}
