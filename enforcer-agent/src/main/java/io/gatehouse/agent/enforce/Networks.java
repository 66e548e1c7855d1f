// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.enforce;

import io.gatehouse.agent.kernel.BpfMap;
import io.gatehouse.agent.kernel.BpfObject;
import io.gatehouse.agent.kernel.Wire;
import io.gatehouse.schemas.policy.Endpoint;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.RuntimeSection.Network;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/// Puts the addresses and ports that policies name into the kernel, so that the longest prefix that covers an address
/// answers with every policy that names it. Containers whose policies name the same share one set.
final class Networks {
    /// A range of 1,024 ports for each of 256 addresses.
    static final int MAX_ENTRIES = 262_144;

    // enum gh_endpoint_list
    static final int CONNECT = 0;
    static final int CONNECT_FORBID = 1;
    static final int BIND = 2;
    static final int LISTEN = 3;

    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int ANY_PORT = 0;

    private static final List<Endpoint> EVERYWHERE = List.of(new Endpoint("", 0, 0, Endpoint.MAX_PORT));

    private final BpfMap map;
    private final Map<List<Optional<Network>>, Set> byContent = new HashMap<>();
    private final Map<Integer, Set> byRules = new HashMap<>();
    private int lastNumber;

    Networks(BpfMap map) {
        this.map = map;
    }

    /// What the kernel has under one number.
    ///
    /// @param content of the policies, by their bits
    private static final class Set {
        private final int number;
        private final List<Optional<Network>> content;
        private int users;

        private Set(int number, List<Optional<Network>> content) {
            this.number = number;
            this.content = content;
        }
    }

    /// One entry of the longest-prefix map.
    ///
    /// @param port 0: any
    /// @param address of `family`; bits beyond the prefix are zero
    record Entry(int list, int family, int port, int prefix, ByteBuffer address) {}

    /// Writes what the policies name for rules that no slot names yet, and reads it back.
    ///
    /// @return the set's number, 0 where they name nothing
    int write(int rules, List<WorkloadPolicy> policies) {
        var content = policies.stream()
                .map(policy -> policy.runtime().flatMap(RuntimeSection::network))
                .toList();
        if (content.stream().allMatch(Optional::isEmpty)) {
            return 0;
        }
        var set = byContent.get(content);
        if (set == null) {
            set = new Set(++lastNumber, content);
            write(set);
            byContent.put(content, set);
        }
        set.users++;
        byRules.put(rules, set);
        return set.number;
    }

    /// Only when no slot names the rules and no hook can still be reading by them.
    void sweep(int rules) {
        var set = byRules.remove(rules);
        if (set != null && --set.users == 0) {
            byContent.remove(set.content);
            remove(set.number, entries(set.content).keySet());
        }
    }

    private void write(Set set) {
        var entries = entries(set.content);
        var value = BpfObject.buffer(4);
        try {
            for (var entry : entries.entrySet()) {
                map.put(key(set.number, entry.getKey()), value.putInt(0, entry.getValue()));
            }
            for (var entry : entries.entrySet()) {
                if (!map.get(key(set.number, entry.getKey()), value) || value.getInt(0) != entry.getValue()) {
                    throw new IllegalStateException("an address of a policy read back otherwise than written");
                }
            }
        } catch (RuntimeException e) {
            remove(set.number, entries.keySet());
            throw e;
        }
    }

    private void remove(int set, Iterable<Entry> entries) {
        for (var entry : entries) {
            map.remove(key(set, entry));
        }
    }

    private static ByteBuffer key(int set, Entry entry) {
        return BpfObject.buffer(Wire.Endpoint.SIZE)
                .putInt(Wire.Endpoint.PREFIX_LEN, Wire.Endpoint.BITS_BEFORE_ADDRESS + entry.prefix())
                .putInt(Wire.Endpoint.SET, set)
                .put(Wire.Endpoint.LIST, (byte) entry.list())
                .put(Wire.Endpoint.FAMILY, (byte) entry.family())
                .putShort(Wire.Endpoint.PORT, (short) entry.port())
                .put(Wire.Endpoint.ADDRESS, entry.address().array());
    }

