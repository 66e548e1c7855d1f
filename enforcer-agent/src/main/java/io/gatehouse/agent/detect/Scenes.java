// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import io.gatehouse.engine.rule.Rule;
import io.gatehouse.events.live.LiveRecord;
import io.gatehouse.events.state.Scene;
import java.util.List;

/// Makes scenes of records, in their order, on the detector's thread.
interface Scenes extends AutoCloseable {
    /// The kernel tells from now on: what was there before is looked at, before the first record is.
    void begin();

    /// Null where the record tells of nothing that rules know. The scene lasts until the next record.
    Scene of(LiveRecord record);

    /// Whether it is known whose this control group is.
    boolean isPlaced(long cgroup);

    /// Once a second: what is remembered is looked through.
    void chores();

    /// What these rules compare with is looked up beside the events.
    void judgedBy(List<Rule> rules);

    /// What is known of containers is asked again.
    void podsChanged();

    DetectCounts.StateSizes sizes();

    @Override
    void close();
}
