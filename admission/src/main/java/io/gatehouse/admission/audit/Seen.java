// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.admission.audit;

import java.util.LinkedHashMap;
import java.util.Map;

/// The audit events that were handled last, by id and stage: the API server sends at least once. Belongs to one thread.
final class Seen {
    private static final int MOST = 65_536;

    private final Map<Key, Boolean> keys = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Boolean> eldest) {
            return size() > MOST;
        }
    };

    private record Key(String id, String stage) {}

    /// Whether it is the first time. An event without an id is always new.
    boolean first(String id, String stage) {
        return id.isEmpty() || keys.put(new Key(id, stage), true) == null;
    }
}
