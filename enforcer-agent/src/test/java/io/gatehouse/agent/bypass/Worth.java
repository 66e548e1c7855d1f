// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.bypass;

import java.util.Locale;

/// What a rule turned out to be worth against one attack, weakest first.
enum Worth {
    /// The act came through and nobody was told.
    UNSEEN,
    /// The act came through and was told.
    REPORTED,
    /// The act came through and was told, and whoever did it was ended afterwards.
    KILLED_LATE,
    /// Whoever did it was ended in the call itself: nothing followed it, but that call may have left something behind.
    KILLED,
    /// The kernel refused, and nothing came of it.
    PREVENTED;

    String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    static Worth parse(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT).replace(' ', '_'));
    }
}
