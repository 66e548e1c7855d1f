// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import io.gatehouse.events.live.LiveRecord;

/// Gets one record after the other, in the order of the kernel. The record is valid only during the call.
@FunctionalInterface
public interface RecordSink {
    void accept(LiveRecord record);
}
