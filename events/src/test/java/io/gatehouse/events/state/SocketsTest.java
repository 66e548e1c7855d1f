// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.events.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SocketsTest {
    private static final int TCP = 1;
    private static final int UDP = 2;
    private static final byte[] HERE = Watched.ipv4(10, 0, 0, 1, 40_000);
    private static final byte[] THERE = Watched.ipv4(10, 0, 0, 2, 443);
    private static final byte[] ELSEWHERE = Watched.ipv4(10, 0, 0, 3, 80);

    private final Watched host = new Watched().withProcess(1, 0, "init").withProcess(10, 1, "curl");

    private void socket(int number, int family, int type) {
        host.exit("socket", 10, number, family, type, 0, 0);
    }

    @Test
    void a_connected_socket_knows_both_ends_and_is_a_client() {
        socket(3, 2, TCP);
        var scene = host.exit("connect", 10, 0, Watched.tuple(HERE, THERE), 3, null);
        var socket = scene.descriptor();
        assertEquals("10.0.0.1:40000->10.0.0.2:443", socket.name());
        assertEquals("\n\0\0\u0001", socket.sourceAddress());
        assertEquals(443, socket.destinationPort());
        assertEquals(Transport.TCP, socket.knownTransport());
        assertTrue(socket.isClient());
        assertTrue(socket.isConnected());
        assertTrue(scene.nameChanged());
    }

    @Test
    void a_socket_without_a_role_does_not_say_what_it_speaks() {
        socket(3, 2, TCP);
        assertEquals(Transport.NOT_APPLICABLE, host.task(10).descriptor(3).knownTransport());
    }

    @Test
    void a_refused_connection_leaves_the_socket_as_it_was() {
        socket(3, 2, TCP);
        var scene = host.exit("connect", 10, -111, Watched.tuple(HERE, THERE), 3, null);
        assertEquals(111, scene.error());
        assertEquals("", scene.descriptor().name());
        assertFalse(scene.descriptor().isConnected());
    }

    @Test
    void a_connection_in_progress_counts_as_one() {
        socket(3, 2, TCP);
        assertTrue(host.exit("connect", 10, -115, Watched.tuple(HERE, THERE), 3, null)
                .descriptor()
                .isConnected());
    }

    @Test
    void a_far_end_that_memory_changed_during_the_call_is_the_one_first_asked_for() {
        socket(3, 2, TCP);
        host.enter("connect", 10, 3, THERE);
        var scene = host.exit("connect", 10, -115, Watched.tuple(HERE, ELSEWHERE), 3, ELSEWHERE);
        assertEquals("10.0.0.1:40000->10.0.0.2:443", scene.descriptor().name());
    }

    @Test
    void a_far_end_that_the_kernel_knew_counts() {
        socket(3, 2, TCP);
        host.enter("connect", 10, 3, THERE);
        var scene = host.exit("connect", 10, 0, Watched.tuple(HERE, ELSEWHERE), 3, THERE);
        assertEquals("10.0.0.1:40000->10.0.0.3:80", scene.descriptor().name());
    }

    @Test
    void an_accepted_socket_is_a_servers() {
        socket(3, 2, TCP);
        host.exit("bind", 10, 0, Watched.ipv4(0, 0, 0, 0, 443), 3);
        assertEquals("0.0.0.0:443", host.task(10).descriptor(3).name());
        var scene = host.exit("accept4", 10, 5, Watched.tuple(HERE, THERE), 0, 0, 5, 0);
        assertEquals("10.0.0.1:40000->10.0.0.2:443", scene.descriptor().name());
        assertTrue(scene.descriptor().isServer());
        assertEquals(5, scene.descriptorNumber());
        assertEquals("10.0.0.1:40000->10.0.0.2:443", host.task(10).descriptor(5).name());
    }

    @Test
    void a_datagram_tells_the_ends_and_who_sends_first_asks() {
        socket(3, 2, UDP);
        var scene = host.exit("sendto", 10, 4, "ping", 3, 4, Watched.tuple(HERE, THERE));
        assertEquals("10.0.0.1:40000->10.0.0.2:443", scene.descriptor().name());
        assertTrue(scene.descriptor().isClient());
        scene = host.exit("recvfrom", 10, 4, "pong", Watched.tuple(THERE, HERE), 3, 4);
        assertEquals("10.0.0.1:40000->10.0.0.2:443", scene.descriptor().name());
        assertFalse(scene.nameChanged());
    }

    @Test
    void who_receives_first_serves() {
        socket(3, 2, UDP);
        var scene = host.exit("recvfrom", 10, 4, "ping", Watched.tuple(HERE, THERE), 3, 4);
        assertTrue(scene.descriptor().isServer());
        assertEquals("10.0.0.1:40000->10.0.0.2:443", scene.descriptor().name());
        scene = host.exit("sendto", 10, 4, "pong", 3, 4, Watched.tuple(THERE, HERE));
        assertEquals("10.0.0.1:40000->10.0.0.2:443", scene.descriptor().name());
    }

    @Test
    void sending_over_an_unknown_descriptor_makes_it_a_datagram_socket() {
        var scene = host.exit("sendto", 10, 4, "ping", 9, 4, Watched.tuple(HERE, THERE));
        assertEquals(Transport.UDP, scene.descriptor().knownTransport());
        assertEquals(9, scene.descriptor().number());
    }

    @Test
    void unix_sockets_have_a_path_or_kernel_addresses() {
        socket(3, 1, TCP);
        host.exit("bind", 10, 0, Watched.join(new byte[] {1}, "/run/x\0".getBytes()), 3);
        assertEquals("/run/x", host.task(10).descriptor(3).name());
        socket(4, 1, TCP);
        var scene = host.exit("connect", 10, 0, Watched.unixPair(0xab, 0xcd, "/run/y"), 4, null);
        assertEquals("ab->cd /run/y", scene.descriptor().name());
        host.exit("socketpair", 10, 0, 5, 6, 0x12, 0x34);
        assertEquals("unix", host.task(10).descriptor(6).kind().word());
    }

    @Test
    void ipv6_is_written_as_the_standard_wants() {
        socket(3, 10, TCP);
        var scene = host.exit("connect", 10, 0, Watched.tuple(Watched.ipv6(1, 50_000), Watched.ipv6(2, 80)), 3, null);
        assertEquals("fe80::1:50000->fe80::2:80", scene.descriptor().name());
        assertEquals(DescriptorKind.IPV6_SOCKET, scene.descriptor().kind());
    }

    @Test
    void an_unknown_or_torn_address_changes_nothing() {
        socket(3, 2, TCP);
        host.exit("connect", 10, 0, new byte[] {2, 1, 2, 3}, 3, null);
        assertEquals("", host.task(10).descriptor(3).name());
        host.exit("bind", 10, 0, new byte[] {10, 1}, 3);
        assertEquals("", host.task(10).descriptor(3).name());
        assertNull(host.exit("accept", 10, 7, new byte[] {2}, 0, 0, 5).descriptor());
    }
}
