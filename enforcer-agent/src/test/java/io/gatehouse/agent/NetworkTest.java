// SPDX-License-Identifier: Apache-2.0
package io.gatehouse.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gatehouse.agent.fixture.NetProgram;
import io.gatehouse.agent.fixture.RuncContainer;
import io.gatehouse.agent.fixture.RunningAgent;
import io.gatehouse.events.Backend;
import io.gatehouse.schemas.alert.Guarantee;
import io.gatehouse.schemas.alert.Verdict;
import io.gatehouse.schemas.policy.Action;
import io.gatehouse.schemas.policy.Endpoint;
import io.gatehouse.schemas.policy.Match;
import io.gatehouse.schemas.policy.Mode;
import io.gatehouse.schemas.policy.PolicyName;
import io.gatehouse.schemas.policy.RuntimeSection;
import io.gatehouse.schemas.policy.RuntimeSection.Network;
import io.gatehouse.schemas.policy.WorkloadPolicy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// With whom a container may speak: real sockets in a real container, to real servers on its own addresses. Where no
/// LSM program loads, programs of cgroups keep the same.
///
/// One container and one agent for all: only policies change. Each test has words of its own, so that what a server
/// did not get is no other test's.
@Tag("kernel")
@Tag("full")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NetworkTest {
    private static final Match OWN_CONTAINERS = new Match(
            List.of(),
            Map.of(),
            List.of(),
            List.of("gh-test-" + ProcessHandle.current().pid() + "-*"));

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String REFUSED = "EPERM\n";
    private static final String DONE = "ok\n";

    private RuncContainer container;
    private Process server;
    private RunningAgent agent;
    private final LinkedBlockingQueue<String> arrived = new LinkedBlockingQueue<>();
    private final List<String> seen = new ArrayList<>();
    private final AtomicInteger words = new AtomicInteger();

    @BeforeAll
    void start(@TempDir Path tmp) throws IOException {
        RunningAgent.assumeUsable();
        RuncContainer.assumeUsable();
        container = RuncContainer.create(
                tmp,
                RuncContainer.Options.defaults().withFiles(NetProgram.image()).withCapabilities("CAP_NET_ADMIN"));
        container.start();
        assertEquals(0, container.exec("ip", "link", "set", "lo", "up").exit());
        server = serve(
                "tcp 127.0.0.1 7001 udp 127.0.0.1 7001",
                "tcp 127.0.0.2 7001 udp 127.0.0.2 7001 tcp 127.0.0.3 7001 udp 127.0.0.3 7001",
                "tcp 127.0.0.2 7002 tcp ::1 7001 udp ::1 7001");
        agent = RunningAgent.start();
    }

    @AfterAll
    void stop() throws IOException {
        if (agent != null) {
            agent.close();
        }
        if (server != null) {
            server.destroyForcibly();
        }
        if (container != null) {
            container.close();
        }
    }

    // ---- what is allowed and what is not

    @Test
    void whom_the_list_names_is_reached_and_nobody_else() throws IOException {
        agent.apply(connectTo("127.0.0.2/32:7001"));

        assertReached("tcp", "127.0.0.2", "7001");
        assertRefused("tcp", "127.0.0.3", "7001");
        assertRefused("tcp", "127.0.0.2", "7002");
        assertRefused("tcp", "::1", "7001");
        assertReached("udp", "127.0.0.2", "7001");
        assertRefused("udp", "127.0.0.3", "7001");
    }

    @Test
    void an_alert_names_the_address_the_program_and_the_list() throws IOException {
        agent.apply(connectTo("127.0.0.2/32:7001"));

        net("tcp", "127.0.0.31", "80");

        var alert = agent.alert("a connection", a -> a.message().contains("127.0.0.31:80"));
        assertEquals("connection to 127.0.0.31:80 (tcp) by net: not among network.connect.allow", alert.message());
        assertEquals("network.connect", alert.rule());
        assertEquals(Verdict.DENY, alert.verdict());
        assertEquals(Guarantee.PREVENTED, alert.guarantee());
    }

    @Test
    void an_empty_list_names_nobody() throws IOException {
        agent.apply(policy("empty", network(Optional.of(List.of()), List.of())));

        assertRefused("tcp", "127.0.0.2", "7001");
        assertRefused("tcp", "::1", "7001");
    }

    @Test
    void who_is_forbidden_is_not_reached_whatever_is_allowed() throws IOException {
        agent.apply(
                policy("forbid", network(Optional.of(List.of(end("127.0.0.0/8"))), List.of(end("127.0.0.3/32:7001")))));

        assertReached("tcp", "127.0.0.2", "7001");
        assertRefused("tcp", "127.0.0.3", "7001");
        agent.alert("a forbidden one", a -> a.message().contains("network.connect.forbid names it"));
    }

    @Test
    void who_only_forbids_allows_the_rest() throws IOException {
        agent.apply(policy("forbid-only", network(Optional.empty(), List.of(end("127.0.0.3")))));

        assertReached("tcp", "127.0.0.2", "7001");
        assertReached("tcp", "::1", "7001");
        assertRefused("udp", "127.0.0.3", "7001");
    }

    @Test
    void a_range_of_ports_is_each_of_them_and_no_other() throws IOException {
        agent.apply(connectTo("127.0.0.0/8:6900-7001"));

        assertReached("tcp", "127.0.0.2", "7001");
        assertRefused("tcp", "127.0.0.2", "7002");
    }

    /// The longer prefix carries what the shorter allows: each policy is asked, and each says yes.
    @Test
    void two_policies_that_name_one_address_by_different_prefixes_both_allow_it() throws IOException {
        agent.apply(
                policy("wide", network(Optional.of(List.of(end("127.0.0.0/8:7001"))), List.of())),
                policy("narrow", network(Optional.of(List.of(end("127.0.0.2"))), List.of())));

        assertReached("tcp", "127.0.0.2", "7001");
        assertRefused("tcp", "127.0.0.3", "7001");
        agent.alert(
                "only one of them minds",
                a -> a.policy().name().equals("narrow") && a.message().contains("127.0.0.3:7001"));
        assertTrue(agent.sawNothing(
                a -> a.policy().name().equals("wide") && a.message().contains("127.0.0.3:7001")));
    }

    @Test
    void audit_tells_and_lets_go() throws IOException {
        agent.apply(policy("audit", Mode.AUDIT, Action.DENY, network(Optional.of(List.of()), List.of())));

        assertReached("tcp", "127.0.0.3", "7001");
        var alert = agent.alert("what would have been", a -> a.policy().name().equals("audit"));
        assertEquals(Guarantee.PREVENTED, alert.guarantee());
        assertEquals(Verdict.DENY, alert.verdict());
    }

    @Test
    void without_a_policy_everybody_is_reached() throws IOException {
        agent.apply();

        assertReached("tcp", "127.0.0.3", "7001");
        assertEquals(DONE, net("raw"));
        assertEquals(DONE, net("packet"));
    }

    @Test
    void who_is_to_be_killed_is_refused_first_and_does_not_stay() throws IOException {
        agent.apply(policy("kill", Mode.ENFORCE, Action.KILL, network(Optional.of(List.of()), List.of())));
        var word = word();

        var run = container.exec("sh", "-c", NetProgram.PATH + " tcp-and-stay 127.0.0.3 7001 " + word + "; echo $?");

        assertTrue(run.stdout().endsWith("137\n"), run.toString());
        assertNotArrived(word);
    }

    // ---- ways to say an address

    @Test
    void each_datagram_is_judged_by_its_own_address() throws IOException {
        agent.apply(connectTo("127.0.0.2:7001"));
        var first = word();
        var second = word();
        var third = word();

        var said = net("send", "127.0.0.2", "7001", first, "127.0.0.3", "7001", second, "127.0.0.2", "7001", third);

        assertEquals(DONE + REFUSED + DONE, said);
        assertArrived(first);
        assertArrived(third);
        assertNotArrived(second);
    }

    @Test
    void each_of_many_datagrams_in_one_call_is_judged() throws IOException {
        agent.apply(connectTo("127.0.0.2:7001"));
        var first = word();
        var second = word();

        var said = net("send-many", "127.0.0.2", "7001", first, "127.0.0.3", "7001", second);

        assertEquals("1\n", said); // of two
        assertArrived(first);
        assertNotArrived(second);
    }

    @Test
    void ipv4_in_the_clothes_of_ipv6_is_ipv4() throws IOException {
        agent.apply(connectTo("127.0.0.2:7001", "[::]/0:7001"));

        assertReached("tcp", "::ffff:127.0.0.2", "7001");
        assertRefused("tcp", "::ffff:127.0.0.3", "7001");
        assertRefused("udp", "::ffff:127.0.0.3", "7001");
        assertRefused("send", "::ffff:127.0.0.3", "7001");
        assertReached("send", "::ffff:127.0.0.2", "7001");
        assertReached("tcp", "::1", "7001");
    }

    @Test
    void an_ipv4_address_given_to_an_ipv6_socket_is_ipv4() throws IOException {
        agent.apply(connectTo("127.0.0.2:7001", "[::]/0:7001"));

        assertReached("send-by-v6", "127.0.0.2", "7001");
        assertRefused("send-by-v6", "127.0.0.3", "7001");
    }

    @Test
    void an_address_without_its_family_is_what_the_socket_takes_it_for() throws IOException {
        agent.apply(connectTo("127.0.0.2:7001"));

        assertReached("send-unspecified", "127.0.0.2", "7001");
        assertRefused("send-unspecified", "127.0.0.3", "7001");
    }

    @Test
    void nobodys_address_is_ones_own() throws IOException {
        agent.apply(connectTo("127.0.0.1:7001"));
        assertReached("tcp", "0.0.0.0", "7001");
        assertReached("send", "0.0.0.0", "7001");

        agent.apply(policy("own", network(Optional.empty(), List.of(end("127.0.0.0/8")))));
        assertRefused("tcp", "0.0.0.0", "7001");
        assertRefused("send", "0.0.0.0", "7001");
        assertRefused("tcp", "::", "7001");
        agent.apply(policy("own6", network(Optional.empty(), List.of(end("::1")))));
        assertRefused("tcp", "::", "7001");
        assertReached("tcp", "0.0.0.0", "7001");
    }

    /// To nobody, from 127.0.0.3: the kernel sends it to 127.0.0.3.
    @Test
    void nobodys_address_is_no_way_to_another_of_ones_own() throws IOException {
        agent.apply(connectTo("127.0.0.1:7001"));

        assertRefused("send-from", "127.0.0.3", "7001");
    }

    @Test
    void data_with_the_first_packet_is_judged_like_a_connection() throws IOException {
        agent.apply();
        assumeTrue(net("fast-open", "127.0.0.2", "7001", word()).equals(DONE), "no TCP fast open here");
        agent.apply(connectTo("127.0.0.2:7001"));

        assertReached("fast-open", "127.0.0.2", "7001");
        assertRefused("fast-open", "127.0.0.3", "7001");
    }

    @Test
    void the_end_of_a_connection_is_no_breach_and_the_next_one_is_judged() throws IOException {
        agent.apply(connectTo("127.0.0.2:7001"));

        assertEquals(DONE + DONE + REFUSED, net("reconnect", "127.0.0.2", "7001", "127.0.0.3", "7001"));
    }

    @Test
    void a_connection_by_io_uring_is_judged_like_any() throws IOException {
        agent.apply();
        var without = net("uring", "127.0.0.2", "7001");
        assumeTrue(without.equals(DONE), () -> "no io_uring here: " + without);
        agent.apply(connectTo("127.0.0.2:7001"));

        assertEquals(DONE, net("uring", "127.0.0.2", "7001"));
        assertEquals(REFUSED, net("uring", "127.0.0.3", "7001"));
    }

    @Test
    void several_paths_in_one_connection_begin_with_one_that_is_judged() throws IOException {
        agent.apply();
        var without = net("mptcp", "127.0.0.2", "7001", word());
        assumeTrue(without.equals(DONE), () -> "no MPTCP here: " + without);
        agent.apply(connectTo("127.0.0.2:7001"));

        assertReached("mptcp", "127.0.0.2", "7001");
        assertRefused("mptcp", "127.0.0.3", "7001");
    }

    // ---- sockets that no list can judge

    @Test
    void a_socket_that_can_name_any_address_in_its_packets_is_not_made() throws IOException {
        agent.apply(connectTo("0.0.0.0/0", "[::]/0"));

        assertEquals(REFUSED, net("raw"));
        assertEquals(REFUSED, net("raw6"));
        agent.alert("a raw socket", a -> a.message().startsWith("socket of kind raw IPv4 by net"));
        if (agent.backend() == Backend.LSM) {
            assertEquals(REFUSED, net("packet"));
            assertEquals(REFUSED, net("vsock"));
        }
        assertEquals(DONE, net("netlink"));
        assertEquals(DONE, net("unix"));
    }

    /// It has no ports, whatever number the call gives.
    @Test
    void a_ping_is_not_let_through_by_a_port() throws IOException {
        allowPing();
        agent.apply();
        var without = net("ping", "127.0.0.2", "7001");
        assumeTrue(without.equals(DONE), () -> "no sockets for ping here: " + without);
        agent.apply(connectTo("127.0.0.2:7001"));

        assertTrue(net("ping", "127.0.0.2", "7001").contains("EPERM"));
    }

    /// A group that may make such sockets; from outside, for the container sees its settings read-only.
    private void allowPing() throws IOException {
        var set = List.of(
                "nsenter",
                "-t",
                "" + container.pid(),
                "-n",
                "sh",
                "-c",
                "echo 0 0 > /proc/sys/net/ipv4/ping_group_range");
        try {
            new ProcessBuilder(set).inheritIO().start().waitFor();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- servers

    @Test
    void a_program_binds_to_the_ports_that_are_named() throws IOException {
        agent.apply(policy(
                "bind", serving(Optional.of(List.of(end(":8080"), end("127.0.0.5:8081"))), Optional.empty())));

        assertEquals(DONE, net("bind-tcp", "0.0.0.0", "8080"));
        assertEquals(DONE, net("bind-tcp", "::", "8080"));
        assertEquals(DONE, net("bind-udp", "127.0.0.5", "8081"));
        assertEquals(REFUSED, net("bind-udp", "127.0.0.6", "8081"));
        assertEquals(REFUSED, net("bind-tcp", "0.0.0.0", "8081"));
        assertEquals(REFUSED, net("bind-tcp", "::ffff:127.0.0.6", "8081"));
        agent.alert(
                "a bind", a -> a.message().equals("bind to 127.0.0.6:8081 (udp) by net: not among network.bind.allow"));
    }

    /// Whoever connects or sends gets such a port unasked.
    @Test
    void a_port_of_the_kernels_choice_is_nobodys_business() throws IOException {
        agent.apply(policy("bind", serving(Optional.of(List.of()), Optional.empty())));

        assertEquals(DONE, net("bind-udp", "127.0.0.5", "0"));
        assertEquals(REFUSED, net("bind-udp", "127.0.0.5", "8082"));
    }

    @Test
    void a_server_waits_where_it_may_and_nowhere_else() throws IOException {
        agent.apply(policy("listen", serving(Optional.empty(), Optional.of(List.of(end(":8090"))))));

        assertEquals(DONE + DONE, net("listen", "127.0.0.1", "8090"));
        assertEquals(DONE + DONE, net("listen", "::1", "8090"));
        assertStopped("listen", "127.0.0.1", "8091");
        assertStopped("listen-anywhere");
        var alert = agent.alert("a server", a -> a.message().contains("listening on 127.0.0.1:8091"));
        assertEquals(agent.backend() == Backend.LSM ? Guarantee.PREVENTED : Guarantee.KILLED, alert.guarantee());
    }

    // ---- what the tests share

    private Process serve(String... places) throws IOException {
        var command = new ArrayList<>(List.of(NetProgram.PATH, "serve"));
        command.addAll(List.of(String.join(" ", places).split(" ")));
        var process = container.spawn(command.toArray(String[]::new));
        Thread.ofVirtual().start(() -> {
            try (var lines =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                lines.lines().forEach(arrived::add);
            } catch (IOException e) {
                arrived.add("gone: " + e);
            }
        });
        awaitLine("listening");
        return process;
    }

    private String word() {
        return "word-" + words.incrementAndGet() + ".";
    }

    private String net(String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(NetProgram.PATH));
        command.addAll(List.of(arguments));
        var run = container.exec(command.toArray(String[]::new));
        return run.stdout();
    }

    private void assertReached(String act, String address, String port) throws IOException {
        var word = word();
        assertEquals(DONE, net(act, address, port, word), act + " " + address);
        assertArrived(word);
    }

    private void assertRefused(String act, String address, String port) throws IOException {
        var word = word();
        assertEquals(REFUSED, net(act, address, port, word), act + " " + address);
        assertNotArrived(word);
    }

    /// With LSM the call is refused, without it whoever made it is killed.
    private void assertStopped(String... act) throws IOException {
        var run = container.exec("sh", "-c", NetProgram.PATH + " " + String.join(" ", act) + "; echo status $?");
        assertTrue(
                run.stdout().endsWith(agent.backend() == Backend.LSM ? REFUSED + "status 0\n" : "status 137\n"),
                run.toString());
    }

    private void assertArrived(String word) {
        awaitLine(": " + word);
    }

    /// What comes after it came: the servers tell in the order of arrival.
    private void assertNotArrived(String word) throws IOException {
        arrived.drainTo(seen);
        assertTrue(seen.stream().noneMatch(line -> line.endsWith(": " + word)), () -> seen.toString());
    }

    private void awaitLine(String ending) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (System.nanoTime() < end) {
                if (seen.stream().anyMatch(line -> line.endsWith(ending))) {
                    return;
                }
                var line = arrived.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (line != null) {
                    seen.add(line);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        fail("waited in vain for '" + ending + "' among " + seen);
    }

    private static WorkloadPolicy connectTo(String... ends) {
        var list = new ArrayList<Endpoint>();
        for (var text : ends) {
            list.add(end(text));
        }
        return policy("connect", network(Optional.of(list), List.of()));
    }

    private static Network network(Optional<List<Endpoint>> allow, List<Endpoint> forbid) {
        return new Network(allow, forbid, Optional.empty(), Optional.empty(), Action.DENY);
    }

    private static Network serving(Optional<List<Endpoint>> bind, Optional<List<Endpoint>> listen) {
        return new Network(Optional.empty(), List.of(), bind, listen, Action.DENY);
    }

    private static WorkloadPolicy policy(String name, Network network) {
        return policy(name, Mode.ENFORCE, network.action(), network);
    }

    private static WorkloadPolicy policy(String name, Mode mode, Action action, Network network) {
        var section = new RuntimeSection(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(new Network(
                        network.connect(), network.forbidConnect(), network.bind(), network.listen(), action)),
                Map.of());
        return new WorkloadPolicy(
                PolicyName.cluster(name), mode, OWN_CONTAINERS, List.of(), Optional.empty(), Optional.of(section));
    }

    /// `ADDRESS[/PREFIX][:PORT[-PORT]]`, an IPv6 address in brackets where a port or prefix follows it.
    private static Endpoint end(String text) {
        var address = text;
        var rest = "";
        if (text.startsWith("[")) {
            address = text.substring(1, text.indexOf(']'));
            rest = text.substring(text.indexOf(']') + 1);
        } else if (text.indexOf(':') == text.lastIndexOf(':') && !text.isEmpty()) {
            int cut = text.contains("/") ? text.indexOf('/') : text.indexOf(':');
            address = cut < 0 ? text : text.substring(0, cut);
            rest = cut < 0 ? "" : text.substring(cut);
        }
        var ports = rest.contains(":") ? rest.substring(rest.indexOf(':') + 1).split("-") : new String[0];
        var prefix = rest.split(":")[0];
        int whole = address.contains(":") ? 128 : address.isEmpty() ? 0 : 32;
        return new Endpoint(
                address,
                prefix.isEmpty() ? whole : Integer.parseInt(prefix.substring(1)),
                ports.length == 0 ? 0 : Integer.parseInt(ports[0]),
                ports.length == 0 ? Endpoint.MAX_PORT : Integer.parseInt(ports[ports.length - 1]));
    }
}
