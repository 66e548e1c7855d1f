// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.capture;

import io.gatehouse.engine.diagnostic.Code;

/// Why a capture could not be read to its end. Everything before the place was delivered.
///
/// @param offset bytes from the start of the file, after unpacking
/// @param message what is wrong there
public record CaptureFault(Code code, long offset, String message) {
    /// `GH-1602 at byte 4711: … why: … fix: …`
    @Override
    public String toString() {
        return "error " + code.id() + ": " + message + "\n  at byte " + offset + "\n  why: " + code.why() + "\n  fix: "
                + code.fix();
    }
}
