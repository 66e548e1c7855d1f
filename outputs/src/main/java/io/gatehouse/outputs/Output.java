// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.outputs;

import java.io.IOException;

/// One place that alerts are written to. Called by one thread only.
public interface Output extends AutoCloseable {
    /// Short and fit for a thread's name, a message and a metric: `stdout`, `file /var/log/gatehouse.log`.
    String name();

    /// Writes one line. May block; only this output waits then.
    ///
    /// @throws IOException if it was not written. The router then calls again with the same entry, later, until it
    ///     succeeds or the router closes
    void write(Entry entry) throws IOException;

    @Override
    void close() throws IOException;
}
