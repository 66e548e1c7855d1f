// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.schemas.act;

import java.time.Instant;
import java.util.List;

/// One line of a recording.
public sealed interface RecordedLine {
    /// A recording begins, or goes on after other policies came into force.
    ///
    /// @param by `learn` or `agent`
    /// @param backend who decided and told: `lsm`, `tracepoint`
    /// @param asked the rules whose breaches are told, dotted; an act that none of them asks about was not recorded
    /// @param reads paths whose reading was told
    /// @param gaps what this kernel does not tell of the rules asked, one phrase each
    record Begun(Instant time, String by, String backend, List<String> asked, List<String> reads, List<String> gaps)
            implements RecordedLine {
        public Begun {
            asked = List.copyOf(asked);
            reads = List.copyOf(reads);
            gaps = List.copyOf(gaps);
        }
    }

    /// A container whose acts follow.
    record Met(Instant time, RecordedContainer container) implements RecordedLine {}

    record Acted(RecordedAct act) implements RecordedLine {}

    /// Acts that are not in the recording.
    record Lost(Instant time, long count, String cause) implements RecordedLine {}
}
