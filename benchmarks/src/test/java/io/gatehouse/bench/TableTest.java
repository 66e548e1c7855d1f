// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

final class TableTest {
    @Test
    void budget_baseline_and_result_stand_side_by_side() {
        var table = new Table()
                .row("getppid", "ns", OptionalDouble.of(178), OptionalDouble.of(118), 121.4)
                .row("open+close", "ns", OptionalDouble.of(1_840), OptionalDouble.of(1_532), 1_900)
                .row("at the budget", "ms", OptionalDouble.of(5), OptionalDouble.empty(), 5)
                .least("at least the budget", "1/s", 4_950, 5_000)
                .least("below it", "1/s", 4_950, 4_949)
                .row("agent RSS", "MB", 72.35);
        assertEquals("""
                what                 unit  budget  baseline  result  ratio
                getppid              ns       178       118     121   1.03  met
                open+close           ns     1,840     1,532   1,900   1.24  over budget
                at the budget        ms      5.00         -    5.00      -  met
                at least the budget  1/s    4,950         -   5,000      -  met
                below it             1/s    4,950         -   4,949      -  below budget
                agent RSS            MB         -         -    72.4      -
                """, table.text());
    }
}
