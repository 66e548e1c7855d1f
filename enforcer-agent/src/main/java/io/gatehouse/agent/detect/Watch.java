// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import io.gatehouse.agent.watch.Place;
import io.gatehouse.agent.watch.RecordSink;
import io.gatehouse.agent.watch.WatchCounter;
import io.gatehouse.engine.match.KernelFilter;
import java.util.List;
import java.util.Map;

/// What the detector asks of the kernel's side, so that it can be tested without a kernel.
interface Watch extends AutoCloseable {
    /// From now on what these rules want is told.
    void need(KernelFilter filter);

    int read(RecordSink sink, int timeoutMillis);

    void wake();

    void place(long cgroup, Place place);

    void sieve(byte[] key, int offset);

    void nextGeneration();

    Map<WatchCounter, Long> counts();

    List<String> gaps();

    String carrier();

    int ringBytes();

    @Override
    void close();
}
