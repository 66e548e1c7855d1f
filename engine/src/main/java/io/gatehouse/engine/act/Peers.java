// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.engine.act;

import io.gatehouse.schemas.act.RecordedAct;
import io.gatehouse.schemas.policy.Endpoint;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/// Endpoints of policies against endpoints that were seen.
public final class Peers {
    /// A range of ports in a policy is no longer.
    private static final int MAX_RANGE = 1024;

    private Peers() {}

    /// How far learned addresses may be widened.
    ///
    /// @param four bits of an IPv4 block, 32: not at all
    /// @param six bits of an IPv6 block, 128: not at all
    public record Width(int four, int six) {
        public static final Width EXACT = new Width(Address.FOUR, Address.SIX);

        public Width {
            if (four < 0 || four > Address.FOUR || six < 0 || six > Address.SIX) {
                throw new IllegalArgumentException("no block has /" + four + " or /" + six);
            }
        }

        private Address widen(Address address) {
            return address.within(address.bits() == Address.FOUR ? four : six);
        }
    }

    /// Whether a policy's endpoint names what was spoken to.
    public static boolean names(Endpoint endpoint, RecordedAct.Endpoint seen) {
        if (seen.port() < endpoint.firstPort() || seen.port() > endpoint.lastPort()) {
            return false;
        }
        if (endpoint.anyAddress()) {
            return true;
        }
        var block = Address.of(endpoint.address()).map(address -> address.within(endpoint.prefix()));
        var address = Address.of(seen.address());
        return block.isPresent() && address.isPresent() && block.get().contains(address.get());
    }

    /// The fewest endpoints that name all that was seen, and with exact width nothing else. Who took the own address
    /// `0.0.0.0` or `::` took every one, so that becomes a port of any address.
    public static List<Endpoint> cover(Collection<RecordedAct.Endpoint> seen, Width width) {
        var anywhere = new TreeSet<Integer>();
        var byPort = new TreeMap<Integer, TreeSet<Address>>();
        for (var one : seen) {
            var address = Address.of(one.address());
            if (address.isEmpty() || address.get().unspecified()) {
                anywhere.add(one.port());
            } else {
                byPort.computeIfAbsent(one.port(), _ -> new TreeSet<>()).add(width.widen(address.get()));
            }
        }
        byPort.keySet().removeAll(anywhere);
        var endpoints = new ArrayList<Endpoint>();
        for (var range : ranges(anywhere)) {
            endpoints.add(new Endpoint("", 0, range.first(), range.last()));
        }
        var byBlocks = new LinkedHashMap<List<Address>, TreeSet<Integer>>();
        byPort.forEach((port, addresses) -> byBlocks.computeIfAbsent(Address.cover(addresses), _ -> new TreeSet<>())
                .add(port));
        byBlocks.forEach((blocks, ports) -> {
            for (var range : ranges(ports)) {
                for (var block : blocks) {
                    endpoints.add(new Endpoint(block.text(), block.prefix(), range.first(), range.last()));
                }
            }
        });
        return endpoints;
    }

    private record Range(int first, int last) {}

    private static List<Range> ranges(TreeSet<Integer> ports) {
        var ranges = new ArrayList<Range>();
        for (int port : ports) {
            var before = ranges.isEmpty() ? null : ranges.getLast();
            if (before != null && before.last() == port - 1 && port - before.first() < MAX_RANGE) {
                ranges.set(ranges.size() - 1, new Range(before.first(), port));
            } else {
                ranges.add(new Range(port, port));
            }
        }
        return ranges;
    }

    /// As a policy writes it: `10.0.0.0/8:443`, `[2001:db8::/32]:1-1024`, `:8080`.
    public static String text(Endpoint endpoint) {
        var port = endpoint.anyPort()
                ? ""
                : ":" + endpoint.firstPort()
                        + (endpoint.lastPort() == endpoint.firstPort() ? "" : "-" + endpoint.lastPort());
        if (endpoint.anyAddress()) {
            return port;
        }
        int bits = endpoint.ipv6() ? Address.SIX : Address.FOUR;
        var block = endpoint.prefix() == bits ? endpoint.address() : endpoint.address() + "/" + endpoint.prefix();
        return endpoint.ipv6() && !port.isEmpty() ? "[" + block + "]" + port : block + port;
    }
}
