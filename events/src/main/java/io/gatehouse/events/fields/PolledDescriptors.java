// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.fields;

import io.gatehouse.events.Event;

/// Goes through a list of descriptors that a call waits for: a count, then number and awaited events each.
final class PolledDescriptors {
    private static final int HEAD = 2;
    private static final int ENTRY = 10;

    private PolledDescriptors() {}

    @FunctionalInterface
    interface Visitor {
        /// @param events the kernel's 16 bits, signed
        void polled(long number, int events);
    }

    /// Stops where the bytes end, whatever the count says.
    static void forEach(Event event, int offset, int length, Visitor visitor) {
        if (length < HEAD) {
            return;
        }
        var bytes = event.bytes();
        int count = bytes[offset] & 0xff | (bytes[offset + 1] & 0xff) << 8;
        int at = offset + HEAD;
        for (int i = 0; i < count && at + ENTRY <= offset + length; i++, at += ENTRY) {
            long number = 0;
            for (int b = Long.BYTES - 1; b >= 0; b--) {
                number = number << 8 | bytes[at + b] & 0xff;
            }
            visitor.polled(number, (short) (bytes[at + 8] & 0xff | (bytes[at + 9] & 0xff) << 8));
        }
    }
}
