// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.watch;

import io.gatehouse.agent.kernel.BpfMap;
import io.gatehouse.agent.kernel.BpfObject;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// What the programs read of each system call: what is wanted of it, and who tells of it. Thread-safe.
final class CallEntries {
    private record Entry(WatchCall call, Carrier carrier) {
        ByteBuffer bytes() {
            return call.entry().putInt(WatchWire.Call.OWN, carrier.ordinal());
        }
    }

    private final BpfMap map;
    private final TreeMap<Integer, Entry> entries = new TreeMap<>();

    CallEntries(BpfMap map) {
        this.map = map;
    }

    /// Writes what is wanted. Who told of a call tells of it further; a new one is told by the program for all.
    synchronized void want(Map<Integer, WatchCall> calls) {
        calls.forEach((index, call) -> {
            var before = entries.get(index);
            put(index, new Entry(call, before == null ? Carrier.BY_ALL : before.carrier));
        });
    }

    /// Of calls that are wanted no more nothing is told.
    synchronized void dropAllBut(Set<Integer> indexes) {
        for (var index : List.copyOf(entries.keySet())) {
            if (!indexes.contains(index)) {
                map.put(key(index), BpfObject.buffer(WatchWire.Call.SIZE));
                entries.remove(index);
            }
        }
    }

    /// Of these calls those that `from` tells of are told by `to`.
    synchronized void hand(Collection<Integer> indexes, Carrier from, Carrier to) {
        for (var index : indexes) {
            var entry = entries.get(index);
            if (entry != null && entry.carrier == from) {
                put(index, new Entry(entry.call, to));
            }
        }
    }

    private void put(int index, Entry entry) {
        if (!entry.equals(entries.put(index, entry))) {
            map.put(key(index), entry.bytes());
        }
    }

    private static ByteBuffer key(int index) {
        return BpfObject.buffer(4).putInt(0, index);
    }

    /// Calls that the program for all must hear.
    synchronized Set<Integer> notByTheirOwn() {
        var indexes = new TreeSet<Integer>();
        entries.forEach((index, entry) -> {
            if (entry.carrier != Carrier.BY_ITS_OWN) {
                indexes.add(index);
            }
        });
        return indexes;
    }

    /// Calls that have programs of their own already, or are going over to them.
    synchronized Set<Integer> goneOver() {
        var indexes = new TreeSet<Integer>();
        entries.forEach((index, entry) -> {
            if (entry.carrier != Carrier.BY_ALL) {
                indexes.add(index);
            }
        });
        return indexes;
    }

    synchronized int size() {
        return entries.size();
    }
}
