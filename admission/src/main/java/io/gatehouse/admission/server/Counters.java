// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.server;

import java.util.concurrent.atomic.LongAdder;

/// Behind [AdmissionStats]. Written by every thread of the server.
final class Counters {
    final LongAdder reviews = new LongAdder();
    final LongAdder denied = new LongAdder();
    final LongAdder warned = new LongAdder();
    final LongAdder waited = new LongAdder();
    final LongAdder malformed = new LongAdder();
    final LongAdder errors = new LongAdder();
    final LongAdder overloaded = new LongAdder();
    final LongAdder late = new LongAdder();
    final LongAdder alertsLost = new LongAdder();

    AdmissionStats read() {
        return new AdmissionStats(
                reviews.sum(),
                denied.sum(),
                warned.sum(),
                waited.sum(),
                malformed.sum(),
                errors.sum(),
                overloaded.sum(),
                late.sum(),
                alertsLost.sum());
    }
}
