// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.act;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.gatehouse.engine.act.Peers.Width;
import io.gatehouse.schemas.act.RecordedAct.Endpoint;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeersTest {
    private static final long SEED = Long.getLong("gatehouse.seed", 1);

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, 10.0.0.1",
        "2001:DB8:0:0:0:0:0:1, 2001:db8::1",
        "0:0:0:0:0:0:0:0, ::",
        "0:0:0:0:0:0:0:1, ::1",
        "1:0:0:2:0:0:0:3, 1:0:0:2::3",
        "1:0:2:3:4:5:6:7, 1:0:2:3:4:5:6:7",
        "::ffff:1.2.3.4, ::ffff:102:304",
        "fe80:0:0:0:1:0:0:0, fe80::1:0:0:0"
    })
    void an_address_is_written_as_rfc_5952_has_it(String text, String written) {
        assertEquals(written, Address.of(text).orElseThrow().text());
    }

    @ParameterizedTest
    @CsvSource({"''", "1.2.3", "1.2.3.256", "1:2", "::1::", "1:2:3:4:5:6:7:8:9", "g::", "host"})
    void what_is_no_address_is_none(String text) {
        assertTrue(Address.of(text).isEmpty());
    }

    @Test
    void neighbours_become_one_block_and_no_more_than_was_seen() {
        assertEquals(
                List.of("10.0.0.4/30:443", "10.0.0.8:443"),
                cover(Width.EXACT, "10.0.0.4 443", "10.0.0.5 443", "10.0.0.6 443", "10.0.0.7 443", "10.0.0.8 443"));
    }

    @Test
    void ports_of_the_same_peers_become_a_range_where_none_is_left_out() {
        assertEquals(
                List.of("10.0.0.1:80-82", "10.0.0.1:90"),
                cover(Width.EXACT, "10.0.0.1 80", "10.0.0.1 81", "10.0.0.1 82", "10.0.0.1 90"));
    }

    @Test
    void widened_only_where_asked() {
        assertEquals(
                List.of("10.0.0.0/24:443", "[2001:db8::/64]:443"),
                cover(new Width(24, 64), "10.0.0.1 443", "10.0.0.77 443", "2001:db8::1 443"));
    }

    @Test
    void who_takes_every_own_address_takes_a_port_of_any() {
        assertEquals(List.of(":8080"), cover(Width.EXACT, "0.0.0.0 8080", ":: 8080", "127.0.0.1 8080"));
    }

    @Test
    void a_cover_names_all_that_was_seen_and_nothing_else() {
        var random = new Random(SEED);
        for (int round = 0; round < 200; round++) {
            var seen = new HashSet<Endpoint>();
            int count = 1 + random.nextInt(40);
            for (int i = 0; i < count; i++) {
                seen.add(new Endpoint("tcp", "10.0.0." + random.nextInt(16), 80 + random.nextInt(4)));
            }
            var cover = Peers.cover(seen, Width.EXACT);
            for (int host = 0; host < 20; host++) {
                for (int port = 78; port < 87; port++) {
                    var one = new Endpoint("tcp", "10.0.0." + host, port);
                    assertEquals(
                            seen.contains(one),
                            cover.stream().anyMatch(endpoint -> Peers.names(endpoint, one)),
                            "seed " + SEED + ", round " + round + ": " + one + " in " + cover);
                }
            }
        }
    }

    @Test
    void an_address_of_the_other_family_is_in_no_block() {
        var four = new io.gatehouse.schemas.policy.Endpoint("0.0.0.0", 0, 0, 65535);
        assertTrue(Peers.names(four, new Endpoint("tcp", "1.2.3.4", 1)));
        assertEquals(false, Peers.names(four, new Endpoint("tcp", "::1", 1)));
    }

    private static List<String> cover(Width width, String... seen) {
        var endpoints = new ArrayList<Endpoint>();
        for (var one : seen) {
            var parts = one.split(" ");
            endpoints.add(new Endpoint("tcp", parts[0], Integer.parseInt(parts[1])));
        }
        return Peers.cover(endpoints, width).stream().map(Peers::text).toList();
    }
}
