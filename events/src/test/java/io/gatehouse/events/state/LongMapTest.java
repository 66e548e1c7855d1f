// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LongMapTest {
    @Test
    void it_behaves_as_a_map_does() {
        long seed = Long.getLong("gatehouse.seed", 1);
        System.out.println("gatehouse.seed=" + seed);
        var random = new Random(seed);
        var map = new LongMap<String>(4);
        var model = new HashMap<Long, String>();
        for (int i = 0; i < 200_000; i++) {
            long key = random.nextInt(10) == 0 ? random.nextLong() : random.nextInt(300) - 5;
            var said = "seed " + seed + ", step " + i + ", key " + key;
            switch (random.nextInt(3)) {
                case 0 -> assertEquals(model.put(key, "v" + i), map.put(key, "v" + i), said);
                case 1 -> assertEquals(model.remove(key), map.remove(key), said);
                default -> assertEquals(model.get(key), map.get(key), said);
            }
            assertEquals(model.size(), map.size(), said);
        }
        var values = new HashSet<String>();
        map.forEach(values::add);
        assertEquals(new HashSet<>(model.values()), values);
    }
}
