// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.policy;

import io.gatehouse.engine.condition.Addresses;
import io.gatehouse.schemas.policy.Endpoint;

/// An endpoint in a form that is compared with others.
///
/// @param bytes of the address, one char each; empty: any address of either family
record Reach(String bytes, int prefix, int firstPort, int lastPort) {
    static Reach of(Endpoint endpoint) {
        var bytes =
                endpoint.anyAddress() ? "" : Addresses.read(endpoint.address()).orElseThrow();
        return new Reach(bytes, endpoint.prefix(), endpoint.firstPort(), endpoint.lastPort());
    }

    /// Whether every address and port of another is one of this.
    boolean contains(Reach inner) {
        return firstPort <= inner.firstPort
                && inner.lastPort <= lastPort
                && (bytes.isEmpty() || !inner.bytes.isEmpty() && prefix <= inner.prefix && startsAs(inner, prefix));
    }

    /// Whether some address and port belongs to both.
    boolean overlaps(Reach other) {
        return firstPort <= other.lastPort
                && other.firstPort <= lastPort
                && (bytes.isEmpty() || other.bytes.isEmpty() || startsAs(other, Math.min(prefix, other.prefix)));
    }

    /// Whether two addresses of one family agree in their first bits.
    private boolean startsAs(Reach other, int bits) {
        if (bytes.length() != other.bytes.length()) {
            return false;
        }
        int whole = bits / 8;
        if (!bytes.regionMatches(0, other.bytes, 0, whole)) {
            return false;
        }
        int rest = bits % 8;
        return rest == 0 || (bytes.charAt(whole) ^ other.bytes.charAt(whole)) >> 8 - rest == 0;
    }
}
