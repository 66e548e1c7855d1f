// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.Endpoint;
import io.gatehouse.schemas.policy.RuntimeSection.Network;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// One longest-prefix lookup for the port and one for any port answer as asking each policy by itself does.
class NetworksTest {
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;

    @Test
    void a_narrow_prefix_answers_for_the_wide_ones_around_it() {
        var entries = Networks.entries(List.of(
                connect(new Endpoint("10.0.0.0", 8, 443, 443)),
                connect(new Endpoint("10.1.0.0", 16, 443, 443)),
                connect(new Endpoint("10.1.2.3", 32, 443, 443)),
                connect(new Endpoint("10.1.2.3", 32, 80, 80))));

        assertEquals(0b0111, answer(entries, AF_INET, "10.1.2.3", 443));
        assertEquals(0b0011, answer(entries, AF_INET, "10.1.9.9", 443));
        assertEquals(0b0001, answer(entries, AF_INET, "10.9.9.9", 443));
        assertEquals(0b1000, answer(entries, AF_INET, "10.1.2.3", 80));
        assertEquals(0, answer(entries, AF_INET, "11.1.2.3", 443));
    }

    @Test
    void any_address_is_of_both_families() {
        var entries = Networks.entries(List.of(connect(new Endpoint("", 0, 53, 53))));

        assertEquals(1, answer(entries, AF_INET, "8.8.8.8", 53));
        assertEquals(1, answer(entries, AF_INET6, "2001:db8::1", 53));
        assertEquals(0, answer(entries, AF_INET6, "2001:db8::1", 54));
    }

    @Test
    void ipv4_in_the_clothes_of_ipv6_is_ipv4() {
        var entries = Networks.entries(List.of(connect(new Endpoint("::ffff:10.0.0.0", 104, 0, 65535))));

        assertEquals(1, answer(entries, AF_INET, "10.200.0.1", 1));
    }

    @Test
    void a_prefix_that_is_of_both_families_is_refused() {
        assertThrows(
                IllegalStateException.class,
                () -> Networks.entries(List.of(connect(new Endpoint("::ffff:10.0.0.0", 64, 0, 65535)))));
    }

    @Test
    void more_than_the_kernel_is_given_is_refused() {
        var many = new ArrayList<Endpoint>();
        for (int i = 0; i <= Networks.MAX_ENTRIES / 1024; i++) {
            many.add(new Endpoint("10.0." + i / 256 + "." + i % 256, 32, 1, 1024));
        }

        assertThrows(
                IllegalStateException.class, () -> Networks.entries(List.of(connect(many.toArray(Endpoint[]::new)))));
        assertEquals(
                Networks.MAX_ENTRIES,
                Networks.entries(List.of(connect(many.subList(1, many.size()).toArray(Endpoint[]::new))))
                        .size());
    }

    @Test
    void a_policy_that_only_forbids_allows_everybody_else() {
        var entries = Networks.entries(List.of(Optional.of(new Network(
                Optional.empty(),
                List.of(new Endpoint("169.254.169.254", 32, 0, 65535)),
                Optional.empty(),
                Optional.empty(),
                Action.DENY))));

        assertEquals(1, answer(entries, AF_INET, "169.254.169.254", 80));
        assertEquals(1, look(entries, Networks.CONNECT_FORBID, AF_INET, "169.254.169.254", 0));
        assertEquals(0, look(entries, Networks.CONNECT_FORBID, AF_INET, "169.254.169.253", 0));
        assertEquals(1, answer(entries, AF_INET6, "::1", 80));
    }