    // ---- from what policies say to what the map holds

    /// @param policies by their bits
    /// @throws IllegalStateException where they name more than the kernel is given
    static Map<Entry, Integer> entries(List<Optional<Network>> policies) {
        var named = new HashMap<Entry, Integer>();
        for (int bit = 0; bit < policies.size(); bit++) {
            if (policies.get(bit).isEmpty()) {
                continue;
            }
            var network = policies.get(bit).get();
            // Who only forbids allows the rest.
            boolean onlyForbids =
                    network.connect().isEmpty() && !network.forbidConnect().isEmpty();
            add(named, CONNECT, onlyForbids ? EVERYWHERE : network.connect().orElse(List.of()), 1 << bit);
            add(named, CONNECT_FORBID, network.forbidConnect(), 1 << bit);
            add(named, BIND, network.bind().orElse(List.of()), 1 << bit);
            add(named, LISTEN, network.listen().orElse(List.of()), 1 << bit);
        }
        return withCovering(named);
    }

    private static void add(Map<Entry, Integer> named, int list, List<Endpoint> endpoints, int policy) {
        for (var endpoint : endpoints) {
            // Port 0 is nobody's port: what asks for it gets another.
            int first = endpoint.anyPort() ? ANY_PORT : Math.max(1, endpoint.firstPort());
            int last = endpoint.anyPort() ? ANY_PORT : endpoint.lastPort();
            for (int port = first; port <= last; port++) {
                for (var entry : addresses(list, port, endpoint)) {
                    named.merge(entry, policy, (a, b) -> a | b);
                }
                if (named.size() > MAX_ENTRIES) {
                    throw new IllegalStateException("its policies name more than " + MAX_ENTRIES
                            + " pairs of address and port; name any port, or fewer");
                }
            }
        }
    }

    private static List<Entry> addresses(int list, int port, Endpoint endpoint) {
        if (endpoint.anyAddress()) {
            return List.of(entry(list, AF_INET, port, 0, new byte[4]), entry(list, AF_INET6, port, 0, new byte[16]));
        }
        var address = InetAddress.ofLiteral(endpoint.address()); // IPv4 in the clothes of IPv6 comes out as IPv4
        boolean ipv4 = address instanceof Inet4Address;
        int prefix = ipv4 && endpoint.ipv6() ? endpoint.prefix() - 96 : endpoint.prefix();
        if (prefix < 0) {
            throw new IllegalStateException(endpoint.address() + "/" + endpoint.prefix() + " is of both families");
        }
        return List.of(entry(list, ipv4 ? AF_INET : AF_INET6, port, prefix, address.getAddress()));
    }

    private static Entry entry(int list, int family, int port, int prefix, byte[] address) {
        return new Entry(list, family, port, prefix, cut(address, prefix));
    }

    /// Sixteen bytes, zero beyond the prefix.
    private static ByteBuffer cut(byte[] address, int prefix) {
        var bytes = Arrays.copyOf(address, 16);
        for (int bit = prefix; bit < 128; bit++) {
            bytes[bit / 8] &= (byte) ~(0x80 >> bit % 8);
        }
        return ByteBuffer.wrap(bytes);
    }

    /// The kernel finds the longest prefix alone, so each carries the policies of the wider ones around it.
    private static Map<Entry, Integer> withCovering(Map<Entry, Integer> named) {
        var lengths = new TreeSet<Integer>();
        named.keySet().forEach(entry -> lengths.add(entry.prefix()));
        var all = new HashMap<Entry, Integer>();
        for (var each : named.entrySet()) {
            var entry = each.getKey();
            int policies = each.getValue();
            for (int wider : lengths.headSet(entry.prefix())) {
                policies |= named.getOrDefault(
                        entry(
                                entry.list(),
                                entry.family(),
                                entry.port(),
                                wider,
                                entry.address().array()),
                        0);
            }
            all.put(entry, policies);
        }
        return all;
    }
}
