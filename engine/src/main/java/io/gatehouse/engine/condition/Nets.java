// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.condition;

import io.gatehouse.engine.condition.Condition.Operand;

/// Addresses in networks.
final class Nets {
    private Nets() {}

    /// An address of the other family is in no network.
    static boolean within(String address, Operand.Net net) {
        if (address.length() != net.address().length()) {
            return false;
        }
        int whole = net.prefix() / 8;
        if (!address.regionMatches(0, net.address(), 0, whole)) {
            return false;
        }
        int rest = net.prefix() % 8;
        return rest == 0 || (address.charAt(whole) ^ net.address().charAt(whole)) >> 8 - rest == 0;
    }
}