    /// The oracle asks each endpoint of each policy; the map is looked up as the kernel does it.
    @Test
    void generated_lists_are_answered_as_the_policies_one_by_one_would() {
        long seed = Long.getLong("gatehouse.seed", 1);
        System.out.println("gatehouse.seed=" + seed);
        var random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            var policies = new ArrayList<List<Endpoint>>();
            for (int policy = random.nextInt(1, 6); policy > 0; policy--) {
                var list = new ArrayList<Endpoint>();
                for (int each = random.nextInt(6); each > 0; each--) {
                    list.add(endpoint(random));
                }
                policies.add(list);
            }
            var entries = Networks.entries(policies.stream()
                    .map(list -> connect(list.toArray(Endpoint[]::new)))
                    .toList());
            for (int ask = 0; ask < 50; ask++) {
                boolean ipv6 = random.nextBoolean();
                var address = address(random, ipv6);
                int port = random.nextInt(1, 12);
                int expected = 0;
                for (int bit = 0; bit < policies.size(); bit++) {
                    if (policies.get(bit).stream().anyMatch(each -> covers(each, address, port))) {
                        expected |= 1 << bit;
                    }
                }
                assertEquals(
                        expected,
                        answer(entries, ipv6 ? AF_INET6 : AF_INET, text(address), port),
                        () -> text(address) + ":" + port + " of " + policies);
            }
        }
    }

    private static Endpoint endpoint(Random random) {
        int first = random.nextInt(0, 10);
        int last = random.nextInt(first, 12);
        boolean any = random.nextInt(4) == 0;
        if (random.nextInt(8) == 0) {
            return new Endpoint("", 0, any ? 0 : first, any ? 65535 : last);
        }
        boolean ipv6 = random.nextBoolean();
        var address = address(random, ipv6);
        int prefix = random.nextInt(address.length * 8 + 1);
        for (int bit = prefix; bit < address.length * 8; bit++) {
            address[bit / 8] &= (byte) ~(0x80 >> bit % 8);
        }
        return new Endpoint(text(address), prefix, any ? 0 : first, any ? 65535 : last);
    }

    /// Few values, so that prefixes meet.
    private static byte[] address(Random random, boolean ipv6) {
        var address = new byte[ipv6 ? 16 : 4];
        for (int i = 0; i < address.length; i++) {
            address[i] = (byte) (random.nextBoolean() ? 0 : 1 << random.nextInt(8));
        }
        return address;
    }

    private static boolean covers(Endpoint endpoint, byte[] address, int port) {
        if (!endpoint.anyPort() && (port < endpoint.firstPort() || port > endpoint.lastPort())) {
            return false;
        }
        if (endpoint.anyAddress()) {
            return true;
        }
        var network = InetAddress.ofLiteral(endpoint.address()).getAddress();
        if (network.length != address.length) {
            return false;
        }
        for (int bit = 0; bit < endpoint.prefix(); bit++) {
            if (((network[bit / 8] ^ address[bit / 8]) & 0x80 >> bit % 8) != 0) {
                return false;
            }
        }
        return true;
    }

    private static String text(byte[] address) {
        try {
            return InetAddress.getByAddress(address).getHostAddress();
        } catch (java.net.UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static Optional<Network> connect(Endpoint... endpoints) {
        return Optional.of(new Network(
                Optional.of(List.of(endpoints)), List.of(), Optional.empty(), Optional.empty(), Action.DENY));
    }

    private static int answer(Map<Networks.Entry, Integer> entries, int family, String address, int port) {
        return look(entries, Networks.CONNECT, family, address, port)
                | look(entries, Networks.CONNECT, family, address, 0);
    }

    /// As the kernel's longest-prefix map does.
    private static int look(Map<Networks.Entry, Integer> entries, int list, int family, String text, int port) {
        var address = Arrays.copyOf(InetAddress.ofLiteral(text).getAddress(), 16);
        int longest = -1;
        int policies = 0;
        for (var each : entries.entrySet()) {
            var entry = each.getKey();
            if (entry.list() != list || entry.family() != family || entry.port() != port) {
                continue;
            }
            boolean matches = true;
            for (int bit = 0; bit < entry.prefix(); bit++) {
                matches &= ((entry.address().get(bit / 8) ^ address[bit / 8]) & 0x80 >> bit % 8) == 0;
            }
            if (matches && entry.prefix() > longest) {
                longest = entry.prefix();
                policies = each.getValue();
            }
        }
        return policies;
    }
}
