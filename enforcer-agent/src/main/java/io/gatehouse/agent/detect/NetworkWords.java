// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent.detect;

import io.gatehouse.agent.enforce.RuntimeRule;
import io.gatehouse.events.Act;
import io.gatehouse.events.KernelEvent;
import io.gatehouse.events.KernelEvent.Detail;
import io.gatehouse.schemas.policy.Endpoint;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.RuntimeSection.Network;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What alerts say of sockets: `10.1.2.3:443 (tcp)`, and why a policy minds.
final class NetworkWords {
    // include/linux/socket.h, include/linux/net.h, include/uapi/linux/in.h
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int SOCK_RAW = 3;

    private static final Map<Integer, String> FAMILIES = Map.of(
            AF_INET,
            "IPv4",
            AF_INET6,
            "IPv6",
            17,
            "packet",
            29,
            "CAN",
            30,
            "TIPC",
            31,
            "Bluetooth",
            38,
            "ALG",
            40,
            "VSOCK",
            43,
            "SMC",
            44,
            "XDP");
    private static final Map<Integer, String> PROTOCOLS =
            Map.of(1, "icmp", 6, "tcp", 17, "udp", 33, "dccp", 58, "icmpv6", 132, "sctp", 136, "udplite", 262, "mptcp");

    private NetworkWords() {}

    /// The object of an act on a socket; empty for other acts.
    static Optional<String> object(KernelEvent event) {
        var detail = event.detail();
        return switch (event.act()) {
            case CONNECT, BIND, LISTEN ->
                Optional.of(hasAddress(detail) ? address(detail) + " (" + protocol(detail) + ")" : kind(detail));
            case SOCKET -> Optional.of("of kind " + kind(detail));
            default -> Optional.empty();
        };
    }

    static String reason(KernelEvent event, RuntimeRule rule, WorkloadPolicy policy) {
        if (event.act() == Act.SOCKET || !hasAddress(event.detail())) {
            return "no list of addresses can judge it, so " + rule.text() + " refuses it";
        }
        var forbidden = policy.runtime()
                .flatMap(RuntimeSection::network)
                .map(Network::forbidConnect)
                .orElse(List.of());
        if (rule == RuntimeRule.CONNECT && forbidden.stream().anyMatch(each -> names(each, event.detail()))) {
            return rule.text() + ".forbid names it";
        }
        return "not among " + rule.text() + ".allow";
    }

    private static boolean hasAddress(Detail detail) {
        return !detail.address().isEmpty() && detail.type() != SOCK_RAW;
    }

    private static String address(Detail detail) {
        var host = detail.address().contains(":") ? "[" + detail.address() + "]" : detail.address();
        return detail.port() == 0 ? host : host + ":" + detail.port();
    }

    private static String protocol(Detail detail) {
        return PROTOCOLS.getOrDefault(detail.protocol(), "protocol " + detail.protocol());
    }

    private static String kind(Detail detail) {
        var family = FAMILIES.getOrDefault(detail.family(), "family " + detail.family());
        return detail.type() == SOCK_RAW ? "raw " + family : family + ", " + protocol(detail);
    }

    private static boolean names(Endpoint endpoint, Detail detail) {
        if (!endpoint.anyPort() && (detail.port() < endpoint.firstPort() || detail.port() > endpoint.lastPort())) {
            return false;
        }
        if (endpoint.anyAddress()) {
            return true;
        }
        var network = InetAddress.ofLiteral(endpoint.address()).getAddress();
        var host = InetAddress.ofLiteral(detail.address()).getAddress();
        int prefix = endpoint.ipv6() && network.length == 4 ? endpoint.prefix() - 96 : endpoint.prefix();
        if (network.length != host.length) {
            return false;
        }
        for (int bit = 0; bit < prefix; bit++) {
            if (((network[bit / 8] ^ host[bit / 8]) & 0x80 >> bit % 8) != 0) {
                return false;
            }
        }
        return true;
    }
}
